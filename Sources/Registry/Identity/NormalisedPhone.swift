/// A telephone number in the one form in which it is stored and looked up.
///
/// Mobile: 11 digits. Fixed line: area code with its zero and the number. 400/800: 10 digits. Abroad: `+` and country code (E.164).
public struct NormalisedPhone: Hashable, Sendable {
    /// Without extension: `13812345678`, `09318412345`.
    public let text: String
    public let `extension`: String?

    /// Reads what people write: `+86 138 1234 5678`, `0086…`, `(0931)8412345-801`, `0931 8412345 转 801`, `8412345`, full-width digits,
    /// dots and slashes between groups. Its own ``description`` reads back to the same value.
    /// - Parameter areaCode: Put before a local number, with its zero; Lanzhou's by default.
    public init(_ raw: String, areaCode: String = "0931") throws(PhoneFault) {
        if let mobile = NormalisedPhone.plainMobile(raw) {
            self = mobile
            return
        }
        var written = try Written(raw)
        if written.isAbroad {
            guard (8...15).contains(written.digits.count) else { throw .noSuchNumber }
            text = "+" + String(decoding: written.digits, as: UTF8.self)
            self.extension = written.extension
            return
        }
        // 0931-8412345-801: a short last group behind a number that is whole without it.
        if written.extension == nil, let last = written.groups.last, (1...5).contains(last.count), written.groups.count > 1,
            written.groups[written.groups.count - 2].count >= 7 || NormalisedPhone.canonical(written.digits, written, areaCode) == nil {
            written.extension = String(decoding: last, as: UTF8.self)
            written.groups.removeLast()
        }
        guard let number = NormalisedPhone.canonical(written.digits, written, areaCode) else {
            throw written.digits.count < 7 ? .tooShort : written.digits.count > 16 ? .tooLong : .noSuchNumber
        }
        text = String(decoding: number, as: UTF8.self)
        self.extension = written.extension
    }

    private init(text: String) {
        self.text = text
        self.extension = nil
    }

    /// The form of nearly every row of an import, without the walk through everything that people write.
    private static func plainMobile(_ raw: String) -> NormalisedPhone? {
        let utf8 = raw.utf8
        guard utf8.count == 11, utf8.allSatisfy(Plain.isDigit), isMobile(Array(utf8)) else { return nil }
        return NormalisedPhone(text: raw)
    }

    private static func isMobile(_ digits: [UInt8]) -> Bool {
        digits.count == 11 && digits[0] == 0x31 && digits[1] >= 0x33
    }

    /// The digits in canonical order, or nil when no Chinese number looks like that.
    private static func canonical(_ digits: [UInt8], _ written: Written, _ areaCode: String) -> [UInt8]? {
        guard let first = digits.first else { return nil }
        if isMobile(digits) { return digits }
        // A zero before a mobile number, as was dialled long-distance.
        if digits.count == 12, first == 0x30, isMobile(Array(digits.dropFirst())) { return Array(digits.dropFirst()) }
        if digits.count == 10, first == 0x34 || first == 0x38, digits[1] == 0x30, digits[2] == 0x30 { return digits }
        // +86 931 …: behind the country code the zero of the area code falls away.
        if written.hasCountryCode, first != 0x30 { return fixedLine([0x30] + digits) }
        if first == 0x30 { return fixedLine(digits) }
        guard (7...8).contains(digits.count), first >= 0x32, first <= 0x38 else { return nil }
        return fixedLine(Array(areaCode.utf8) + digits)
    }

    private static func fixedLine(_ digits: [UInt8]) -> [UInt8]? {
        guard digits.count >= 10, digits[1] != 0x30 else { return nil }
        let codeLength = areaCodeLength(digits)
        let local = digits.dropFirst(codeLength)
        // Three-digit areas have eight digits, the others seven or eight; 1 is for services, 9 and 0 begin no subscriber's number.
        guard codeLength == 3 ? local.count == 8 : (7...8).contains(local.count), let first = local.first, first >= 0x32, first <= 0x38
        else { return nil }
        return digits
    }

    /// 010 and 02x are the short ones.
    private static func areaCodeLength(_ digits: [UInt8]) -> Int { digits[1] == 0x31 || digits[1] == 0x32 ? 3 : 4 }

    /// For lists and logs: `138****5678`, `0931****345`, without extension.
    public var masked: String {
        guard text.utf8.first == 0x30 else { return text.prefix(3) + "****" + text.suffix(4) }
        let area = NormalisedPhone.areaCodeLength(Array(text.utf8))
        return text.prefix(area) + String(repeating: "*", count: text.utf8.count - area - 3) + text.suffix(3)
    }

    /// The last four digits, by which operators ask for people.
    public var tail: String { String(text.suffix(4)) }

    /// With an area code: a line that ends in a house.
    public var isFixedLine: Bool { text.utf8.first == 0x30 }

    public var isMobile: Bool { NormalisedPhone.isMobile(Array(text.utf8)) }
}

extension NormalisedPhone: CustomStringConvertible {
    /// With the extension behind a hyphen: `09318412345-801`.
    public var description: String { self.extension.map { "\(text)-\($0)" } ?? text }
}

extension NormalisedPhone: Codable {
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        do { self = try NormalisedPhone(text) } catch {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: error.reason))
        }
    }
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// Why something is not a telephone number.
public enum PhoneFault: Error, Hashable, Sendable {
    case empty
    /// With the character that has no place there.
    case character(String)
    case tooShort
    case tooLong
    /// The length may be right, but no number begins like that.
    case noSuchNumber

    /// A sentence for whoever typed it; never contains the number itself.
    public var reason: String {
        switch self {
        case .empty: "电话号码是空的"
        case .character(let character): "电话号码中有不认识的字符“\(character)”"
        case .tooShort: "电话号码位数不够"
        case .tooLong: "电话号码太长，多个号码请用分号隔开"
        case .noSuchNumber: "电话号码不存在，请核对位数和区号"
        }
    }
}
