import Kernel

/// The elders' import file: one row, one elder.
///
/// | column | form |
/// |---|---|
/// | number, name | required; letters, digits and hyphens, at most 20 · at most 40 characters |
/// | sex, birthday | `male`/`female`/男/女/1/2 · `1942-03-05`, also `1942/3/5`, `19420305`; either may be empty when the identity number tells |
/// | id_number | 18 characters or the old 15, may be empty |
/// | phones | `138…;女儿:139…`; a trailing `!` marks a wrong number |
/// | region … landmark | the street's nine digits, then community, estate, building, unit, room, landmark |
/// | latitude, longitude | degrees, both or none |
/// | classes | `code@2026-01-01..2026-12-31;code@2026-01-01..` |
/// | ability | 0 ... 4 (GB/T 42195-2022), empty is 0 |
/// | lives_alone | 是/否/true/false/1/0, empty is no |
/// | diet, alerts | `清真;软食` or `halal;soft` · free words |
/// | contacts | `name/relation/phone;…` in the order of calling, the phone may be missing |
/// | preferred_provider, status | a provider's id · a status in English or Chinese, empty is 在册 |
///
/// Optional columns: blocked_providers, cadre, status_since, death_date.
public enum ElderRow {
    /// Where each column stands in the file, looked up once for all rows.
    public struct Columns: Sendable {
        public static let required = [
            "number", "name", "sex", "birthday", "id_number", "phones", "region", "community", "estate", "building", "unit", "room",
            "landmark", "latitude", "longitude", "classes", "ability", "lives_alone", "diet", "alerts", "contacts", "preferred_provider",
            "status",
        ]
        public static let optional = ["blocked_providers", "cadre", "status_since", "death_date"]

        let positions: [Int?]

        /// - Parameter columns: Column names with their positions, as ``CSVTable/columns`` has them; a missing one reads as empty.
        public init(_ columns: [String: Int]) {
            positions = Column.allCases.map { columns[$0.name] }
        }
    }

    /// The codes that exist; nil leaves a kind of code unchecked.
    public struct Vocabulary: Sendable {
        public var regions: Set<String>?
        public var classes: Set<String>?
        public var providers: Set<ProviderID>?

        public init(regions: Set<String>? = nil, classes: Set<String>? = nil, providers: Set<ProviderID>? = nil) {
            self.regions = regions
            self.classes = classes
            self.providers = providers
        }

        public static let unchecked = Vocabulary()
    }

    /// The columns by position in ``Columns/required`` and, behind it, ``Columns/optional``.
    enum Column: Int, CaseIterable {
        case number, name, sex, birthday, idNumber, phones, region, community, estate, building, unit, room, landmark, latitude, longitude
        case classes, ability, livesAlone, diet, alerts, contacts, preferredProvider, status
        case blockedProviders, cadre, statusSince, deathDate

        private static let names = Columns.required + Columns.optional

        var name: String { Column.names[rawValue] }
    }

    /// The elder of one row, or everything that is wrong with it.
    ///
    /// The id is the card number, the version 1; whoever knows the elder already keeps the old ones.
    /// - Parameter today: Nobody is born or dies after it, nor more than 130 years before.
    /// - Parameter pinyin: Full pinyin and initials of a name; asked only for rows without a fault.
    public static func parse(
        _ record: CSV.Record, _ columns: Columns, today: LocalDate, vocabulary: Vocabulary = .unchecked,
        pinyin: (String) -> (full: String, initials: String)
    ) -> Result<Elder, RowFaults> {
        var reader = ElderReader(record: record, columns: columns, today: today, vocabulary: vocabulary)
        guard var elder = reader.elder() else { return .failure(RowFaults(reader.faults)) }
        (elder.pinyin, elder.initials) = pinyin(elder.name)
        return .success(elder)
    }

    /// The fields of an elder in the order of ``Columns/required`` and ``Columns/optional``; ``parse(_:_:today:vocabulary:pinyin:)``
    /// reads them back to the same elder (but for id and version).
    public static func fields(of elder: Elder) -> [String] {
        let phones = elder.phones.map { ($0.label == "本人" ? "" : "\($0.label):") + $0.number.description + ($0.isWrong ? "!" : "") }
        let classes = elder.classes.map { "\($0.classCode)@\($0.span.from)..\($0.span.until.map(String.init(describing:)) ?? "")" }
        let contacts = elder.contacts.sorted { $0.order < $1.order }
            .map { "\($0.name)/\($0.relation)/\($0.phone.map(String.init(describing:)) ?? "")" }
        let address = elder.address
        return [
            elder.number, elder.name, elder.sex.rawValue, elder.birthday.description, elder.idNumber?.text ?? "",
            phones.joined(separator: ";"), address.region, address.community, address.estate, address.building, address.unit,
            address.room, address.landmark, elder.place.map { "\($0.latitude)" } ?? "", elder.place.map { "\($0.longitude)" } ?? "",
            classes.joined(separator: ";"), "\(elder.abilityLevel)", "\(elder.livesAlone)",
            Diet.allCases.filter(elder.diet.contains).map(\.rawValue).joined(separator: ";"), elder.alerts.joined(separator: ";"),
            contacts.joined(separator: ";"), elder.preferredProvider?.text ?? "", elder.status.rawValue,
            elder.blockedProviders.map(\.text).joined(separator: ";"), elder.cadre?.rawValue ?? "",
            elder.statusSince?.description ?? "", elder.deathDate?.description ?? "",
        ]
    }
}
