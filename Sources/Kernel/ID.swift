/// The identity of a thing of kind `Of`: text, unique for ever, safe in a URL.
public struct ID<Of>: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    public let text: String

    public init(_ text: String) { self.text = text }

    public init(from decoder: any Decoder) throws { text = try decoder.singleValueContainer().decode(String.self) }
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
    public var description: String { text }
    public static func < (a: ID, b: ID) -> Bool { a.text < b.text }
}

/// Makes ids that sort by the time they were made: 9 characters of time, 11 of chance, in Crockford's base 32.
public enum IDMaker {
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    /// - Parameter random: at least 55 random bits.
    public static func text(at instant: Instant, random: UInt64) -> String {
        String(unsafeUninitializedCapacity: 20) { buffer in
            var time = UInt64(bitPattern: instant.milliseconds)
            for i in stride(from: 8, through: 0, by: -1) {
                buffer[i] = alphabet[Int(time & 31)]
                time >>= 5
            }
            var chance = random
            for i in stride(from: 19, through: 9, by: -1) {
                buffer[i] = alphabet[Int(chance & 31)]
                chance >>= 5
            }
            return 20
        }
    }
}
