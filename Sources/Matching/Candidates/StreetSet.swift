/// A set of streets, one bit each, numbered by ``StreetIndex``.
struct StreetSet: Hashable, Sendable {
    private var words: [UInt64]

    init(_ positions: some Sequence<Int> = []) {
        words = []
        for position in positions {
            while words.count <= position / 64 { words.append(0) }
            words[position / 64] |= 1 << UInt64(position % 64)
        }
    }

    /// Whether the two have a street in common.
    func meets(_ other: StreetSet) -> Bool {
        for index in 0..<min(words.count, other.words.count) where words[index] & other.words[index] != 0 { return true }
        return false
    }
}

/// The numbers of all streets that anybody serves.
struct StreetIndex: Sendable {
    private let positions: [String: Int]

    init(_ codes: Set<String>) {
        positions = Dictionary(uniqueKeysWithValues: codes.sorted().enumerated().map { ($1, $0) })
    }

    /// The streets among these that anybody serves.
    func set(_ codes: some Sequence<String>) -> StreetSet { StreetSet(codes.compactMap { positions[$0] }) }
}
