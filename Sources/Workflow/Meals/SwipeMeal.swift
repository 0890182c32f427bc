import Catalog
import Entitlement
import Kernel
import Orders
import Registry
import Store

/// What the till sends.
public struct SwipeRequest: Sendable {
    public var card: String?
    public var elder: ElderID?
    public var canteen: ProviderID
    public var slot: MealSlot
    public var item: ItemCode?
    public var at: Instant
    public var device: String

    public init(
        card: String? = nil, elder: ElderID? = nil, canteen: ProviderID, slot: MealSlot, item: ItemCode? = nil, at: Instant, device: String
    ) {
        self.card = card
        self.elder = elder
        self.canteen = canteen
        self.slot = slot
        self.item = item
        self.at = at
        self.device = device
    }

    /// How late an offline till may hand a swipe in.
    static let lateLimit = Span.days(3)
}

/// 刷卡就餐: no order, no dispatch; the elder eats, the subsidy is spent, the canteen is owed, in one step.
///
/// Refusals are sentences that the canteen can read out.
public struct SwipeMeal: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public func callAsFunction(_ request: SwipeRequest, by caller: Caller) async throws -> MealSwipe {
        try await office.perform(try prepared(request, by: caller))
    }

    public func prepared(_ request: SwipeRequest, by caller: Caller) throws -> @Sendable (any Transaction) throws -> MealSwipe {
        let (now, reference) = (office.now, office.reference)
        guard request.at <= now + .minutes(10) else { throw OrderRejection.deviceTimeInFuture }
        guard request.at >= now - SwipeRequest.lateLimit else {
            throw Rejection(.refused, "swipe_too_late", "离线刷卡超过 3 天才上传，请联系平台人工补录。", pointer: "/at")
        }
        guard (1...64).contains(request.device.utf8.count) else {
            throw Rejection(.invalid, "device_missing", "请填写刷卡设备编号。", pointer: "/device")
        }
        if caller.role == .provider, caller.provider != request.canteen {
            throw Rejection(.forbidden, "not_your_canteen", "只能为本餐厅刷卡。", pointer: "/canteen")
        }
        let meal = try Self.meal(request, reference)
        let id: SwipeID = office.newID(at: now)
        return { tx in try Self.swipe(tx, reference, request, meal, id: id, by: caller, now: now) }
    }

    /// The dish and its price, checked before the writer is bothered.
    private struct Meal {
        let item: Item
        let price: Price
        let offer: Offer
    }

    private static func meal(_ request: SwipeRequest, _ reference: Reference) throws -> Meal {
        guard let provider = reference.franchise.provider(request.canteen) else {
            throw Rejection(.missing, "canteen_unknown", "没有这家餐厅，请核对编号。", pointer: "/canteen")
        }
        guard provider.state.mayReceiveOrders else {
            throw Rejection(.refused, "canteen_suspended", "该餐厅已暂停服务，不能刷卡。", pointer: "/canteen")
        }
        let code = request.item ?? standardItem(request.slot)
        let date = request.at.localDate
        guard let item = reference.catalogue.item(code), item.category == .meals, item.mode == .onSite else {
            throw Rejection(.missing, "item_unknown", "没有这个餐品，请重新选择。", pointer: "/item")
        }
        guard let price = reference.catalogue.price(of: code, on: date), let offer = reference.franchise.offer(request.canteen, code.text, on: date)
        else {
            throw Rejection(.refused, "item_not_offered", "本餐厅当日没有“\(item.name)”的有效价格。", pointer: "/item")
        }
        let licences = reference.catalogue.credentialTypes.filter { $0.holder == .provider && item.credentials.contains($0.code) }
        guard provider.holds(licences.map(\.code.text), on: date) else {
            throw Rejection(.refused, "canteen_licence", "该餐厅当日没有有效的经营许可，不能刷卡；请联系平台核对证照。", pointer: "/canteen")
        }
        return Meal(item: item, price: price, offer: offer)
    }

    /// The set meal of each slot: what a swipe means when the till does not say.
    public static func standardItem(_ slot: MealSlot) -> ItemCode {
        switch slot {
        case .breakfast: ItemCode("01003")
        case .lunch: ItemCode("01001")
        case .supper: ItemCode("01002")
        }
    }

    private static func swipe(
        _ tx: any Transaction, _ reference: Reference, _ request: SwipeRequest, _ meal: Meal, id: SwipeID, by caller: Caller, now: Instant
    ) throws -> MealSwipe {
        let elder = try elder(tx, request)
        guard !elder.status.isDeath, elder.status != .deregistered, elder.status != .movedOut else {
            throw Rejection(.refused, "elder_not_registered", "此卡已停用，请联系社区。")
        }
        let date = request.at.localDate
        let beneficiary = Situation.beneficiary(elder, on: date)
        let funding = FundingRequest(
            item: meal.item, date: date, minuteOfDay: request.at.minuteOfDay, payable: meal.offer.price, beneficiary: beneficiary)
        let keys = reference.programmes.balancesNeeded(for: funding)
        let split = reference.programmes.split(funding, balances: keys.isEmpty ? [:] : try tx.entitlements.balances(of: elder.id, keys))
        let swipe = MealSwipe(
            id: id, elder: elder.id, canteen: request.canteen, item: meal.item.code, date: date, slot: request.slot,
            device: request.device, deviceAt: request.at, receivedAt: now, classCode: beneficiary.classes.first ?? "ordinary",
            priceVersion: meal.price.version, payable: meal.offer.price, selfPay: split.selfPay, legs: split.legs)
        guard try tx.meals.insert(swipe) else {
            let place = try tx.meals.canteen(of: elder.id, on: date, slot: request.slot)
            let name = place.flatMap { reference.franchise.provider($0)?.name } ?? "其他餐厅"
            throw Rejection(.conflict, "meal_already_taken", "您今天的\(request.slot.name)已在“\(name)”刷过卡，每餐只能补贴一次。")
        }
        try spend(tx, swipe, now: now)
        try tx.events.append(
            "meal.served", subject: id.text, subjectSeq: 1, to: request.canteen, by: caller.name, at: now)
        return swipe
    }

    private static func elder(_ tx: any Transaction, _ request: SwipeRequest) throws -> Elder {
        if let id = request.elder { return try tx.elders.require(id) }
        guard let card = request.card, let elder = try tx.elders.byNumber(card) else {
            throw Rejection(.missing, "card_unknown", "没有找到这张卡，请重刷或报姓名查询。", pointer: "/card")
        }
        return elder
    }

    private static func spend(_ tx: any Transaction, _ swipe: MealSwipe, now: Instant) throws {
        let month = swipe.date.month
        for leg in swipe.legs { for draw in leg.draws { try tx.entitlements.spend(draw, for: swipe.elder) } }
        try tx.ledger.append(
            swipe.legs.map {
                Ledger.Posting(
                    .post, subject: swipe.id.text, debit: Ledger.Account.payable(swipe.canteen.text, month),
                    credit: Ledger.Account.budget($0.programme, month), amount: $0.amount)
            }, at: now)
    }
}
