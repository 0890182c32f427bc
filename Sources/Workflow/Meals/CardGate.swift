import Catalog
import Crypto
import Entitlement
import Kernel
import Registry
import Store

/// Whether a number that a canteen names is taken: those that are nobody's are counted, each once, by the day on which they reach the platform, for what
/// day a till says it is, is the till's to choose.
///
/// After so many in a day no number is taken without a card, and right numbers hear the same as wrong ones; after so many in a minute no swipe by card
/// or number is looked up until the minute is over; and a till that has "read" so many is believed no more that day. What is counted stays though the
/// swipe is refused. Swipes of an offline till come all at once: the minute is not for them, and what the day refuses is held for a person.
struct CardGate {
    let tx: any Transaction
    let canteen: ProviderID
    let limits: Limits
    let by: String
    let now: Instant

    /// Numbers that are nobody's; dated parameters of the district, by the keys beside them.
    struct Limits {
        /// `card_miss_limit`: a canteen and day.
        let day: Int
        /// `card_miss_minute_limit`: a canteen and minute.
        let minute: Int
        /// `read_miss_limit`: said to be read by one till, a day.
        let read: Int

        init(_ parameters: Parameters, on date: LocalDate) {
            day = parameters.int("card_miss_limit", on: date) ?? 20
            minute = parameters.int("card_miss_minute_limit", on: date) ?? 10
            read = parameters.int("read_miss_limit", on: date) ?? 5
        }
    }

    init(_ tx: any Transaction, _ canteen: ProviderID, _ reference: Reference, by: String, now: Instant) {
        self.tx = tx
        self.canteen = canteen
        self.by = by
        self.now = now
        limits = Limits(reference.catalogue.parameters, on: now.localDate)
    }

    private var day: LocalDate { now.localDate }

    static let shut = Rejection(
        .refused, "numbers_refused", "今天本餐厅报错的卡号太多，暂不能凭号码刷卡；请刷卡或出示就餐码，没带卡的请拨打热线核实。")
    static let hurried = Rejection(.unavailable, "cards_too_fast", "一分钟内报错的卡号太多，请核对刷卡机，一分钟后再刷。")

    /// How it is known who eats, as far as the till is believed.
    func entry(_ request: SwipeRequest, _ reference: Reference) throws -> MealEntry {
        let told = request.entry(reference)
        guard told == .read, try tx.tills.wrongReads(of: request.device, at: canteen, on: day) >= limits.read else { return told }
        return .typed
    }

    /// - Throws: ``shut``, or while many wrong numbers come ``hurried``.
    func admit(_ entry: MealEntry, isLate: Bool) throws {
        if entry.isWeak, try tx.tills.misses(of: canteen, on: day) >= limits.day { throw Self.shut }
        if entry != .pass, !isLate, try tx.tills.misses(of: canteen, on: day, since: now - .minutes(1)) >= limits.minute { throw Self.hurried }
    }

    /// Refuses a number that is nobody's.
    ///
    /// - Parameter device: the till that says it has read it; nil for a number that was told.
    /// - Returns: the refusal, with the count that stays.
    func refused(_ unknown: Rejection, _ number: String, readBy device: String? = nil) throws -> any Error {
        // The same once more is no other try: a till repeats itself, and so do people.
        let hash = SHA256.hash(data: Array(number.utf8)).hex
        guard try tx.tills.noteMiss(hash, of: canteen, on: day, readBy: device, at: now) else { return unknown }
        let misses = try tx.tills.countMiss(of: canteen, on: day, at: now)
        guard misses == limits.day else { return CountedRefusal(unknown) }
        try tx.tills.doubtNumbers(of: canteen, receivedOn: day)
        try tx.events.append(
            "meal.numbers_refused", subject: "\(canteen)/\(day)", subjectSeq: 1, to: canteen, by: by, at: now,
            data: (["misses": JSON(misses)] as JSON).text)
        return CountedRefusal(Self.shut)
    }
}
