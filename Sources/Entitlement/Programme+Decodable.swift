import Kernel

/// Programme files are YAML: amounts as yuan (`"15.00"`) where they are money, basis points where they are shares; what is left out is empty.
extension ProgrammeVersion {
    enum CodingKeys: String, CodingKey {
        case version, from, until, sample, source, eligibility, scope, benefit, grants, excludes
        case minimumPayable = "minimum_payable"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            version: try fields.decode(Int.self, forKey: .version), from: try fields.decode(LocalDate.self, forKey: .from),
            until: try fields.decodeIfPresent(LocalDate.self, forKey: .until), isSample: try fields.decode(Bool.self, forKey: .sample),
            source: try fields.decode(String.self, forKey: .source),
            eligibility: try fields.decodeIfPresent(Eligibility.self, forKey: .eligibility) ?? Eligibility(),
            scope: try fields.decodeIfPresent(Scope.self, forKey: .scope) ?? Scope(),
            benefit: try fields.decode(Benefit.self, forKey: .benefit),
            minimumPayable: try fields.decodeIfPresent(Yuan.self, forKey: .minimumPayable).map { Fen($0.fen) },
            grants: try fields.decodeIfPresent([Grant].self, forKey: .grants) ?? [],
            excludes: try fields.decodeIfPresent([String].self, forKey: .excludes) ?? [])
    }
}

extension Eligibility {
    enum CodingKeys: String, CodingKey {
        case districts, regions, classes, groups, cadres
        case minimumAge = "min_age"
        case maximumAge = "max_age"
        case notClasses = "not_classes"
        case abilityLevels = "ability_levels"
        case livesAlone = "lives_alone"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            districts: try fields.decodeIfPresent([String].self, forKey: .districts) ?? [],
            regions: try fields.decodeIfPresent([String].self, forKey: .regions) ?? [],
            minimumAge: try fields.decodeIfPresent(Int.self, forKey: .minimumAge),
            maximumAge: try fields.decodeIfPresent(Int.self, forKey: .maximumAge),
            classes: try fields.decodeIfPresent([String].self, forKey: .classes) ?? [],
            notClasses: try fields.decodeIfPresent([String].self, forKey: .notClasses) ?? [],
            abilityLevels: try fields.decodeIfPresent([Int].self, forKey: .abilityLevels) ?? [],
            livesAlone: try fields.decodeIfPresent(Bool.self, forKey: .livesAlone),
            groups: try fields.decodeIfPresent([String].self, forKey: .groups) ?? [],
            cadres: try fields.decodeIfPresent([String].self, forKey: .cadres) ?? [])
    }
}

extension Scope {
    enum CodingKeys: String, CodingKey {
        case categories, items, modes
        case notItems = "not_items"
        case fromMinute = "from_minute"
        case untilMinute = "until_minute"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            categories: try fields.decodeIfPresent([String].self, forKey: .categories) ?? [],
            items: try fields.decodeIfPresent([String].self, forKey: .items) ?? [],
            notItems: try fields.decodeIfPresent([String].self, forKey: .notItems) ?? [],
            modes: try fields.decodeIfPresent([String].self, forKey: .modes) ?? [],
            fromMinute: try fields.decodeIfPresent(Int.self, forKey: .fromMinute),
            untilMinute: try fields.decodeIfPresent(Int.self, forKey: .untilMinute))
    }
}

extension Benefit {
    enum CodingKeys: String, CodingKey {
        case kind, value
        case byClass = "by_class"
        case byAbility = "by_ability"
        case byAge = "by_age"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        let kind = try fields.decode(Kind.self, forKey: .kind)
        func table(_ key: CodingKeys) throws -> [String: Int64] {
            kind == .share
                ? try fields.decodeIfPresent([String: Int64].self, forKey: key) ?? [:]
                : (try fields.decodeIfPresent([String: Yuan].self, forKey: key) ?? [:]).mapValues(\.fen)
        }
        let value =
            kind == .share
            ? try fields.decodeIfPresent(Int64.self, forKey: .value) : try fields.decodeIfPresent(Yuan.self, forKey: .value)?.fen
        self.init(
            kind: kind, value: value ?? 0, byClass: try table(.byClass), byAbility: try table(.byAbility), byAge: try table(.byAge))
    }
}

extension Grant {
    enum CodingKeys: String, CodingKey {
        case per, value
        case byClass = "by_class"
        case byAbility = "by_ability"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            per: try fields.decode(Period.self, forKey: .per), value: try fields.decodeIfPresent(Yuan.self, forKey: .value)?.fen ?? 0,
            byClass: (try fields.decodeIfPresent([String: Yuan].self, forKey: .byClass) ?? [:]).mapValues(\.fen),
            byAbility: (try fields.decodeIfPresent([String: Yuan].self, forKey: .byAbility) ?? [:]).mapValues(\.fen))
    }
}

/// Money as a person writes it in a file.
private struct Yuan: Decodable {
    let fen: Int64
    init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let amount = Fen(yuan: text) else {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "not an amount in yuan: \(text)"))
        }
        fen = amount.amount
    }
}
