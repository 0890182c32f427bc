import Catalog
import Entitlement
import Kernel
import Registry

extension MonthPapers {
    private static let summaryColumns: [Column] =
        [
            .ordinal, Column("服务商编码", .digits, width: 6), Column("名称", width: 14), Column("统一社会信用代码", .digits, width: 10),
            Column("所属街道", width: 8), Column("服务类别", width: 8), .count("服务人数"), .count("服务单数"),
            Column("服务数量/时长", width: 9), .amount("应结总额"), .amount("企业让利"), .amount("自费金额"),
        ] + Fund.columns + [
            .amount("扣减金额"), Column("扣减原因", width: 14), .amount("本期调整"), .amount("实付金额"), Column("大写金额", width: 14),
            Column("开户行", width: 6), Column("账号", .digits, width: 11), Column("发票号", .digits, width: 6), Column("备注", width: 8),
        ]

    /// 结算汇总表: a row a provider.
    func summary() -> Document {
        let rows = statements.enumerated().map { summaryRow($0.element, ordinal: $0.offset + 1) }
        return Self.summary(rows, period: period)
    }

    /// One 结算汇总表 from those of single providers, for a month too large to be held at once.
    public static func joinedSummary(_ documents: [Document], month: Month, isClosed: Bool) -> Document {
        let rows = documents.flatMap(\.rows).enumerated().map { [.integer($0.offset + 1)] + $0.element.dropFirst() }
        return summary(rows, period: period(month, isClosed: isClosed))
    }

    private static func summary(_ rows: [[Cell]], period: String) -> Document {
        let total = Fen(rows.flatMap { zip(summaryColumns, $0) }.filter { $0.0.name == "实付金额" }.compactMap(\.1.number).reduce(0, +))
        return Document(
            title: "结算汇总表", facts: [("结算月", period), ("服务商", "\(rows.count) 家")], columns: summaryColumns, rows: rows,
            notes: ["实付合计：\(total.yuan) 元，大写：\(total.capitals)"])
    }

    /// What is paid out: public money of sound lines, with the corrections of earlier months; what is less than nothing is carried on.
    func payable(_ statement: Statement) -> Fen { max(.zero, statement.payable + (adjustments[statement.provider] ?? .zero)) }

    private func summaryRow(_ statement: Statement, ordinal: Int) -> [Cell] {
        let provider = franchise.provider(statement.provider)
        let lines = statement.lines
        let funds: [Cell] = Fund.allCases.map { fund in .amount(lines.map { $0.amount(of: fund) }.total) }
        let paid = payable(statement)
        let head: [Cell] = [
            .integer(ordinal), "\(statement.provider)", "\(provider?.name ?? "")", "\(provider?.creditCode.text ?? "")",
            "\(regionName(provider?.region))", "\(categories(lines))", .integer(Set(lines.map(\.candidate.elder)).count),
            .integer(lines.count), "\(measures(lines))", .amount(statement.gross), .amount(lines.map(discount).total),
            .amount(statement.selfPay),
        ]
        return head + funds + [
            .amount(statement.deducted), "\(reasons(lines))", .amount(adjustments[statement.provider] ?? .zero), .amount(paid),
            "\(paid.capitals)", "\(provider?.bank ?? "")", "\(provider?.bankAccount ?? "")", "\(invoices[statement.provider] ?? "")",
            statement.heldLines > 0 ? "待核 \(statement.heldLines) 单" : .blank,
        ]
    }

    private func categories(_ lines: [StatementLine]) -> String {
        Set(lines.compactMap { item($0)?.category.rawValue }).sorted().compactMap { Category(rawValue: $0)?.name }.joined(separator: "、")
    }

    /// `12 次、3.5 小时`: units are not added to each other.
    private func measures(_ lines: [StatementLine]) -> String {
        Unit.allCases.compactMap { unit in
            let sum = lines.filter { item($0)?.unit == unit }.reduce(Int64(0)) { $0 + $1.candidate.quantity.hundredths }
            return sum > 0 ? "\(Quantity(hundredths: sum).text) \(unit.rawValue)" : nil
        }.joined(separator: "、")
    }

    /// `R12×3、R18×1`: the rules behind what is not paid, by number.
    private func reasons(_ lines: [StatementLine]) -> String {
        var counts: [String: Int] = [:]
        for line in lines where line.verdict != .paid {
            for finding in line.findings where finding.severity != .warn { counts[finding.code, default: 0] += 1 }
        }
        return counts.sorted { $0.key < $1.key }.map { "\($0.key)×\($0.value)" }.joined(separator: "、")
    }
}
