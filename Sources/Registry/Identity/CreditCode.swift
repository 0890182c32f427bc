/// A unified social credit code (统一社会信用代码, GB 32100): 18 characters with a check character.
public struct CreditCode: Hashable, Sendable {
    public let text: String

    /// Reads 18 characters; small letters, spaces and full-width forms are tidied first.
    public init(_ text: String) throws(CreditCodeFault) {
        var bytes = Plain.bytes(text)
        bytes.removeAll { $0 == 0x20 || $0 == 0x2D }
        bytes = bytes.map { $0 >= 0x61 && $0 <= 0x7A ? $0 - 0x20 : $0 }
        guard bytes.count == 18 else { throw .length(bytes.count) }
        for (index, byte) in bytes.enumerated() {
            guard CreditCode.value(byte) != nil, !(2...7).contains(index) || Plain.isDigit(byte) else { throw .character(index + 1) }
        }
        guard CreditCode.check(bytes[0..<17]) == bytes[17] else { throw .checkDigit }
        self.text = String(decoding: bytes, as: UTF8.self)
    }

    /// The check character for the first 17; nil for another length or a letter outside the alphabet.
    public static func checkDigit(_ first17: String) -> Character? {
        let bytes = Array(first17.utf8)
        guard bytes.count == 17, let check = check(bytes[...]) else { return nil }
        return Character(Unicode.Scalar(check))
    }

    /// Without I, O, S, V and Z.
    private static let alphabet = Array("0123456789ABCDEFGHJKLMNPQRTUWXY".utf8)

    private static func value(_ byte: UInt8) -> Int? { alphabet.firstIndex(of: byte) }

    /// Weights are 3^i mod 31.
    private static func check(_ bytes: ArraySlice<UInt8>) -> UInt8? {
        var sum = 0
        var weight = 1
        for byte in bytes {
            guard let value = value(byte) else { return nil }
            sum += value * weight
            weight = weight * 3 % 31
        }
        return alphabet[(31 - sum % 31) % 31]
    }
}

/// Why something is not a unified social credit code.
public enum CreditCodeFault: Error, Hashable, Sendable {
    /// With the number of characters found.
    case length(Int)
    /// With the position, counted from 1.
    case character(Int)
    case checkDigit

    /// A sentence for whoever typed it.
    public var reason: String {
        switch self {
        case .length(let count): "统一社会信用代码应为18位，现在是\(count)位"
        case .character(let position): "统一社会信用代码第\(position)位不是允许的字符"
        case .checkDigit: "统一社会信用代码校验码不对"
        }
    }
}
