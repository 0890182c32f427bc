/// RFC 4648 base64 with the standard alphabet and padding, read strictly: what is read writes back as the same text.
///
/// Own code because Foundation's reader needs Foundation, and a lenient reader would let one secret have several spellings.
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let padding: UInt8 = 0x3D

    private static let values: [UInt8?] = {
        var values = [UInt8?](repeating: nil, count: 256)
        for (index, letter) in alphabet.enumerated() { values[Int(letter)] = UInt8(index) }
        return values
    }()

    static func text(_ bytes: some Collection<UInt8>) -> String {
        var letters: [UInt8] = []
        letters.reserveCapacity((bytes.count + 2) / 3 * 4)
        var rest = bytes[...]
        while !rest.isEmpty {
            let group = Array(rest.prefix(3))
            rest = rest.dropFirst(3)
            let bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
            for place in 0..<4 {
                letters.append(place <= group.count ? alphabet[Int(bits >> UInt32(18 - 6 * place) & 0x3F)] : padding)
            }
        }
        return String(decoding: letters, as: UTF8.self)
    }

    /// Nil for any other letter, missing padding, or bits set beyond the last byte.
    static func bytes(_ text: some StringProtocol) -> [UInt8]? {
        let letters = Array(text.utf8)
        guard letters.count % 4 == 0 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(letters.count / 4 * 3)
        for start in stride(from: 0, to: letters.count, by: 4) {
            let isLast = start + 4 == letters.count
            let padded = isLast ? letters[start...].reversed().prefix { $0 == padding }.count : 0
            guard padded <= 2 else { return nil }
            var bits: UInt32 = 0
            for letter in letters[start..<(start + 4 - padded)] {
                guard let value = values[Int(letter)] else { return nil }
                bits = bits << 6 | UInt32(value)
            }
            bits <<= UInt32(6 * padded)
            guard bits & (padded == 0 ? 0 : (1 << UInt32(8 * padded)) - 1) == 0 else { return nil }
            bytes.append(contentsOf: [UInt8(bits >> 16 & 0xFF), UInt8(bits >> 8 & 0xFF), UInt8(bits & 0xFF)].prefix(3 - padded))
        }
        return bytes
    }
}
