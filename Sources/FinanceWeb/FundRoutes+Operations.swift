import Entitlement
import HTTPTypes
import Kernel
import Web
import Workflow

extension FundRoutes: DescribedRoutes {
    private static let roles = FinanceContext.roles
    private static let amount = Schema.integer(1...Int(Fen.limit.amount), sample: 200_000)
    private static let upToLimit = Schema.integer(0...Int(Fen.limit.amount), sample: 200_000)
    private static let person = Schema.text(sample: "1j9q6rk3v0abcdefghjk").described("老人或家属的编号")
    private static let reason = Schema.text(1...200, sample: "住院护理")

    private static let fund = Schema.object([
        "id": .id, "kind": .oneOf(FundKind.self), "name": .text(sample: "公用经费"), "holder": .text(sample: "老干部局"),
        "year": Schema.integer(2000...2399, sample: 2026).nullable, "granted_fen": .fen, "drawn_fen": .fen, "repaid_fen": .fen,
        "available_fen": .fen, "outstanding_fen": .fen, "monthly_fen": .fen, "first_month": Schema.month.nullable,
        "last_month": Schema.month.nullable,
    ])
    private static let payment = Schema.object([
        "id": .id, "account": .id, "person": .text().nullable, "amount_fen": .fen, "month": Schema.month.nullable, "reason": .text(),
        "state": .oneOf(FundPayment.State.self), "requested_by": .text(), "requested_at": .instant, "decided_by": .text().nullable,
        "opinion": .text().nullable,
    ])
    private static let detail = fund.adding([
        "payments": .array(payment),
        "outstanding": .array(.object(["person": .text(), "advanced_fen": .fen, "repaid_fen": .fen, "owed_fen": .fen])),
    ])

    public static var operations: [Operation] { accounts + payments }

    private static var accounts: [Operation] {
        [
            Operation(.get, "/api/v1/funds", "专项资金账户", by: roles, answers: .json(.object(["funds": .array(fund)]))),
            Operation(
                .post, "/api/v1/funds", "开立专项资金账户；护理费须有每月金额和起始月份，医药费垫支不分年度，其余须有年度", by: roles, body: OpenBody.self,
                refining: [
                    "kind": .oneOf(FundKind.self), "holder": Schema.text(1...64, sample: "老干部局").described("单位；护理费为本人编号"),
                    "year": .integer(2000...2399, sample: 2026), "granted_fen": upToLimit, "monthly_fen": upToLimit, "first_month": .month,
                    "last_month": .month,
                ], answers: .created(fund),
                refuses: [
                    "fund_kind_unknown", "holder_missing", "amount_invalid", "month_invalid", "year_invalid", "year_missing", "nursing_incomplete",
                    "months_reversed", "nursing_overlaps", "fund_exists", "role_forbidden",
                ]),
            Operation(
                .get, "/api/v1/funds/{id}", "一个账户的用款，以及谁还欠着垫支款", by: roles, answers: .json(detail), refuses: ["fund_unknown"]),
            Operation(
                .post, "/api/v1/funds/{id}/top-up", "追加额度", by: roles, body: AmountBody.self, refining: ["amount_fen": amount],
                answers: .json(fund), refuses: ["fund_unknown", "amount_invalid", "fund_by_month", "role_forbidden"]),
            Operation(
                .post, "/api/v1/funds/{id}/stop", "停发护理费；last_month 为最后发放的月份", by: roles, body: StopBody.self,
                refining: ["last_month": .month], answers: .json(fund),
                refuses: ["fund_unknown", "month_invalid", "fund_not_nursing", "nursing_overlaps", "role_forbidden"]),
        ]
    }

    private static var payments: [Operation] {
        func decide(_ name: String, _ summary: String, _ codes: [String]) -> Operation {
            Operation(
                .post, "/api/v1/fund-payments/{id}/\(name)", summary, by: roles, body: Opinion.self,
                refining: ["opinion": .text(0...200, sample: "同意")], answers: .json(payment),
                refuses: ["payment_unknown", "already_decided", "own_request", "opinion_too_long", "role_forbidden"] + codes)
        }
        return [
            Operation(
                .post, "/api/v1/funds/{id}/payments", "申请用款，由另一人审批；公用经费以外须写明对象", by: roles, body: PaymentBody.self,
                refining: ["amount_fen": amount, "person": person, "reason": reason], answers: .created(payment),
                refuses: [
                    "fund_unknown", "amount_invalid", "reason_missing", "fund_person_missing", "fund_by_month", "fund_not_enough",
                    "aid_already_given", "role_forbidden",
                ]),
            Operation(
                .get, "/api/v1/fund-payments", "等待审批的用款申请", by: roles, answers: .json(.object(["payments": .array(payment)]))),
            decide("approve", "批准用款，随即支付入账", ["fund_not_enough"]), decide("reject", "驳回用款申请", []),
            Operation(
                .post, "/api/v1/funds/{id}/repayments", "归还医药费垫支款", by: roles, body: RepaymentBody.self,
                refining: ["person": person, "amount_fen": amount, "note": .text(0...200, sample: "医保报销到账")], answers: .created(fund),
                refuses: ["fund_unknown", "fund_not_loan", "amount_invalid", "repayment_too_large", "note_too_long", "role_forbidden"]),
            Operation(
                .post, "/api/v1/nursing-fees/{month}", "发放一个月的护理费；重复执行不会重复发放", by: roles, body: Nothing.self,
                answers: .json(
                    .object(["month": .month, "paid": .array(payment), "already_paid": .integer(), "stopped": .array(.id), "waiting": .array(.id)])),
                refuses: ["month_invalid", "month_in_future", "role_forbidden"]),
        ]
    }
}
