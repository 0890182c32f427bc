/// A telephone number as written: groups of digits, what was said about the country, and an extension that was named as one.
struct Written {
    var groups: [[UInt8]] = []
    var `extension`: String?
    private(set) var isAbroad = false
    private(set) var hasCountryCode = false

    var digits: [UInt8] { Array(groups.joined()) }

    init(_ raw: String) throws(PhoneFault) {
        let (number, extensionText) = try Written.split(raw)
        `extension` = extensionText
        var isInGroup = false
        var hasPlus = false
        for scalar in number {
            if scalar >= "0" && scalar <= "9" {
                if !isInGroup { groups.append([]) }
                groups[groups.count - 1].append(UInt8(scalar.value))
                isInGroup = true
            } else if scalar == "+", groups.isEmpty, !hasPlus {
                hasPlus = true
            } else if Written.separators.contains(scalar) {
                isInGroup = false
            } else {
                throw .character(String(Character(scalar)))
            }
        }
        guard !groups.isEmpty else { throw .empty }
        takeCountryCode(hasPlus: hasPlus)
    }

    /// Between groups of digits.
    private static let separators: Set<Unicode.Scalar> = [" ", "-", ".", "/", "(", ")", "_", "·"]
    /// Before an extension; longer ones first, so that 分机 is not left half read.
    private static let markers = ["分机", "转", "ext", "x", "#", ","]

    private static func split(_ raw: String) throws(PhoneFault) -> (ArraySlice<Unicode.Scalar>, String?) {
        let scalars = String(decoding: Plain.bytes(raw), as: UTF8.self).lowercased().unicodeScalars.map { $0 }
        for at in scalars.indices {
            for marker in markers where scalars[at...].starts(with: marker.unicodeScalars) {
                let behind = scalars[(at + marker.unicodeScalars.count)...].filter { !" .:-".unicodeScalars.contains($0) }
                // 转分机 801: the second marker is read in its turn.
                let digits = behind.drop { "分机转xt".unicodeScalars.contains($0) }
                guard !digits.isEmpty, digits.count <= 6, digits.allSatisfy({ $0 >= "0" && $0 <= "9" }) else {
                    throw .character(marker)
                }
                return (scalars[..<at], String(String.UnicodeScalarView(digits)))
            }
        }
        return (scalars[...], nil)
    }

    /// Takes 86, +86 or 0086 off the front; another country's code stays and marks the number as abroad.
    private mutating func takeCountryCode(hasPlus: Bool) {
        var digits = self.digits
        if hasPlus || (digits.count > 12 && digits.starts(with: [0x30, 0x30])) {
            if !hasPlus { drop(2) }
            digits = self.digits
            guard digits.starts(with: [0x38, 0x36]) else {
                isAbroad = true
                return
            }
            drop(2)
            hasCountryCode = true
        } else if digits.count == 13, digits.starts(with: [0x38, 0x36, 0x31]) {
            drop(2)
            hasCountryCode = true
        }
    }

    private mutating func drop(_ count: Int) {
        var left = count
        while left > 0, let first = groups.first {
            let taken = min(left, first.count)
            groups[0].removeFirst(taken)
            if groups[0].isEmpty { groups.removeFirst() }
            left -= taken
        }
    }
}
