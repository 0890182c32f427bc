import Entitlement
import HTTPTypes
import Kernel
import Web
import Workflow

extension PayoutRoutes: DescribedRoutes {
    public static var operations: [Operation] {
        let roles = FinanceContext.roles
        func decide(_ name: String, _ summary: String, body: any Decodable.Type, opinion: Schema) -> Operation {
            Operation(
                .post, "/api/v1/payouts/{month}/{programme}/\(name)", summary, by: roles, body: body, refining: ["opinion": opinion],
                answers: .json(.object(["month": .month, "programme": .text(sample: "AGE"), "count": .integer(), "amount_fen": .fen])),
                refuses: ["month_invalid", "payout_programme_unknown", "own_request", "nothing_due", "opinion_too_long", "reason_missing", "role_forbidden"])
        }
        let bill = Schema.object([
            "elder": .id, "number": .text(1...40, sample: "0012345"), "item": .text(sample: "01001"), "date": .date,
            "price_fen": .integer(1...Int(Fen.limit.amount), sample: 1_500),
        ])
        let note = Schema.object(["programme": .text(), "code": .text(sample: "exhausted"), "message": .text()])
        return [
            Operation(
                .get, "/api/v1/payouts/{month}", "按月发放的津贴和凭据报销的项目：当月待审批和已发放的笔数、金额", by: roles,
                answers: .json(
                    .object([
                        "month": .month,
                        "programmes": .array(
                            .object([
                                "programme": .text(sample: "AGE"), "name": .text(), "fund": .oneOf(Fund.self),
                                "payout": .oneOf(Payout.Kind.self), "waiting": .integer(), "waiting_fen": .fen, "paid": .integer(),
                                "paid_fen": .fen,
                            ])),
                    ])), refuses: ["month_invalid"]),
            Operation(
                .post, "/api/v1/payouts/{month}/{programme}/draw-up", "造册：为当月第一天符合条件的老人预占一个月的津贴；重复执行只补缺的人", by: roles,
                answers: .json(
                    .object([
                        "month": .month, "programme": .text(sample: "AGE"), "drawn": .integer(), "amount_fen": .fen, "already": .integer(),
                        "short": Schema.integer().described("预算不足、没有造册的人数"),
                    ])), refuses: ["month_invalid", "month_in_future", "payout_programme_unknown", "role_forbidden"]),
            decide("approve", "批准当月的发放或报销，随即入账；不能由造册的人批准", body: ApproveBody.self, opinion: .text(0...200, sample: "同意")),
            decide("reject", "退回当月的发放或报销，预占随即释放", body: RejectBody.self, opinion: .text(1...200, sample: "名册有误")),
            Operation(
                .post, "/api/v1/claims", "录入一批要报销的票据，逐张按项目规则和额度审核并预占；有一张不合规则全部不收", by: roles, body: ClaimBody.self,
                refining: [
                    "programme": .text(sample: "CLAIM"), "provider": Schema.text(sample: "P001").described("垫付的服务商；老人自己垫付的省略"),
                    "bills": .array(bill, 1...FileClaim.limit),
                ],
                answers: .created(
                    .object([
                        "amount_fen": .fen, "payable": .integer(),
                        "bills": .array(
                            .object([
                                "number": .text(), "elder": .id, "payment": Schema.id.nullable, "amount_fen": .fen, "notes": .array(note),
                            ])),
                    ])),
                refuses: [
                    "payout_programme_unknown", "bills_missing", "bill_invalid", "bill_known", "claim_closed", "item_unknown", "elder_unknown",
                    "provider_unknown", "entitlement_exhausted", "budget_exhausted", "role_forbidden",
                ]),
            Operation(
                .get, "/api/v1/lapsed-balances/{month}", "当月失效的未用额度，按项目和街道；只是统计，不转入任何账户", by: roles,
                answers: .json(
                    .object([
                        "month": .month, "lapsed_fen": .fen,
                        "lines": .array(
                            .object([
                                "programme": .text(sample: "SERVICE"), "name": .text(), "fund": .oneOf(Fund.self), "region": .text(sample: "620102001"),
                                "elders": .integer(), "granted_fen": .fen, "used_fen": .fen, "lapsed_fen": .fen,
                            ])),
                    ])), refuses: ["month_invalid"]),
        ]
    }
}
