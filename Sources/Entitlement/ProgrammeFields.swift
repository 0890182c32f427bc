import Kernel

/// Money as a person writes it in a file.
struct Yuan: Decodable {
    let fen: Int64
    init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let amount = Fen(yuan: text) else {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "“\(text)”不是以元为单位的金额"))
        }
        fen = amount.amount
    }
}

/// Whatever stands in a field, when only the field's name is asked.
private struct Anything: Decodable {
    init(from _: any Decoder) {}
}

extension Decoder {
    /// The fields of a mapping.
    ///
    /// - Throws: for a field that `type` does not list.
    func fields<Key: CodingKey & CaseIterable>(_ type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        let known = Set(Key.allCases.map(\.stringValue))
        let unknown = try singleValueContainer().decode([String: Anything].self).keys.filter { !known.contains($0) }.sorted()
        guard unknown.isEmpty else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: codingPath, debugDescription: "未知字段 \(unknown.joined(separator: "、"))"))
        }
        return try container(keyedBy: type)
    }
}

extension KeyedDecodingContainer {
    /// One of a few words, all of which are named to whoever writes another.
    func word<Word: RawRepresentable<String> & CaseIterable>(_ key: Key) throws -> Word {
        try known(try decode(String.self, forKey: key), key)
    }

    func wordIfPresent<Word: RawRepresentable<String> & CaseIterable>(_ key: Key) throws -> Word? {
        try decodeIfPresent(String.self, forKey: key).map { try known($0, key) }
    }

    func words<Word: RawRepresentable<String> & CaseIterable>(_ key: Key) throws -> [Word] {
        try (try list(key) as [String]).map { try known($0, key) }
    }

    private func known<Word: RawRepresentable<String> & CaseIterable>(_ text: String, _ key: Key) throws -> Word {
        guard let word = Word(rawValue: text) else {
            let all = Word.allCases.map(\.rawValue).joined(separator: "、")
            throw DecodingError.dataCorrupted(.init(codingPath: codingPath + [key], debugDescription: "“\(text)”应为 \(all) 之一"))
        }
        return word
    }

    func list<Element: Decodable>(_ key: Key) throws -> [Element] { try decodeIfPresent([Element].self, forKey: key) ?? [] }

    /// Yuan in quotation marks where it is money, else a whole number.
    func number(_ key: Key, isMoney: Bool) throws -> Int64? {
        isMoney ? try decodeIfPresent(Yuan.self, forKey: key)?.fen : try decodeIfPresent(Int64.self, forKey: key)
    }

    func table(_ key: Key, isMoney: Bool) throws -> [String: Int64] {
        isMoney
            ? (try decodeIfPresent([String: Yuan].self, forKey: key) ?? [:]).mapValues(\.fen)
            : try decodeIfPresent([String: Int64].self, forKey: key) ?? [:]
    }

    func rows(_ key: Key, isMoney: Bool) throws -> [TableRow] {
        isMoney
            ? (try decodeIfPresent([Line<Yuan>].self, forKey: key) ?? []).map { $0.row($0.value.fen) }
            : (try decodeIfPresent([Line<Int64>].self, forKey: key) ?? []).map { $0.row($0.value) }
    }
}

/// One line of `rows`.
private struct Line<Value: Decodable>: Decodable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case classes, groups, value
        case abilityLevels = "ability_levels"
        case minimumAge = "min_age"
        case maximumAge = "max_age"
    }

    let value: Value
    private let line: TableRow

    init(from decoder: any Decoder) throws {
        let fields = try decoder.fields(CodingKeys.self)
        value = try fields.decode(Value.self, forKey: .value)
        line = TableRow(
            classes: try fields.list(.classes), abilityLevels: try fields.list(.abilityLevels), groups: try fields.list(.groups),
            minimumAge: try fields.decodeIfPresent(Int.self, forKey: .minimumAge),
            maximumAge: try fields.decodeIfPresent(Int.self, forKey: .maximumAge), value: 0)
    }

    func row(_ value: Int64) -> TableRow {
        var row = line
        row.value = value
        return row
    }
}
