import Kernel
import Registry

/// Who may draw. An empty list asks for nothing; all that is stated must hold.
public struct Eligibility: Hashable, Sendable {
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

    /// Why somebody may not draw, in a word and a sentence.
    typealias Refusal = (code: String, message: String)

    /// Why someone may not draw; nil when they may.
    func refusal(_ who: Beneficiary) -> Refusal? {
        if !districts.isEmpty, !districts.contains(who.district) { return ("district", "户籍区县不在范围内") }
        if !regions.isEmpty, !regions.contains(who.region) { return ("region", "街道不在范围内") }
        if let minimumAge, who.age < minimumAge { return ("age", "未满 \(minimumAge) 周岁") }
        if let maximumAge, who.age > maximumAge { return ("age", "超过 \(maximumAge) 周岁") }
        if !classes.isEmpty, !classes.contains(where: who.classes.contains) { return ("class", "老人类别不符合，类别批准后可享受") }
        if notClasses.contains(where: who.classes.contains) { return ("class_excluded", "该类别由其他项目保障") }
        if !abilityLevels.isEmpty, !abilityLevels.contains(who.abilityLevel) { return ("ability", "能力等级不符合，重新评估后按新等级执行") }
        if let livesAlone, livesAlone != who.livesAlone { return ("living", "居住状况不符合") }
        if !groups.isEmpty, groups.allSatisfy({ !who.groups.contains($0) }) { return ("group", "不属于特殊群体") }
        if !cadres.isEmpty, !(who.cadre.map(cadres.contains) ?? false) { return ("cadre", "不属于干部保障对象") }
        return nil
    }

    /// The day from which somebody refused for `code` may draw, where it can be told today: a birthday, or a class that begins later.
    func firstDay(_ who: Beneficiary, refused code: String, after date: LocalDate) -> LocalDate? {
        switch code {
        case "age":
            guard let minimumAge, who.age < minimumAge, let birthday = who.birthday else { return nil }
            // Born on 29 February: full years count from 1 March in common years, as `LocalDate.years(since:)` has it.
            let year = birthday.year + minimumAge
            return LocalDate(year, birthday.monthOfYear, birthday.day) ?? LocalDate(year, 3, 1)
        case "class":
            return who.history.filter { classes.contains($0.classCode) && $0.span.from > date }.map(\.span.from).min()
        case "class_excluded":
            let ends = who.history.filter { notClasses.contains($0.classCode) && $0.span.contains(date) }.map(\.span.until)
            return ends.contains(nil) ? nil : ends.compactMap { $0?.adding(days: 1) }.max()
        default: return nil
        }
    }
}
