/// A moment: milliseconds since 1970-01-01T00:00:00Z.
///
/// The business calendar is China Standard Time, a fixed +08:00 without daylight saving; the host's zone is never asked.
public struct Instant: Hashable, Comparable, Sendable {
    public let milliseconds: Int64

    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// The moment a clock on a wall in Lanzhou shows `minute` minutes after midnight of `date`.
    public init(_ date: LocalDate, minute: Int = 0) {
        milliseconds = Int64(date.dayNumber) * 86_400_000 + Int64(minute) * 60_000 - Instant.zone
    }

    static let zone: Int64 = 8 * 3_600_000

    public var localDate: LocalDate {
        LocalDate(dayNumber: Int32((milliseconds + Instant.zone).dividedDown(by: 86_400_000)))
    }

    /// Minutes since local midnight, 0 ..< 1440.
    public var minuteOfDay: Int {
        let local = milliseconds + Instant.zone
        return Int((local - local.dividedDown(by: 86_400_000) * 86_400_000) / 60_000)
    }

    public func adding(_ duration: Span) -> Instant { Instant(milliseconds: milliseconds + duration.milliseconds) }
    public static func + (a: Instant, b: Span) -> Instant { a.adding(b) }
    public static func - (a: Instant, b: Span) -> Instant { Instant(milliseconds: a.milliseconds - b.milliseconds) }
    public static func - (a: Instant, b: Instant) -> Span { Span(milliseconds: a.milliseconds - b.milliseconds) }
    public static func < (a: Instant, b: Instant) -> Bool { a.milliseconds < b.milliseconds }
}

/// A length of time in milliseconds.
public struct Span: Hashable, Comparable, Sendable {
    public let milliseconds: Int64
    public init(milliseconds: Int64) { self.milliseconds = milliseconds }
    public static func seconds(_ n: Int) -> Span { Span(milliseconds: Int64(n) * 1000) }
    public static func minutes(_ n: Int) -> Span { Span(milliseconds: Int64(n) * 60_000) }
    public static func hours(_ n: Int) -> Span { Span(milliseconds: Int64(n) * 3_600_000) }
    public static func days(_ n: Int) -> Span { Span(milliseconds: Int64(n) * 86_400_000) }
    /// Whole minutes, cut.
    public var minutes: Int { Int(milliseconds / 60_000) }
    public static func < (a: Span, b: Span) -> Bool { a.milliseconds < b.milliseconds }
}

extension Instant {
    /// Reads RFC 3339 with an offset: `2026-03-01T09:00:00+08:00`, `…:00.250Z`. Years 1800 ... 2400.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes[10] == 0x54 || bytes[10] == 0x74 || bytes[10] == 0x20, bytes[13] == 0x3A, bytes[16] == 0x3A,
            let date = LocalDate(String(decoding: bytes[0..<10], as: UTF8.self)),
            let hour = digits(bytes[11..<13]), let minute = digits(bytes[14..<16]), let second = digits(bytes[17..<19]),
            hour < 24, minute < 60, second < 60
        else { return nil }
        var rest = bytes[19...]
        var thousandths = 0
        if rest.first == 0x2E {
            let fraction = rest.dropFirst().prefix { $0 >= 0x30 && $0 <= 0x39 }
            guard (1...9).contains(fraction.count), let value = digits((fraction.prefix(3) + [0x30, 0x30]).prefix(3)) else { return nil }
            thousandths = value
            rest = rest.dropFirst(1 + fraction.count)
        }
        guard let offset = Instant.offsetMinutes(rest) else { return nil }
        let local = Int64(date.dayNumber) * 86_400_000 + Int64(((hour * 60 + minute) * 60 + second) * 1000 + thousandths)
        milliseconds = local - Int64(offset) * 60_000
    }

    private static func offsetMinutes(_ zone: ArraySlice<UInt8>) -> Int? {
        if zone.count == 1, zone.first == 0x5A || zone.first == 0x7A { return 0 }
        let start = zone.startIndex
        guard zone.count == 6, zone[start] == 0x2B || zone[start] == 0x2D, zone[start + 3] == 0x3A,
            let hours = digits(zone[(start + 1)..<(start + 3)]), let minutes = digits(zone[(start + 4)..<(start + 6)]), hours < 24, minutes < 60
        else { return nil }
        return (zone[start] == 0x2B ? 1 : -1) * (hours * 60 + minutes)
    }
}

extension Instant: CustomStringConvertible {
    /// RFC 3339 in local time: `2026-03-01T09:00:00+08:00`; milliseconds only when there are any.
    public var description: String {
        let local = milliseconds + Instant.zone
        let day = local.dividedDown(by: 86_400_000)
        let ms = Int(local - day * 86_400_000)
        let fraction = ms % 1000 == 0 ? "" : ".\(padded(ms % 1000, 3))"
        return "\(LocalDate(dayNumber: Int32(day)))T\(padded(ms / 3_600_000, 2)):\(padded(ms / 60_000 % 60, 2)):\(padded(ms / 1000 % 60, 2))\(fraction)+08:00"
    }
}

extension Instant: Codable {
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let instant = Instant(text) else {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "“\(text)”不是带时区的 RFC 3339 时间"))
        }
        self = instant
    }
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// A stretch of time, half open: the start belongs to it, the end does not.
public struct TimeWindow: Hashable, Sendable {
    public let start: Instant
    public let end: Instant

    /// Nil when it would end before or as it starts.
    public init?(start: Instant, end: Instant) {
        guard start < end else { return nil }
        self.start = start
        self.end = end
    }

    public init(start: Instant, lasting span: Span) {
        precondition(span.milliseconds > 0)
        self.start = start
        end = start + span
    }

    public func contains(_ instant: Instant) -> Bool { start <= instant && instant < end }
    public func overlaps(_ other: TimeWindow) -> Bool { start < other.end && other.start < end }
}

/// A time of day as `HH:MM`, in minutes since midnight; 1440 is the end of the day.
public enum ClockTime {
    public static func minutes(_ text: some StringProtocol) -> Int? {
        let bytes = Array(text.utf8)
        guard bytes.count == 5, bytes[2] == 0x3A, let hour = digits(bytes[0..<2]), let minute = digits(bytes[3..<5]), minute < 60,
            hour < 24 || (hour == 24 && minute == 0)
        else { return nil }
        return hour * 60 + minute
    }
    public static func text(_ minutes: Int) -> String {
        // A time of day is so short that it needs no memory of its own.
        guard (0..<6000).contains(minutes) else { return "\(padded(minutes / 60, 2)):\(padded(minutes % 60, 2))" }
        return String(unsafeUninitializedCapacity: 5) { bytes in
            bytes[0] = 0x30 + UInt8(minutes / 600)
            bytes[1] = 0x30 + UInt8(minutes / 60 % 10)
            bytes[2] = UInt8(ascii: ":")
            bytes[3] = 0x30 + UInt8(minutes % 60 / 10)
            bytes[4] = 0x30 + UInt8(minutes % 10)
            return 5
        }
    }
}

extension Instant {
    /// `09:30`, as a clock in Lanzhou shows it.
    public var clock: String { ClockTime.text(minuteOfDay) }
}

extension Int64 {
    /// Division that rounds towards minus infinity.
    func dividedDown(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}
