import Intake
import Kernel
import Store

/// 生成工单: the orders of all standing orders some days ahead, in parts, each part one transaction.
///
/// May run at any time and as often as one likes; a day never gets a second order.
public struct MakeInstances: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// Standing orders of one transaction: with two weeks of daily visits under two thousand orders, so that others wait two tenths of a second.
    public static let batch = 128

    /// - Parameter days: 1 ... 89; nil takes the district's parameter.
    /// - Throws: `days_out_of_range`
    public func callAsFunction(
        days: Int? = nil, by caller: Caller = .system, progress: @escaping @Sendable (_ done: Int, _ of: Int) -> Void = { _, _ in }
    ) async throws -> InstanceReport {
        if let days, !(1...InstanceRun.mostDays).contains(days) {
            throw Rejection(.invalid, "days_out_of_range", "提前天数应为 1 到 \(InstanceRun.mostDays)。")
        }
        let total = try await office.read { tx in try tx.standingOrders.activeCount() }
        var report = InstanceReport()
        var after: StandingOrderID?
        let loads = DayLoads()
        while true {
            try Task.checkCancellation()
            let (now, office, reference, from) = (office.now, office, office.reference, after)
            let (part, last) = try await office.performAlone { tx in
                let orders = try tx.standingOrders.active(after: from, limit: Self.batch)
                return try loads.during(tx) {
                    (try InstanceRun(tx, office, reference, loads, now: now, by: caller, days: days)(orders), orders.last?.id)
                }
            }
            guard let last else { break }
            report += part
            after = last
            progress(report.plans, max(total, report.plans))
        }
        return report
    }
}
