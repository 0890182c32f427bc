import Catalog
import Entitlement
import Kernel
import Orders
import Registry

extension MonthPapers {
    private static let detailColumns: [Column] =
        [
            Column("结算批次号", .digits, width: 8), Column("工单号", .digits, width: 9), Column("老人编号", .digits, width: 6),
            Column("姓名（脱敏）", width: 6), Column("身份证后四位", .digits, width: 5), Column("类别", width: 6),
            Column("能力等级", .integer, width: 4), Column("社区", width: 8), Column("服务项目编码", .digits, width: 6),
            Column("名称", width: 12), Column("单位", width: 4), Column("数量", width: 5), Column("单价", .amount, width: 8),
            Column("预约时间", width: 6), Column("签到", width: 6), Column("签退", width: 6), Column("实际时长", .integer, width: 5),
            Column("服务人员", width: 8), Column("核验等级", width: 4), Column("确认方式", width: 6),
        ] + Fund.columns.map { Column($0.name, .amount, width: 8, isSummed: true) } + [
            .amount("自费", width: 8), .amount("扣减", width: 8), .amount("结算金额", width: 9), Column("核查结论", width: 16),
        ]

    /// 结算明细表: a row a service, of one provider or of all, and after them one for each adjustment, so that it comes to what is paid.
    func detail(_ provider: ProviderID?) -> Document {
        let (whose, added) = (Dictionary(grouping: statements, by: \.provider), Dictionary(grouping: adjustments, by: \.provider))
        var (rows, total) = ([[Cell]](), adjustments.map(\.amount).total)
        for provider in Set(whose.keys).union(added.keys).sorted() {
            for statement in whose[provider] ?? [] {
                rows.reserveCapacity(rows.count + statement.lines.count)
                let (batch, workers): (Cell, [WorkerID: String]) = ("\(month)-\(provider)", workerNames(of: provider))
                let lines = statement.lines
                for place in lines.indices {
                    rows.append(detailRow(lines[place], lines[place].candidate, batch, workers))
                    total += lines[place].paid
                }
            }
            rows += (added[provider] ?? []).map(detailRow)
        }
        return Document(
            title: "结算明细表",
            facts: [("结算月", period)] + (provider.map { [("服务商", "\($0) \(providerName($0))")] } ?? []),
            columns: Self.detailColumns, rows: rows,
            notes: ["实付合计：\(total.yuan) 元，大写：\(total.capitals)"],
            signers: provider == nil ? ["制表", "复核", "审核", "负责人"] : ["服务商（盖章）", "复核", "审核", "负责人"])
    }

    /// - Parameters:
    ///   - c: the line's own, handed on as it would be copied otherwise.
    ///   - batch: of its statement.
    ///   - workers: names by id, of its provider.
    private func detailRow(_ line: StatementLine, _ c: Candidate, _ batch: Cell, _ workers: [WorkerID: String]) -> [Cell] {
        let (elder, visit) = (elders[c.elder], visits[c.subject])
        var row: [Cell] = [
            batch, .text(c.shownNumber), .text(elder?.number ?? c.elder.text), .text(elder?.maskedName ?? ""),
            .text(elder?.idTail ?? ""), .text(className(c)), elder.map { .integer($0.abilityLevel) } ?? .blank, .text(elder?.community ?? ""),
            .text(c.item.text), .text(catalogue.name(of: c.item) ?? ""), .text(catalogue.unit(of: c.item)?.rawValue ?? ""),
            .text(c.quantity.text), .amount(c.unitPrice),
            .text(visit?.planned.short ?? c.date.short), .text(visit?.begin.short ?? ""), .text(visit?.end?.short ?? ""),
            visit.flatMap { v in v.end.map { .integer(($0 - v.begin).minutes) } } ?? .blank,
            .text(visit.map { Self.name(of: $0.worker, in: workers) } ?? ""), "L\(c.evidence.rawValue)",
            .text(c.kind == .meal ? "刷卡" : Self.confirmation(visit)),
        ]
        row.reserveCapacity(Self.detailColumns.count)
        for fund in Fund.allCases { row.append(.amount(line.amount(of: fund))) }
        row.append(.amount(c.selfPay))
        row.append(.amount(line.deduction))
        row.append(.amount(line.paid))
        let findings = line.findings.isEmpty ? "" : "：" + line.findings.map { "\($0.code) \($0.sentence)" }.joined(separator: "；")
        row.append(.text(line.verdict.name + findings))
        return row
    }

    private func detailRow(_ adjustment: PlacedAdjustment) -> [Cell] {
        let elder = adjustment.line?.elder
        let who: [Cell] = [
            "\(month)-\(adjustment.provider)", "\(adjustment.line?.number ?? "")", "\(elder?.number ?? "")", "\(elder?.maskedName ?? "")",
            "\(elder?.idTail ?? "")", "", elder.map { .integer($0.abilityLevel) } ?? .blank, "\(elder?.community ?? "")",
        ]
        let what: [Cell] = ["", "\(adjustment.title)", "", "", .amount(.zero)] + Array(repeating: "", count: 3) + [.blank, "", "", ""]
        let money = Array(repeating: Cell.amount(.zero), count: Fund.allCases.count + 2) + [.amount(adjustment.amount)]
        return who + what + money + ["本期调整：\(adjustment.reason)"]
    }

    private static func confirmation(_ visit: VisitFacts?) -> String {
        guard let visit, visit.confirmedBy != nil else { return "未确认" }
        switch visit.outMethod {
        case .code: return "口令"
        case .card: return "刷卡"
        default: return "电话回访"
        }
    }

    private static let deductionColumns: [Column] = [
        .ordinal, Column("工单号", .digits, width: 14), Column("服务日期", .date, width: 12), Column("服务项目", width: 18),
        Column("老人", width: 14), .amount("应结金额", width: 11), .amount("补贴金额", width: 11), .amount("扣减金额", width: 11),
        Column("规则", width: 8), Column("扣减原因", width: 40), Column("处理", width: 10),
    ]

    /// 扣减通知书: to one provider, what is not paid this month, by which rule, and what it can do about it.
    func deductions(_ provider: ProviderID?) throws(Rejection) -> Document {
        guard let provider else {
            throw Rejection(.invalid, "document_scope", "扣减通知书按服务商出具，请用 provider 指定服务商编码。", pointer: "/provider")
        }
        let statement = try statement(provider)
        let refused: [[Cell]] = statement.lines.filter { $0.verdict != .paid }.enumerated().map { index, line in
            let c = line.candidate
            let grounds = line.findings.filter { $0.severity != .warn }
            return [
                .integer(index + 1), "\(c.shownNumber)", .date(c.date), "\(item(line)?.name ?? c.item.text)",
                "\(elders[c.elder].map { "\($0.maskedName) \($0.number)" } ?? "")", .amount(c.gross), .amount(c.subsidy),
                .amount(line.deduction), "\(grounds.map(\.code).joined(separator: "、"))",
                "\(grounds.map(\.sentence).joined(separator: "；"))", "\(line.verdict == .held ? "待核，可补证" : "拒付")",
            ]
        }
        let taken: [[Cell]] = adjustments.filter { $0.entry != nil && $0.amount < .zero }.enumerated().map { index, adjustment in
            let line = statement.lines.first { $0.candidate.subject == adjustment.entry?.subject }?.candidate
            return [
                .integer(refused.count + index + 1), "\(adjustment.line?.number ?? adjustment.title)", line.map { .date($0.date) } ?? .blank,
                line.map { "\(catalogue.item($0.item)?.name ?? $0.item.text)" } ?? .blank,
                adjustment.line?.elder.map { "\($0.maskedName) \($0.number)" } ?? .blank, .amount(line?.gross ?? .zero),
                .amount(line?.subsidy ?? .zero), .amount(-adjustment.amount), "\(adjustment.entry?.rule?.rawValue ?? "冲正")",
                "\(adjustment.reason)", "\(adjustment.title)",
            ]
        }
        let deducted = statement.deducted - adjustments.filter { $0.entry != nil && $0.amount < .zero }.map(\.amount).total
        let added = adjustments.filter { $0.entry != nil && $0.amount > .zero }.map(\.amount).total
        return Document(
            title: "扣减通知书", facts: [("结算月", period), ("服务商", "\(provider) \(providerName(provider))")],
            columns: Self.deductionColumns, rows: refused + taken,
            notes: [
                """
                本月扣减合计：\(deducted.yuan) 元，大写：\(deducted.capitals)；\
                补发和运营补贴 \(added.yuan) 元；实付 \(statement.due.yuan) 元\
                \(statement.carried > .zero ? "，不足抵扣的 \(statement.carried.yuan) 元结转下月" : "")。
                """,
                "“待核”的服务可在收到本通知后补充证据一次；逾期或证据不足的按拒付处理。",
            ], signers: ["经办", "审核", "服务商签收"])
    }
}
