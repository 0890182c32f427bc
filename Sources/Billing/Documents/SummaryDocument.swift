import Catalog
import Entitlement
import Kernel
import Registry

/// One provider on the papers that have a row a provider.
public struct ProviderSums: Hashable, Sendable {
    public let sums: StatementSums
    public let services: ServiceSums
    public let stops: StopSums

    public init(_ sums: StatementSums, _ services: ServiceSums, _ stops: StopSums) {
        (self.sums, self.services, self.stops) = (sums, services, stops)
    }

    public init(_ statement: Statement, _ catalogue: Catalogue) {
        self.init(StatementSums(statement), ServiceSums(statement.lines, catalogue), statement.totals.stops)
    }
}

/// The papers of a month that are made of sums alone, whatever they were added up from: lines at hand, or what was kept when they were sealed.
public struct SumPapers: Sendable {
    public let month: Month
    public let isClosed: Bool
    public let rows: [ProviderSums]
    public let invoices: [ProviderID: String]
    public let catalogue: Catalogue
    public let franchise: Franchise

    public init(
        month: Month, isClosed: Bool, rows: [ProviderSums], invoices: [ProviderID: String], catalogue: Catalogue, franchise: Franchise
    ) {
        (self.month, self.isClosed, self.rows, self.invoices) = (month, isClosed, rows, invoices)
        (self.catalogue, self.franchise) = (catalogue, franchise)
    }

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
    public func summary() -> Document {
        let total = rows.map(\.sums.due).total
        return Document(
            title: "结算汇总表", facts: [("结算月", MonthPapers.period(month, isClosed: isClosed)), ("服务商", "\(rows.count) 家")],
            columns: Self.summaryColumns, rows: rows.enumerated().map { summaryRow($0.element, ordinal: $0.offset + 1) },
            notes: ["实付合计：\(total.yuan) 元，大写：\(total.capitals)"])
    }

    private func summaryRow(_ row: ProviderSums, ordinal: Int) -> [Cell] {
        let (sums, services) = (row.sums, row.services)
        let provider = franchise.provider(sums.provider)
        let head: [Cell] = [
            .integer(ordinal), "\(sums.provider)", "\(provider?.name ?? "")", "\(provider?.creditCode.text ?? "")",
            "\(provider.flatMap { catalogue.region(ID($0.region))?.name } ?? "")",
            "\(Category.allCases.filter(services.categories.contains).map(\.name).joined(separator: "、"))", .integer(services.elders),
            .integer(sums.lines), "\(measures(services))", .amount(sums.gross), .amount(services.discount), .amount(sums.selfPay),
        ]
        return head + Fund.allCases.map { .amount(services.funds[$0] ?? .zero) } + [
            .amount(sums.deducted), "\(row.stops.byCode.map { "\($0.code)×\($0.lines)" }.joined(separator: "、"))", .amount(sums.adjusted),
            .amount(sums.due), "\(sums.due.capitals)", "\(provider?.bank ?? "")", "\(provider?.bankAccount ?? "")",
            "\(invoices[sums.provider] ?? "")", "\(remarks(sums))",
        ]
    }

    private func remarks(_ sums: StatementSums) -> String {
        let held = sums.heldLines > 0 ? ["待核 \(sums.heldLines) 单"] : []
        return (held + (sums.carried > .zero ? ["不足抵扣，结转下月 \(sums.carried.yuan) 元"] : [])).joined(separator: "；")
    }

    /// `12 次、3.5 小时`
    private func measures(_ services: ServiceSums) -> String {
        Unit.allCases.compactMap { unit in services.quantities[unit].map { "\($0.text) \(unit.rawValue)" } }.joined(separator: "、")
    }

    private static let paymentColumns: [Column] = [
        .ordinal, Column("收款单位", width: 28), Column("统一社会信用代码", .digits, width: 20), Column("开户行", width: 12),
        Column("账号", .digits, width: 22), .amount("补贴金额", width: 12), .amount("扣减金额", width: 12), .amount("本期调整", width: 12),
        .amount("申请拨付金额", width: 13), Column("大写金额", width: 30), Column("用途", width: 16),
    ]

    /// 资金拨付申请表: what the district is asked to pay to whom.
    func payment() -> Document {
        let due = rows.map(\.sums).filter { $0.due != .zero }
        let total = due.map(\.due).total
        let cells: [[Cell]] = due.enumerated().map { index, sums in
            let provider = franchise.provider(sums.provider)
            return [
                .integer(index + 1), "\(provider?.name ?? sums.provider.text)", "\(provider?.creditCode.text ?? "")", "\(provider?.bank ?? "")",
                "\(provider?.bankAccount ?? "")", .amount(sums.subsidy), .amount(sums.deducted), .amount(sums.adjusted), .amount(sums.due),
                "\(sums.due.capitals)", "\(month) 居家养老服务",
            ]
        }
        return Document(
            title: "资金拨付申请表", facts: [("结算月", MonthPapers.period(month, isClosed: isClosed)), ("收款单位", "\(due.count) 家")],
            columns: Self.paymentColumns, rows: cells, notes: ["申请拨付合计：\(total.yuan) 元，大写：\(total.capitals)"],
            signers: ["申请人", "复核", "区民政审核", "财政负责人"])
    }

    /// - Throws: as ``MonthPapers/document(_:_:)``.
    public func document(_ kind: DocumentKind, _ scope: DocumentScope) throws(Rejection) -> Document {
        var chosen = rows
        if let provider = scope.provider {
            chosen = chosen.filter { $0.sums.provider == provider }
            guard !chosen.isEmpty else { throw DocumentKind.noStatement }
        }
        if let street = scope.street {
            guard catalogue.region(ID(street)) != nil else { throw DocumentKind.noStreet }
            chosen = chosen.filter { franchise.provider($0.sums.provider)?.region == street }
        }
        let papers = SumPapers(month: month, isClosed: isClosed, rows: chosen, invoices: invoices, catalogue: catalogue, franchise: franchise)
        return kind == .summary ? papers.summary() : papers.payment()
    }
}

extension MonthPapers {
    /// The same from its lines.
    var sums: SumPapers {
        SumPapers(
            month: month, isClosed: isClosed, rows: statements.map { ProviderSums($0, catalogue) }, invoices: invoices, catalogue: catalogue,
            franchise: franchise)
    }
}
