import Billing
import Hummingbird
import Kernel
import Registry
import Web
import Workflow

/// 财务台: where each month stands, what is held and why, who signs next.
///
/// 平台复核 is done here by operators and quality callers: they come in where a month is reviewed, and nowhere else of finance. Closing a month
/// and looking through a running one stay with finance; who may sign, decide and answer is asked again, by right.
///
/// | path | what |
/// |---|---|
/// | GET /finance | months, each with its step, its age and who had it last |
/// | GET /finance/{month} | the line of offices, a statement a provider; of a running month its last shadow |
/// | GET /finance/{month}/shadow | a running month as it would close now |
/// | GET /finance/{month}/held | what waits for a person, each line with its evidence, decided by one key |
/// | GET /finance/{month}/{provider}?show=&after= | fifty of its lines: all, held or blocked; of a running month what its last shadow stopped |
/// | GET /finance/{month}/{provider}/now?show=&after= | the same of a running month as it would close now |
/// | POST /finance/{month}/close | freezes the month |
/// | POST /finance/{month}/approve, reject | the next signature; one step back |
/// | POST /finance/{month}/lines/{subject} | release or refuse a held line |
/// | POST /finance/{month}/disputes/{subject} | the answer to a provider's objection |
public struct FinancePages: PageGroup {
    public let site: Site
    public init(_ site: Site) { self.site = site }

    public func add(to group: RouterGroup<FinanceContext>, review: RouterGroup<StaffContext>) {
        group.get(":month/shadow", use: shadow)
        group.post(":month/close", use: close)
        review.get("", use: months)
        review.get(":month", use: month)
        review.get(":month/held", use: held)
        review.get(":month/:provider", use: statement)
        review.get(":month/:provider/now", use: statementNow)
        review.post(":month/approve") { try await sign(.approve, $0, $1) }
        review.post(":month/reject") { try await sign(.reject, $0, $1) }
        review.post(":month/lines/:subject", use: decide)
        review.post(":month/disputes/:subject", use: reply)
    }

    @Sendable func months(_ request: Request, _ context: StaffContext) async throws -> Response {
        try pages.page("months", .finance("月结", request, context), MonthsModel(try await ReadMonth(office).milestones(), now: office.now))
    }

    @Sendable func month(_ request: Request, _ context: StaffContext) async throws -> Response {
        let month = try context.month()
        return try await page(month, try await ReadMonth(office)(month), request, context)
    }

    /// Every line of a running month is looked at: seconds, not milliseconds, and so only when somebody asks.
    @Sendable func shadow(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let month = try context.month()
        return try await page(month, try await ReadMonth(office).now(month), request, context)
    }

    private func page(
        _ month: Month, _ glance: ReadMonth.Glance, _ request: Request, _ context: RoleContext<some Admission>
    ) async throws -> Response {
        let signing = try await ReadClose(office).signing(month, by: context.caller)
        return try pages.page(
            "month", .finance("\(month) 月结", request, context),
            MonthModel(
                month, signing, glance, once: exchange.newFormKey, caller: context.caller, reference: office.reference, now: office.now))
    }

    @Sendable func held(_ request: Request, _ context: StaffContext) async throws -> Response {
        let month = try context.month()
        let (held, count, obstacle) = try await ReadHeld(office)(month, by: context.caller)
        return try pages.page(
            "held", .finance("\(month) 待核", request, context),
            HeldModel(
                month, held, count: count, obstacle: obstacle, once: exchange.newFormKey, caller: context.caller, reference: office.reference,
                vocabulary: pages.vocabulary(request.language)))
    }

    @Sendable func statement(_ request: Request, _ context: StaffContext) async throws -> Response {
        let month = try context.month()
        guard try await ReadMonth(office).isClosed(month) else { return try await running(month, request, context) }
        return try await statement(month, isNow: false, request, context)
    }

    /// Like ``shadow(_:_:)``, every line of a running month is looked at.
    @Sendable func statementNow(_ request: Request, _ context: StaffContext) async throws -> Response {
        try await statement(try context.month(), isNow: true, request, context)
    }

    private func running(_ month: Month, _ request: Request, _ context: StaffContext) async throws -> Response {
        let id = ProviderID(try context.parameters.require("provider"))
        guard let provider = office.reference.franchise.provider(id) else { throw Self.noStatement }
        let after = try request.query("after").map { try Cursor.key($0, in: RunningModel.address(month, id)) }
        let page = try await ReadStopped(office)(month, of: id, after: after ?? "")
        return try pages.page(
            "running", .finance("\(month) \(id)", request, context),
            RunningModel(month, provider, page, isLater: after != nil, reference: office.reference))
    }

    private static let noStatement = Rejection(.missing, "statement_unknown", "该服务商本月没有结算单。")

    private func statement(_ month: Month, isNow: Bool, _ request: Request, _ context: StaffContext) async throws -> Response {
        let provider = ProviderID(try context.parameters.require("provider"))
        let (filter, after) = (try request.word("show", LineFilter.self) ?? .all, try request.integer("after", default: 0, in: 0...Int.max))
        guard let page = try await ReadMonth(office).page(month, provider, filter, after: after) else {
            throw Self.noStatement
        }
        return try pages.page(
            "statement", .finance("\(month) \(provider)", request, context),
            StatementModel(page, isNow: isNow, caller: context.caller, reference: office.reference))
    }

    @Sendable func close(_ request: Request, _ context: FinanceContext) async throws -> Response {
        try Self.mayAct(context)
        let month = try context.month()
        return try await exchange.formOnce(
            Nothing.self, request, context, keeping: IdempotencyKey.forMoney,
            inParts: { _ in
                _ = try await CloseMonth(office)(month, by: context.caller)
                return "/finance/\(month)"
            })
    }

    struct Signature: Decodable, Sendable {
        let opinion: String
        let hash: String
    }

    private func sign(_ action: CloseAction, _ request: Request, _ context: StaffContext) async throws -> Response {
        try Self.mayAct(context)
        let month = try context.month()
        return try await exchange.formOnce(Signature.self, request, context, keeping: IdempotencyKey.forMoney) { form in
            let step = try SignMonth(office).prepared(month, action, opinion: form.opinion, seen: form.hash, by: context.caller)
            return { tx in
                _ = try step(tx)
                return "/finance/\(month)"
            }
        }
    }

    struct Decision: Decodable, Sendable {
        let kind: String
        let reason: String
        /// What the rule says about the line: reason enough for whoever goes along with it.
        let why: String?
    }

    @Sendable func decide(_ request: Request, _ context: StaffContext) async throws -> Response {
        try Self.mayAct(context)
        let month = try context.month()
        let subject = try context.parameters.require("subject")
        return try await exchange.formOnce(Decision.self, request, context, keeping: IdempotencyKey.forMoney) { form in
            guard let kind = LineDecision.Kind(rawValue: form.kind) else {
                throw Rejection(.invalid, "decision_unknown", "处理应为放行或拒付。", pointer: "/kind")
            }
            let reason = form.reason.isEmpty && kind == .refuse ? String((form.why ?? "").prefix(500)) : form.reason
            let step = try DecideLine(office).prepared(month, subject, kind, reason: reason, by: context.caller)
            return { tx in
                _ = try step(tx)
                return "/finance/\(month)/held"
            }
        }
    }

    struct Reply: Decodable, Sendable { let answer: String }

    @Sendable func reply(_ request: Request, _ context: StaffContext) async throws -> Response {
        let (month, subject) = (try context.month(), try context.parameters.require("subject"))
        return try await exchange.formOnce(Reply.self, request, context, keeping: IdempotencyKey.forMoney) { form in
            let step = try AnswerStatement(office).reply(month, subject, form.answer, by: context.caller)
            return { tx in
                try step(tx)
                return "/finance/\(month)"
            }
        }
    }

    private static func mayAct(_ context: RoleContext<some Admission>) throws {
        guard context.caller.role != .auditor else { throw Rejection(.forbidden, "role_forbidden", "审计角色只能查看。") }
    }
}
