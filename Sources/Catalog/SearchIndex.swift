import Kernel
import Pinyin

/// Everything an item can be called, ready to be compared: made once, a search is one pass over a few hundred short texts.
struct SearchIndex: Sendable {
    private struct Entry: Sendable {
        let code: String
        let names: [String]
        let initials: [String]
        let readings: [String]
    }

    private let entries: [Entry]

    init(_ items: [Item], pinyin: PinyinReader) {
        entries = items.map { item in
            let names = [item.name] + item.aliases
            let readings = names.map(pinyin.reading)
            return Entry(
                code: item.code.text, names: names.map { $0.lowercased() }, initials: readings.map(\.initials), readings: readings.map(\.full))
        }
    }

    /// Positions of items, best first.
    func search(_ text: String, limit: Int) -> [Int] {
        let query = text.lowercased().filter { !$0.isWhitespace }
        guard !query.isEmpty, query.utf8.count <= 96 else { return [] }
        var ranked: [(rank: Int, position: Int)] = []
        for (position, entry) in entries.enumerated() {
            if let rank = Self.rank(query, entry) { ranked.append((rank, position)) }
        }
        // Entries stand in the order of codes, so equal ranks keep that order.
        return ranked.sorted { ($0.rank, $0.position) < ($1.rank, $1.position) }.prefix(max(0, limit)).map(\.position)
    }

    private static func rank(_ query: String, _ entry: Entry) -> Int? {
        if entry.code == query { return 0 }
        if entry.names[0].hasPrefix(query) { return 1 }
        if entry.names.contains(query) { return 2 }
        if entry.initials.contains(query) { return 3 }
        if entry.initials.contains(where: { $0.hasPrefix(query) }) { return 4 }
        if entry.readings.contains(where: { $0.hasPrefix(query) }) { return 5 }
        if entry.names.contains(where: { $0.contains(query) }) { return 6 }
        if entry.code.hasPrefix(query) { return 7 }
        if query.utf8.count >= 2, entry.initials.contains(where: { $0.contains(query) }) { return 8 }
        if query.utf8.count >= 4, entry.readings.contains(where: { $0.contains(query) }) { return 9 }
        return nil
    }
}
