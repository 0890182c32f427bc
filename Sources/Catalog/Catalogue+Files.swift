import Kernel
import Pinyin

extension Catalogue {
    /// The catalogue that a set of files describes.
    ///
    /// - Throws: ``CatalogueFaults`` with everything ``lint(_:)`` finds; a catalogue with a fault is never used.
    public init(_ files: CatalogueFiles) throws(CatalogueFaults) {
        let faults = lint(files)
        guard faults.isEmpty else { throw CatalogueFaults(faults) }
        let tables = SourceTables(files)
        let exceptions = Dictionary(tables["pinyin.csv"].map { ($0["phrase"], $0["reading"]) }) { first, _ in first }
        self.init(
            items: tables["items.csv"].compactMap(Item.init), prices: tables["prices.csv"].compactMap(Price.init),
            kinds: tables["kinds.csv"].map {
                ProviderKind(code: ID($0["code"]), name: $0["name"], credentials: $0.list("credentials").map { ID($0) })
            },
            credentialTypes: tables["credentials.csv"].compactMap { row in
                CredentialType.Holder(rawValue: row["holder"]).map { CredentialType(code: ID(row["code"]), name: row["name"], holder: $0) }
            },
            regions: tables["regions.csv"].compactMap(Region.init),
            classes: tables["classes.csv"].map {
                ElderClass(code: ID($0["code"]), name: $0["name"], rank: Int($0["rank"]) ?? 9, notes: $0["notes"])
            },
            parameters: Parameters(
                tables["parameters.csv"].compactMap { row in
                    guard let value = Int(row["value"]), let from = LocalDate(row["from"]) else { return nil }
                    return Parameters.Row(key: row["key"], value: value, from: from)
                }),
            holidays: Holidays(
                Dictionary(
                    tables["calendar.csv"].compactMap { row in
                        LocalDate(row["date"]).flatMap { date in Holidays.Kind(rawValue: row["kind"]).map { (date, $0) } }
                    }) { first, _ in first }),
            pinyin: PinyinReader(exceptions: exceptions))
    }
}

extension Item {
    init?(_ row: SourceRow) {
        guard let category = Category(rawValue: row["category"]), let unit = Unit(rawValue: row["unit"]),
            let mode = Mode(rawValue: row["mode"]), let minutes = Int(row["duration_min"]), let staff = Int(row["staff"]),
            let evidence = Int(row["evidence"]).flatMap(EvidenceLevel.init(rawValue:))
        else { return nil }
        self.init(
            code: ItemCode(row["code"]), category: category, name: row["name"], careGroup: CareGroup(rawValue: row["gb_group"]), unit: unit,
            mode: mode, durationMinutes: minutes, kinds: row.list("kinds").map { ID($0) },
            credentials: row.list("credentials").map { ID($0) }, staffCount: staff, isFundable: row["fundable"] == "是",
            caps: row.list("cap").compactMap(FrequencyCap.init(text:)), evidence: evidence, questions: row.list("questions"),
            aliases: row.list("aliases"), tags: Set(row.list("tags").compactMap(ItemTag.init(rawValue:))), notes: row["notes"])
    }
}

extension Price {
    init?(_ row: SourceRow) {
        guard let type = PriceType(rawValue: row["price_type"]), let guide = Fen(yuan: row["guide_price"]), let from = LocalDate(row["from"])
        else { return nil }
        self.init(
            item: ItemCode(row["item"]), type: type, guide: guide, span: DateSpan(from: from, until: LocalDate(row["until"])),
            source: row["source"])
    }
}

extension Region {
    init?(_ row: SourceRow) {
        guard let latitude = Double(row["latitude"]), let longitude = Double(row["longitude"]),
            let centre = Coordinate(latitude: latitude, longitude: longitude)
        else { return nil }
        self.init(
            code: ID(row["code"]), district: row["district"], districtName: row["district_name"], name: row["name"], centre: centre,
            neighbours: row.list("neighbours").map { ID($0) })
    }
}
