import Catalog
import Kernel

/// What is wrong with a programme file.
public struct ProgrammeFault: Error, Hashable, Sendable, CustomStringConvertible {
    public let programme: String
    public let version: Int?
    public let message: String

    public init(programme: String, version: Int? = nil, message: String) {
        self.programme = programme
        self.version = version
        self.message = message
    }

    public var description: String { "\(programme)\(version.map { " 第 \($0) 版" } ?? "")：\(message)" }
}

public struct ProgrammeFaults: Error, Sendable, CustomStringConvertible {
    public let all: [ProgrammeFault]
    public init(all: [ProgrammeFault]) { self.all = all }
    public var description: String { all.map(\.description).joined(separator: "\n") }
}

/// Finds slips in programmes before anybody is told a wrong amount on the telephone.
public enum ProgrammeLint {
    /// Everything that can be seen in the programmes themselves, sorted.
    public static func faults(_ programmes: [Programme]) -> [ProgrammeFault] {
        var faults: [ProgrammeFault] = []
        for (code, group) in Dictionary(grouping: programmes, by: \.code) where group.count > 1 {
            faults.append(ProgrammeFault(programme: code, message: "编码重复"))
        }
        let codes = Set(programmes.map(\.code))
        for programme in programmes {
            for (name, text) in [("编码", programme.code), ("名称", programme.name)] where text.trimmed.isEmpty {
                faults.append(ProgrammeFault(programme: programme.code, message: "\(name)不能为空"))
            }
            faults += dates(programme)
            for version in programme.versions {
                let found = amounts(version) + grants(version) + limits(version) + payouts(version) + company(version, of: programme, codes)
                faults += found.map { ProgrammeFault(programme: programme.code, version: version.version, message: $0) }
            }
        }
        faults += cycles(programmes)
        return faults.sorted { ($0.programme, $0.version ?? 0, $0.message) < ($1.programme, $1.version ?? 0, $1.message) }
    }

    /// Codes that the catalogue does not know: a programme that names one would silently pay nobody or nothing.
    public static func faults(_ programmes: [Programme], against catalogue: Catalogue) -> [ProgrammeFault] {
        let districts = Set(catalogue.regions.map { String($0.code.text.prefix(6)) })
        return programmes.flatMap { programme in
            programme.versions.flatMap { version -> [ProgrammeFault] in
                let (who, scope) = (version.eligibility, version.scope)
                let tables = [version.benefit.table] + version.grants.map(\.table)
                let classes = who.classes + who.notClasses + tables.flatMap { $0.byClass.keys + $0.rows.flatMap(\.classes) }
                var unknown = classes.filter { catalogue.elderClass(ID($0)) == nil }.map { "老人类别 \($0) 不存在" }
                unknown += who.regions.filter { catalogue.region(ID($0)) == nil }.map { "街道 \($0) 不存在" }
                unknown += who.districts.filter { !districts.contains($0) }.map { "区县 \($0) 不存在" }
                unknown += (scope.items + scope.notItems).filter { catalogue.item(ItemCode($0)) == nil }.map { "服务项目 \($0) 不存在" }
                unknown += scope.categories.filter { Category(rawValue: $0) == nil }.map { "服务类别 \($0) 不存在" }
                unknown += scope.modes.filter { Mode(rawValue: $0) == nil }.map { "服务方式 \($0) 不存在" }
                return Set(unknown).sorted().map { ProgrammeFault(programme: programme.code, version: version.version, message: $0) }
            }
        }
    }

    private static func dates(_ programme: Programme) -> [ProgrammeFault] {
        var faults: [ProgrammeFault] = []
        func fault(_ version: ProgrammeVersion, _ message: String) {
            faults.append(ProgrammeFault(programme: programme.code, version: version.version, message: message))
        }
        if programme.versions.isEmpty { faults.append(ProgrammeFault(programme: programme.code, message: "没有任何版本")) }
        for (index, version) in programme.versions.enumerated() {
            if version.version < 1 { fault(version, "版本号应为不小于 1 的整数") }
            if version.span.isEmpty { fault(version, "结束日期早于开始日期") }
            for other in programme.versions.dropFirst(index + 1) {
                if other.span.overlaps(version.span) { fault(version, "与第 \(other.version) 版日期重叠") }
                if other.version == version.version { fault(version, "版本号重复") }
            }
        }
        let sorted = programme.versions.sorted { $0.from < $1.from }
        for (version, next) in zip(sorted, sorted.dropFirst()) {
            guard let until = version.until, !next.followsPause, until.adding(days: 1) < next.from else { continue }
            fault(version, "与第 \(next.version) 版之间有空档 \(until.adding(days: 1)) 至 \(next.from.adding(days: -1))；确需停发请在后一版写 follows_pause: true")
        }
        return faults
    }

    private static func amounts(_ version: ProgrammeVersion) -> [String] {
        let benefit = version.benefit
        let values = benefit.table.all
        var faults: [String] = []
        if values.contains(where: { $0 < 0 }) { faults.append("金额或比例不能为负") }
        if benefit.kind == .share, values.contains(where: { $0 > 10_000 }) { faults.append("比例不能超过 10000（100%）") }
        if benefit.kind == .rest, version.grants.isEmpty { faults.append("按剩余全额支付的项目必须有额度") }
        if let most = benefit.most, most <= .zero { faults.append("单次限额应大于零") }
        if let minimum = version.minimumPayable, minimum <= .zero { faults.append("最低消费应大于零") }
        if let bonus = version.providerBonus, bonus <= .zero { faults.append("运营补贴应大于零") }
        return faults
    }

    private static func grants(_ version: ProgrammeVersion) -> [String] {
        var faults: [String] = []
        if version.grants.contains(where: { $0.table.all.contains { $0 < 0 } }) { faults.append("额度不能为负") }
        // Shared out by days it is multiplied by them.
        if version.grants.contains(where: { $0.table.all.contains { $0 > Fen.limit.amount } }) { faults.append("额度过大") }
        if version.grants.contains(where: { $0.unused != .lapses && $0.per != .month }) { faults.append("只有按月的额度可以结转") }
        if version.grants.contains(where: { if case .carries(let months) = $0.unused { !(1...24).contains(months) } else { false } }) {
            faults.append("结转月数应为 1 到 24")
        }
        let kinds = version.grants.map { "\($0.per.rawValue)/\($0.unit.rawValue)" }
        if Set(kinds).count < kinds.count { faults.append("同一周期的额度写了两次") }
        return faults
    }

    private static func limits(_ version: ProgrammeVersion) -> [String] {
        var faults: [String] = []
        let rows = ([version.benefit.table] + version.grants.map(\.table)).flatMap(\.rows)
        let levels = version.eligibility.abilityLevels + rows.flatMap(\.abilityLevels)
        let tables = [version.benefit.table] + version.grants.map(\.table)
        if levels.contains(where: { !(0...4).contains($0) }) || !Self.areNumbers(tables.flatMap(\.byAbility.keys), in: 0...4) {
            faults.append("能力等级应为 0 到 4")
        }
        let bounds = [version.eligibility.minimumAge, version.eligibility.maximumAge] + rows.flatMap { [$0.minimumAge, $0.maximumAge] }
        if bounds.contains(where: { $0.map { !ages.contains($0) } ?? false }) || !Self.areNumbers(tables.flatMap(\.byAge.keys), in: ages) {
            faults.append("年龄应为 \(ages.lowerBound) 到 \(ages.upperBound) 岁的整数")
        }
        if rows.contains(where: { row in row.minimumAge.map { least in row.maximumAge.map { $0 < least } ?? false } ?? false }) {
            faults.append("rows 中年龄上限小于下限")
        }
        if let least = version.eligibility.minimumAge, let most = version.eligibility.maximumAge, most < least { faults.append("年龄上限小于下限") }
        let minutes = [version.scope.fromMinute, version.scope.untilMinute].compactMap { $0 }
        if minutes.contains(where: { !(0...1440).contains($0) }) { faults.append("时刻应为 0 到 1440 分") }
        if let from = version.scope.fromMinute, let until = version.scope.untilMinute, until <= from { faults.append("结束时刻不晚于开始时刻") }
        return faults
    }

    /// In years; nobody is known to have lived longer.
    private static let ages = 0...130

    /// Whether the keys of a table can be meant: one that is no number in range would never apply to anybody.
    private static func areNumbers(_ keys: [String], in range: ClosedRange<Int>) -> Bool {
        keys.allSatisfy { Int($0).map(range.contains) ?? false }
    }

    private static func payouts(_ version: ProgrammeVersion) -> [String] {
        switch version.payout {
        case .service: []
        case .monthly:
            version.benefit.kind != .amount || version.scope != Scope() || !version.grants.isEmpty || version.minimumPayable != nil
                || version.providerBonus != nil
                ? ["按月发放的津贴只写对象和定额：benefit.kind 应为 amount，不写 scope、grants、minimum_payable 和 provider_bonus"] : []
        case .claim(let per, let months):
            (per == .day || per == .week ? ["报销期应为 month、quarter 或 year"] : []) + ((1...12).contains(months) ? [] : ["报销期后可报销的月数应为 1 到 12"])
        }
    }

    private static func company(_ version: ProgrammeVersion, of programme: Programme, _ codes: Set<String>) -> [String] {
        version.excludes.filter { !codes.contains($0) }.map { "互斥项目 \($0) 不存在" }
            + version.stacksWith.filter { !codes.contains($0) }.map { "可叠加项目 \($0) 不存在" }
            + version.stacksWith.filter(version.excludes.contains).map { "与 \($0) 既互斥又可叠加" }
            + (version.stacksWith.contains(programme.code) ? ["不能与自己叠加"] : [])
    }

    /// Exclusion holds both ways and is written once; a ring of it says nothing about which programme is meant to give way.
    private static func cycles(_ programmes: [Programme]) -> [ProgrammeFault] {
        var next: [String: Set<String>] = [:]
        for programme in programmes { next[programme.code, default: []].formUnion(programme.versions.flatMap(\.excludes)) }
        var faults: [ProgrammeFault] = []
        var told: Set<Set<String>> = []
        func walk(_ path: [String], to last: String) {
            for code in next[last, default: []].sorted() {
                if let start = path.firstIndex(of: code) {
                    let ring = path[start...]
                    guard ring.first == ring.min(), told.insert(Set(ring)).inserted else { continue }
                    faults.append(
                        ProgrammeFault(programme: code, message: "互斥成环 \((ring + [code]).joined(separator: "→"))；互斥是双向的，只在一处写明"))
                } else if path.count < 16 {
                    walk(path + [code], to: code)
                }
            }
        }
        for code in next.keys.sorted() { walk([code], to: code) }
        return faults
    }
}
