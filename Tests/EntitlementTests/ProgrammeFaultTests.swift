import Entitlement
import Kernel
import Testing

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
        ("互斥项目 B 不存在", [Sample.programme("A", .voucher, Sample.version(.amount, 1, excludes: ["B"]))]),
        ("能力等级应为 0 到 4", [Sample.programme("A", .voucher, Sample.version(eligibility: Eligibility(abilityLevels: [5]), .amount, 1))]),
    ])
    func `is not taken and is named`(message: String, programmes: [Programme]) throws {
        let faults = try #require(throws: ProgrammeFaults.self) { try Programmes(programmes) }
        #expect(faults.all.map(\.message) == [message])
        #expect(faults.all.map(\.programme) == ["A"])
        #expect(faults.description.hasPrefix("A"))
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
