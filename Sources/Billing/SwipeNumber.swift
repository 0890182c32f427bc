import Kernel

/// 刷卡编号 as pages and papers show it, in the shape of an order's number: `260101-4g4q61`, the day of the meal and the end of the swipe's id.
///
/// The id itself, by which the books know a swipe, is twenty signs that say nothing to a canteen. Its last six are chosen by chance (30 bits):
/// two of one day that share them are not to be expected.
public struct SwipeNumber: Hashable, Sendable {
    public let day: LocalDate
    public let tail: String

    public init(_ id: String, on day: LocalDate) { (self.day, tail) = (day, String(id.suffix(Self.length))) }

    /// Nil for what is no such number; the day is of this century.
    public init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == 6, parts[1].utf8.count == Self.length,
            parts[1].allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) }),
            let day = LocalDate("20\(parts[0].prefix(2))-\(parts[0].dropFirst(2).prefix(2))-\(parts[0].suffix(2))")
        else { return nil }
        (self.day, tail) = (day, parts[1].lowercased())
    }

    public var text: String { "\(day.description.dropFirst(2).filter { $0 != "-" })-\(tail)" }

    private static let length = 6
}

extension Candidate {
    /// The number by which people know the service.
    public var shownNumber: String { kind == .meal ? SwipeNumber(subject, on: date).text : number }
}
