import Catalog
import Entitlement
import Kernel
import Registry

/// 餐次
public enum MealSlot: String, CaseIterable, Sendable {
    case breakfast, lunch, supper

    public var name: String {
        switch self {
        case .breakfast: "早餐"
        case .lunch: "午餐"
        case .supper: "晚餐"
        }
    }
}

public enum Swipe {}
public typealias SwipeID = ID<Swipe>

/// 刷卡就餐: one meal, served and settled against the entitlement at once.
public struct MealSwipe: Hashable, Sendable {
    public let id: SwipeID
    public let elder: ElderID
    public let canteen: ProviderID
    public let item: ItemCode
    public let date: LocalDate
    public let slot: MealSlot
    public let device: String
    /// By the till's clock and by ours: an offline swipe comes late and shows it.
    public let deviceAt: Instant
    public let receivedAt: Instant
    public let classCode: String
    public let priceVersion: String
    public let payable: Fen
    public let selfPay: Fen
    public let legs: [FundingLeg]

    public init(
        id: SwipeID, elder: ElderID, canteen: ProviderID, item: ItemCode, date: LocalDate, slot: MealSlot, device: String,
        deviceAt: Instant, receivedAt: Instant, classCode: String, priceVersion: String, payable: Fen, selfPay: Fen, legs: [FundingLeg]
    ) {
        self.id = id
        self.elder = elder
        self.canteen = canteen
        self.item = item
        self.date = date
        self.slot = slot
        self.device = device
        self.deviceAt = deviceAt
        self.receivedAt = receivedAt
        self.classCode = classCode
        self.priceVersion = priceVersion
        self.payable = payable
        self.selfPay = selfPay
        self.legs = legs
    }
}

public struct MealRepository {
    let tx: any Transaction

    /// - Returns: false when this elder has already eaten in this slot of this day, at whatever canteen; then nothing is written.
    public func insert(_ swipe: MealSwipe) throws -> Bool {
        let legs = swipe.legs.map { "\($0.fund.rawValue)|\($0.programme)|\($0.version)|\($0.amount.amount)" }.joined(separator: ";")
        return try tx.execute(
            """
            INSERT INTO meal_swipe (id, elder_id, canteen_id, item_code, service_date, slot, device, device_ms, received_ms, class_code,
                price_version, payable_fen, self_pay_fen, legs, settlement)
            VALUES (\(swipe.id), \(swipe.elder), \(swipe.canteen), \(swipe.item), \(swipe.date), \(swipe.slot), \(swipe.device),
                \(swipe.deviceAt), \(swipe.receivedAt), \(swipe.classCode), \(swipe.priceVersion), \(swipe.payable), \(swipe.selfPay),
                \(legs), 'ready')
            ON CONFLICT DO NOTHING
            """) == 1
    }

    /// Where an elder has eaten in a slot of a day.
    public func canteen(of elder: ElderID, on date: LocalDate, slot: MealSlot) throws -> ProviderID? {
        try tx.first(
            """
            SELECT canteen_id FROM meal_swipe
            WHERE elder_id = \(elder) AND service_date = \(date) AND slot = \(slot) AND settlement <> 'reversed'
            """
        ) { try $0.id() }
    }

    public func count(of canteen: ProviderID, on date: LocalDate) throws -> Int {
        Int(try tx.integer("SELECT COUNT(*) FROM meal_swipe WHERE canteen_id = \(canteen) AND service_date = \(date)") ?? 0)
    }
}

extension Transaction {
    public var meals: MealRepository { MealRepository(tx: self) }
}
