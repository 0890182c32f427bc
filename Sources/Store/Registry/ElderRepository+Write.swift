import Kernel
import Registry

extension ElderRepository {
    public func insert(_ elder: Elder) throws {
        let a = elder.address
        try tx.execute(
            """
            INSERT INTO elder (\(sql: Self.columns), id_tail)
            VALUES (\(elder.id), \(elder.number), \(elder.name), \(elder.pinyin), \(elder.initials), \(elder.sex), \(elder.birthday),
                \(elder.idNumber?.text), \(a.region), \(a.community), \(a.estate), \(a.building), \(a.unit), \(a.room), \(a.landmark),
                \(elder.place.map { Int(($0.latitude * 1e6).rounded()) }), \(elder.place.map { Int(($0.longitude * 1e6).rounded()) }),
                \(elder.abilityLevel), \(elder.livesAlone), \(elder.status), \(elder.statusSince), \(elder.deathDate),
                \(Packed.classes(elder.classes)), \(Packed.list(elder.diet.map(\.rawValue).sorted())), \(Packed.list(elder.alerts)),
                \(Packed.contacts(elder.contacts)), \(elder.preferredProvider), \(Packed.list(elder.blockedProviders.map(\.text))),
                \(elder.cadre?.rawValue), \(elder.version), \(elder.idNumber?.tail))
            """)
        try insertPhones(elder)
    }

    /// Keeps the street that an elder has left, and the last day there.
    public func noteMove(_ id: ElderID, from region: String, until: LocalDate) throws {
        try tx.execute(
            "UPDATE elder SET streets = streets || CASE WHEN streets = '' THEN '' ELSE ';' END || \("\(region)|\(until)") WHERE id = \(id)")
    }

    /// Writes an elder's file, if nobody has changed it since `version` was read.
    ///
    /// - Throws: `elder_changed` when somebody has.
    public func update(_ elder: Elder, expecting version: Int) throws {
        let a = elder.address
        let changed = try tx.execute(
            """
            UPDATE elder
            SET number = \(elder.number), name = \(elder.name), pinyin = \(elder.pinyin), initials = \(elder.initials), sex = \(elder.sex),
                birthday = \(elder.birthday), id_number = \(elder.idNumber?.text), id_tail = \(elder.idNumber?.tail), region = \(a.region),
                community = \(a.community), estate = \(a.estate), building = \(a.building), unit = \(a.unit), room = \(a.room),
                landmark = \(a.landmark), latitude_e6 = \(elder.place.map { Int(($0.latitude * 1e6).rounded()) }),
                longitude_e6 = \(elder.place.map { Int(($0.longitude * 1e6).rounded()) }), ability_level = \(elder.abilityLevel),
                lives_alone = \(elder.livesAlone), status = \(elder.status), status_since = \(elder.statusSince),
                death_date = \(elder.deathDate), classes = \(Packed.classes(elder.classes)),
                diet = \(Packed.list(elder.diet.map(\.rawValue).sorted())), alerts = \(Packed.list(elder.alerts)),
                contacts = \(Packed.contacts(elder.contacts)), preferred_provider = \(elder.preferredProvider),
                blocked_providers = \(Packed.list(elder.blockedProviders.map(\.text))), cadre = \(elder.cadre?.rawValue),
                version = \(version + 1)
            WHERE id = \(elder.id) AND version = \(version)
            """)
        guard changed == 1 else { throw Rejection(.conflict, "elder_changed", "档案刚被别人修改，请刷新后再保存。") }
        try tx.execute("DELETE FROM elder_phone WHERE elder_id = \(elder.id)")
        try insertPhones(elder)
    }

    private func insertPhones(_ elder: Elder) throws {
        for (ordinal, phone) in elder.phones.enumerated() {
            try tx.execute(
                """
                INSERT INTO elder_phone (elder_id, ordinal, number, extension, label, is_wrong)
                VALUES (\(elder.id), \(ordinal), \(phone.number.text), \(phone.number.extension), \(phone.label), \(phone.isWrong))
                """)
        }
    }
}

extension Elder {
    /// Without phones, which stand in a table of their own.
    init(row: inout Row) throws {
        let id: ElderID = try row.id()
        let (number, name, pinyin, initials) = (try row.text(), try row.text(), try row.text(), try row.text())
        let (sex, birthday) = (try row.value(Sex.self), try row.date())
        let idNumber = row.optionalText().flatMap { try? IDNumber($0) }
        let address = Address(
            region: try row.text(), community: try row.text(), estate: try row.text(), building: try row.text(), unit: try row.text(),
            room: try row.text(), landmark: try row.text())
        let (latitude, longitude) = (row.optionalInteger(), row.optionalInteger())
        let place = latitude.flatMap { lat in
            longitude.flatMap { Coordinate(latitude: Double(lat) / 1e6, longitude: Double($0) / 1e6) }
        }
        self.init(
            id: id, number: number, name: name, pinyin: pinyin, initials: initials, sex: sex, birthday: birthday, idNumber: idNumber,
            phones: [], address: address, place: place, classes: [], abilityLevel: try row.int(), livesAlone: try row.bool(),
            status: try row.value(), statusSince: try row.optionalDate(), deathDate: try row.optionalDate(), diet: [], alerts: [],
            contacts: [], preferredProvider: nil, blockedProviders: [], cadre: nil, version: 0)
        classes = try Packed.classes(try row.text())
        diet = Set(Packed.list(try row.text()).compactMap(Diet.init(rawValue:)))
        alerts = Packed.list(try row.text())
        contacts = Packed.contacts(try row.text())
        preferredProvider = row.optionalID()
        blockedProviders = Packed.list(try row.text()).map { ProviderID($0) }
        cadre = try row.optionalValue()
        version = try row.int()
    }
}

/// Short lists kept in one column, because they are always read and written whole: `;` between entries, `|` between fields.
enum Packed {
    static func list(_ items: [String]) -> String { items.map(clean).joined(separator: ";") }
    static func list(_ text: String) -> [String] { text.isEmpty ? [] : text.split(separator: ";").map(String.init) }

    static func classes(_ spans: [ClassSpan]) -> String {
        spans.map { "\(clean($0.classCode))|\($0.span.from)|\($0.span.until?.description ?? "")" }.joined(separator: ";")
    }

    static func classes(_ text: String) throws -> [ClassSpan] {
        guard !text.isEmpty else { return [] }
        // By bytes: a paper reads those of a thousand elders.
        return try text.utf8.split(separator: UInt8(ascii: ";")).map { part in
            let fields = part.split(separator: UInt8(ascii: "|"), omittingEmptySubsequences: false).map { Substring($0) }
            guard fields.count == 3, let from = LocalDate(fields[1]) else { throw StoreFault.corrupt("elder.classes: \(text)") }
            return ClassSpan(classCode: String(fields[0]), span: DateSpan(from: from, until: LocalDate(fields[2])))
        }
    }

    static func contacts(_ contacts: [Contact]) -> String {
        contacts.map { "\(clean($0.name))|\(clean($0.relation))|\($0.phone?.text ?? "")|\($0.order)" }.joined(separator: ";")
    }

    static func contacts(_ text: String) -> [Contact] {
        guard !text.isEmpty else { return [] }
        return text.split(separator: ";").map { part in
            let fields = part.split(separator: "|", omittingEmptySubsequences: false).map(String.init) + ["", "", "", ""]
            return Contact(name: fields[0], relation: fields[1], phone: try? NormalisedPhone(fields[2]), order: Int(fields[3]) ?? 0)
        }
    }

    /// Only the telephone numbers of ``contacts(_:)``, as they are stored.
    static func phones(_ contacts: String) -> [String] {
        contacts.split(separator: ";").compactMap { part in
            let fields = part.split(separator: "|", omittingEmptySubsequences: false)
            return fields.count > 2 && !fields[2].isEmpty ? String(fields[2]) : nil
        }
    }

    private static func clean(_ text: String) -> String {
        text.utf8.contains(0x3B) || text.utf8.contains(0x7C)
            ? String(text.map { $0 == ";" ? "；" : $0 == "|" ? "｜" : $0 }) : text
    }
}
