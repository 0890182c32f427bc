import Catalog
import Intake
import Kernel
import Registry
import Store

/// Long-term users of a made-up district: the same seed gives the same standing orders. Their orders are made by whoever serves the district.
public struct StandingDistrict: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    static let batch = 1000

    /// What long-term users have, and how often; the first fits every day.
    private static let usual: [(item: String, rule: String, minutes: [Int], holidays: HolidayPolicy)] = [
        ("02001", "FREQ=DAILY", [480, 540, 600], .asUsual),
        ("06001", "FREQ=WEEKLY;BYDAY=MO,TH", [540, 840], .dayBefore),
        ("06001", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", [540, 600, 840], .skip),
        ("03001", "FREQ=MONTHLY;BYDAY=1WE", [540, 600], .dayAfter),
        ("07001", "FREQ=WEEKLY;BYDAY=FR", [870, 930], .skip),
    ]

    /// - Parameter share: How many of a hundred able elders have a standing order; the less able, the more.
    /// - Parameter daily: Everybody has one order a day, for measuring.
    public func callAsFunction(
        share: Int, seed: UInt64, from: LocalDate, daily: Bool = false, progress: @escaping @Sendable (_ done: Int, _ of: Int) -> Void = { _, _ in }
    ) async throws {
        let total = try await office.read { tx in try tx.elders.count() }
        var random = SeededRandom(seed: seed)
        var after: ElderID?
        var done = 0
        var made = 0
        while true {
            let cursor = after
            let elders = try await office.read { tx in try tx.elders.page(after: cursor, limit: Self.batch) }
            guard let last = elders.last else { break }
            var orders: [StandingOrder] = []
            for elder in elders where elder.status == .active && random.chance(daily ? share : share * (1 + elder.abilityLevel)) {
                made += 1
                let usual = daily ? Self.daily[made % Self.daily.count] : random.pick(Self.usual)
                orders.append(try order(made, elder, usual, minute: daily ? 480 + 30 * (made % 18) : random.pick(usual.minutes), from: from))
            }
            let batch = orders
            try await office.database.writeAlone { tx in for order in batch { try tx.standingOrders.insert(order) } }
            after = last.id
            done += elders.count
            progress(done, total)
        }
    }

    /// Items that many providers offer, so that the measured run finds somebody for most.
    private static let daily = ["02001", "02007", "02011", "06001", "07001", "03001"].map {
        (item: $0, rule: "FREQ=DAILY", minutes: [Int](), holidays: HolidayPolicy.asUsual)
    }

    private func order(
        _ number: Int, _ elder: Elder, _ usual: (item: String, rule: String, minutes: [Int], holidays: HolidayPolicy), minute: Int, from: LocalDate
    ) throws -> StandingOrder {
        let plan = StandingPlan(
            recurrence: Recurrence(try Recurrence.Pattern(usual.rule)), start: minute, span: DateSpan(from: from), holidays: usual.holidays)
        return StandingOrder(
            id: StandingOrderID("s" + padded(number, 8)), elder: elder.id, item: ItemCode(usual.item), plan: plan,
            createdAt: Instant(from), createdBy: "demo")
    }
}
