import Kernel
import Registry

/// Elders by id, card number, phone, name, initials and the tail of the identity number.
public struct ElderRepository {
    let tx: any Transaction

    public func find(_ id: ElderID) throws -> Elder? {
        guard var elder = try tx.first("SELECT \(sql: Self.columns) FROM elder WHERE id = \(id)", { try Elder(row: &$0) }) else { return nil }
        elder.phones = try phones(of: id)
        return elder
    }

    /// Without phones: what a decision about an order needs.
    public func facts(_ id: ElderID) throws -> Elder? {
        try tx.first("SELECT \(sql: Self.columns) FROM elder WHERE id = \(id)") { try Elder(row: &$0) }
    }

    /// Without phones: of many at once.
    public func facts(_ ids: [ElderID]) throws -> [Elder] {
        try ids.chunked(by: Chunk.keys).flatMap { part in
            try tx.rows("SELECT \(sql: Self.columns) FROM elder WHERE id IN (\(list: part.map(\.text))) ORDER BY id") { try Elder(row: &$0) }
        }
    }

    /// 卡号 and name of an elder.
    public typealias Named = (number: String, name: String)

    /// What a list of a hundred rows says of its elders, and no more of them.
    public func named(_ ids: [ElderID]) throws -> [ElderID: Named] {
        var found: [ElderID: Named] = [:]
        for part in ids.chunked(by: Chunk.keys) {
            try tx.forEachRow("SELECT id, number, name FROM elder WHERE id IN (\(list: part.map(\.text)))") { row in
                found[try row.id()] = (try row.text(), try row.text())
            }
        }
        return found
    }

    /// - Throws: `elder_unknown` when nobody has this id.
    public func require(_ id: ElderID) throws -> Elder {
        guard let elder = try facts(id) else { throw Rejection(.missing, "elder_unknown", "没有这位老人，请先建档或重新查找。", pointer: "/elder_id") }
        return elder
    }

    public func byNumber(_ number: String) throws -> Elder? {
        try tx.first("SELECT \(sql: Self.columns) FROM elder WHERE number = \(number)") { try Elder(row: &$0) }
    }

    public func byIDNumber(_ text: String) throws -> Elder? {
        try tx.first("SELECT \(sql: Self.columns) FROM elder WHERE id_number = \(text) ORDER BY id LIMIT 1") { try Elder(row: &$0) }
    }

    /// Everyone reachable on a line, most recently served first.
    public func onLine(_ number: NormalisedPhone) throws -> [Elder] {
        try tx.rows(
            """
            SELECT \(sql: Self.columns) FROM elder
            WHERE id IN (SELECT elder_id FROM elder_phone WHERE number = \(number.text) AND is_wrong = 0)
            ORDER BY last_used_ms DESC, id
            LIMIT 20
            """
        ) { try Elder(row: &$0) }
    }

    /// By name, pinyin, initials, card number, phone (whole or tail of an identity number): the first column that fits gives the answers.
    ///
    /// Every branch is a range over an index, so the answer does not slow down with the district.
    public func search(_ text: String, limit: Int) throws -> [Elder] {
        let query = text.trimmed
        guard !query.isEmpty, query.utf8.count <= 64 else { return [] }
        if query.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 || $0 == 0x78 || $0 == 0x58 }) {
            return try searchDigits(query, limit: limit)
        }
        let isLatin = query.utf8.allSatisfy { $0 < 0x80 }
        if !isLatin { return try prefix("name", query, limit) }
        let lower = query.lowercased()
        var found: [Elder] = []
        for column in ["number", "initials", "pinyin"] where found.count < limit {
            let more = try prefix(column, column == "number" ? query.uppercased() : lower, limit - found.count)
            found += more.filter { elder in !found.contains { $0.id == elder.id } }
        }
        return found
    }

    private func searchDigits(_ query: String, limit: Int) throws -> [Elder] {
        if query.utf8.count == 4 {
            return try tx.rows(
                """
                SELECT \(sql: Self.columns) FROM elder
                WHERE id IN (
                    SELECT t.id FROM elder t WHERE t.id_tail = \(query.uppercased())
                    UNION SELECT p.elder_id FROM elder_phone p WHERE SUBSTR(p.number, LENGTH(p.number) - 3) = \(query))
                ORDER BY last_used_ms DESC, id
                LIMIT \(limit)
                """
            ) { try Elder(row: &$0) }
        }
        let byPhone = try tx.rows(
            """
            SELECT \(sql: Self.columns) FROM elder
            WHERE id IN (SELECT elder_id FROM elder_phone WHERE number >= \(query) AND number < \(query.afterPrefix) LIMIT \(limit))
            ORDER BY last_used_ms DESC, id
            LIMIT \(limit)
            """
        ) { try Elder(row: &$0) }
        if !byPhone.isEmpty { return byPhone }
        let byIdentity = try tx.rows(
            "SELECT \(sql: Self.columns) FROM elder WHERE id_number = \(query.uppercased()) ORDER BY id LIMIT \(limit)"
        ) { try Elder(row: &$0) }
        return byIdentity.isEmpty ? try prefix("number", "LZ" + query, limit) : byIdentity
    }

    private func prefix(_ column: String, _ text: String, _ limit: Int) throws -> [Elder] {
        let end = text.afterPrefix
        let sql: SQL =
            switch column {
            case "name":
                "SELECT \(sql: Self.columns) FROM elder WHERE name >= \(text) AND name < \(end) ORDER BY name, id LIMIT \(limit)"
            case "number":
                "SELECT \(sql: Self.columns) FROM elder WHERE number >= \(text) AND number < \(end) ORDER BY number LIMIT \(limit)"
            case "initials":
                "SELECT \(sql: Self.columns) FROM elder WHERE initials >= \(text) AND initials < \(end) ORDER BY initials, id LIMIT \(limit)"
            default:
                "SELECT \(sql: Self.columns) FROM elder WHERE pinyin >= \(text) AND pinyin < \(end) ORDER BY pinyin, id LIMIT \(limit)"
            }
        return try tx.rows(sql) { try Elder(row: &$0) }
    }

    public func phones(of id: ElderID) throws -> [Phone] {
        try tx.rows("SELECT number, extension, label, is_wrong FROM elder_phone WHERE elder_id = \(id) ORDER BY ordinal") { row in
            let (number, ext) = (try row.text(), row.optionalText())
            guard let phone = try? NormalisedPhone(ext.map { "\(number)-\($0)" } ?? number) else {
                throw StoreFault.corrupt("elder_phone of \(id)")
            }
            return Phone(number: phone, label: try row.text(), isWrong: try row.bool())
        }
    }

    public func touch(_ id: ElderID, at now: Instant) throws {
        try tx.execute("UPDATE elder SET last_used_ms = \(now) WHERE id = \(id)")
    }

    public func count() throws -> Int { Int(try tx.integer("SELECT COUNT(*) FROM elder") ?? 0) }

    /// The first elder after an id, for walking through everyone in pages.
    public func page(after id: ElderID?, limit: Int) throws -> [Elder] {
        try tx.rows("SELECT \(sql: Self.columns) FROM elder WHERE id > \(id?.text ?? "") ORDER BY id LIMIT \(limit)") { try Elder(row: &$0) }
    }

    static let columns: StaticString = """
        id, number, name, pinyin, initials, sex, birthday, id_number, region, community, estate, building, unit, room, landmark, \
        latitude_e6, longitude_e6, ability_level, lives_alone, status, status_since, death_date, classes, diet, alerts, contacts, \
        preferred_provider, blocked_providers, cadre, version
        """
}

extension Transaction {
    public var elders: ElderRepository { ElderRepository(tx: self) }
}

extension String {
    /// The first text in byte order that no longer begins with this one.
    var afterPrefix: String { self + "\u{10FFFF}" }
}
