import Catalog
import Kernel
import Registry

/// The papers of a month, by the name they have in an address.
public enum DocumentKind: String, CaseIterable, Sendable {
    case summary, detail, confirmation, streets, funds, payment, deductions, differences, meals, payouts

    public var title: String {
        switch self {
        case .summary: "结算汇总表"
        case .detail: "结算明细表"
        case .confirmation: "服务确认单"
        case .streets: "街道拨付表"
        case .funds: "资金收支表"
        case .payment: "资金拨付申请表"
        case .deductions: "扣减通知书"
        case .differences: "对账差异表"
        case .meals: "助餐月报"
        case .payouts: "现金发放与报销表"
        }
    }

    /// What has to be named beside the month.
    public enum Subject: Hashable, Sendable { case month, provider, elder }

    /// Whether it has a row a provider and is made of sums alone.
    public var isOfSums: Bool { self == .summary || self == .payment }

    static let noStatement = Rejection(.missing, "statement_unknown", "该服务商本月没有结算单。")
    static let noStreet = Rejection(.missing, "street_unknown", "没有这个街道，请使用九位街道代码。", pointer: "/street")

    public var subject: Subject {
        switch self {
        case .deductions: .provider
        case .confirmation: .elder
        default: .month
        }
    }
}

/// What a paper is narrowed to.
public struct DocumentScope: Hashable, Sendable {
    public var provider: ProviderID?
    /// Nine digits.
    public var street: String?
    public var elder: ElderID?

    public init(provider: ProviderID? = nil, street: String? = nil, elder: ElderID? = nil) {
        self.provider = provider
        self.street = street
        self.elder = elder
    }
}

extension MonthPapers {
    /// One paper of the month.
    ///
    /// - Throws: `statement_unknown`, `elder_unknown`, `street_unknown`; `document_scope` when the paper needs a provider or an elder that is not named.
    public func document(_ kind: DocumentKind, _ scope: DocumentScope = DocumentScope()) throws(Rejection) -> Document {
        let papers = try kind.isOfSums ? self : narrowed(kind, scope)
        switch kind {
        case .summary, .payment: return try papers.sums.document(kind, scope)
        case .detail: return papers.detail(scope.provider)
        case .confirmation: return try papers.confirmation(scope.elder)
        case .streets: return papers.streets()
        case .funds: return papers.funds(scope.street)
        case .deductions: return try papers.deductions(scope.provider)
        case .differences: return papers.differences()
        case .meals: return papers.meals()
        case .payouts: return papers.payouts(scope)
        }
    }

    /// The statements, lines and adjustments that the scope asks for.
    private func narrowed(_ kind: DocumentKind, _ scope: DocumentScope) throws(Rejection) -> MonthPapers {
        // It is made of no statements.
        guard kind != .payouts else { return self }
        var papers = self
        if let provider = scope.provider {
            papers = papers.with([try statement(provider)], adjustments.filter { $0.provider == provider })
        }
        guard let street = scope.street else { return papers }
        guard catalogue.region(ID(street)) != nil else { throw DocumentKind.noStreet }
        switch kind {
        case .streets, .funds, .detail, .meals:
            let lines = papers.statements.map { statement in
                Statement(
                    month: month, provider: statement.provider,
                    lines: statement.lines.filter { elders[$0.candidate.elder]?.region(on: $0.candidate.date) == street })
            }
            return papers.with(lines.filter { !$0.lines.isEmpty }, papers.adjustments.filter { $0.street == street })
        default:
            let isThere = { (provider: ProviderID) in franchise.provider(provider)?.region == street }
            return papers.with(papers.statements.filter { isThere($0.provider) }, papers.adjustments.filter { isThere($0.provider) })
        }
    }
}
