import HTTPTypes
import Kernel
import Orders
import Web
import Workflow

extension ProviderRoutes: DescribedRoutes {
    private static let holder = Schema.text(1...60, sample: "till-2").described("答复的终端或人员；省略时为令牌名称")
    private static let reason = Schema.text(1...33, sample: "no_staff")
    private static let check: KeyValuePairs<String, Schema> = [
        "method": .oneOf(CheckMethod.reported.map(\.rawValue)), "lat": .number(-90...90, sample: "36.06"), "lon": .number(-180...180, sample: "103.83"),
        "accuracy_m": .integer(0...100_000), "code": .text(sample: "4821"),
        "photo_sha256": .matching("^[0-9a-f]{64}$", sample: String(repeating: "0", count: 64)), "reason_code": .text(sample: "phone_broken"),
    ]
    /// Why a person is not sent, whatever the hour.
    static let unfit = ["worker_unknown", "worker_absent", "worker_relative", "worker_credential", "worker_sex", "worker_lifting"]
    private static let offer = ["order_unknown", "offer_gone", "offer_expired", "offer_answered", "offer_leased"]
    private static let visit = [
        "order_unknown", "illegal_transition", "order_changed", "device_time_in_future", "code_wrong", "card_wrong", "code_locked", "place_missing",
    ]

    /// What one line of a bulk request may be: an action, and what that action asks for. What is wrong with a value is told for its line.
    private static func line(_ action: ProviderSteps.Action) -> Schema {
        Schema.object(["id": .text(sample: "1j9q6rk3v0abcdefghjk"), "action": .oneOf([action.rawValue])])
            .described("其余字段与 POST /provider/orders/{id}/\(action.rawValue) 的正文相同；逐行检查，逐行答复")
    }

    public static var operations: [Operation] {
        let roles = ProviderContext.roles
        func step(_ name: String, _ summary: String, _ body: any Decodable.Type, _ refining: KeyValuePairs<String, Schema>, _ codes: [String]) -> Operation {
            Operation(
                .post, "/api/v1/provider/orders/{id}/\(name)", summary, by: roles, body: body, refining: refining,
                answers: .json(.of(Shapes.providerOrder)), refuses: codes)
        }
        return [
            Operation(
                .get, "/api/v1/provider/feed", "派给本机构的全部事件，编号 1、2、3……不缺不跳；没有新事件时最多等待 wait 秒", by: roles,
                query: [
                    .init("after", .integer(0...Int.max, sample: 0), "已处理到的编号。"), .init("wait", .integer(0...ReadFeed.longestWait), "最多等待的秒数。"),
                    .limit(1...ReadFeed.limit, default: 100),
                ],
                answers: .json(
                    .object(["events": .array(.of(Shapes.feedEvent)), "next": .integer()]), headers: ["ETag"], isConditional: true),
                refuses: ["cursor_in_future"]),
            Operation(
                .get, "/api/v1/provider/orders", "本机构某一状态的工单", by: roles,
                query: [.init("state", .oneOf(OrderState.self), "默认 offered。"), .cursor, .limit(1...200, default: 50)],
                answers: .json(.object(["orders": .array(.of(Shapes.providerOrder)), "next": Schema.cursor.nullable])),
                refuses: ["state_unknown", "cursor_invalid", "cursor_mismatch"]),
            Operation(
                .get, "/api/v1/provider/orders/{id}/workers", "这张工单可以派谁：能派的在前，其余写明原因；规则与安排人员时相同", by: roles,
                answers: .json(
                    .object([
                        "workers": .array(
                            .object([
                                "id": .text(sample: "W0001"), "name": .text(), "fit": .boolean,
                                "code": Schema.oneOf(unfit + ["worker_busy"]).nullable, "reason": Schema.text().nullable,
                            ]))
                    ])), refuses: ["order_unknown"]),
            Operation(
                .post, "/api/v1/provider/orders/bulk", "一次提交多行操作，逐行答复；某行被拒不影响其他行", by: roles, body: ProviderSteps.Bulk.self,
                refining: ["items": .array(.anyOf(ProviderSteps.Action.allCases.map(line)), 1...ProviderSteps.Bulk.limit)],
                answers: .json(
                    .object([
                        "items": .array(
                            .object([
                                "id": .text(sample: "1j9q6rk3v0abcdefghjk"), "action": .oneOf(ProviderSteps.Action.self),
                                "status": .integer(200...599, sample: 200),
                                "result": Schema(["type": ["object", "null"]], sample: [:]), "problem": Schema.of(Shapes.problem).nullable,
                            ]))
                    ])), refuses: ["bulk_too_long", "action_unknown"]),
            step("accept", "接单", ProviderSteps.Accept.self, ["holder": holder], offer + ["illegal_transition"]),
            Operation(
                .post, "/api/v1/provider/orders/{id}/decline", "拒单，随即派给下一家", by: roles, body: ProviderSteps.Decline.self,
                refining: ["reason_code": reason, "holder": holder], answers: .json(.object(["id": .id, "declined": .boolean])),
                refuses: offer + ["reason_missing"]),
            Operation(
                .post, "/api/v1/provider/orders/{id}/propose", "提议另一个时间，由座席与老人商定后答复", by: roles, body: ProviderSteps.Propose.self,
                refining: ["note": .text(0...500)], answers: .created(.of(Shapes.proposal)),
                refuses: ["order_unknown", "offer_gone", "offer_expired", "proposal_open", "proposal_same_time", "start_in_past", "start_too_far"]),
            Operation(
                .post, "/api/v1/provider/orders/{id}/lease", "暂留待接工单若干分钟，期间本机构其他终端不能答复", by: roles, body: ProviderSteps.TakeInHand.self,
                refining: ["holder": holder, "minutes": .integer(LeaseOffer.minutes, sample: 5)], answers: .json(.of(Shapes.lease)), refuses: offer),
            Operation(
                .delete, "/api/v1/provider/orders/{id}/lease", "放弃暂留", by: roles, query: [.init("holder", holder, "暂留者；省略时为令牌名称。")],
                answers: .nothing, refuses: offer),
            step(
                "schedule", "安排人员，需要两人的服务可写明第二位；可在当天内微调时间", ProviderSteps.Schedule.self,
                ["worker": .text(sample: "W0001"), "second_worker": .text(sample: "W0002")],
                ["order_unknown", "illegal_transition", "worker_twice", "time_not_agreed"] + unfit + ["worker_busy"]),
            step("check-in", "签到", ProviderSteps.In.self, check, visit + ["check_in_too_early", "method_unknown"]),
            step("check-out", "签退", ProviderSteps.Out.self, check, visit + ["check_out_before_check_in", "method_unknown", "signature_hash"]),
            step("fail", "标记未完成", ProviderSteps.Fail.self, ["reason_code": reason], ["order_unknown", "illegal_transition"]),
        ]
    }
}
