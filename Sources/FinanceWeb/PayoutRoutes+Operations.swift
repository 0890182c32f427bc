import Entitlement
import HTTPTypes
import Kernel
import Web
import Workflow

extension PayoutRoutes: DescribedRoutes {
    public static var operations: [Operation] {
        let roles = FinanceContext.roles
        let hash = Schema.text(64...64, sample: String(repeating: "0", count: 64)).described("名单的指纹：审批的必须就是看到的名单")
        let decision = Schema.object([
            "month": .month, "programme": .text(sample: "AGE"), "list_sha256": hash, "count": .integer(), "amount_fen": .fen, "approved": .boolean,
            "opinion": .text(), "by": .text(), "at": .instant,
        ])
        let totals = Schema.object([
            "programme": .text(sample: "AGE"), "name": .text(), "fund": .oneOf(Fund.self), "payout": .oneOf(Payout.Kind.self),
            "waiting": .integer(), "waiting_fen": .fen, "list_sha256": hash.nullable, "paid": .integer(), "paid_fen": .fen,
            "reversed": Schema.integer().described("当月冲正的笔数，不论何时发放"), "reversed_fen": .fen,
            "unfinished": Schema.array(decision).described("中断的审批：用同一指纹再提交一次即可办完"),
        ])
        let payment = Schema.object([
            "id": .id, "programme": .text(sample: "AGE"), "version": .integer(), "month": .month, "elder": .id, "claimant": .text(),
            "bill": Schema.object(["number": .text(), "item": .text(sample: "01001"), "date": .date, "price_fen": .fen]).nullable,
            "amount_fen": .fen, "state": .oneOf(LegState.self), "made_by": .text(), "decided_by": Schema.text().nullable,
            "reversed_in": Schema.month.nullable,
        ])
        let reversal = Schema.object([
            "id": .id, "payment": payment, "reason": .text(), "requested_by": .text(), "requested_at": .instant,
            "state": .oneOf(PayoutReversal.State.self), "decided_by": Schema.text().nullable, "opinion": Schema.text().nullable,
        ])
        func decide(_ name: String, _ summary: String, body: any Decodable.Type, opinion: Schema) -> Operation {
            Operation(
                .post, "/api/v1/payouts/{month}/{programme}/\(name)", summary, by: roles, body: body,
                refining: ["opinion": opinion, "list_sha256": hash], requiring: ["list_sha256"], answers: .json(decision),
                refuses: [
                    "month_invalid", "payout_programme_unknown", "list_missing", "payout_list_changed", "already_decided", "own_request", "nothing_due",
                    "opinion_too_long", "reason_missing", "role_forbidden",
                ])
        }
        func decideReversal(_ name: String, _ summary: String, opinion: Schema) -> Operation {
            Operation(
                .post, "/api/v1/payout-reversals/{id}/\(name)", summary, by: roles, body: Opinion.self, refining: ["opinion": opinion],
                requiring: name == "reject" ? ["opinion"] : [], answers: .json(reversal),
                refuses: ["reversal_unknown", "own_request", "already_decided", "opinion_too_long", "reason_missing", "role_forbidden"])
        }
        let bill = Schema.object([
            "elder": .id, "number": .text(1...40, sample: "0012345"), "item": .text(sample: "01001"), "date": .date,
            "price_fen": .integer(1...Int(Fen.limit.amount), sample: 1_500),
        ])
        let note = Schema.object(["programme": .text(), "code": .text(sample: "exhausted"), "message": .text()])
        return [
            Operation(
                .get, "/api/v1/payouts/{month}", "按月发放的津贴和凭据报销的项目：当月待审批和已发放的笔数、金额", by: roles,
                answers: .json(.object(["month": .month, "programmes": .array(totals)])), refuses: ["month_invalid"]),
            Operation(
                .get, "/api/v1/payouts/{month}/{programme}", "一个项目当月的每一笔，和等待审批的名单的笔数、金额、指纹", by: roles,
                query: [.cursor, .limit(1...500, default: 100)],
                answers: .json(totals.adding(["month": .month, "payments": .array(payment), "next": Schema.cursor.nullable])),
                refuses: ["month_invalid", "payout_programme_unknown", "cursor_invalid", "cursor_mismatch"]),
            Operation(
                .post, "/api/v1/payouts/{month}/{programme}/draw-up", "造册：为当月第一天符合条件的老人预占一个月的津贴；重复执行只补缺的人", by: roles,
                answers: .json(
                    .object([
                        "month": .month, "programme": .text(sample: "AGE"), "drawn": .integer(), "amount_fen": .fen, "already": .integer(),
                        "short": Schema.integer().described("预算不足、没有造册的人数"),
                    ])), refuses: ["month_invalid", "month_in_future", "payout_programme_unknown", "role_forbidden"]),
            decide("approve", "批准看到的名单（list_sha256），随即入账；不能由造册的人批准", body: ApproveBody.self, opinion: .text(0...200, sample: "同意")),
            decide("reject", "退回看到的名单（list_sha256），预占随即释放", body: RejectBody.self, opinion: .text(1...200, sample: "名册有误")),
            Operation(
                .get, "/api/v1/payout-reversals", "等待审批的冲正申请；给出月份时为当月已冲正的", by: roles, query: [.init("month", .month, "月份。")],
                answers: .json(.object(["reversals": .array(reversal)])), refuses: ["month_invalid"]),
            Operation(
                .post, "/api/v1/payout-reversals", "申请冲正一笔已发放的现金或报销（整笔）；由另一人批准后在当月入账，预算和额度退回，票据可重新报销", by: roles,
                body: ReversalBody.self, refining: ["payment": .id, "reason": .text(1...200, sample: "重复发放")], answers: .created(reversal),
                refuses: ["payout_unknown", "payout_not_paid", "reversal_known", "reason_missing", "role_forbidden"]),
            decideReversal("approve", "批准冲正，随即在当月入账；不能由申请人批准", opinion: .text(0...200, sample: "同意")),
            decideReversal("reject", "不同意冲正，这笔发放保持不变", opinion: .text(1...200, sample: "并无重复")),
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
