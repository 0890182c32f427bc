/// A day of the civil calendar, without a clock or a zone.
public struct LocalDate: Hashable, Comparable, Sendable {
    /// Days since 1970-01-01.
    public let dayNumber: Int32

    public init(dayNumber: Int32) { self.dayNumber = dayNumber }

    /// Nil unless it is a day that exists in 1800 ... 2400.
    public init?(_ year: Int, _ month: Int, _ day: Int) {
        guard (1800...2400).contains(year), (1...12).contains(month), day >= 1, day <= Month(year, month).length else { return nil }
        dayNumber = LocalDate.number(year, month, day)
    }

    /// Reads `YYYY-MM-DD` and nothing else.
    public init?(_ text: some StringProtocol) {
        // Without an array between: a close reads millions.
        func read(_ bytes: UnsafeBufferPointer<UInt8>) -> LocalDate? {
            guard bytes.count == 10, bytes[4] == 0x2D, bytes[7] == 0x2D,
                let year = digits(bytes[0..<4]), let month = digits(bytes[5..<7]), let day = digits(bytes[8..<10])
            else { return nil }
            return LocalDate(year, month, day)
        }
        let date = text.utf8.withContiguousStorageIfAvailable(read) ?? Array(text.utf8).withUnsafeBufferPointer(read)
        guard let date else { return nil }
        self = date
    }

    public var year: Int { civil.year }
    public var month: Month { Month(civil.year, civil.month) }
    public var monthOfYear: Int { civil.month }
    public var day: Int { civil.day }

    /// 1 = Monday ... 7 = Sunday (ISO 8601).
    public var weekday: Int { Int((Int64(dayNumber) + 3) % 7 + 7) % 7 + 1 }

    public func adding(days: Int) -> LocalDate { LocalDate(dayNumber: dayNumber + Int32(days)) }

    /// Days from `self` to `other`; negative when `other` is earlier.
    public func days(to other: LocalDate) -> Int { Int(other.dayNumber) - Int(dayNumber) }

    /// Full years between a birthday and this day (周岁). A 29 February birthday counts from 1 March in common years.
    public func years(since birthday: LocalDate) -> Int {
        let (now, then) = (civil, birthday.civil)
        let before = (now.month, now.day) < (then.month, then.day)
        return now.year - then.year - (before ? 1 : 0)
    }

    public static func < (a: LocalDate, b: LocalDate) -> Bool { a.dayNumber < b.dayNumber }

    // Days from civil and back: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
    private static func number(_ year: Int, _ month: Int, _ day: Int) -> Int32 {
        let y = month <= 2 ? year - 1 : year
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return Int32(era * 146_097 + dayOfEra - 719_468)
    }

    private var civil: (year: Int, month: Int, day: Int) {
        let z = Int(dayNumber) + 719_468
        let era = (z >= 0 ? z : z - 146_096) / 146_097
        let dayOfEra = z - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }
}

extension LocalDate: CustomStringConvertible {
    /// `YYYY-MM-DD`.
    public var description: String {
        let (year, month, day) = civil
        // Every day that can be made has a year of four digits; a text that short needs no memory of its own.
        guard (0...9999).contains(year) else { return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))" }
        return String(unsafeUninitializedCapacity: 10) { bytes in
            func write(_ value: Int, _ places: ClosedRange<Int>) {
                var rest = value
                for place in places.reversed() {
                    bytes[place] = 0x30 + UInt8(rest % 10)
                    rest /= 10
                }
            }
            write(year, 0...3)
            write(month, 5...6)
            write(day, 8...9)
            bytes[4] = 0x2D
            bytes[7] = 0x2D
            return 10
        }
    }
}

extension LocalDate: Codable {
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let date = LocalDate(text) else {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "“\(text)”不是 YYYY-MM-DD 的日期"))
        }
        self = date
    }
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// A month of the civil calendar: the unit of settlement (结算月).
public struct Month: Hashable, Comparable, Sendable {
    /// Months since 0000-01.
    public let number: Int32

    /// - Precondition: `month` is 1 ... 12.
    public init(_ year: Int, _ month: Int) {
        precondition((1...12).contains(month))
        number = Int32(year * 12 + month - 1)
    }

    /// Reads `YYYY-MM` and nothing else.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 7, bytes[4] == 0x2D, let year = digits(bytes[0..<4]), let month = digits(bytes[5..<7]),
            (1..<2400).contains(year), (1...12).contains(month)
        else { return nil }
        self.init(year, month)
    }

    public var year: Int { Int(number) / 12 }
    public var monthOfYear: Int { Int(number) % 12 + 1 }
    public var first: LocalDate { LocalDate(year, monthOfYear, 1)! }
    public var last: LocalDate { first.adding(days: length - 1) }
    public var length: Int {
        switch monthOfYear {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    public func adding(_ months: Int) -> Month {
        let moved = Int(number) + months
        return Month(moved / 12, moved % 12 + 1)
    }

    public func contains(_ date: LocalDate) -> Bool { first <= date && date <= last }

    public static func < (a: Month, b: Month) -> Bool { a.number < b.number }
}

extension Month: CustomStringConvertible {
    /// `YYYY-MM`.
    public var description: String { "\(padded(year, 4))-\(padded(monthOfYear, 2))" }
}

/// A span of days, both ends included; an open end lasts.
public struct DateSpan: Hashable, Sendable, Codable {
    public let from: LocalDate
    public let until: LocalDate?

    public init(from: LocalDate, until: LocalDate? = nil) {
        self.from = from
        self.until = until
    }

    public func contains(_ date: LocalDate) -> Bool { from <= date && until.map { date <= $0 } ?? true }
    public func overlaps(_ other: DateSpan) -> Bool {
        (until.map { other.from <= $0 } ?? true) && (other.until.map { from <= $0 } ?? true)
    }
    public var isEmpty: Bool { until.map { $0 < from } ?? false }
}

/// All bytes as one decimal number, or nil.
func digits(_ bytes: some Collection<UInt8>) -> Int? {
    guard !bytes.isEmpty, bytes.count <= 17 else { return nil }
    var value = 0
    for byte in bytes {
        guard byte >= 0x30, byte <= 0x39 else { return nil }
        value = value * 10 + Int(byte - 0x30)
    }
    return value
}

func padded(_ value: Int, _ width: Int) -> String {
    let text = String(value)
    return text.utf8.count >= width ? text : String(repeating: "0", count: width - text.utf8.count) + text
}
