import Kernel
import Registry

/// The facts about an elder on the day of service that decide who pays.
public struct Beneficiary: Hashable, Sendable {
    /// Class codes that hold on the day.
    public var classes: [String]
    /// Full years on the day.
    public let age: Int
    public let district: String
    public let region: String
    /// GB/T 42195-2022, 0 ... 4.
    public let abilityLevel: Int
    public let livesAlone: Bool
    public let cadre: String?
    /// Special groups beside the classes, such as a city's own care grade.
    public var groups: Set<String>
    public let birthday: LocalDate?
    /// Classes with their dates, where they are known; empty when ``classes`` holds on every day.
    public let history: [ClassSpan]

    public init(
        classes: [String], age: Int, district: String, region: String, abilityLevel: Int, livesAlone: Bool, cadre: String?,
        groups: Set<String> = [], birthday: LocalDate? = nil, history: [ClassSpan] = []
    ) {
        self.classes = classes
        self.age = age
        self.district = district
        self.region = region
        self.abilityLevel = abilityLevel
        self.livesAlone = livesAlone
        self.cadre = cadre
        self.groups = groups
        self.birthday = birthday
        self.history = history
    }

    /// The same person with the classes of another day; everything else as on the day of service.
    func on(_ date: LocalDate) -> Beneficiary {
        guard !history.isEmpty else { return self }
        var other = self
        other.classes = history.filter { $0.span.contains(date) }.map(\.classCode)
        other.groups = groups.subtracting(classes).union(other.classes)
        return other
    }

    /// The first days of the stretches into which changes of class cut a span, the span's own first day among them.
    func changes(from first: LocalDate, through last: LocalDate) -> [LocalDate] {
        let edges = history.flatMap { [$0.span.from, $0.span.until?.adding(days: 1)].compactMap { $0 } }
        return Set(edges.filter { first < $0 && $0 <= last } + [first]).sorted()
    }
}

extension Beneficiary {
    /// The facts on a day, from what the registry keeps. Classes also count as special groups.
    public init(
        classes spans: [ClassSpan], birthday: LocalDate, region: String, abilityLevel: Int, livesAlone: Bool, cadre: CadreKind?, on date: LocalDate
    ) {
        let codes = Set(spans.lazy.filter { $0.span.contains(date) }.map(\.classCode))
        self.init(
            classes: codes.count > 1 ? codes.sorted() : Array(codes), age: date.years(since: birthday), district: String(region.prefix(6)),
            region: region, abilityLevel: abilityLevel, livesAlone: livesAlone, cadre: cadre?.rawValue, groups: codes, birthday: birthday,
            history: spans)
    }
}
