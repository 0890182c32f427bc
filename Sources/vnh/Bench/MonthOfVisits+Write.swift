import Orders
import Store

extension MonthOfVisits {
    /// Writes the month into a database.
    ///
    /// - Parameter elders: those of its elders who are not in the register yet.
    /// - Parameter meals: what the same elders eat meanwhile.
    func write(to database: any Database, elders: Range<Int>, meals: MonthOfMeals? = nil) async throws {
        for start in stride(from: elders.lowerBound, to: elders.upperBound, by: 20_000) {
            try await database.writeAlone { tx in
                for index in start..<min(elders.upperBound, start + 20_000) { try tx.elders.insert(elder(index)) }
            }
        }
        // As they come to be known: day by day.
        for day in 0..<Self.workdays {
            try await database.writeAlone { tx in
                try forEach(onDay: day) { made in
                    try tx.orders.insert(made.order)
                    try tx.visits.begin(made.visit)
                    try tx.visits.saveCheckOut(made.visit)
                    try tx.visits.saveConfirmation(made.visit)
                    try tx.legs.insert(made.legs, order: made.order.id, attempt: 1)
                }
                try meals?.write(day, tx)
            }
        }
    }
}
