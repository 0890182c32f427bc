import Kernel
import Pinyin

/// Everything an item can be called, ready to be compared: made once, a search is one pass over a few hundred short texts.
struct SearchIndex: Sendable {
    /// UTF-8 of a text in lower case. Bytes compare some twenty times faster than characters, and in UTF-8 no text begins inside another's character.
    private typealias Bytes = [UInt8]

    private struct Entry: Sendable {
        let code: Bytes
        let names: [Bytes]
        let initials: [Bytes]
        let readings: [Bytes]
    }

    private let entries: [Entry]

    init(_ items: [Item], pinyin: PinyinReader) {
        entries = items.map { item in
            let names = [item.name] + item.aliases
            let readings = names.map(pinyin.reading)
            return Entry(
                code: Bytes(item.code.text.utf8), names: names.map { Bytes($0.lowercased().utf8) },
                initials: readings.map { Bytes($0.initials.utf8) }, readings: readings.map { Bytes($0.full.utf8) })
        }
    }

    /// Positions of items, best first.
    func search(_ text: String, limit: Int) -> [Int] {
        let query = Bytes(text.lowercased().filter { !$0.isWhitespace }.utf8)
        guard !query.isEmpty, query.count <= 96 else { return [] }
        var ranked: [(rank: Int, position: Int)] = []
        for (position, entry) in entries.enumerated() {
            if let rank = Self.rank(query, entry) { ranked.append((rank, position)) }
        }
        // Entries stand in the order of codes, so equal ranks keep that order.
        return ranked.sorted { ($0.rank, $0.position) < ($1.rank, $1.position) }.prefix(max(0, limit)).map(\.position)
    }

    private static func rank(_ query: Bytes, _ entry: Entry) -> Int? {
        if entry.code == query { return 0 }
        if entry.names[0].starts(with: query) { return 1 }
        if entry.names.contains(query) { return 2 }
        if entry.initials.contains(query) { return 3 }
        if entry.initials.contains(where: { $0.starts(with: query) }) { return 4 }
        if entry.readings.contains(where: { $0.starts(with: query) }) { return 5 }
        if entry.names.contains(where: { holds($0, query) }) { return 6 }
        if entry.code.starts(with: query) { return 7 }
        if query.count >= 2, entry.initials.contains(where: { holds($0, query) }) { return 8 }
        if query.count >= 4, entry.readings.contains(where: { holds($0, query) }) { return 9 }
        return nil
    }

    private static func holds(_ text: Bytes, _ query: Bytes) -> Bool {
        guard text.count >= query.count else { return false }
        return text.withUnsafeBufferPointer { text in
            query.withUnsafeBufferPointer { query in
                for start in 0...(text.count - query.count) where text[start] == query[0] {
                    if (1..<query.count).allSatisfy({ text[start + $0] == query[$0] }) { return true }
                }
                return false
            }
        }
    }
}
