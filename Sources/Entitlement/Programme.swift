import Kernel

/// 补贴项目: dated data that say for whom, for what and how much a fund pays.
public struct Programme: Decodable, Sendable {
    public let code: String
    public let name: String
    public let fund: Fund
    public let versions: [ProgrammeVersion]

    public init(code: String, name: String, fund: Fund, versions: [ProgrammeVersion]) {
        self.code = code
        self.name = name
        self.fund = fund
        self.versions = versions
    }
}

/// The rules of a programme over a span of days. A change of rules is a new version, never an edit.
public struct ProgrammeVersion: Decodable, Sendable {
    public var version: Int
    public var from: LocalDate
    public var until: LocalDate?
    /// True for amounts that are assumed until the district gives its own.
    public var isSample: Bool
    public var source: String
    public var eligibility: Eligibility
    public var scope: Scope
    public var benefit: Benefit
    /// The bill below which nothing is paid (last-dish rule: dine in for at least so much).
    public var minimumPayable: Fen?
    /// What is paid at most in each period, and for which period a balance is kept.
    public var grants: [Grant]
    /// Programmes that pay nothing once this one has paid for the same service.
    public var excludes: [String]

    public var span: DateSpan { DateSpan(from: from, until: until) }

    public init(
        version: Int, from: LocalDate, until: LocalDate? = nil, isSample: Bool = true, source: String = "",
        eligibility: Eligibility = Eligibility(), scope: Scope = Scope(), benefit: Benefit, minimumPayable: Fen? = nil,
        grants: [Grant] = [], excludes: [String] = []
    ) {
        self.version = version
        self.from = from
        self.until = until
        self.isSample = isSample
        self.source = source
        self.eligibility = eligibility
        self.scope = scope
        self.benefit = benefit
        self.minimumPayable = minimumPayable
        self.grants = grants
        self.excludes = excludes
    }
}

/// Who may draw. An empty list asks for nothing; all that is stated must hold.
public struct Eligibility: Decodable, Hashable, Sendable {
    public var districts: [String]
    public var regions: [String]
    public var minimumAge: Int?
    public var maximumAge: Int?
    public var classes: [String]
    public var notClasses: [String]
    /// GB/T 42195-2022 levels, 0 … 4.
    public var abilityLevels: [Int]
    public var livesAlone: Bool?
    public var groups: [String]
    public var cadres: [String]

    public init(
        districts: [String] = [], regions: [String] = [], minimumAge: Int? = nil, maximumAge: Int? = nil, classes: [String] = [],
        notClasses: [String] = [], abilityLevels: [Int] = [], livesAlone: Bool? = nil, groups: [String] = [], cadres: [String] = []
    ) {
        self.districts = districts
        self.regions = regions
        self.minimumAge = minimumAge
        self.maximumAge = maximumAge
        self.classes = classes
        self.notClasses = notClasses
        self.abilityLevels = abilityLevels
        self.livesAlone = livesAlone
        self.groups = groups
        self.cadres = cadres
    }

    /// Why someone may not draw; nil when they may.
    func refusal(_ who: Beneficiary) -> (code: String, message: String)? {
        if !districts.isEmpty, !districts.contains(who.district) { return ("district", "户籍区县不在范围内") }
        if !regions.isEmpty, !regions.contains(who.region) { return ("region", "街道不在范围内") }
        if let minimumAge, who.age < minimumAge { return ("age", "未满 \(minimumAge) 周岁") }
        if let maximumAge, who.age > maximumAge { return ("age", "超过 \(maximumAge) 周岁") }
        if !classes.isEmpty, !classes.contains(where: who.classes.contains) { return ("class", "老人类别不符合") }
        if notClasses.contains(where: who.classes.contains) { return ("class_excluded", "该类别由其他项目保障") }
        if !abilityLevels.isEmpty, !abilityLevels.contains(who.abilityLevel) { return ("ability", "能力等级不符合") }
        if let livesAlone, livesAlone != who.livesAlone { return ("living", "居住状况不符合") }
        if !groups.isEmpty, groups.allSatisfy({ !who.groups.contains($0) }) { return ("group", "不属于特殊群体") }
        if !cadres.isEmpty, !(who.cadre.map(cadres.contains) ?? false) { return ("cadre", "不属于干部保障对象") }
        return nil
    }
}

/// For what it pays. Empty lists ask for nothing.
public struct Scope: Decodable, Hashable, Sendable {
    public var categories: [String]
    public var items: [String]
    public var notItems: [String]
    /// Chinese words of the catalogue: `到店`, `上门` …
    public var modes: [String]
    /// Half-open span of minutes of the day, such as 660 ..< 810 for lunch.
    public var fromMinute: Int?
    public var untilMinute: Int?

    public init(
        categories: [String] = [], items: [String] = [], notItems: [String] = [], modes: [String] = [], fromMinute: Int? = nil,
        untilMinute: Int? = nil
    ) {
        self.categories = categories
        self.items = items
        self.notItems = notItems
        self.modes = modes
        self.fromMinute = fromMinute
        self.untilMinute = untilMinute
    }
}

/// How much it pays of one service.
public struct Benefit: Decodable, Hashable, Sendable {
    public enum Kind: String, Decodable, CaseIterable, Sendable {
        /// A fixed amount a visit.
        case amount
        /// A share in basis points of what is still to be paid.
        case share
        /// All that is still to be paid, up to the grants.
        case rest
    }

    public var kind: Kind
    /// For everyone who is not in a table below: fen, or basis points.
    public var value: Int64
    /// By class code; of several classes the best counts.
    public var byClass: [String: Int64]
    /// By ability level.
    public var byAbility: [String: Int64]
    /// By age from which it counts.
    public var byAge: [String: Int64]

    public init(
        kind: Kind, value: Int64 = 0, byClass: [String: Int64] = [:], byAbility: [String: Int64] = [:], byAge: [String: Int64] = [:]
    ) {
        self.kind = kind
        self.value = value
        self.byClass = byClass
        self.byAbility = byAbility
        self.byAge = byAge
    }

    /// The best value that any table gives this person.
    func value(for who: Beneficiary) -> Int64 { Table(value, byClass, byAbility, byAge).value(for: who) }
}

/// 额度: the most that is paid in a period.
public struct Grant: Decodable, Hashable, Sendable {
    public enum Period: String, Decodable, CaseIterable, Sendable {
        case day, week, month, quarter, year
    }

    public var per: Period
    public var value: Int64
    public var byClass: [String: Int64]
    public var byAbility: [String: Int64]

    public init(per: Period, value: Int64 = 0, byClass: [String: Int64] = [:], byAbility: [String: Int64] = [:]) {
        self.per = per
        self.value = value
        self.byClass = byClass
        self.byAbility = byAbility
    }

    func amount(for who: Beneficiary) -> Fen { Fen(Table(value, byClass, byAbility, [:]).value(for: who)) }

    /// The name of the period a day lies in: `2026-03-05`, `2026-03-02w`, `2026-03`, `2026-Q1`, `2026`.
    func period(_ date: LocalDate) -> String {
        switch per {
        case .day: date.description
        case .week: "\(date.adding(days: 1 - date.weekday))w"
        case .month: date.month.description
        case .quarter: "\(date.year)-Q\((date.monthOfYear - 1) / 3 + 1)"
        case .year: "\(date.year)"
        }
    }

    /// The first day of the next period, when there will be a new grant.
    func next(_ date: LocalDate) -> LocalDate {
        switch per {
        case .day: date.adding(days: 1)
        case .week: date.adding(days: 8 - date.weekday)
        case .month: date.month.adding(1).first
        case .quarter: Month(date.year, (date.monthOfYear - 1) / 3 * 3 + 1).adding(3).first
        case .year: Month(date.year, 1).adding(12).first
        }
    }
}

private struct Table {
    let value: Int64
    let byClass: [String: Int64]
    let byAbility: [String: Int64]
    let byAge: [String: Int64]

    init(_ value: Int64, _ byClass: [String: Int64], _ byAbility: [String: Int64], _ byAge: [String: Int64]) {
        self.value = value
        self.byClass = byClass
        self.byAbility = byAbility
        self.byAge = byAge
    }

    func value(for who: Beneficiary) -> Int64 {
        var best = value
        if !byClass.isEmpty { for code in who.classes { best = max(best, byClass[code] ?? 0) } }
        if !byAbility.isEmpty { best = max(best, byAbility[String(who.abilityLevel)] ?? 0) }
        for (age, amount) in byAge { if let age = Int(age), who.age >= age { best = max(best, amount) } }
        return best
    }
}
