import Entitlement
import Foundation
import Kernel
import TestSupport
import Testing
import Workflow
import Yams

@Suite struct `A programme with a fault` {
    static let rest = Sample.version(.rest, grants: [Grant(per: .month, value: 1)])

    @Test(arguments: [
        ("编码重复", [Sample.programme("A", .voucher, rest), Sample.programme("A", .directed, rest)]),
        ("结束日期早于开始日期", [Sample.programme("A", .voucher, Sample.version(until: "2025-12-31", .amount, 1))]),
        ("与第 2 版日期重叠", [Sample.programme("A", .voucher, Sample.version(.amount, 1), Sample.version(number: 2, from: "2027-01-01", .amount, 1))]),
        ("金额或比例不能为负", [Sample.programme("A", .voucher, Sample.version(.amount, 1, byAge: ["80": -1]))]),
        ("比例不能超过 10000（100%）", [Sample.programme("A", .voucher, Sample.version(.share, byClass: ["a": 10_001]))]),
        ("按剩余全额支付的项目必须有额度", [Sample.programme("A", .voucher, Sample.version(.rest))]),
        ("额度不能为负", [Sample.programme("A", .voucher, Sample.version(.rest, grants: [Grant(per: .day, byAbility: ["3": -1])]))]),
        ("额度过大", [Sample.programme("A", .voucher, Sample.version(.amount, 1, grants: [Grant(per: .week, unit: .times, value: .max)]))]),
        ("互斥项目 B 不存在", [Sample.programme("A", .voucher, Sample.version(.amount, 1, excludes: ["B"]))]),
        ("没有任何版本", [Sample.programme("A", .voucher)]),
        (
            "与第 2 版之间有空档 2026-05-01 至 2026-05-31；确需停发请在后一版写 follows_pause: true",
            [Sample.programme("A", .voucher, Sample.version(until: "2026-04-30", .amount, 1), Sample.version(number: 2, from: "2026-06-01", .amount, 1))]
        ),
        (
            "互斥成环 A→B→A；互斥是双向的，只在一处写明",
            [Sample.programme("A", .voucher, Sample.version(.amount, 1, excludes: ["B"])), Sample.programme("B", .voucher, Sample.version(.amount, 1, excludes: ["A"]))]
        ),
        ("同一周期的额度写了两次", [Sample.programme("A", .voucher, Sample.version(.rest, grants: [Grant(per: .day, value: 1), Grant(per: .day, value: 2)]))]),
        ("只有按月的额度可以结转", [Sample.programme("A", .voucher, Sample.version(.rest, grants: [Grant(per: .day, value: 1, unused: .lastsYear)]))]),
        ("结转月数应为 1 到 24", [Sample.programme("A", .voucher, Sample.version(.rest, grants: [Grant(per: .month, value: 1, unused: .carries(months: 25))]))]),
        ("年龄上限小于下限", [Sample.programme("A", .voucher, Sample.version(eligibility: Eligibility(minimumAge: 70, maximumAge: 60), .amount, 1))]),
        ("时刻应为 0 到 1440 分", [Sample.programme("A", .voucher, Sample.version(scope: Scope(untilMinute: 1441), .amount, 1))]),
        ("结束时刻不晚于开始时刻", [Sample.programme("A", .voucher, Sample.version(scope: Scope(fromMinute: 700, untilMinute: 700), .amount, 1))]),
        ("最低消费应大于零", [Sample.programme("A", .voucher, Sample.version(.amount, 1, minimum: 0))]),
        ("运营补贴应大于零", [Sample.programme("A", .mealSubsidy, ProgrammeVersion(version: 1, from: Sample.monday, benefit: Benefit(kind: .amount, value: 1), providerBonus: .zero))]),
        ("单次限额应大于零", [Sample.programme("A", .voucher, ProgrammeVersion(version: 1, from: Sample.monday, benefit: Benefit(kind: .share, value: 1, most: .zero)))]),
        ("可叠加项目 B 不存在", [Sample.programme("A", .voucher, ProgrammeVersion(version: 1, from: Sample.monday, benefit: Benefit(kind: .amount, value: 1), stacksWith: ["B"]))]),
        ("不能与自己叠加", [Sample.programme("A", .voucher, ProgrammeVersion(version: 1, from: Sample.monday, benefit: Benefit(kind: .amount, value: 1), stacksWith: ["A"]))]),
        ("能力等级应为 0 到 4", [Sample.programme("A", .voucher, Sample.version(eligibility: Eligibility(abilityLevels: [5]), .amount, 1))]),
        ("能力等级应为 0 到 4", [Sample.programme("A", .voucher, Sample.version(.amount, 1, grants: [Grant(per: .day, byAbility: ["重度": 1])]))]),
        ("年龄应为 0 到 130 岁的整数", [Sample.programme("A", .voucher, Sample.version(eligibility: Eligibility(minimumAge: -5), .amount, 1))]),
        ("年龄应为 0 到 130 岁的整数", [Sample.programme("A", .voucher, Sample.version(eligibility: Eligibility(maximumAge: 800), .amount, 1))]),
        ("年龄应为 0 到 130 岁的整数", [Sample.programme("A", .voucher, Sample.version(.amount, 1, byAge: ["八十": 1]))]),
        ("年龄应为 0 到 130 岁的整数", [Sample.programme("A", .voucher, Sample.version(.amount, 1, grants: [Grant(per: .day, rows: [TableRow(minimumAge: -1, value: 1)])]))]),
        (
            "rows 中年龄上限小于下限",
            [Sample.programme("A", .voucher, Sample.version(.amount, 1, grants: [Grant(per: .day, rows: [TableRow(minimumAge: 80, maximumAge: 79, value: 1)])]))]
        ),
        ("版本号应为不小于 1 的整数", [Sample.programme("A", .voucher, Sample.version(number: 0, .amount, 1))]),
        ("名称不能为空", [Programme(code: "A", name: " ", fund: .voucher, versions: [Sample.version(.amount, 1)])]),
    ])
    func `is not taken and is named`(message: String, programmes: [Programme]) throws {
        let faults = try #require(throws: ProgrammeFaults.self) { try Programmes(programmes) }
        #expect(faults.all.map(\.message) == [message])
        #expect(faults.all.map(\.programme) == ["A"])
        #expect(faults.description.hasPrefix("A"))
    }

    @Test func `without a code is told by its empty place`() {
        let faults = ProgrammeLint.faults([Sample.programme("", .voucher, Sample.version(.amount, 1))])
        #expect(faults.map(\.description) == ["：编码不能为空"])
    }

    @Test func `with its number and its company wrong is told all of it`() throws {
        let version = ProgrammeVersion(
            version: 1, from: Sample.monday, until: Sample.monday, benefit: Benefit(kind: .amount, value: 1), excludes: ["B"], stacksWith: ["B"])
        let faults = try #require(throws: ProgrammeFaults.self) {
            try Programmes([
                Sample.programme("A", .voucher, version, Sample.version(from: "2026-05-05", .amount, 1)),
                Sample.programme("B", .voucher, Sample.version(.amount, 1)), Sample.programme("C", .voucher), Sample.programme("C", .voucher),
            ])
        }
        #expect(faults.all.map(\.description) == [
            "A 第 1 版：与 B 既互斥又可叠加", "A 第 1 版：版本号重复", "C：没有任何版本", "C：没有任何版本", "C：编码重复",
        ])
    }

    @Test func `does not hide another`() throws {
        let faults = try #require(throws: ProgrammeFaults.self) {
            try Programmes([
                Sample.programme("B", .voucher, Sample.version(.rest)), Sample.programme("A", .voucher, Sample.version(number: 3, .amount, -1)),
            ])
        }
        #expect(faults.all.map(\.programme) == ["A", "B"])
        #expect(faults.description == "A 第 3 版：金额或比例不能为负\nB 第 1 版：按剩余全额支付的项目必须有额度")
    }
}

@Suite struct `A programme file with a slip` {
    static let good = """
        - {code: A, name: 甲, fund: voucher, versions: [{version: 1, from: 2026-01-01, sample: true, source: x, benefit: {kind: share, value: 5000}}]}

        """

    /// A line of the file → what is said of it; the entry before is still read.
    @Test(arguments: [
        ("- {code: B, name: 乙, fund: voucher, versions: [{version: 1, from: 2026-01-01, sample: true, source: x, benfit: {kind: share}}]}",
            "B：versions.[1]：未知字段 benfit"),
        ("- {code: B, nam: 乙, fund: voucher, versions: []}", "B：未知字段 nam"),
        ("- {code: B, name: 乙, fund: lottery, versions: []}", "B：fund：“lottery”应为 care_insurance、voucher、directed、district_subsidy、meal_subsidy 之一"),
        ("- {code: B, name: 乙, fund: voucher, versions: [{version: 1, from: 2026-01-01, sample: true, source: x, benefit: {kind: rest}, class_change: soon}]}",
            "B：versions.[1].class_change：“soon”应为"),
        ("- {code: B, name: 乙, fund: voucher, versions: [{version: 1, from: 2026-01-01, sample: true, source: x, benefit: {kind: rest}, scope: {slots: [lunch, tea]}}]}",
            "B：versions.[1].scope.slots：“tea”应为 breakfast、lunch、supper 之一"),
        ("- {name: 乙, fund: voucher, versions: []}", "第 2 项：缺少字段 code"),
        ("- {code: B, name: 乙, fund: voucher, versions: [{version: 1, from: 2026-02-30, sample: true, source: x, benefit: {kind: rest}}]}",
            "B：versions.[1].from：“2026-02-30”不是 YYYY-MM-DD 的日期"),
        ("- {code: B, name: 乙, fund: voucher, versions: [{version: 1, from: 2026-01-01, sample: true, source: x, benefit: {kind: amount, value: \"1.234\"}}]}",
            "“1.234”不是以元为单位的金额"),
        ("- {code: B, name: 乙, fund: voucher, versions: [{version: 1, from: 2026-01-01, sample: true, source: x, benefit: {kind: rest}, grants: [{per: month, rows: [{class: [a], value: \"1\"}]}]}]}",
            "未知字段 class"),
        ("- {code: B, name: 乙, fund: voucher, versions: [{version: 1, from: 2026-01-01, sample: true, source: x, benefit: {kind: rest}, grants: [{per: month, unused: forever}]}]}",
            "unused 应为"),
        ("- {code: B, name: 乙, fund: voucher, versions: 3}", "B：versions：值的类型不对"),
        ("- {code: B, name: 乙, fund: voucher, versions: [{version: ~, from: 2026-01-01, sample: true, source: x, benefit: {kind: rest}}]}",
            "B：versions.[1].version："),
    ])
    func `is told with programme and place`(line: String, words: String) throws {
        let file = try YAMLDecoder().decode(ProgrammeFile.self, from: Self.good + line)
        #expect(file.programmes.map(\.code) == ["A"])
        #expect(file.faults.count == 1)
        #expect(file.faults.first?.description.contains(words) == true, "\(file.faults)")
    }

    @Test func `is told of a file in JSON, as an auditor's pack has it`() throws {
        let version = #"{"version": null, "from": "2026-01-01", "sample": true, "source": "x", "benefit": {"kind": "rest"}}"#
        let text = #"[{"code": "B", "name": "乙", "fund": "voucher", "versions": [\#(version)]}]"#
        #expect(try JSONDecoder().decode(ProgrammeFile.self, from: Data(text.utf8)).faults.map(\.description) == ["B：versions.[1].version：值的类型不对"])
    }

    @Test func `says for how long an unused balance is good`() throws {
        let words = ["", ", unused: lapses", ", unused: lasts_quarter", ", unused: lasts_year", ", carry_months: 2"]
        let unused = try words.map { word in
            let text = "- {code: B, name: 乙, fund: voucher, versions: [{version: 1, from: 2026-01-01, sample: true, source: x, benefit: {kind: rest}, grants: [{per: month, value: \"1\"\(word)}]}]}"
            return try YAMLDecoder().decode(ProgrammeFile.self, from: text).programmes.first?.versions.first?.grants.first?.unused
        }
        #expect(unused == [.lapses, .lapses, .lastsQuarter, .lastsYear, .carries(months: 2)])
    }

    @Test func `is told for every code that the catalogue does not have`() throws {
        let reference = try Shipped.reference()
        let version = Sample.version(
            eligibility: Eligibility(districts: ["110101"], regions: ["620102999"], classes: ["rich"]),
            scope: Scope(categories: ["77"], items: ["99999"], modes: ["飞行"]), .amount, byClass: ["poor": 1],
            grants: [Grant(per: .month, rows: [TableRow(classes: ["idle"], value: 1)])])
        let faults = ProgrammeLint.faults([Sample.programme("A", .voucher, version)], against: reference.catalogue)
        #expect(
            Set(faults.map(\.message)) == [
                "区县 110101 不存在", "街道 620102999 不存在", "老人类别 rich 不存在", "老人类别 poor 不存在", "老人类别 idle 不存在", "服务类别 77 不存在", "服务项目 99999 不存在", "服务方式 飞行 不存在",
            ])
        #expect(ProgrammeLint.faults(reference.programmes.all, against: reference.catalogue).isEmpty)
    }
}
