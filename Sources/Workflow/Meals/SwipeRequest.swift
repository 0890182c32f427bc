import Catalog
import Entitlement
import Kernel
import Registry

/// What the till sends: who, by card, code or number; where, what and when.
public struct SwipeRequest: Sendable {
    /// The number on the card (一卡通), read or spoken.
    public var card: String?
    /// Whether the till has read it from the card; a till that does not say so has not.
    public var isRead: Bool
    /// A pass from the community (就餐码).
    public var qr: String?
    public var elder: ElderID?
    public var canteen: ProviderID
    public var slot: MealSlot
    public var item: ItemCode?
    /// By the till's clock, which decides what day and meal it is.
    public var at: Instant
    public var device: String
    /// The till's own number of the swipe; a swipe that is sent again under it is the same swipe.
    public var deviceSwipe: String?

    public init(
        card: String? = nil, qr: String? = nil, elder: ElderID? = nil, canteen: ProviderID, slot: MealSlot, item: ItemCode? = nil,
        at: Instant, device: String, deviceSwipe: String? = nil, isRead: Bool = false
    ) {
        self.card = card
        self.isRead = isRead
        self.qr = qr
        self.elder = elder
        self.canteen = canteen
        self.slot = slot
        self.item = item
        self.at = at
        self.device = device
        self.deviceSwipe = deviceSwipe
    }

    /// How far a till's clock may run ahead of ours, and from when on a swipe counts as one of an offline till.
    static let clockTolerance = Span.minutes(10)
    /// Hours for which an offline till may hand swipes in, where the parameter `meal_upload_grace_h` says nothing.
    static let defaultGrace_h = 72

    /// How the till knew who it was.
    ///
    /// Of a number that can be counted through, a till's word that it was read proves nothing; from the day on on which a district has exchanged
    /// its cards (parameter `read_needs_checked_card`), only numbers with a check digit count as read.
    func entry(_ reference: Reference) -> MealEntry {
        if elder != nil { return .elder }
        if qr != nil { return .pass }
        guard isRead else { return .typed }
        let needsChecked = reference.catalogue.parameters.int("read_needs_checked_card", on: at.localDate) ?? 0
        return needsChecked == 0 || card.map(CardNumber.isChecked) ?? false ? .read : .typed
    }

    func isLate(at now: Instant) -> Bool { at < now - Self.clockTolerance }

    /// Refuses what no till may send, whatever the elder and the meal.
    func check(by caller: Caller, now: Instant) throws {
        guard at <= now + Self.clockTolerance else {
            throw Rejection(.refused, "device_time_in_future", "刷卡机时间比平台快 10 分钟以上，请校准时间后重试。", pointer: "/at")
        }
        guard (1...64).contains(device.utf8.count) else {
            throw Rejection(.invalid, "device_missing", "请填写刷卡设备编号。", pointer: "/device")
        }
        guard deviceSwipe.map({ (1...64).contains($0.utf8.count) }) ?? true else {
            throw Rejection(.invalid, "device_swipe_invalid", "刷卡流水号应为 1 到 64 个字符。", pointer: "/device_swipe_id")
        }
        if caller.role == .provider, caller.provider != canteen {
            throw Rejection(.forbidden, "not_your_canteen", "只能为本餐厅刷卡。", pointer: "/canteen")
        }
    }

    /// Refuses a swipe that was handed in after the grace of its day.
    func checkGrace(_ reference: Reference, now: Instant) throws {
        let grace = reference.catalogue.parameters.int("meal_upload_grace_h", on: at.localDate) ?? Self.defaultGrace_h
        guard at >= now - .hours(grace) else {
            throw Rejection(.refused, "swipe_too_late", "离线刷卡超过 \(grace) 小时才上传，请联系平台人工补录。", pointer: "/at")
        }
    }
}
