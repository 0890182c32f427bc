import Catalog
import Kernel
import Registry

extension MonthPapers {
    private static let confirmationColumns: [Column] = [
        Column("日期", .date, width: 11), Column("服务项目", width: 16), Column("上门", width: 6), Column("离开", width: 6),
        Column("服务人员", width: 10), .amount("价格", width: 9), .amount("补贴", width: 9), .amount("自付", width: 9),
        Column("签字或指印", width: 12), Column("代签人关系", width: 10), Column("满意度", width: 8),
    ]

    /// 服务确认单: what one elder has had in a month, in large type, to be signed item by item.
    func confirmation(_ elder: ElderID?) throws(Rejection) -> Document {
        guard let asked = elder else {
            throw Rejection(.invalid, "document_scope", "服务确认单按老人出具，请用 elder 指定老人（编号或卡号）。", pointer: "/elder")
        }
        guard let (elder, facts) = elders.first(where: { $0.key == asked || $0.value.number == asked.text }) else {
            throw Rejection(.missing, "elder_unknown", "这位老人本月没有服务记录，请核对编号和月份。", pointer: "/elder")
        }
        let services = lines.filter { $0.candidate.elder == elder }.sorted {
            ($0.candidate.date, $0.candidate.number) < ($1.candidate.date, $1.candidate.number)
        }
        let rows: [[Cell]] = services.map { line in
            let c = line.candidate
            let visit = visits[c.subject]
            let server = visit.map { Self.name(of: $0.worker, in: workerNames(of: c.provider)) } ?? providerName(c.provider)
            return [
                .date(c.date), "\(item(line)?.name ?? c.item.text)", "\(visit?.begin.clock ?? "")", "\(visit?.end?.clock ?? "")",
                .text(server), .amount(c.gross), .amount(c.subsidy),
                .amount(c.selfPay), .blank, .blank, satisfaction[c.subject].map { "\($0) 分" } ?? .blank,
            ]
        }
        let selfPay = services.map(\.candidate.selfPay).total
        return Document(
            title: "服务确认单",
            facts: [
                ("月份", month.description), ("老人", facts.maskedName), ("编号", facts.number),
                ("住址", "\(regionName(facts.region)) \(facts.community)"),
            ], columns: Self.confirmationColumns, rows: rows,
            notes: ["本月共 \(services.count) 次，自付 \(selfPay.yuan) 元。请逐项核对，属实的签字或按指印；没有来的、多收钱的，请告诉我们。"],
            signers: ["老人（签字或指印）", "代签人及关系", "日期"], isLarge: true)
    }

    private static let mealColumns: [Column] = [
        .ordinal, Column("餐厅编码", .digits, width: 10), Column("餐厅", width: 36), Column("日期", .date, width: 12), Column("类别", width: 20),
        .count("人次", width: 10), .amount("补贴", width: 14), .amount("自付", width: 14), .count("送餐数", width: 10),
    ]

    private struct MealGroup: Hashable, Comparable {
        let canteen: ProviderID
        let date: LocalDate
        let name: String

        static func < (a: MealGroup, b: MealGroup) -> Bool { (a.canteen, a.date, a.name) < (b.canteen, b.date, b.name) }
    }

    /// 助餐月报: canteen × day × class, meals at the canteen and meals brought home.
    func meals() -> Document {
        let eaten = lines.filter { item($0)?.category == .meals }
        let groups = Dictionary(grouping: eaten) { line in
            let c = line.candidate
            return MealGroup(canteen: c.provider, date: c.date, name: className(c))
        }
        let rows: [[Cell]] = groups.sorted { $0.key < $1.key }.enumerated().map { index, entry in
            let (group, lines) = entry
            return [
                .integer(index + 1), "\(group.canteen)", "\(providerName(group.canteen))", .date(group.date), "\(group.name)",
                .integer(lines.count), .amount(lines.map(\.candidate.subsidy).total), .amount(lines.map(\.candidate.selfPay).total),
                .integer(lines.count { $0.candidate.kind == .order && item($0)?.mode == .visit }),
            ]
        }
        return Document(
            title: "助餐月报", facts: [("月份", period), ("餐厅", "\(Set(groups.keys.map(\.canteen)).count) 家")], columns: Self.mealColumns, rows: rows)
    }
}
