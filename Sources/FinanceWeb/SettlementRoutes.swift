import Billing
import Catalog
import Hummingbird
import HTTPTypes
import Kernel
import Registry
import Web
import Workflow

/// | method | path | who | what |
/// |---|---|---|---|
/// | GET | /settlements/{month}?as_of= | finance | totals, closed or as they would be now; or as they were known at a moment |
/// | POST | /settlements/{month}/preview, close | finance | try; freeze |
/// | GET | /settlements/{month}/shadow | finance | "if closed tonight", and what has changed since yesterday |
/// | GET | /settlements/{month}/statements[/{provider}] | finance | statements; as files in ``DocumentRoutes`` |
/// | GET | /settlements/{month}/exceptions | finance | held and blocked lines |
public struct SettlementRoutes: Sendable {
    let exchange: Exchange
    public init(_ exchange: Exchange) { self.exchange = exchange }

    public func add(to group: RouterGroup<FinanceContext>) {
        group.get("settlements/:month", use: show)
        group.post("settlements/:month/preview", use: show)
        group.post("settlements/:month/close", use: close)
        group.get("settlements/:month/shadow", use: shadow)
        group.get("settlements/:month/statements", use: statements)
        group.get("settlements/:month/statements/:provider", use: statement)
        group.get("settlements/:month/exceptions", use: exceptions)
    }

    static func total(_ statements: [StatementSums], _ month: Month, isClosed: Bool) -> JSON {
        [
            "month": JSON(month.description), "state": JSON(isClosed ? "closed" : "open"), "providers": JSON(statements.count),
            "lines": JSON(statements.map(\.lines).reduce(0, +)), "held": JSON(statements.map(\.heldLines).reduce(0, +)),
            "gross_fen": JSON(statements.map(\.gross).total), "subsidy_fen": JSON(statements.map(\.subsidy).total),
            "self_pay_fen": JSON(statements.map(\.selfPay).total), "deducted_fen": JSON(statements.map(\.deducted).total),
            "payable_fen": JSON(statements.map(\.payable).total), "adjusted_fen": JSON(statements.map(\.adjusted).total),
            "due_fen": JSON(statements.map(\.due).total),
        ]
    }

    @Sendable func show(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let month = try context.month()
        if let text = request.query("as_of") { return try await known(month, at: text) }
        let (statements, isClosed) = try await sums(month)
        let standing = try await ReadClose(exchange.office)(month)
        return Exchange.json(
            Self.total(statements, month, isClosed: isClosed).adding(["step": JSON(standing.step.rawValue), "hash": JSON(standing.hash)]))
    }

    /// Of a closed month what was sealed, of a running one as it would close now.
    private func sums(_ month: Month) async throws -> (statements: [StatementSums], isClosed: Bool) {
        let sealed = try await ReadMonth(exchange.office).sums(month)
        return sealed.isClosed ? sealed : (try await PreviewMonth(exchange.office)(month).map { StatementSums($0) }, false)
    }

    /// What we knew then: another question than what we know now, and often another answer.
    private func known(_ month: Month, at text: String) async throws -> Response {
        guard let moment = Instant(text.replacing(" ", with: "+")) else {
            throw Rejection(.invalid, "as_of_invalid", "as_of 应为带时区的时刻，例如 2026-04-05T18:00:00+08:00。", pointer: "/as_of")
        }
        let (statements, shadow, step) = try await ReadStatements(exchange.office).known(month, at: moment)
        let answer = shadow.map { Self.shown($0, month) } ?? Self.total(statements.map { StatementSums($0) }, month, isClosed: true)
        return Exchange.json(answer.adding(["as_of": JSON(moment), "step": JSON(step.rawValue)]))
    }

    @Sendable func shadow(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let month = try context.month()
        let shadow = try await ShadowMonth(exchange.office)(month)
        return Exchange.json(
            Self.shown(shadow.today, month).adding([
                "since": shadow.before.map { JSON($0.day.description) } ?? .null,
                "difference": shadow.difference.map {
                    [
                        "lines": JSON($0.lines), "payable_fen": JSON($0.payable), "newly_stopped": .array($0.newlyStopped.map(Self.stopped)),
                        "cleared": .array($0.cleared.map(Self.stopped)),
                    ]
                } ?? .null,
            ]))
    }

    private static func shown(_ shadow: Shadow, _ month: Month) -> JSON {
        [
            "month": JSON(month.description), "state": "open", "day": JSON(shadow.day.description), "lines": JSON(shadow.lines),
            "gross_fen": JSON(shadow.gross), "subsidy_fen": JSON(shadow.subsidy), "payable_fen": JSON(shadow.payable),
            "stopped_by_code": .array(
                shadow.stops.byCode.map { ["code": JSON($0.code), "lines": JSON($0.lines), "subsidy_fen": JSON($0.subsidy)] }),
            "stopped": JSON(shadow.stopped.count),
        ]
    }

    private static func stopped(_ line: Shadow.Stopped) -> JSON {
        [
            "subject": JSON(line.subject), "provider": JSON(line.provider), "verdict": JSON(line.verdict.rawValue),
            "codes": .array(line.codes.split(separator: ",").map { JSON(String($0)) }), "subsidy_fen": JSON(line.subsidy),
        ]
    }

    @Sendable func close(_ request: Request, _ context: FinanceContext) async throws -> Response {
        guard context.caller.role != .auditor else { throw Rejection(.forbidden, "role_forbidden", "审计角色只能查看。") }
        let month = try context.month()
        let result = try await CloseMonth(exchange.office)(month, by: context.caller)
        return Exchange.json(Self.total(result.statements.map { StatementSums($0) }, month, isClosed: true).adding(["was_closed": JSON(result.wasClosed)]))
    }

    @Sendable func statements(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let month = try context.month()
        let (statements, isClosed) = try await sums(month)
        return Exchange.json([
            "month": JSON(month.description), "state": JSON(isClosed ? "closed" : "open"),
            "statements": .array(
                statements.map { statement in
                    Self.total([statement], month, isClosed: isClosed).adding([
                        "provider": JSON(statement.provider),
                        "name": JSON(exchange.office.reference.franchise.provider(statement.provider)?.name),
                    ])
                }),
        ])
    }

    @Sendable func statement(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let month = try context.month()
        let provider = ProviderID(try context.parameters.require("provider"))
        let (statements, isClosed) = try await ReadStatements(exchange.office)(month, of: provider)
        guard let statement = statements.first else {
            throw Rejection(.missing, "statement_unknown", "该服务商本月没有结算单。")
        }
        return Exchange.json(
            Self.total([StatementSums(statement)], month, isClosed: isClosed).replacing("lines", with: .array(statement.lines.map(Self.line))).adding([
                "provider": JSON(provider)
            ]))
    }

    @Sendable func exceptions(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let month = try context.month()
        let (statements, _) = try await ReadStatements(exchange.office)(month)
        let lines = statements.flatMap(\.lines).filter { $0.verdict != .paid }
        return Exchange.json(["month": JSON(month.description), "lines": .array(lines.map(Self.line))])
    }

    static func line(_ line: StatementLine) -> JSON {
        let c = line.candidate
        return [
            "kind": JSON(c.kind.rawValue), "subject": JSON(c.subject), "number": JSON(c.shownNumber), "provider": JSON(c.provider),
            "elder_id": JSON(c.elder), "item_code": JSON(c.item), "date": JSON(c.date), "quantity": JSON(c.quantity.text),
            "unit_price_fen": JSON(c.unitPrice), "gross_fen": JSON(c.gross), "subsidy_fen": JSON(c.subsidy), "self_pay_fen": JSON(c.selfPay),
            "evidence": JSON(c.evidence.rawValue), "verdict": JSON(line.verdict.rawValue),
            "findings": .array(line.findings.map(Show.finding)),
            "decision": line.decision.map {
                ["kind": JSON($0.kind.rawValue), "reason": JSON($0.reason), "by": JSON($0.by), "at": JSON($0.at)]
            } ?? .null,
        ]
    }

    static func csv(_ text: String, name: String) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "text/csv; charset=utf-8", .contentDisposition: "attachment; filename=\"\(name).csv\""],
            body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}
