import Catalog
import Kernel
import Orders
import Registry

/// What a caller wants, as agreed on the phone.
public struct OrderRequest: Sendable {
    public var elder: ElderID
    public var item: ItemCode
    public var start: Instant
    public var end: Instant?
    public var quantity: Quantity
    public var caller: String?
    public var callID: String?
    public var note: String
    public var preferredProvider: ProviderID?
    public var fromAddress: String?
    public var toAddress: String?
    public var isEmergency: Bool
    /// The operator has seen the twin of this order and wants another all the same.
    public var allowsTwin: Bool
    public var source: String

    public init(
        elder: ElderID, item: ItemCode, start: Instant, end: Instant? = nil, quantity: Quantity = .one, caller: String? = nil,
        callID: String? = nil, note: String = "", preferredProvider: ProviderID? = nil, fromAddress: String? = nil,
        toAddress: String? = nil, isEmergency: Bool = false, allowsTwin: Bool = false, source: String = "hotline"
    ) {
        self.elder = elder
        self.item = item
        self.start = start
        self.end = end
        self.quantity = quantity
        self.caller = caller
        self.callID = callID
        self.note = note
        self.preferredProvider = preferredProvider
        self.fromAddress = fromAddress
        self.toAddress = toAddress
        self.isEmergency = isEmergency
        self.allowsTwin = allowsTwin
        self.source = source
    }

    /// The source of orders taken on a downtime slip and entered later.
    static let paper = "downtime"
    static let noteLimit = 500
    static let daysAhead = 90

    /// The time the service takes: as asked, or the item's usual length times the quantity, at least a quarter of an hour.
    func window(_ item: Item) throws -> TimeWindow {
        guard let end else {
            let minutes = max(15, item.durationMinutes * Int(max(100, quantity.hundredths)) / 100)
            return TimeWindow(start: start, lasting: .minutes(min(minutes, 24 * 60)))
        }
        guard let window = TimeWindow(start: start, end: end), window.end - window.start <= .hours(24) else {
            throw OrderRejection.endBeforeStart
        }
        return window
    }

    /// Refuses what no order may ask for, whoever asks.
    func check(_ franchise: Franchise, now: Instant, mayBackfill: Bool) throws {
        guard quantity > Quantity(hundredths: 0), quantity <= .limit else { throw OrderRejection.quantityOutOfRange }
        guard note.count <= Self.noteLimit else { throw OrderRejection.noteTooLong }
        if !mayBackfill, start < now - .minutes(5) { throw OrderRejection.startInPast }
        guard start <= now + .days(Self.daysAhead) else { throw OrderRejection.startTooFar }
        if let preferredProvider, franchise.provider(preferredProvider) == nil {
            throw Rejection(.missing, "provider_unknown", "没有这家服务商，请核对编号。", pointer: "/preferred_provider")
        }
    }
}
