import Billing
import Hummingbird
import HTTPTypes
import Kernel
import Registry
import Store
import Web
import Workflow

/// | method | path | what |
/// |---|---|---|
/// | GET | /settlements/{month}/steps | where the month stands, who signed what, what still keeps it |
/// | POST | /settlements/{month}/approve, reject | the next signature; one step back, with a reason |
/// | POST | /settlements/{month}/exceptions/{subject} | release or refuse a held line |
/// | GET, POST | /settlements/{month}/samples[/{subject}] | the sample; what the call-back found |
/// | POST | /settlements/{month}/disputes/{subject} | the answer to a provider's objection |
/// | POST | /settlements/{month}/adjust, /adjustments/{id}/approve | a correction in the open month, by two persons |
/// | POST | /settlements/{month}/scores | a provider's score of the month, and what it deducts |
/// | GET | /settlement-rules | R01 … R27 with severity and version |
/// | GET, POST | /settlement-rights | who may sign for a street or the district; by an administrator |
public struct CloseRoutes: Sendable {
    let exchange: Exchange
    public init(_ exchange: Exchange) { self.exchange = exchange }

    public func add(to group: RouterGroup<StaffContext>) {
        group.get("settlements/:month/steps", use: steps)
        group.post("settlements/:month/approve", use: approve)
        group.post("settlements/:month/reject", use: reject)
        group.post("settlements/:month/exceptions/:subject", use: decide)
        group.get("settlements/:month/samples", use: samples)
        group.post("settlements/:month/samples/:subject", use: answerSample)
        group.post("settlements/:month/disputes/:subject", use: answerDispute)
        group.post("settlements/:month/adjust", use: adjust)
        group.post("adjustments/:id/approve", use: approveAdjustment)
        group.post("settlements/:month/scores", use: score)
        group.get("settlement-rules", use: rules)
        group.get("settlement-rights", use: rights)
        group.post("settlement-rights", use: grant)
        PaymentRoutes(exchange).add(to: group)
    }

    private var office: Office { exchange.office }

    // MARK: Steps

    @Sendable func steps(_ request: Request, _ context: StaffContext) async throws -> Response {
        let month = try context.month()
        let (standing, details) = try await ReadClose(office).detailed(month)
        return Exchange.json([
            "month": JSON(month.description), "step": JSON(standing.step.rawValue), "name": JSON(standing.step.name), "hash": JSON(standing.hash),
            "history": .array(standing.history.map(Self.entry)), "open_samples": JSON(standing.openSamples),
            "unanswered": .array(standing.unanswered.map { JSON($0) }),
            "streets": .array(standing.streets.map { ["street": JSON($0.code), "signed_by": JSON($0.signature?.by), "signed_at": JSON($0.signature?.at)] }),
            "disputes": .array(
                details.disputes.map {
                    [
                        "provider": JSON($0.provider), "subject": JSON($0.subject), "reason": JSON($0.reason),
                        "evidence_sha256": JSON($0.evidence), "answer": JSON($0.answer), "answered_by": JSON($0.answeredBy),
                    ]
                }),
            "payments": .array(details.payments.map { PaymentRoutes.payment($0.payment, state: $0.state.rawValue, note: $0.note) }),
            "adjustments": .array(details.corrections.map(Self.adjustment)),
        ])
    }

    private static func entry(_ entry: CloseEntry) -> JSON {
        [
            "from": JSON(entry.from.rawValue), "action": JSON(entry.action.rawValue), "to": JSON(entry.to.rawValue), "by": JSON(entry.by),
            "at": JSON(entry.at), "opinion": JSON(entry.opinion), "hash": JSON(entry.hash),
            "street": JSON(entry.street),
        ]
    }

    struct Signature: Decodable, Sendable {
        let opinion: String?
        let hash: String?
    }

    @Sendable func approve(_ request: Request, _ context: StaffContext) async throws -> Response { try await sign(.approve, request, context) }
    @Sendable func reject(_ request: Request, _ context: StaffContext) async throws -> Response { try await sign(.reject, request, context) }

    private func sign(_ action: CloseAction, _ request: Request, _ context: StaffContext) async throws -> Response {
        let month = try context.month()
        return try await exchange.once(Signature.self, request, context, keeping: IdempotencyKey.forMoney) { body in
            let step = try SignMonth(office).prepared(month, action, opinion: body.opinion ?? "", seen: body.hash, by: context.caller)
            return { tx in Answer(status: 200, body: Self.entry(try step(tx)).text) }
        }
    }

    // MARK: Lines

    struct Decision: Decodable, Sendable {
        let decision: String
        let reason: String?
    }

    @Sendable func decide(_ request: Request, _ context: StaffContext) async throws -> Response {
        let (month, subject) = (try context.month(), try context.parameters.require("subject"))
        return try await exchange.once(Decision.self, request, context, keeping: IdempotencyKey.forMoney) { body in
            guard let kind = LineDecision.Kind(rawValue: body.decision) else {
                throw Rejection(.invalid, "decision_unknown", "decision 应为 release 或 refuse。", pointer: "/decision")
            }
            let step = try DecideLine(office).prepared(month, subject, kind, reason: body.reason ?? "", by: context.caller)
            return { tx in
                let decision = try step(tx)
                return Answer(
                    status: 200,
                    body: (["subject": JSON(subject), "decision": JSON(decision.kind.rawValue), "by": JSON(decision.by)] as JSON).text)
            }
        }
    }

    @Sendable func samples(_ request: Request, _ context: StaffContext) async throws -> Response {
        let month = try context.month()
        let samples = try await ReadClose(office).samples(month)
        return Exchange.json([
            "month": JSON(month.description),
            "samples": .array(
                samples.map {
                    [
                        "provider": JSON($0.provider), "subject": JSON($0.sample.subject), "reason": JSON($0.sample.reason.rawValue),
                        "reason_name": JSON($0.sample.reason.name), "result": JSON($0.sample.result?.rawValue),
                    ]
                }),
        ])
    }

    struct SampleResult: Decodable, Sendable {
        let result: String
        let note: String?
    }

    @Sendable func answerSample(_ request: Request, _ context: StaffContext) async throws -> Response {
        let (month, subject) = (try context.month(), try context.parameters.require("subject"))
        return try await exchange.once(SampleResult.self, request, context, keeping: IdempotencyKey.forMoney) { body in
            guard let result = Sample.Result(rawValue: body.result) else {
                throw Rejection(.invalid, "result_unknown", "result 应为 passed 或 failed。", pointer: "/result")
            }
            let step = try AnswerSample(office).prepared(month, subject, result, note: body.note ?? "", by: context.caller)
            return { tx in Answer(status: 200, body: (["subject": JSON(subject), "widened_by": JSON(try step(tx))] as JSON).text) }
        }
    }

    struct Reply: Decodable, Sendable { let answer: String }

    @Sendable func answerDispute(_ request: Request, _ context: StaffContext) async throws -> Response {
        let (month, subject) = (try context.month(), try context.parameters.require("subject"))
        return try await exchange.once(Reply.self, request, context, keeping: IdempotencyKey.forMoney) { body in
            let step = try AnswerStatement(office).reply(month, subject, body.answer, by: context.caller)
            return { tx in
                try step(tx)
                return Answer(status: 200, body: (["subject": JSON(subject), "answer": JSON(body.answer)] as JSON).text)
            }
        }
    }

    // MARK: Corrections

    struct Correction: Decodable, Sendable {
        let subject: String
        let amount_fen: Int64?
        let reason: String?
    }

    @Sendable func adjust(_ request: Request, _ context: StaffContext) async throws -> Response {
        let month = try context.month()
        return try await exchange.once(Correction.self, request, context, keeping: IdempotencyKey.forMoney) { body in
            if let amount = body.amount_fen, amount.magnitude > Fen.limit.amount.magnitude {
                throw Rejection(.invalid, "amount_out_of_range", "金额超出范围。", pointer: "/amount_fen")
            }
            let step = try AdjustLine(office).enter(
                month, body.subject, amount: body.amount_fen.map { Fen($0) }, reason: body.reason ?? "", by: context.caller)
            return { tx in Answer(status: 201, body: Self.adjustment(try step(tx)).text) }
        }
    }

    @Sendable func approveAdjustment(_ request: Request, _ context: StaffContext) async throws -> Response {
        let id = try context.parameters.require("id")
        return try await exchange.once(Nothing.self, request, context, keeping: IdempotencyKey.forMoney) { _ in
            let step = AdjustLine(office).approve(id, by: context.caller)
            return { tx in
                Answer(status: 200, body: Self.adjustment(try step(tx)).adding(["approved_by": JSON(context.caller.name)]).text)
            }
        }
    }

    struct Score: Decodable, Sendable {
        let provider: String
        let score: Int
    }

    @Sendable func score(_ request: Request, _ context: StaffContext) async throws -> Response {
        let month = try context.month()
        return try await exchange.once(Score.self, request, context, keeping: IdempotencyKey.forMoney) { body in
            let step = try ScoreProvider(office).prepared(month, ProviderID(body.provider), score: body.score, by: context.caller)
            return { tx in
                let result = try step(tx)
                let json: JSON = [
                    "provider": JSON(body.provider), "score": JSON(result.score), "pay_percent": JSON(result.percent),
                    "amount_fen": JSON(result.deduction?.amount ?? .zero),
                ]
                return Answer(status: 200, body: json.text)
            }
        }
    }

    private static func adjustment(_ entry: Adjustment) -> JSON {
        [
            "id": JSON(entry.id), "month": JSON(entry.month.description), "provider": JSON(entry.provider), "subject": JSON(entry.subject),
            "amount_fen": JSON(entry.amount), "reason": JSON(entry.reason), "entered_by": JSON(entry.enteredBy),
        ]
    }

    // MARK: Terms

    @Sendable func rules(_ request: Request, _ context: StaffContext) async throws -> Response {
        Exchange.json([
            "rules": .array(
                Checks.rules.map {
                    ["code": JSON($0.code), "severity": JSON($0.severity.rawValue), "version": JSON($0.version), "title": JSON($0.title)]
                }),
        ])
    }

    @Sendable func rights(_ request: Request, _ context: StaffContext) async throws -> Response {
        let grants = try await office.read { tx in try tx.close.grants() }
        return Exchange.json([
            "rights": .array(
                grants.map { ["name": JSON($0.name), "right": JSON($0.right.rawValue), "street": JSON($0.street), "granted_by": JSON($0.by)] }),
        ])
    }

    struct Grant: Decodable, Sendable {
        let name: String
        let right: String
        /// For which street, or `all`; only of the right to sign for one.
        let street: String?
        let given: Bool?
    }

    @Sendable func grant(_ request: Request, _ context: StaffContext) async throws -> Response {
        try await exchange.once(Grant.self, request, context, keeping: IdempotencyKey.forMoney) { body in
            guard let right = CloseRight(rawValue: body.right) else {
                throw Rejection(.invalid, "right_invalid", "right 应为 review、street、district、finance 或 pay。", pointer: "/right")
            }
            let step = try ManageRoster(office).grant(right, to: body.name, street: body.street, isGiven: body.given ?? true, by: context.caller)
            return { tx in
                try step(tx)
                return Answer(status: 200, body: (["name": JSON(body.name), "right": JSON(right.rawValue)] as JSON).text)
            }
        }
    }
}
