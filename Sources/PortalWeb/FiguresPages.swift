import Billing
import Hummingbird
import Kernel
import Matching
import Registry
import Store
import Web
import Workflow

/// What a provider wants to know of itself.
///
/// | path | what |
/// |---|---|
/// | GET /provider/quality | its score, what it is worth in dispatch, the months it was assessed, its figures of ninety days |
/// | GET /provider/why?order= | “why not me?”: one order, itself and nobody else |
/// | GET /provider/statements | its statements |
/// | GET /provider/statements/{month}?show=&after= | one, how far it is on its way to payment, and fifty of its lines: what is not paid, or all |
/// | GET /provider/statements/{month}/print | all of it, on sheets of A4 |
/// | POST /provider/statements/{month}/confirm, dispute | agrees, or objects to a line with the reason |
/// | POST /provider/means/closed | a day closed, or open again |
/// | POST /provider/means/capacity | takes fewer orders for the time being |
public struct FiguresPages: PageGroup {
    public let site: Site
    public init(_ site: Site) { self.site = site }

    public func add(to group: RouterGroup<ProviderContext>) {
        group.get("quality", use: quality)
        group.get("why", use: why)
        group.get("statements", use: statements)
        group.get("statements/:month") { try await statement($0, $1) }
        group.get("statements/:month/print", use: sheets)
        group.post("statements/:month/confirm", use: confirm)
        group.post("statements/:month/dispute", use: dispute)
        group.post("means/closed", use: setClosed)
        group.post("means/capacity", use: setCapacity)
    }

    @Sendable func quality(_ request: Request, _ context: ProviderContext) async throws -> Response {
        try pages.page("quality", frame("质量", request, context), QualityModel(try await ReadOwnQuality(office)(context.provider)))
    }

    @Sendable func why(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let order = request.query("order")?.filter { !$0.isWhitespace } ?? ""
        guard !order.isEmpty else { return try pages.page("why", frame("为什么", request, context), WhyModel(order: "", own: nil, fault: nil)) }
        do {
            let own = try await ReadDecisions(office)(order, for: context.provider)
            return try pages.page("why", frame("为什么", request, context), WhyModel(order: order, own: own, fault: nil))
        } catch let error as any Rejecting where error.rejection.kind == .missing {
            return try pages.page(
                "why", frame("为什么", request, context), WhyModel(order: order, own: nil, fault: error.rejection.message), status: .notFound)
        }
    }

    // MARK: Statements

    @Sendable func statements(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let provider = context.provider
        let (sums, answers, steps) = try await office.read { tx in
            let sums = try tx.settlements.sealed(of: provider)
            return (sums, try tx.close.answers(of: provider), try sums.last.map { try tx.close.lastEntries(since: $0.month) } ?? [:])
        }
        let open = Set(sums.map(\.month).filter { steps[$0].map { $0.to == .frozen } ?? true })
        return try pages.page("own-statements", frame("结算", request, context), OwnStatementsModel(sums, answers, open: open))
    }

    /// - Parameter typed: an objection that was refused: the page is the one it was written on.
    private func statement(
        _ request: Request, _ context: ProviderContext, typed: DisputeForm? = nil, fault: Rejection? = nil
    ) async throws -> Response {
        let (month, provider) = (try context.month(), context.provider)
        let asked = try typed?.place.filter ?? request.word("show", LineFilter.self)
        let after = try typed?.place.after ?? request.integer("after", default: 0, in: 0...Int.max)
        let found = try await office.read { tx -> (page: StatementPage, sha256: String, way: StatementWay, disputes: [CloseRepository.Dispute])? in
            guard let sums = try tx.settlements.sealed(month, provider), let sha256 = try tx.settlements.sha256(month, provider),
                let page = try tx.settlements.page(
                    month, provider, asked ?? (LineFilter.unpaid.count(sums) > 0 ? .unpaid : .all), after: after)
            else { return nil }
            return (
                page, sha256, try StatementWay(tx, month, provider),
                try tx.close.disputes(month, on: page.lines.map(\.line.candidate.subject))
            )
        }
        guard let found else { throw Self.noStatement }
        let model = OwnStatementModel(
            found.page, sha256: found.sha256, way: found.way, disputes: found.disputes, catalogue: office.reference.catalogue,
            typed: typed, fault: fault?.message)
        return try pages.page("own-statement", frame("结算单 \(month)", request, context), model, status: fault == nil ? .ok : .conflict)
    }

    private static let noStatement = Rejection(.missing, "statement_unknown", "本月还没有结算单。")

    @Sendable func sheets(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let (month, provider) = (try context.month(), context.provider)
        let sheets = try await ReadPapers(office).sealedDetail(month, of: provider) { PrintedDocument($0).html }
        guard let sheets else { throw Self.noStatement }
        return PrintedDocument.response(sheets)
    }

    struct ConfirmForm: Decodable, Sendable {
        let sha256: String
        let due: Int64?
    }

    /// Confirms the statement that was on the screen, and no other.
    @Sendable func confirm(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let form = try await exchange.form(ConfirmForm.self, request, context)
        let month = try context.month()
        do {
            try await office.perform(AnswerStatement(office).confirm(month, seen: form.sha256, due: form.due.map { Fen($0) }, by: context.caller))
        } catch let error as any Rejecting where error.rejection.kind == .conflict {
            return try await statement(request, context, fault: error.rejection)
        }
        return Pages.redirect(to: "/provider/statements/\(month)")
    }

    struct DisputeForm: Decodable, Sendable {
        let subject: String
        let reason: String
        /// The page it was written on.
        var show: String? = nil
        var after: String? = nil

        var place: (filter: LineFilter?, after: Int?) { (show.flatMap { LineFilter(rawValue: $0) }, after.flatMap { Int($0) }) }
    }

    @Sendable func dispute(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let form = try await exchange.form(DisputeForm.self, request, context)
        let month = try context.month()
        do {
            try await office.perform(
                AnswerStatement(office).dispute(month, [.init(subject: form.subject, reason: form.reason)], by: context.caller))
        } catch let error as any Rejecting where error.rejection.kind != .missing {
            return try await statement(request, context, typed: form, fault: error.rejection)
        }
        let (filter, after) = form.place
        return Pages.redirect(
            to: "/provider/statements/\(month)?show=\((filter ?? .all).rawValue)&after=\(after ?? 0)#line-\(form.subject)")
    }

    // MARK: Closed days and capacity

    struct ClosedForm: Decodable, Sendable {
        let day: String
        let act: String
    }

    @Sendable func setClosed(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let form = try await exchange.form(ClosedForm.self, request, context)
        let day = try LocalDate.read(form.day)
        let manage = ManageProviders(office)
        _ = try await office.perform(
            manage.setClosedDays(
                context.provider, closing: form.act == "close" ? [day] : [], opening: form.act == "open" ? [day] : [], by: context.caller))
        try await manage.follow(context.provider, by: context.caller)
        return Pages.redirect(to: "/provider/means")
    }

    struct CapacityForm: Decodable, Sendable { let capacity: String }

    @Sendable func setCapacity(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let form = try await exchange.form(CapacityForm.self, request, context)
        let typed = form.capacity.filter { !$0.isWhitespace }
        // What is no number is out of range.
        let most = typed.isEmpty ? nil : Int(typed) ?? -1
        _ = try await office.perform(ManageProviders(office).setCapacity(context.provider, most, by: context.caller))
        try await HeedNotices(office)()
        return Pages.redirect(to: "/provider/means")
    }
}
