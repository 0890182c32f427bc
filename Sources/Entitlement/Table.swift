/// Values that depend on who the elder is. Of all that fit, the best counts.
struct Table {
    let value: Int64
    let byClass: [String: Int64]
    let byAbility: [String: Int64]
    var byAge: [String: Int64] = [:]
    let rows: [TableRow]

    func value(for who: Beneficiary) -> Int64 {
        var best = value
        if !byClass.isEmpty { for code in who.classes { best = max(best, byClass[code] ?? 0) } }
        if !byAbility.isEmpty { best = max(best, byAbility[String(who.abilityLevel)] ?? 0) }
        for (age, amount) in byAge { if let age = Int(age), who.age >= age { best = max(best, amount) } }
        for row in rows where row.fits(who) { best = max(best, row.value) }
        return best
    }

    var all: [Int64] { [value] + byClass.values + byAbility.values + byAge.values + rows.map(\.value) }
}

/// One line of a table with several conditions, such as means class × care level. An empty list asks for nothing.
public struct TableRow: Hashable, Sendable {
    public var classes: [String]
    public var abilityLevels: [Int]
    public var groups: [String]
    public var minimumAge: Int?
    public var maximumAge: Int?
    /// Fen, basis points or times, as the table it stands in.
    public var value: Int64

    public init(
        classes: [String] = [], abilityLevels: [Int] = [], groups: [String] = [], minimumAge: Int? = nil, maximumAge: Int? = nil, value: Int64
    ) {
        self.classes = classes
        self.abilityLevels = abilityLevels
        self.groups = groups
        self.minimumAge = minimumAge
        self.maximumAge = maximumAge
        self.value = value
    }

    func fits(_ who: Beneficiary) -> Bool {
        (classes.isEmpty || classes.contains(where: who.classes.contains)) && (abilityLevels.isEmpty || abilityLevels.contains(who.abilityLevel))
            && (groups.isEmpty || groups.contains(where: who.groups.contains)) && (minimumAge.map { $0 <= who.age } ?? true)
            && (maximumAge.map { who.age <= $0 } ?? true)
    }
}
