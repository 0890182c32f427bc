import Catalog
import Kernel
import Registry

extension MonthPapers {
    private static let streetColumns: [Column] = [
        .ordinal, Column("所属街道", width: 22), .count("本月应发人数", width: 12), .amount("本月应发金额", width: 14), .count("补发人次", width: 9),
        .amount("补发金额", width: 14), .count("扣回人次", width: 9), .amount("扣回金额", width: 14), .amount("结转下月", width: 14),
        .amount("总计拨款", width: 16), Column("备注", width: 24),
    ]

    /// 街道拨付表: public money by the street in which the elders lived on the day of the service; its total is what the summary pays.
    ///
    /// 补发 and 扣回 are what corrections of earlier months, deductions by rule and bonuses add and take.
    func streets() -> Document {
        let paid = Dictionary(grouping: lines.filter { $0.verdict == .paid }) { elders[$0.candidate.elder]?.region(on: $0.candidate.date) ?? "" }
        let added = Dictionary(grouping: adjustments, by: \.street)
        let rows = Set(paid.keys).union(added.keys).sorted().enumerated().map { index, street in
            streetRow(index + 1, street, (paid[street] ?? []).filter { $0.candidate.subsidy > .zero }, added[street] ?? [])
        }
        let total = Fen(rows.compactMap { $0[9].number }.reduce(0, +))
        return Document(
            title: "街道拨付表", facts: [("结算月", period)], columns: Self.streetColumns, rows: rows,
            notes: ["总计拨款：\(total.yuan) 元，大写：\(total.capitals)", "总计拨款 = 本月应发 + 补发 − 扣回 + 结转下月（本月不足抵扣的部分）。"],
            signers: ["制表", "街道负责人", "审核", "负责人"])
    }

    private func streetRow(_ ordinal: Int, _ street: String, _ lines: [StatementLine], _ all: [PlacedAdjustment]) -> [Cell] {
        let entries = all.filter { $0.entry != nil }
        let (extra, taken) = (entries.filter { $0.amount > .zero }, entries.filter { $0.amount < .zero })
        let (amount, carried) = (lines.map(\.candidate.subsidy).total, all.filter { $0.entry == nil }.map(\.amount).total)
        return [
            .integer(ordinal), "\(street.isEmpty ? "未登记街道" : regionName(street))", .integer(Set(lines.map(\.candidate.elder)).count),
            .amount(amount), .integer(extra.count), .amount(extra.map(\.amount).total), .integer(taken.count), .amount(-taken.map(\.amount).total),
            .amount(carried), .amount(amount + all.map(\.amount).total), .blank,
        ]
    }

    private static let fundColumns: [Column] = [
        Column("栏次", width: 8), Column("项目", width: 36), Column("人数", .integer, width: 12), Column("单数", .integer, width: 12),
        Column("金额", .amount, width: 20), Column("说明", width: 50),
    ]

    /// 资金收支表: 一拨款 二支出（轻度/中度/重度） 三退款 四结余, for the district or one street; then what else is paid, and the sum that is paid.
    ///
    /// Levels of GB/T 42195-2022: 1 is 轻度, 2 中度, 3 and 4 重度; able elders and those not assessed stand in a line of their own.
    func funds(_ street: String?) -> Document {
        let all = lines.filter { $0.candidate.subsidy > .zero }
        let (paid, refused) = (all.filter { $0.verdict == .paid }, all.filter { $0.verdict != .paid })
        func row(_ number: String, _ name: String, _ lines: [StatementLine], _ note: String = "") -> [Cell] {
            [
                "\(number)", "\(name)", .integer(Set(lines.map(\.candidate.elder)).count), .integer(lines.count),
                .amount(lines.map(\.candidate.subsidy).total), "\(note)",
            ]
        }
        func level(_ levels: Set<Int>) -> [StatementLine] { paid.filter { levels.contains(elders[$0.candidate.elder]?.abilityLevel ?? 0) } }
        let adjusted = adjustments.map(\.amount).total
        let (held, blocked) = (refused.filter { $0.verdict == .held }, refused.filter { $0.verdict == .blocked })
        let rows = [
            row("一", "拨款（本月应由公共资金承担）", all, "已记应付的和待核的"), row("二", "支出（本月应付）", paid, "以下四行之和"),
            row("", "　其中：轻度失能", level([1])), row("", "　其中：中度失能", level([2])), row("", "　其中：重度失能", level([3, 4])),
            row("", "　其中：能力完好或未评估", level([0])), row("三", "退款（拒付，退回资金来源）", blocked, "核查结论为拒付"),
            row("四", "结余（待核，暂不支付）", held, "一减二减三"),
            ["五", "本期调整", .blank, .integer(adjustments.count), .amount(adjusted), "以前月份补发和扣回、按规则扣减、运营补贴、结转下月"],
            ["六", "本月实付", .blank, .blank, .amount(paid.map(\.candidate.subsidy).total + adjusted), "二加五"],
        ]
        return Document(
            title: "资金收支表", facts: [("结算月", period), ("范围", street.map { regionName($0) } ?? "全区")], columns: Self.fundColumns,
            rows: rows)
    }

    private static let differenceColumns: [Column] = [
        .ordinal, Column("服务商编码", .digits, width: 10), Column("名称", width: 28), .count("明细单数", width: 10),
        .amount("明细应结", width: 12), .amount("自费加补贴", width: 12), .amount("明细补贴", width: 12), .amount("资金分摊合计", width: 12),
        .amount("台账应付", width: 12), .amount("待核未记账", width: 12), .amount("扣减加应付", width: 12), .amount("本期调整", width: 12),
        .amount("结转下月", width: 12), .amount("实付金额", width: 12), .amount("差异", width: 10), Column("结论", width: 20),
    ]

    /// 对账差异表: detail = fund legs = ledger and what waits for proof = payment, provider by provider; the difference is what does not agree.
    func differences() -> Document {
        let rows: [[Cell]] = statements.enumerated().map { index, statement in
            let legs = statement.lines.flatMap(\.candidate.funding).map(\.amount).total
            let (owed, unproven) = (owed[statement.provider] ?? .zero, unproven[statement.provider] ?? .zero)
            let (parts, whole) = (statement.selfPay + statement.subsidy, statement.deducted + statement.payable)
            // What was refused has been given back to its programmes; before the close nothing has.
            let refused = isClosed ? statement.lines.filter { $0.verdict == .blocked }.map(\.candidate.subsidy).total : .zero
            let gaps = [
                statement.gross - parts, statement.subsidy - legs, statement.subsidy - refused - owed - unproven, statement.subsidy - whole,
            ]
            let gap = gaps.first { $0 != .zero } ?? .zero
            let names = ["应结与自费加补贴不符", "补贴与资金分摊不符", "补贴与台账（含待核）不符", "补贴与扣减加应付不符"]
            let wrong = zip(gaps, names).first { $0.0 != .zero }?.1
            return [
                .integer(index + 1), "\(statement.provider)", "\(providerName(statement.provider))", .integer(statement.lines.count),
                .amount(statement.gross), .amount(parts), .amount(statement.subsidy), .amount(legs), .amount(owed), .amount(unproven),
                .amount(whole), .amount(statement.adjusted), .amount(statement.carried), .amount(statement.due), .amount(gap), "\(wrong ?? "相符")",
            ]
        }
        let wrong = rows.count { $0.last != "相符" }
        return Document(
            title: "对账差异表", facts: [("结算月", period)], columns: Self.differenceColumns, rows: rows,
            notes: [wrong == 0 ? "全部相符。" : "有 \(wrong) 家不符，查明前不得拨付。"])
    }
}
