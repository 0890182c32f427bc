import Catalog
import Entitlement
import Kernel
import Orders
import Registry
import Store

/// A swipe as it was booked, with what the canteen may tell the elder.
public struct ServedMeal: Sendable {
    public let swipe: MealSwipe
    public let notes: [FundingNote]
    /// The till had sent it before; nothing was booked now.
    public let isReplayed: Bool
}

/// 刷卡就餐: no order, no dispatch; the elder eats, the subsidy is spent, the canteen is owed, in one step.
///
/// Refusals are sentences that the canteen can read out.
public struct SwipeMeal: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public func callAsFunction(_ request: SwipeRequest, by caller: Caller) async throws -> ServedMeal {
        try await office.perform(try prepared(request, by: caller))
    }

    /// - Parameter waivesGrace: a person has decided to book a swipe that came too late.
    public func prepared(
        _ request: SwipeRequest, by caller: Caller, waivesGrace: Bool = false
    ) throws -> @Sendable (any Transaction) throws -> ServedMeal {
        let (now, reference) = (office.now, office.reference)
        try request.check(by: caller, now: now)
        let meal = try Meal(request, reference)
        let id: SwipeID = office.newID(at: now)
        return { tx in
            let gate = CardGate(tx, request.canteen, reference, by: caller.name, now: now)
            let known = Result { try Self.diner(tx, request) }
            if let diner = try? known.get(), let before = try Self.replay(tx, request, diner) {
                return ServedMeal(swipe: before, notes: [], isReplayed: true)
            }
            // A person who decides on a held swipe has looked.
            guard !waivesGrace else {
                return try Self.swipe(tx, reference, request, request.entry(reference), meal, try known.get(), id: id, by: caller, now: now)
            }
            let entry = try gate.entry(request, reference)
            try gate.admit(entry, isLate: request.isLate(at: now))
            let diner: Diner
            do { diner = try known.get() } catch let unknown as UnknownDiner {
                guard let number = unknown.counted else { throw unknown.rejection }
                throw try gate.refused(unknown.rejection, number, readBy: request.isRead ? request.device : nil)
            }
            try request.checkGrace(reference, now: now)
            return try Self.swipe(tx, reference, request, entry, meal, diner, id: id, by: caller, now: now)
        }
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
        _ tx: any Transaction, _ reference: Reference, _ request: SwipeRequest, _ entry: MealEntry, _ meal: Meal, _ diner: Diner, id: SwipeID,
        by caller: Caller, now: Instant
    ) throws -> ServedMeal {
        let date = request.at.localDate
        guard diner.isRegistered(on: date) else {
            throw Rejection(.refused, "elder_not_registered", "此卡已停用，请联系社区。")
        }
        if meal.mealsADay < MealSlot.allCases.count, try tx.meals.count(of: diner.id, on: date) >= meal.mealsADay {
            throw Rejection(.refused, "meal_day_limit", "您今天已用餐 \(meal.mealsADay) 次，达到每天的次数上限，本餐请按原价付费。")
        }
        let beneficiary = diner.beneficiary(on: date)
        let split = try reference.split(
            FundingRequest(
                item: meal.item, date: date, minuteOfDay: request.at.minuteOfDay, slot: request.slot, listPrice: meal.listPrice,
                payable: meal.offer.price, beneficiary: beneficiary), of: diner.id, tx)
        let isRegistered = try tx.tills.isRegistered(request.device, at: request.canteen)
        let swipe = MealSwipe(
            id: id, elder: diner.id, canteen: request.canteen, item: meal.item.code, date: date, slot: request.slot,
            device: request.device, deviceSwipe: request.deviceSwipe, deviceAt: request.at, receivedAt: now,
            classCode: bestClass(beneficiary, reference), priceVersion: meal.price.version, payable: meal.offer.price,
            selfPay: split.selfPay, legs: split.legs, entry: entry, doubt: isRegistered ? nil : .till)
        guard try tx.meals.insert(swipe) else { throw try taken(tx, swipe, reference, now: now) }
        // Its month may be closing or closed without it: then the next one pays it.
        if date.month < now.localDate.month, try tx.settlements.began(date.month) != nil { try tx.meals.noteLate(id) }
        try spend(tx, swipe, reference, by: caller, now: now)
        try tx.events.append("meal.served", subject: id.text, subjectSeq: 1, to: request.canteen, by: caller.name, at: now)
        return ServedMeal(swipe: swipe, notes: split.notes, isReplayed: false)
    }

    /// Whom nobody knows.
    private struct UnknownDiner: Rejecting {
        let rejection: Rejection
        /// The number that was named; nil when it is plainly a slip, and not counted.
        let counted: String?

        init(_ code: String, _ message: String, pointer: String, counted: String? = nil) {
            rejection = Rejection(.missing, code, message, pointer: pointer)
            self.counted = counted
        }
    }

    /// - Throws: ``UnknownDiner``, or why a pass is not good.
    private static func diner(_ tx: any Transaction, _ request: SwipeRequest) throws -> Diner {
        if let id = request.elder {
            guard let diner = try tx.meals.diner(id) else {
                throw UnknownDiner("elder_unknown", "没有这位老人，请先建档或重新查找。", pointer: "/elder_id", counted: id.text)
            }
            return diner
        }
        if let code = request.qr {
            guard let pass = try tx.heldSwipes.pass(code), let diner = try tx.meals.diner(pass.elder) else {
                throw Rejection(.missing, "qr_unknown", "就餐码无法识别，请刷卡或报卡号。", pointer: "/qr")
            }
            guard request.at < min(pass.until, pass.revokedAt ?? pass.until) else {
                throw Rejection(.refused, "qr_expired", "就餐码已过期或停用，请到社区重新开具，或刷卡。", pointer: "/qr")
            }
            return diner
        }
        guard let card = request.card else {
            throw UnknownDiner("card_unknown", "没有找到这张卡，请重刷或报姓名查询。", pointer: "/card")
        }
        guard let diner = try tx.meals.diner(card: card) else {
            guard !CardNumber.isMistyped(card) else {
                throw UnknownDiner("card_mistyped", "卡号输错了一位，请照卡面重新输入或刷卡。", pointer: "/card")
            }
            throw UnknownDiner("card_unknown", "没有找到这张卡，请重刷或报姓名查询。", pointer: "/card", counted: card)
        }
        return diner
    }

    /// The same swipe, if the till has sent it before.
    private static func replay(_ tx: any Transaction, _ request: SwipeRequest, _ diner: Diner) throws -> MealSwipe? {
        guard let number = request.deviceSwipe,
            let before = try tx.meals.find(canteen: request.canteen, device: request.device, deviceSwipe: number)
        else { return nil }
        guard before.elder == diner.id, before.slot == request.slot, before.deviceAt == request.at else {
            throw Rejection(.conflict, "device_swipe_reused", "这台刷卡机的流水号已用于另一次刷卡，请换一个新的流水号。", pointer: "/device_swipe_id")
        }
        return before
    }

    private static func taken(_ tx: any Transaction, _ swipe: MealSwipe, _ reference: Reference, now: Instant) throws -> Rejection {
        let other = try tx.meals.taken(by: swipe.elder, on: swipe.date, slot: swipe.slot)
        let name = other.flatMap { reference.franchise.provider($0.canteen)?.name } ?? "其他餐厅"
        let day = swipe.date == now.localDate ? "今天" : "\(swipe.date.monthOfYear) 月 \(swipe.date.day) 日"
        let time = other.map { "（\($0.deviceAt.clock)）" } ?? ""
        return Rejection(.conflict, "meal_already_taken", "您\(day)的\(swipe.slot.name)已在“\(name)”刷过卡\(time)，每餐只能补贴一次。")
    }

    /// Of several classes the one the district ranks first, for the monthly report.
    private static func bestClass(_ beneficiary: Beneficiary, _ reference: Reference) -> String {
        guard beneficiary.classes.count > 1 else { return beneficiary.classes.first ?? "ordinary" }
        let ranks = beneficiary.classes.map { (reference.catalogue.elderClass(ID($0))?.rank ?? .max, $0) }
        return ranks.min { $0 < $1 }?.1 ?? "ordinary"
    }

    private static func spend(_ tx: any Transaction, _ swipe: MealSwipe, _ reference: Reference, by caller: Caller, now: Instant) throws {
        guard !swipe.legs.isEmpty else { return }
        let watch = BudgetWatch(tx, reference, on: swipe.date, by: caller.name, now: now)
        for leg in swipe.legs {
            for draw in leg.draws { try tx.entitlements.move(.spend, draw, for: swipe.elder) }
        }
        try watch.take(.spend, swipe.legs, in: swipe.date.month)
        try tx.ledger.append(
            .spend, swipe.legs, subject: swipe.id.text, month: swipe.date.month, provider: swipe.canteen.text, at: now)
    }
}
