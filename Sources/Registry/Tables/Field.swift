import Kernel

/// The small notations that stand inside one field of a table.
enum Field {
    /// Without blanks (also full-width ones) at both ends.
    static func trimmed(_ text: String) -> String {
        let utf8 = text.utf8
        guard let first = utf8.first, let last = utf8.last else { return text }
        // A full-width blank ends in 0x80 and begins with 0xE3, like much Chinese text, so those look twice.
        guard first <= 0x20 || last <= 0x20 || first == 0xE3 || last == 0x80 || first == 0xC2 || last == 0xA0 else { return text }
        let scalars = text.unicodeScalars
        guard let start = scalars.firstIndex(where: { !isBlank($0) }), let end = scalars.lastIndex(where: { !isBlank($0) }) else { return "" }
        return String(text[start...end])
    }

    /// Without the apostrophe that exports and spreadsheets put before `=`, `+`, `-` and `@` lest the field be run as a formula.
    static func unguarded(_ text: String) -> String {
        guard text.utf8.first == 0x27, let second = text.utf8.dropFirst().first, [0x3D, 0x2B, 0x2D, 0x40].contains(second) else { return text }
        return String(text.dropFirst())
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value <= 0x20 || scalar.value == 0x3000 || scalar.value == 0xA0
    }

    /// The parts between separators, trimmed, without empty ones; the full-width form of the separator counts, too.
    static func list(_ text: String, separator: UInt8 = 0x3B) -> [String] {
        if text.isEmpty { return [] }
        return cut(text, separator, most: Int.max).map(trimmed).filter { !$0.isEmpty }
    }

    /// What stands before and behind the first separator; the second is nil when there is none.
    static func pair(_ text: String, separator: UInt8) -> (String, String?) {
        let parts = cut(text, separator, most: 2)
        return (trimmed(parts[0]), parts.count > 1 ? trimmed(parts[1]) : nil)
    }

    /// At least one part; a full-width separator (EF BC 80+n, n = ASCII − 0x20) is a separator as well.
    static func cut(_ text: String, _ separator: UInt8, most: Int) -> [String] {
        var text = text
        return text.withUTF8 { bytes in
            var parts: [String] = []
            var start = 0
            var at = 0
            while at < bytes.count, parts.count < most - 1 {
                let isWide = bytes[at] == 0xEF && at + 2 < bytes.count && bytes[at + 1] == 0xBC && bytes[at + 2] == separator &+ 0x60
                if bytes[at] == separator || isWide {
                    parts.append(String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<at]), as: UTF8.self))
                    at += isWide ? 3 : 1
                    start = at
                } else {
                    at += 1
                }
            }
            parts.append(String(decoding: UnsafeBufferPointer(rebasing: bytes[start...]), as: UTF8.self))
            return parts
        }
    }

    /// `1942-03-05`, and as spreadsheets and papers have it: `1942/3/5`, `1942.3.5`, `1942年3月5日`, `19420305`.
    static func date(_ text: String) -> LocalDate? {
        if let date = LocalDate(text) { return date }
        var groups: [Int] = []
        var widths: [Int] = []
        var isInGroup = false
        for byte in text.utf8 {
            guard Plain.isDigit(byte) else {
                isInGroup = false
                continue
            }
            if !isInGroup {
                groups.append(0)
                widths.append(0)
            }
            isInGroup = true
            guard widths[widths.count - 1] < 8 else { return nil }
            groups[groups.count - 1] = groups[groups.count - 1] * 10 + Int(byte - 0x30)
            widths[widths.count - 1] += 1
        }
        let marks: Set<Character> = ["-", "/", ".", "年", "月", "日", " "]
        guard text.allSatisfy({ $0.isASCII && $0.isNumber || marks.contains($0) }) else { return nil }
        if groups.count == 3, widths[0] == 4 { return LocalDate(groups[0], groups[1], groups[2]) }
        if groups.count == 1, widths[0] == 8 { return LocalDate(groups[0] / 10_000, groups[0] / 100 % 100, groups[0] % 100) }
        return nil
    }

    /// `2026-01-01..2026-12-31`, `2026-01-01..` and `2026-01-01`; nil for anything else and for an end before the start.
    static func span(_ text: String) -> DateSpan? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 10, let from = LocalDate(String(decoding: bytes[0..<10], as: UTF8.self)) else { return nil }
        if bytes.count == 10 { return DateSpan(from: from) }
        guard bytes.count >= 12, bytes[10] == 0x2E, bytes[11] == 0x2E else { return nil }
        if bytes.count == 12 { return DateSpan(from: from) }
        guard let until = LocalDate(String(decoding: bytes[12...], as: UTF8.self)), from <= until else { return nil }
        return DateSpan(from: from, until: until)
    }

    /// Yes and no as people write them; empty is no.
    static func flag(_ text: String) -> Bool? {
        switch text {
        case "true", "1", "是", "yes", "TRUE", "Y": true
        case "", "false", "0", "否", "no", "FALSE", "N": false
        default: nil
        }
    }

    static func sex(_ text: String) -> Sex? {
        switch text {
        case "male", "男", "1", "男性": .male
        case "female", "女", "2", "女性": .female
        default: nil
        }
    }

    /// Degrees of both axes, inside China: a turned-round pair or a forgotten point is a fault, not a place in the sea.
    static func place(_ latitude: String, _ longitude: String) -> Coordinate? {
        guard let latitude = Double(latitude), let longitude = Double(longitude), (18...54).contains(latitude), (73...136).contains(longitude)
        else { return nil }
        return Coordinate(latitude: latitude, longitude: longitude)
    }

    /// Nine digits of a street (GB/T 10114).
    static func isRegion(_ text: String) -> Bool { text.utf8.count == 9 && text.utf8.allSatisfy(Plain.isDigit) }

    /// Letters, digits and hyphens, at most `limit`: safe in a URL and on a card.
    static func isCode(_ text: String, upTo limit: Int) -> Bool {
        let utf8 = text.utf8
        return !utf8.isEmpty && utf8.count <= limit
            && utf8.allSatisfy { Plain.isDigit($0) || $0 >= 0x41 && $0 <= 0x5A || $0 >= 0x61 && $0 <= 0x7A || $0 == 0x2D || $0 == 0x5F }
    }
}
