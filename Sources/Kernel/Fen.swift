/// Money in fen (分), a hundredth of a yuan. Never a floating point number, never a bare integer.
///
/// Amounts that come from outside are bounded by ``limit`` before they become `Fen`, so that sums of a month cannot trap.
public struct Fen: Hashable, Comparable, Sendable, Codable {
    public let amount: Int64

    /// The largest amount accepted from outside: one thousand million yuan.
    public static let limit = Fen(100_000_000_000)
    public static let zero = Fen(0)

    public init(_ amount: Int64) { self.amount = amount }

    public init(from decoder: any Decoder) throws { amount = try decoder.singleValueContainer().decode(Int64.self) }
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(amount)
    }

    /// Reads yuan as people write them: `15`, `15.5`, `-3.05`. At most two decimals; nothing else around the digits.
    public init?(yuan text: some StringProtocol) {
        guard let hundredths = Decimals.hundredths(text), abs(hundredths) <= Fen.limit.amount else { return nil }
        amount = hundredths
    }

    /// Reads yuan as they are typed and pasted into a form, full width or half: `１，２００．５０`, `¥1,200.50`, `−3.05 元`.
    public init?(pasted text: String) {
        let marks: Set<Character> = [",", "¥", "￥", "元"]
        let plain = PaperNumber.normalised(text).map { ["−", "–", "—"].contains($0) ? "-" : $0 }
        self.init(yuan: String(plain.filter { !marks.contains($0) }))
    }

    /// `15.00`: two decimals, no thousands marks.
    public var yuan: String { Decimals.text(hundredths: amount) }

    /// The same as people read it, with thousands marks: `1,234,567.89`.
    public var grouped: String { Decimals.text(hundredths: amount, isGrouped: true) }

    /// The price of a quantity at this unit price, rounded half up (away from zero for negatives) to a whole fen.
    ///
    /// Rounding is per line, never on totals; a residual fen goes to self-pay (local settlement rule, dated parameter sheet).
    public func times(_ quantity: Quantity) -> Fen {
        Fen(roundedHalfUp(amount * quantity.hundredths, by: 100))
    }

    /// A share of this amount in basis points (10,000 = all), rounded half up to a whole fen.
    public func share(basisPoints: Int64) -> Fen { share(basisPoints, of: 10_000) }

    /// So many parts of so many, rounded half up to a whole fen.
    public func share(_ parts: Int64, of whole: Int64) -> Fen { Fen(roundedHalfUp(amount * parts, by: whole)) }

    public static func + (a: Fen, b: Fen) -> Fen { Fen(a.amount + b.amount) }
    public static func - (a: Fen, b: Fen) -> Fen { Fen(a.amount - b.amount) }
    public static prefix func - (a: Fen) -> Fen { Fen(-a.amount) }
    public static func += (a: inout Fen, b: Fen) { a = a + b }
    public static func -= (a: inout Fen, b: Fen) { a = a - b }
    public static func < (a: Fen, b: Fen) -> Bool { a.amount < b.amount }
}

extension Sequence<Fen> {
    /// The sum, zero for nothing.
    public var total: Fen { reduce(.zero, +) }
}

extension Fen: CustomStringConvertible {
    public var description: String { "\(yuan)元" }
}

/// Half up, symmetric around zero: 2.5 → 3, −2.5 → −3.
func roundedHalfUp(_ numerator: Int64, by denominator: Int64) -> Int64 {
    let half = denominator / 2
    return numerator >= 0 ? (numerator + half) / denominator : -((-numerator + half) / denominator)
}

/// An amount of an item's unit in hundredths: 150 is 1.5 hours or 1.5 kilometres.
public struct Quantity: Hashable, Comparable, Sendable {
    public let hundredths: Int64

    public static let one = Quantity(hundredths: 100)
    /// The most that one order line may ask for: 1,000 units.
    public static let limit = Quantity(hundredths: 100_000)

    public init(hundredths: Int64) { self.hundredths = hundredths }
    public init(_ whole: Int) { hundredths = Int64(whole) * 100 }

    /// Reads `2` or `1.5`; at most two decimals. Bounds are the caller's to check.
    public init?(_ text: some StringProtocol) {
        guard let hundredths = Decimals.hundredths(text) else { return nil }
        self.hundredths = hundredths
    }

    public var text: String { hundredths % 100 == 0 ? "\(hundredths / 100)" : Decimals.text(hundredths: hundredths) }

    public static func < (a: Quantity, b: Quantity) -> Bool { a.hundredths < b.hundredths }
}

/// Decimal numbers with at most two places, read and written without floating point.
enum Decimals {
    static func hundredths(_ text: some StringProtocol) -> Int64? {
        var digits = Substring(text)
        let negative = digits.hasPrefix("-")
        if negative { digits = digits.dropFirst() }
        let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, !whole.isEmpty, whole.count <= 15, whole.utf8.allSatisfy(isDigit) else { return nil }
        var value = Int64(whole)! * 100
        if parts.count == 2 {
            let fraction = parts[1]
            guard (1...2).contains(fraction.count), fraction.utf8.allSatisfy(isDigit) else { return nil }
            value += Int64(fraction)! * (fraction.count == 1 ? 10 : 1)
        }
        return negative ? -value : value
    }

    /// Written from behind into a text of the right length: a month's papers hold tens of thousands of amounts.
    static func text(hundredths: Int64, isGrouped: Bool = false) -> String {
        let (magnitude, isNegative) = (hundredths.magnitude, hundredths < 0)
        var (places, rest) = (1, magnitude / 1000)
        while rest > 0 { (places, rest) = (places + 1, rest / 10) }
        let length = (isNegative ? 1 : 0) + places + (isGrouped ? (places - 1) / 3 : 0) + 3
        return String(unsafeUninitializedCapacity: length) { bytes in
            var (place, rest) = (length, magnitude)
            func put(_ byte: UInt8) {
                place -= 1
                bytes[place] = byte
            }
            func putDigit() {
                put(0x30 + UInt8(rest % 10))
                rest /= 10
            }
            putDigit()
            putDigit()
            put(UInt8(ascii: "."))
            for digit in 0..<places {
                if isGrouped, digit > 0, digit % 3 == 0 { put(UInt8(ascii: ",")) }
                putDigit()
            }
            if isNegative { put(UInt8(ascii: "-")) }
            return length
        }
    }

    static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
}
