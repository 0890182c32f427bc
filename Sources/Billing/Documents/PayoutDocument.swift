import Catalog
import Entitlement
import Kernel

extension MonthPapers {
    private static let payoutColumns: [Column] = [
        .ordinal, Column("项目", width: 20), Column("版本", .integer, width: 4), Column("资金来源", width: 10), Column("所属街道", width: 10),
        Column("老人编号", .digits, width: 12), Column("姓名", width: 8), Column("身份证后四位", .digits, width: 6), Column("垫付方", width: 14),
        Column("票据号", .digits, width: 12), Column("服务日期", .date, width: 11), Column("服务项目", width: 14), Column("票据金额", .amount, width: 10),
        .amount("发放金额", width: 10), Column("状态", width: 16), Column("造册", width: 8), Column("审批", width: 8),
    ]

    /// What one row is about: a payment, or the taking back of one.
    private struct PayoutEntry {
        let payment: CashPayment
        let amount: Fen
        let state: String
        let madeBy: String
        let decidedBy: String

        init(_ payment: CashPayment) {
            self.payment = payment
            amount = payment.leg.amount
            state = payment.stateName
            madeBy = payment.madeBy
            decidedBy = payment.decidedBy ?? ""
        }

        init(_ reversal: PayoutReversal) {
            payment = reversal.payment
            amount = -reversal.payment.leg.amount
            state = "冲正（原 \(reversal.payment.month)）"
            madeBy = reversal.requestedBy
            decidedBy = reversal.decidedBy ?? ""
        }
    }

    /// Where the elder lived on the day of the bill, or at the end of the month of an allowance.
    private func street(of payment: CashPayment) -> String? {
        elders[payment.elder]?.region(on: payment.bill?.date ?? payment.month.last)
    }

    /// 现金发放与报销表: allowances of the month, and the bills whose claims were made in it, by programme; then what was taken back in it, whenever
    /// it had been paid, as amounts below zero. Narrowed to a street or a claimant.
    func payouts(_ scope: DocumentScope) -> Document {
        let chosen = (payments.map(PayoutEntry.init) + reversals.map(PayoutEntry.init)).filter { entry in
            (scope.street.map { $0 == street(of: entry.payment) } ?? true)
                && (scope.provider.map { $0.text == entry.payment.claimant } ?? true)
        }
        let rows: [[Cell]] = chosen.enumerated().map { index, entry in
            let (payment, leg, facts) = (entry.payment, entry.payment.leg, elders[entry.payment.elder])
            let head: [Cell] = [
                .integer(index + 1), "\(programmes[leg.programme] ?? leg.programme)", .integer(leg.version), "\(leg.fund.name)",
                "\(regionName(street(of: payment)))", "\(facts?.number ?? "")", "\(facts?.maskedName ?? "")", "\(facts?.idTail ?? "")",
            ]
            let bill: [Cell] =
                payment.bill.map { bill in
                    [
                        "\(providerName(ID(payment.claimant)))", "\(bill.number)", .date(bill.date),
                        "\(catalogue.item(ItemCode(bill.item))?.name ?? bill.item)", .amount(bill.price),
                    ]
                } ?? [.blank, .blank, .blank, .blank, .blank]
            return head + bill + [.amount(entry.amount), "\(entry.state)", "\(entry.madeBy)", "\(entry.decidedBy)"]
        }
        let total = chosen.map(\.amount).total
        return Document(
            title: "现金发放与报销表", facts: [("月份", month.description), ("人数", "\(Set(chosen.map(\.payment.elder)).count) 人")],
            columns: Self.payoutColumns, rows: rows, notes: ["合计：\(total.yuan) 元，大写：\(total.capitals)"])
    }
}
