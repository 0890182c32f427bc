import Kernel

/// A citizen's identity number (公民身份号码, GB 11643), always in its 18-digit form.
public struct IDNumber: Hashable, Sendable {
    /// 18 characters, the last one a digit or `X`.
    public let text: String
    public let birthday: LocalDate

    /// Reads 18 characters (`x` is taken for `X`) or the 15 digits of old papers, to which the century `19` and the check digit are added.
    ///
    /// Spaces, hyphens and full-width forms from forms and spreadsheets are tidied first. Numbers of the 15-digit scheme reserved
    /// for those who were over a hundred then (order 996 ... 999) are not told apart: none of them lives.
    public init(_ text: String) throws(IDNumberFault) {
        var bytes = Plain.bytes(text)
        bytes.removeAll { $0 == 0x20 || $0 == 0x2D }
        guard !bytes.isEmpty else { throw .empty }
        guard bytes.count == 18 || bytes.count == 15 else { throw .length(bytes.count) }
        if bytes.count == 18, bytes[17] == 0x78 { bytes[17] = 0x58 }
        for (index, byte) in bytes.enumerated() where !Plain.isDigit(byte) && !(index == 17 && byte == 0x58) {
            throw .character(index + 1)
        }
        let isLegacy = bytes.count == 15
        if isLegacy { bytes.insert(contentsOf: [0x31, 0x39], at: 6) }
        guard IDNumber.provinces.contains(Plain.number(bytes[0..<2])) else { throw .area }
        guard let birthday = LocalDate(Plain.number(bytes[6..<10]), Plain.number(bytes[10..<12]), Plain.number(bytes[12..<14])) else {
            throw .date
        }
        let check = IDNumber.check(bytes[0..<17])
        if isLegacy { bytes.append(check) }
        guard bytes[17] == check else { throw .checkDigit }
        self.text = String(decoding: bytes, as: UTF8.self)
        self.birthday = birthday
    }

    /// An odd order number is a man's.
    public var sex: Sex {
        let utf8 = text.utf8
        return utf8[utf8.index(utf8.startIndex, offsetBy: 16)] & 1 == 1 ? .male : .female
    }

    /// The last four characters, by which operators ask for people.
    public var tail: String { String(text.suffix(4)) }

    /// Area and tail only: `620102********1234`.
    public var masked: String { text.prefix(6) + "********" + text.suffix(4) }

    private static let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    private static let checks = Array("10X98765432".utf8)

    /// First two digits in use (GB/T 2260): provinces, Taiwan, Hong Kong, Macau and their residence permits (81–83), foreigners (91).
    private static let provinces: Set<Int> = [
        11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54, 61, 62, 63, 64, 65, 71, 81,
        82, 83, 91,
    ]

    private static func check(_ digits: ArraySlice<UInt8>) -> UInt8 {
        var sum = 0
        for (weight, digit) in zip(weights, digits) { sum += weight * Int(digit - 0x30) }
        return checks[sum % 11]
    }

    /// The check character for the first 17 digits; nil unless there are 17 digits.
    public static func checkDigit(_ first17: String) -> Character? {
        let bytes = Array(first17.utf8)
        guard bytes.count == 17, bytes.allSatisfy(Plain.isDigit) else { return nil }
        return Character(Unicode.Scalar(check(bytes[...])))
    }
}

/// Why something is not an identity number.
public enum IDNumberFault: Error, Hashable, Sendable {
    case empty
    /// With the number of characters found.
    case length(Int)
    /// With the position, counted from 1.
    case character(Int)
    case area
    case date
    case checkDigit

    /// A sentence for whoever typed it; never contains the number itself.
    public var reason: String {
        switch self {
        case .empty: "身份证号是空的"
        case .length(let count): "身份证号应为18位（旧证15位），现在是\(count)位"
        case .character(let position): "身份证号第\(position)位不是数字"
        case .area: "身份证号前两位不是有效的省级代码"
        case .date: "身份证号中的出生日期不存在"
        case .checkDigit: "身份证号校验码不对，请核对是否输错"
        }
    }
}
