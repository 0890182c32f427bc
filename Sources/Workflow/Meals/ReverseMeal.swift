import Entitlement
import Kernel
import Registry
import Store

/// 撤销刷卡: a meal that was not eaten, or swiped by mistake, before its month is settled; entries the other way, nothing deleted.
public struct ReverseMeal: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public func prepared(_ id: SwipeID, reason: String, by caller: Caller) throws -> @Sendable (any Transaction) throws -> MealSwipe {
        guard (1...200).contains(reason.count) else { throw Rejection(.invalid, "reason_missing", "请填写撤销原因（1 到 200 个字）。", pointer: "/reason") }
        let now = office.now
        return { tx in
            guard let swipe = try tx.meals.find(id), caller.role != .provider || caller.provider == swipe.canteen else {
                throw Rejection(.missing, "swipe_unknown", "没有这条刷卡记录，请核对编号。")
            }
            guard try tx.meals.reverse(id) else {
                throw Rejection(.conflict, "swipe_settled", "这条刷卡已撤销或已进入结算单，不能撤销；请在未结月份做冲正。")
            }
            try Self.giveBack(tx, swipe, at: now)
            try tx.events.append(
                "meal.reversed", subject: id.text, subjectSeq: 2, to: swipe.canteen, by: caller.name, at: now, note: reason)
            return swipe
        }
    }

    /// Returns the public money of a meal to its programmes and budgets.
    static func giveBack(_ tx: any Transaction, _ swipe: MealSwipe, at now: Instant) throws {
        for leg in swipe.legs {
            for draw in leg.draws { try tx.entitlements.move(.reverse, draw, for: swipe.elder) }
        }
        try tx.budgets.move(.reverse, swipe.legs, in: swipe.date.month)
        try tx.ledger.append(.reverse, swipe.legs, subject: swipe.id.text, month: swipe.date.month, provider: swipe.canteen.text, at: now)
    }
}
