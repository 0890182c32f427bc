import Billing
import HTTPTypes
import Kernel
import Web
import Workflow

extension CloseRoutes: DescribedRoutes {
    private static let payment = Schema.object([
        "reference": .text(sample: "2026-03-P001"), "provider": .text(sample: "P001"), "amount_fen": .fen, "invoice": .text().nullable,
        "account": .text().nullable, "state": .text(sample: "ordered"), "note": .text(),
    ])
    private static let adjustment = Schema.object([
        "id": .text(), "month": .month, "provider": .text(sample: "P001"), "subject": .text(), "amount_fen": .integer(-100_000_000_000...100_000_000_000),
        "reason": .text(), "entered_by": .text(),
    ])
    private static let entry = Schema.object([
        "from": .text(sample: "frozen"), "action": .text(sample: "approve"), "to": .text(sample: "reviewed"), "by": .text(), "at": .instant,
        "opinion": .text(), "hash": .text().nullable, "street": Schema.text(sample: "620102001").nullable.described("街道签字时：为哪个街道，或 all"),
    ])
    private static let codes = ["month_invalid"]
    /// Of everything that is only done while the batch may still be changed, and by whoever has the right.
    private static let open = codes + ["batch_locked", "close_out_of_order", "right_missing"]
    private static let limit = Int(Fen.limit.amount)

    public static var operations: [Operation] { signing + lines + corrections + rights + PaymentRoutes.operations }

    private static var signing: [Operation] {
        let roles = StaffContext.roles
        func sign(_ name: String, _ summary: String, _ opinion: Schema, requiring: [String] = []) -> Operation {
            Operation(
                .post, "/api/v1/settlements/{month}/\(name)", summary, by: roles, body: Signature.self,
                refining: ["opinion": opinion], requiring: requiring, answers: .json(entry),
                refuses: open + ["already_signed", "batch_changed", "disputes_open", "own_entry", "reason_missing", "samples_open", "statements_unconfirmed",
                    "person_needed", "street_not_due"])
        }
        return [
            Operation(
                .get, "/api/v1/settlements/{month}/steps", "结算走到哪一步、谁签过、还差什么", by: roles,
                answers: .json(
                    .object([
                        "month": .month, "step": .text(sample: "frozen"), "name": .text(), "hash": .text().nullable, "history": .array(entry),
                        "open_samples": .integer(), "unanswered": .array(.text()),
                        "streets": .array(
                            .object(["street": .text(sample: "620102001"), "signed_by": .text().nullable, "signed_at": Schema.instant.nullable])
                        ).described("本月有款项的街道；都签了才送区民政"),
                        "disputes": .array(.object(["provider": .text(sample: "P001"), "subject": .text(), "reason": .text()])),
                        "payments": .array(payment), "adjustments": .array(adjustment),
                    ])), refuses: codes),
            sign("approve", "下一道签字；hash 为签字人所见", .text(0...500, sample: "同意")),
            sign("reject", "退回上一步，须写明理由", .text(1...500, sample: "请补签到照片"), requiring: ["opinion"]),
        ]
    }

    private static var lines: [Operation] {
        let roles = StaffContext.roles
        return [
            Operation(
                .post, "/api/v1/settlements/{month}/exceptions/{subject}", "放行或拒付一条暂缓的明细", by: roles, body: Decision.self,
                refining: ["decision": .oneOf(["release", "refuse"]), "reason": .text(1...500, sample: "已核对录音")], requiring: ["reason"],
                answers: .json(.object(["subject": .text(), "decision": .oneOf(["release", "refuse"]), "by": .text()])),
                refuses: open + ["decision_unknown", "line_adjusted", "line_decided", "line_not_held", "line_reopened", "line_unknown", "reason_missing"]),
            Operation(
                .get, "/api/v1/settlements/{month}/samples", "抽查样本", by: roles,
                answers: .json(
                    .object(["month": .month, "samples": .array(.object(["provider": .text(sample: "P001"), "subject": .text(), "reason": .text()]))])),
                refuses: codes),
            Operation(
                .post, "/api/v1/settlements/{month}/samples/{subject}", "回访抽查结果", by: roles, body: SampleResult.self,
                refining: ["result": .oneOf(["passed", "failed"]), "note": .text(0...500, sample: "老人确认")],
                answers: .json(.object(["subject": .text(), "widened_by": .integer()])),
                refuses: open + ["result_unknown", "note_too_long", "finding_missing", "sample_unknown"]),
            Operation(
                .post, "/api/v1/settlements/{month}/disputes/{subject}", "答复服务商的异议", by: roles, body: Reply.self,
                refining: ["answer": .text(1...500, sample: "已核对，予以支付")],
                answers: .json(.object(["subject": .text(), "answer": .text()])), refuses: open + ["dispute_unknown"]),
        ]
    }

    private static var corrections: [Operation] {
        let roles = StaffContext.roles
        return [
            Operation(
                .post, "/api/v1/settlements/{month}/adjust", "在未结月份登记冲正，由第二人批准", by: roles, body: Correction.self,
                refining: ["amount_fen": .integer(-limit...limit, sample: -1500), "reason": .text(1...500, sample: "重复计费")], requiring: ["reason"],
                answers: .created(adjustment),
                refuses: codes + ["adjustment_known", "reason_missing", "amount_out_of_range", "batch_open", "line_unknown"]),
            Operation(
                .post, "/api/v1/adjustments/{id}/approve", "批准冲正", by: roles, body: Nothing.self,
                answers: .json(adjustment.adding(["approved_by": .text()])),
                refuses: [
                    "adjustment_approved", "adjustment_unknown", "amount_out_of_range", "batch_open", "budget_exhausted", "entitlement_exhausted",
                    "line_reopened", "own_entry",
                ]),
            Operation(
                .post, "/api/v1/settlements/{month}/scores", "月度考核得分；签字之前可以改", by: roles, body: Score.self,
                refining: ["provider": .text(sample: "P001"), "score": .integer(0...100, sample: 92)],
                answers: .json(.object(["provider": .text(), "score": .integer(), "pay_percent": .integer(), "amount_fen": .fen])),
                refuses: open + ["score_invalid", "statement_unknown"]),
        ]
    }

    private static var rights: [Operation] {
        let roles = StaffContext.roles
        return [
            Operation(
                .get, "/api/v1/settlement-rules", "结算规则 R01 … R27", by: roles,
                answers: .json(
                    .object([
                        "rules": .array(.object(["code": .text(sample: "R01"), "severity": .text(), "version": .anything, "title": .text()]))
                    ]))),
            Operation(
                .get, "/api/v1/settlement-rights", "谁可以签字", by: roles,
                answers: .json(.object(["rights": .array(.object(["name": .text(), "right": .text(), "street": .text().nullable, "granted_by": .text()]))]))),
            Operation(
                .post, "/api/v1/settlement-rights", "授予或收回签字权（管理员）", by: roles, body: Grant.self,
                refining: [
                    "name": Schema.text(1...64, sample: "street-office").described("登录名或令牌名"),
                    "right": .oneOf(CloseRight.allCases.filter { $0 != .close }.map(\.rawValue)),
                    "street": Schema.text(sample: "all").described("街道签字（right 为 street）时必填：街道编码，或 all"),
                ], answers: .json(.object(["name": .text(), "right": .text()])),
                refuses: ["right_invalid", "own_entry", "role_forbidden", "street_missing", "person_needed"]),
        ]
    }
}

extension PaymentRoutes {
    static var operations: [Operation] {
        let roles = StaffContext.roles
        return [
            Operation(
                .post, "/api/v1/settlements/{month}/invoices", "登记发票", by: roles, body: InvoiceBody.self,
                refining: [
                    "number": .matching("^[0-9A-Za-z-]{1,40}$", sample: "24622000000012345678"), "date": .date,
                    "amount_fen": .integer(0...Int(Fen.limit.amount), sample: 1500),
                ],
                answers: .created(.object(["provider": .text(sample: "P001"), "number": .text(), "amount_fen": .fen])),
                refuses: [
                    "month_invalid", "close_out_of_order", "invoice_invalid", "invoice_date_in_future", "invoice_seller_differs", "invoice_mismatch",
                    "invoice_known", "own_entry", "nothing_due", "right_missing", "statement_unknown",
                ]),
            Operation(
                .post, "/api/v1/settlements/{month}/payees/{provider}", "确认审核之后变动的收款账户；付款文件须由另一人生成", by: roles, body: PayeeBody.self,
                refining: ["account": .text(1...40, sample: "6222000000000000"), "opinion": .text(1...500, sample: "电话向负责人核实")],
                answers: .created(.object(["provider": .text(sample: "P001"), "name": .text(), "bank": .text(), "account": .text()])),
                refuses: [
                    "month_invalid", "close_out_of_order", "payee_changed", "payee_known", "reason_missing", "right_missing", "statement_unknown",
                ]),
            Operation(
                .post, "/api/v1/settlements/{month}/pay", "生成付款指令；没有应付款的月份就此办结，payments 为空", by: roles, body: Nothing.self,
                answers: .created(
                    .object([
                        "payments": .array(.object(["reference": .text(), "provider": .text(sample: "P001"), "account": .text(), "amount_fen": .fen])),
                        "amount_fen": .fen,
                    ])), refuses: ["month_invalid", "close_out_of_order", "invoice_missing", "own_entry", "payee_changed", "right_missing"]),
            Operation(
                .get, "/api/v1/settlements/{month}/payments.csv", "银行付款文件", by: roles, answers: .text("text/csv"), refuses: ["month_invalid"]),
            Operation(
                .post, "/api/v1/settlements/{month}/bank-return", "银行回单", by: roles, uploads: "text/csv",
                answers: .json(.object(["month": .month, "step": .text()])),
                refuses: ["month_invalid", "bank_file_invalid", "bank_file_mismatch", "close_out_of_order", "right_missing"]),
        ]
    }
}

extension ProviderStatementRoutes: DescribedRoutes {
    public static var operations: [Operation] {
        let roles = ProviderContext.roles
        let answered = Schema.object(["month": .month, "answer": .oneOf(["confirmed", "disputed"])])
        let reopened = Schema.object(["old_due_fen": .fen, "new_due_fen": .fen, "reason": .text(), "at": .instant])
        let answering = ["month_invalid", "batch_locked", "close_out_of_order", "statement_changed", "statement_confirmed", "statement_unknown"]
        return [
            Operation(
                .get, "/api/v1/provider/statements", "本机构历月结算单", by: roles,
                answers: .json(.object(["statements": .array(Shapes.settlement.schema.adding(["answer": .text().nullable, "step": .text()]))]))),
            Operation(
                .get, "/api/v1/provider/statements/{month}", "本机构一个月的结算单", by: roles,
                answers: .json(
                    Shapes.settlement.schema.refining(["lines": .array(.of(Shapes.statementLine))]).adding([
                        "sha256": .text().nullable, "reopened": reopened.nullable,
                    ])),
                refuses: ["month_invalid", "statement_unknown"]),
            Operation(
                .post, "/api/v1/provider/statements/{month}/confirm", "确认结算单", by: roles, body: Confirmation.self, answers: .json(answered),
                refuses: answering),
            Operation(
                .post, "/api/v1/provider/statements/{month}/dispute", "对明细提出异议", by: roles, body: Objections.self,
                refining: ["lines": .array(Schema.read(from: Objections.Line.self).refining(["reason": .text(1...500, sample: "当天已上门")]), 1...500)],
                answers: .json(answered.adding(["lines": .integer()])),
                refuses: answering + ["line_disputed", "line_unknown", "lines_invalid", "reason_missing"]),
            Operation(
                .post, "/api/v1/provider/workers/{id}/leave", "登记人员休假", by: roles, body: Leave.self,
                answers: .created(.object(["worker": .text(sample: "W0001")])), refuses: ["span_invalid"]),
            Operation(
                .post, "/api/v1/provider/workers/{id}/ties", "登记人员与老人的亲属关系", by: roles, body: Tie.self,
                refining: ["card": .text(sample: "LZ00000001"), "relation": .text(1...20, sample: "女儿")],
                answers: .created(.object(["worker": .text(sample: "W0001"), "relation": .text(sample: "女儿")])),
                refuses: ["relation_missing", "elder_unknown", "numbers_refused", "cards_too_fast"]),
        ]
    }
}
