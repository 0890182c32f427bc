/// 卡号 of the 一卡通: two letters and twelve digits, of which eleven are drawn by lot and the last is the check digit of ISO/IEC 7064 (MOD 11, 10).
///
/// Numbers that follow one another can be counted through; of these, one in half a million guesses is somebody's in the largest district.
/// Numbers given out before (`LZ00012345`) stay good: they are found as they stand in the register.
public struct CardNumber: Hashable, Sendable {
    public let text: String

    static let prefix = "LZ"
    static let digits = 12

    /// - Parameter random: 64 bits of chance.
    public init(random: UInt64) {
        let drawn = String(random % 100_000_000_000)
        let number = String(repeating: "0", count: Self.digits - 1 - drawn.utf8.count) + drawn
        text = Self.prefix + number + String(Self.checkDigit(number.utf8))
    }

    /// Whether a number is one of these with its check digit right.
    public static func isChecked(_ text: String) -> Bool {
        guard hasForm(text), let last = text.utf8.last else { return false }
        return checkDigit(text.utf8.dropFirst(prefix.utf8.count).dropLast()) == Int(last - 0x30)
    }

    /// Whether it was meant as one of these, and a digit of it is wrong or two have changed places.
    public static func isMistyped(_ text: String) -> Bool { hasForm(text) && !isChecked(text) }

    private static func hasForm(_ text: String) -> Bool {
        text.hasPrefix(prefix) && text.utf8.count == prefix.utf8.count + digits
            && text.utf8.dropFirst(prefix.utf8.count).allSatisfy { (0x30...0x39).contains($0) }
    }

    /// Finds every single wrong digit and every two neighbours that have changed places.
    private static func checkDigit(_ digits: some Sequence<UInt8>) -> Int {
        var product = 10
        for digit in digits {
            let sum = (Int(digit - 0x30) + product) % 10
            product = (sum == 0 ? 10 : sum) * 2 % 11
        }
        return (11 - product) % 10
    }
}
