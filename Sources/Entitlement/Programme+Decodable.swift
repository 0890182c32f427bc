import Kernel

/// A programme file: what could be read of it, and every entry that could not.
///
/// YAML: amounts as yuan (`"15.00"`) where they are money, basis points where they are shares; what is left out is empty. A field that
/// is not known is a fault, never passed over: it is a misspelt rule.
public struct ProgrammeFile: Decodable, Sendable {
    public let programmes: [Programme]
    public let faults: [ProgrammeFault]

    public init(from decoder: any Decoder) throws {
        var entries = try decoder.unkeyedContainer()
        var programmes: [Programme] = []
        var faults: [ProgrammeFault] = []
        while !entries.isAtEnd {
            let place = Self.place(entries.currentIndex)
            switch try entries.decode(Entry.self).result {
            case .success(let programme): programmes.append(programme)
            case .failure(let fault): faults.append(ProgrammeFault(programme: fault.code ?? place, message: fault.message))
            }
        }
        (self.programmes, self.faults) = (programmes, faults)
    }

    /// How an entry is told that has no code that can be read.
    ///
    /// - Parameter index: from 0.
    public static func place(_ index: Int) -> String { "第 \(index + 1) 项" }

    /// Keeps what is wrong with it, so that one bad entry does not hide the next.
    private struct Entry: Decodable {
        struct Fault: Error {
            /// The programme's code, where it can be read.
            let code: String?
            let message: String
        }

        let result: Result<Programme, Fault>

        init(from decoder: any Decoder) throws {
            struct Code: Decodable { let code: String }
            do {
                result = .success(try Programme(from: decoder))
            } catch let error as DecodingError {
                result = .failure(Fault(code: try? Code(from: decoder).code, message: error.words(below: 1)))
            }
        }
    }
}

extension Programme: Decodable {
    enum CodingKeys: String, CodingKey, CaseIterable { case code, name, fund, versions }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.fields(CodingKeys.self)
        self.init(
            code: try fields.decode(String.self, forKey: .code), name: try fields.decode(String.self, forKey: .name),
            fund: try fields.word(.fund), versions: try fields.decode([ProgrammeVersion].self, forKey: .versions))
    }
}

extension ProgrammeVersion: Decodable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case version, from, until, sample, source, eligibility, scope, benefit, grants, excludes, payout
        case minimumPayable = "minimum_payable"
        case providerBonus = "provider_bonus"
        case stacksWith = "stacks_with"
        case classChange = "class_change"
        case followsPause = "follows_pause"
        case claimPer = "claim_per"
        case claimMonths = "claim_months"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.fields(CodingKeys.self)
        self.init(
            version: try fields.decode(Int.self, forKey: .version), from: try fields.decode(LocalDate.self, forKey: .from),
            until: try fields.decodeIfPresent(LocalDate.self, forKey: .until), isSample: try fields.decode(Bool.self, forKey: .sample),
            source: try fields.decode(String.self, forKey: .source),
            eligibility: try fields.decodeIfPresent(Eligibility.self, forKey: .eligibility) ?? Eligibility(),
            scope: try fields.decodeIfPresent(Scope.self, forKey: .scope) ?? Scope(),
            benefit: try fields.decode(Benefit.self, forKey: .benefit),
            minimumPayable: try fields.decodeIfPresent(Yuan.self, forKey: .minimumPayable).map { Fen($0.fen) },
            providerBonus: try fields.decodeIfPresent(Yuan.self, forKey: .providerBonus).map { Fen($0.fen) },
            grants: try fields.list(.grants), excludes: try fields.list(.excludes), stacksWith: try fields.list(.stacksWith),
            classChange: try fields.wordIfPresent(.classChange) ?? .immediate,
            payout: try Self.payout(
                try fields.decodeIfPresent(String.self, forKey: .payout), per: try fields.wordIfPresent(.claimPer),
                months: try fields.decodeIfPresent(Int.self, forKey: .claimMonths), fields.codingPath),
            followsPause: try fields.decodeIfPresent(Bool.self, forKey: .followsPause) ?? false)
    }

    private static func payout(_ word: String?, per: Grant.Period?, months: Int?, _ path: [any CodingKey]) throws -> Payout {
        switch (word.map(Payout.Kind.init) ?? .service, per, months) {
        case (.service, nil, nil): .service
        case (.monthly, nil, nil): .monthly
        case (.claim, let per?, let months?): .claim(per: per, months: months)
        default:
            throw DecodingError.dataCorrupted(
                .init(codingPath: path, debugDescription: "payout 应为 service、monthly，或 claim 并写 claim_per 和 claim_months"))
        }
    }
}

extension Eligibility: Decodable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case districts, regions, classes, groups, cadres
        case minimumAge = "min_age"
        case maximumAge = "max_age"
        case notClasses = "not_classes"
        case abilityLevels = "ability_levels"
        case livesAlone = "lives_alone"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.fields(CodingKeys.self)
        self.init(
            districts: try fields.list(.districts), regions: try fields.list(.regions),
            minimumAge: try fields.decodeIfPresent(Int.self, forKey: .minimumAge),
            maximumAge: try fields.decodeIfPresent(Int.self, forKey: .maximumAge), classes: try fields.list(.classes),
            notClasses: try fields.list(.notClasses), abilityLevels: try fields.list(.abilityLevels),
            livesAlone: try fields.decodeIfPresent(Bool.self, forKey: .livesAlone), groups: try fields.list(.groups),
            cadres: try fields.list(.cadres))
    }
}

extension Scope: Decodable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case categories, items, modes, slots
        case notItems = "not_items"
        case fromMinute = "from_minute"
        case untilMinute = "until_minute"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.fields(CodingKeys.self)
        self.init(
            categories: try fields.list(.categories), items: try fields.list(.items), notItems: try fields.list(.notItems),
            modes: try fields.list(.modes), slots: try fields.words(.slots),
            fromMinute: try fields.decodeIfPresent(Int.self, forKey: .fromMinute),
            untilMinute: try fields.decodeIfPresent(Int.self, forKey: .untilMinute))
    }
}

extension Benefit: Decodable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case kind, value, rows, most
        case byClass = "by_class"
        case byAbility = "by_ability"
        case byAge = "by_age"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.fields(CodingKeys.self)
        let kind: Kind = try fields.word(.kind)
        let isMoney = kind != .share
        self.init(
            kind: kind, value: try fields.number(.value, isMoney: isMoney) ?? 0, byClass: try fields.table(.byClass, isMoney: isMoney),
            byAbility: try fields.table(.byAbility, isMoney: isMoney), byAge: try fields.table(.byAge, isMoney: isMoney),
            rows: try fields.rows(.rows, isMoney: isMoney), most: try fields.decodeIfPresent(Yuan.self, forKey: .most).map { Fen($0.fen) })
    }
}

extension Grant: Decodable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case per, unit, value, rows, unused
        case byClass = "by_class"
        case byAbility = "by_ability"
        case carryMonths = "carry_months"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.fields(CodingKeys.self)
        let unit: Unit = try fields.wordIfPresent(.unit) ?? .fen
        let isMoney = unit == .fen
        self.init(
            per: try fields.word(.per), unit: unit, value: try fields.number(.value, isMoney: isMoney) ?? 0,
            byClass: try fields.table(.byClass, isMoney: isMoney), byAbility: try fields.table(.byAbility, isMoney: isMoney),
            rows: try fields.rows(.rows, isMoney: isMoney),
            unused: try Self.unused(
                try fields.decodeIfPresent(String.self, forKey: .unused), months: try fields.decodeIfPresent(Int.self, forKey: .carryMonths),
                fields.codingPath))
    }

    private static func unused(_ word: String?, months: Int?, _ path: [any CodingKey]) throws -> Unused {
        switch (word, months) {
        case (nil, nil), ("lapses", nil): .lapses
        case ("lasts_quarter", nil): .lastsQuarter
        case ("lasts_year", nil): .lastsYear
        case (nil, let months?): .carries(months: months)
        default:
            throw DecodingError.dataCorrupted(
                .init(codingPath: path, debugDescription: "unused 应为 lapses、lasts_quarter 或 lasts_year，或只写 carry_months"))
        }
    }
}
