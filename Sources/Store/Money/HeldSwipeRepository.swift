import Catalog
import Entitlement
import Kernel
import Registry

/// 待核刷卡: a meal that was eaten while the till was offline and that a rule would not let be booked; a person decides.
public struct HeldSwipe: Hashable, Sendable {
    public enum State: String, CaseIterable, Sendable { case held, accepted, rejected }

    public let id: SwipeID
    public let canteen: ProviderID
    public let device: String
    public let deviceSwipe: String?
    public let card: String?
    public let qr: String?
    public let elder: ElderID?
    public let item: ItemCode?
    public let slot: MealSlot
    public let deviceAt: Instant
    public let receivedAt: Instant
    /// Why it was not booked, as a refusal has it.
    public let code: String
    public let sentence: String
    public let state: State
    /// The till had read the card.
    public let isRead: Bool

    public init(
        id: SwipeID, canteen: ProviderID, device: String, deviceSwipe: String?, card: String?, qr: String?, elder: ElderID?, item: ItemCode?,
        slot: MealSlot, deviceAt: Instant, receivedAt: Instant, code: String, sentence: String, state: State = .held, isRead: Bool = false
    ) {
        self.id = id
        self.canteen = canteen
        self.device = device
        self.deviceSwipe = deviceSwipe
        self.card = card
        self.qr = qr
        self.elder = elder
        self.item = item
        self.slot = slot
        self.deviceAt = deviceAt
        self.receivedAt = receivedAt
        self.code = code
        self.sentence = sentence
        self.state = state
        self.isRead = isRead
    }
}

/// Held swipes, and the passes that stand in for a card.
public struct HeldSwipeRepository {
    let tx: any Transaction

    /// - Returns: false when the till has sent it before.
    public func insert(_ held: HeldSwipe) throws -> Bool {
        try tx.execute(
            """
            INSERT INTO meal_held (id, canteen_id, device, device_swipe, card, qr, elder_id, item_code, slot, device_ms, received_ms, code,
                sentence, state, is_read)
            VALUES (\(held.id), \(held.canteen), \(held.device), \(held.deviceSwipe), \(held.card), \(held.qr), \(held.elder), \(held.item),
                \(held.slot), \(held.deviceAt), \(held.receivedAt), \(held.code), \(held.sentence), \(held.state), \(held.isRead))
            ON CONFLICT DO NOTHING
            """) == 1
    }

    public func find(_ id: SwipeID) throws -> HeldSwipe? {
        try tx.first("SELECT \(sql: Self.columns) FROM meal_held WHERE id = \(id)") { try HeldSwipe(row: &$0) }
    }

    public func find(canteen: ProviderID, device: String, deviceSwipe: String) throws -> HeldSwipe? {
        try tx.first(
            """
            SELECT \(sql: Self.columns) FROM meal_held
            WHERE canteen_id = \(canteen) AND device = \(device) AND device_swipe = \(deviceSwipe)
            """
        ) { try HeldSwipe(row: &$0) }
    }

    public func all(_ state: HeldSwipe.State) throws -> [HeldSwipe] {
        try tx.rows("SELECT \(sql: Self.columns) FROM meal_held WHERE state = \(state) ORDER BY id LIMIT 500") { try HeldSwipe(row: &$0) }
    }

    /// - Returns: false when somebody has decided meanwhile.
    public func decide(_ id: SwipeID, _ state: HeldSwipe.State, by: String, opinion: String, at now: Instant) throws -> Bool {
        try tx.execute(
            """
            UPDATE meal_held SET state = \(state), decided_by = \(by), decided_ms = \(now), opinion = \(opinion)
            WHERE id = \(id) AND state = 'held'
            """) == 1
    }

    static let columns: StaticString = """
        id, canteen_id, device, device_swipe, card, qr, elder_id, item_code, slot, device_ms, received_ms, code, sentence, state, is_read
        """

    // MARK: Passes

    /// 就餐码: a code from the community for somebody who cannot come with the card.
    public func issue(_ code: String, for elder: ElderID, until: Instant, by: String, at now: Instant) throws {
        try tx.execute(
            """
            INSERT INTO meal_pass (code, elder_id, issued_by, issued_ms, until_ms)
            VALUES (\(code), \(elder), \(by), \(now), \(until))
            """)
    }

    /// Ends every pass of an elder from now on.
    public func revoke(of elder: ElderID, at now: Instant) throws -> Int {
        try tx.execute("UPDATE meal_pass SET revoked_ms = \(now) WHERE elder_id = \(elder) AND revoked_ms IS NULL AND until_ms > \(now)")
    }

    public func pass(_ code: String) throws -> (elder: ElderID, until: Instant, revokedAt: Instant?)? {
        try tx.first("SELECT elder_id, until_ms, revoked_ms FROM meal_pass WHERE code = \(code)") {
            (try $0.id(), try $0.instant(), $0.optionalInstant())
        }
    }
}

extension HeldSwipe {
    init(row: inout Row) throws {
        self.init(
            id: try row.id(), canteen: try row.id(), device: try row.text(), deviceSwipe: row.optionalText(), card: row.optionalText(),
            qr: row.optionalText(), elder: row.optionalID(), item: row.optionalID(), slot: try row.value(), deviceAt: try row.instant(),
            receivedAt: try row.instant(), code: try row.text(), sentence: try row.text(), state: try row.value(), isRead: try row.bool())
    }
}

extension Transaction {
    public var heldSwipes: HeldSwipeRepository { HeldSwipeRepository(tx: self) }
}
