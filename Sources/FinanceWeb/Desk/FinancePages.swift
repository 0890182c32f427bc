import Billing
import Hummingbird
import Kernel
import Registry
import Web
import Workflow

/// 财务台: where each month stands, what is held and why, who signs next.
///
/// | path | what |
/// |---|---|
/// | GET /finance | months, each with its step, its age and who had it last |
/// | GET /finance/{month} | the line of offices, held lines with their evidence, a statement a provider; shadow close while it runs |
/// | GET /finance/{month}/{provider} | its lines with the findings of the checks |
/// | POST /finance/{month}/close | freezes the month |
/// | POST /finance/{month}/approve, reject | the next signature; one step back |
/// | POST /finance/{month}/lines/{subject} | release or refuse a held line |
public struct FinancePages: Sendable {
    let exchange: Exchange
    let pages: PageLibrary

    public init(_ exchange: Exchange, _ pages: PageLibrary) {
        self.exchange = exchange
        self.pages = pages
    }

    public func add(to group: RouterGroup<FinanceContext>) {
        group.get("", use: months)
        group.get(":month", use: month)
        group.get(":month/:provider", use: statement)
        group.post(":month/close", use: close)
        group.post(":month/approve") { try await sign(.approve, $0, $1) }
        group.post(":month/reject") { try await sign(.reject, $0, $1) }
        group.post(":month/lines/:subject", use: decide)
    }

    private var office: Office { exchange.office }

    private func frame(_ title: String, _ request: Request, _ context: FinanceContext) -> Frame { .finance(title, request, context) }

    @Sendable func months(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let running = office.now.localDate.month
        let known = try await ReadStatements(office).months().map(\.month)
        let all = Set(known + [running, running.adding(-1)]).sorted().reversed()
        var rows: [(Month, ReadClose.Standing)] = []
        for month in all { rows.append((month, try await ReadClose(office)(month))) }
        return try pages.page("months", frame("月结", request, context), MonthsModel(rows, now: office.now))
    }

    @Sendable func month(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let month = try context.month()
        let standing = try await ReadClose(office)(month)
        let (statements, _) = try await ReadStatements(office)(month)
        let (shadow, _, difference) = try await ShadowMonth(office)(month)
        return try pages.page(
            "month", frame("\(month) 月结", request, context),
            MonthModel(
                month, standing, statements, shadow: shadow, difference: difference, caller: context.caller, reference: office.reference,
                now: office.now))
    }

    @Sendable func statement(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let month = try context.month()
        let provider = ProviderID(try context.parameters.require("provider"))
        let (statements, _) = try await ReadStatements(office)(month)
        guard let statement = statements.first(where: { $0.provider == provider }) else {
            throw Rejection(.missing, "statement_unknown", "该服务商本月没有结算单。")
        }
        return try pages.page(
            "statement", frame("\(month) \(provider)", request, context), StatementModel(statement, reference: office.reference))
    }

    @Sendable func close(_ request: Request, _ context: FinanceContext) async throws -> Response {
        try Self.mayAct(context)
        let month = try context.month()
        _ = try await CloseMonth(office)(month, by: context.caller)
        return Pages.redirect(to: "/finance/\(month)")
    }

    struct Opinion: Decodable, Sendable {
        let opinion: String
        let hash: String
    }

    private func sign(_ action: CloseAction, _ request: Request, _ context: FinanceContext) async throws -> Response {
        try Self.mayAct(context)
        let month = try context.month()
        let form = try await exchange.form(Opinion.self, request, context)
        let step = try SignMonth(office).prepared(month, action, opinion: form.opinion, seen: form.hash, by: context.caller)
        _ = try await office.perform(step)
        return Pages.redirect(to: "/finance/\(month)")
    }

    struct Decision: Decodable, Sendable {
        let kind: String
        let reason: String
    }

    @Sendable func decide(_ request: Request, _ context: FinanceContext) async throws -> Response {
        try Self.mayAct(context)
        let month = try context.month()
        let form = try await exchange.form(Decision.self, request, context)
        guard let kind = LineDecision.Kind(rawValue: form.kind) else {
            throw Rejection(.invalid, "decision_unknown", "处理应为放行或拒付。", pointer: "/kind")
        }
        let step = try DecideLine(office).prepared(
            month, try context.parameters.require("subject"), kind, reason: form.reason, by: context.caller)
        _ = try await office.perform(step)
        return Pages.redirect(to: "/finance/\(month)#held")
    }

    private static func mayAct(_ context: FinanceContext) throws {
        guard context.caller.role != .auditor else { throw Rejection(.forbidden, "role_forbidden", "审计角色只能查看。") }
    }
}
