import Billing
import Hummingbird
import Kernel
import Registry
import Store
import Web
import Workflow

/// | method | path | what |
/// |---|---|---|
/// | GET | /provider/statements | months with a statement, and where each stands |
/// | GET | /provider/statements/{month} | its lines with what was found on them |
/// | POST | /provider/statements/{month}/confirm, dispute | agree; object to lines, with evidence, once |
/// | POST | /provider/workers/{id}/leave, ties | days off; relatives among the elders |
public struct ProviderStatementRoutes: Sendable {
    let exchange: Exchange
    public init(_ exchange: Exchange) { self.exchange = exchange }

    public func add(to group: RouterGroup<ProviderContext>) {
        group.get("statements", use: statements)
        group.get("statements/:month", use: statement)
        group.post("statements/:month/confirm", use: confirm)
        group.post("statements/:month/dispute", use: dispute)
        group.post("workers/:id/leave", use: leave)
        group.post("workers/:id/ties", use: tie)
    }

    private var office: Office { exchange.office }

    @Sendable func statements(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let provider = context.provider
        let found: [JSON] = try await office.read { tx in
            let answers = try tx.close.answers(of: provider)
            return try tx.settlements.sealed(of: provider).map { sums in
                SettlementRoutes.total([sums], sums.month, isClosed: true).adding([
                    "answer": JSON(answers[sums.month].map { $0 ? "confirmed" : "disputed" }),
                    "step": JSON(try tx.close.entries(sums.month).last?.to.rawValue ?? CloseStep.frozen.rawValue),
                ])
            }
        }
        return Exchange.json(["statements": .array(found)])
    }

    @Sendable func statement(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let (month, provider) = (try context.month(), context.provider)
        let found = try await office.read { tx in
            (try tx.settlements.statement(month, provider), try tx.settlements.sha256(month, provider), try tx.close.undone(month, provider))
        }
        guard let statement = found.0 else { throw Rejection(.missing, "statement_unknown", "本月还没有结算单。") }
        return Exchange.json(
            SettlementRoutes.total([StatementSums(statement)], month, isClosed: true).adding([
                "sha256": JSON(found.1), "reopened": found.2.map(Self.reopened) ?? .null, "lines": .array(statement.lines.map(SettlementRoutes.line)),
            ]))
    }

    /// 确认失效: why the statement waits for another confirmation.
    private static func reopened(_ undone: CloseRepository.Undone) -> JSON {
        ["old_due_fen": JSON(undone.from), "new_due_fen": JSON(undone.to), "reason": JSON(undone.reason), "at": JSON(undone.at)]
    }

    struct Confirmation: Decodable, Sendable {
        let sha256: String?
        /// What it is to be paid, as it was shown.
        let due_fen: Int64?
    }

    @Sendable func confirm(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let month = try context.month()
        return try await exchange.once(Confirmation.self, request, context) { body in
            let step = try AnswerStatement(office).confirm(month, seen: body.sha256, due: body.due_fen.map { Fen($0) }, by: context.caller)
            return { tx in
                try step(tx)
                return Answer(status: 200, body: (["month": JSON(month.description), "answer": "confirmed"] as JSON).text)
            }
        }
    }

    struct Objections: Decodable, Sendable {
        struct Line: Decodable, Sendable {
            let subject: String
            let reason: String
            let evidence_sha256: String?
        }
        let lines: [Line]
    }

    @Sendable func dispute(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let month = try context.month()
        return try await exchange.once(Objections.self, request, context) { body in
            let objections = body.lines.map { AnswerStatement.Objection(subject: $0.subject, reason: $0.reason, evidence: $0.evidence_sha256) }
            let step = try AnswerStatement(office).dispute(month, objections, by: context.caller)
            return { tx in
                try step(tx)
                return Answer(
                    status: 200,
                    body: (["month": JSON(month.description), "answer": "disputed", "lines": JSON(objections.count)] as JSON).text)
            }
        }
    }

    struct Leave: Decodable, Sendable {
        let from: LocalDate
        let until: LocalDate
    }

    @Sendable func leave(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let worker = WorkerID(try context.parameters.require("id"))
        return try await exchange.once(Leave.self, request, context) { body in
            let step = try ManageRoster(office).leave(worker, from: body.from, until: body.until, by: context.caller)
            return { tx in
                try step(tx)
                return Answer(status: 201, body: (["worker": JSON(worker)] as JSON).text)
            }
        }
    }

    struct Tie: Decodable, Sendable {
        let card: String
        let relation: String
    }

    @Sendable func tie(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let worker = WorkerID(try context.parameters.require("id"))
        return try await exchange.once(Tie.self, request, context) { body in
            let step = try ManageRoster(office).tie(worker, elderNumber: body.card, relation: body.relation, by: context.caller)
            return { tx in
                try step(tx)
                return Answer(status: 201, body: (["worker": JSON(worker), "relation": JSON(body.relation)] as JSON).text)
            }
        }
    }
}
