/// Text of forms and spreadsheets as plain half-width bytes.
enum Plain {
    /// UTF-8 with full-width ASCII (U+FF01 ... U+FF5E) made half-width, and every kind of blank made a space; other characters stay.
    static func bytes(_ text: String) -> [UInt8] {
        let utf8 = text.utf8
        // Nearly every field is ASCII already, so the walk over scalars is for the few.
        if utf8.allSatisfy({ $0 < 0x80 && $0 >= 0x20 }) { return Array(utf8) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0xFF01...0xFF5E: bytes.append(UInt8(scalar.value - 0xFEE0))
            case 0x09, 0xA0, 0x2000...0x200B, 0x202F, 0x3000, 0xFEFF: bytes.append(0x20)
            // Hyphens and dashes of all lengths.
            case 0x2010...0x2015, 0x2212: bytes.append(0x2D)
            default: bytes.append(contentsOf: scalar.utf8)
            }
        }
        return bytes
    }

    static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    /// The value of bytes known to be digits.
    static func number(_ digits: ArraySlice<UInt8>) -> Int { digits.reduce(0) { $0 * 10 + Int($1 - 0x30) } }
}
