import Catalog
import Kernel
import Orders
import Registry

/// One booked order that a test changes in one place.
enum Sample {
    // 2026-05-04 is a Monday.
    static let monday = LocalDate("2026-05-04")!
    static let now = Instant(monday, minute: 9 * 60)
    static let start = Instant(monday, minute: 14 * 60)

    static func order(_ state: OrderState = .received, urgency: Urgency = .sameDay, start: Instant = start, minutes: Int = 60) -> Order {
        let isHeld = state != .received
        return Order(
            id: OrderID("o1"), number: "260504-00001", elder: ElderID("E1"), item: ItemCode("02001"), mode: .visit, region: "620102001",
            window: TimeWindow(start: start, lasting: .minutes(minutes)), quantity: .one, urgency: urgency, source: "hotline", caller: nil,
            callID: nil, note: "", fromAddress: nil, toAddress: nil, preferredProvider: nil, createdAt: now, createdBy: "话务员",
            isBackfilled: false, visitCode: "1234", state: state, verification: .verified, settlement: .ready,
            provider: isHeld ? ProviderID("P001") : nil, worker: isHeld ? WorkerID("W001") : nil, attempts: isHeld ? 1 : 0,
            priceVersion: "02001@2026-01-01", version: 7)
    }
}
