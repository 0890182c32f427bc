import Catalog
import Entitlement
import Kernel
import Registry
import Store

/// Whether a number that a canteen names is taken: one that is nobody's is counted, and after so many in a day no number is taken without a card.
///
/// The count is kept though the swipe is refused, and the refusals from then on are the same for right numbers and for wrong ones.
struct CardGate {
    let tx: any Transaction
    let request: SwipeRequest
    let limit: Int
    let by: String
    let now: Instant

    /// Numbers that are nobody's, a canteen and day, where the parameter `card_miss_limit` says nothing.
    static let defaultLimit = 20

    init(_ tx: any Transaction, _ request: SwipeRequest, _ reference: Reference, by: String, now: Instant) {
        self.tx = tx
        self.request = request
        self.by = by
        self.now = now
        limit = reference.catalogue.parameters.int("card_miss_limit", on: request.at.localDate) ?? Self.defaultLimit
    }

    private var day: LocalDate { request.at.localDate }

    /// Whether too many wrong numbers were named here on this day.
    var isShut: Bool { get throws { try tx.tills.misses(of: request.canteen, on: day) >= limit } }

    static let shut = Rejection(
        .refused, "numbers_refused", "今天本餐厅报错的卡号太多，暂不能凭号码刷卡；请刷卡或出示就餐码，没带卡的请拨打热线核实。")

    /// Refuses who is not known.
    ///
    /// - Returns: the refusal, with the count that stays.
    func refused(_ unknown: Rejection) throws -> any Error {
        let misses = try tx.tills.countMiss(of: request.canteen, on: day, at: now)
        guard misses == limit else { return CountedRefusal(unknown) }
        try tx.tills.doubtNumbers(of: request.canteen, on: day)
        try tx.events.append(
            "meal.numbers_refused", subject: "\(request.canteen)/\(day)", subjectSeq: 1, to: request.canteen, by: by, at: now,
            data: (["misses": JSON(misses)] as JSON).text)
        return CountedRefusal(Self.shut)
    }
}
