import HTTPTypes
import Kernel
import Matching
import Web
import Workflow

extension DecisionRoutes: DescribedRoutes {
    public static var operations: [Operation] {
        let roles = ProviderContext.roles
        return [
            Operation(
                .get, "/api/v1/provider/orders/{id}/decision", "为什么派给或没有派给本机构；id 为工单编号或工单号，限 90 天内", by: roles,
                answers: .json(
                    .object([
                        "number": .text(sample: "260302-00042"),
                        "decisions": .array(
                            .object([
                                "at": .instant, "policy_version": .text(sample: "2026-01"), "basis": .oneOf(Decision.Basis.self),
                                "rank": Schema.integer(1...Int.max).nullable, "score": Schema.integer(-1_000_000...1_000_000).nullable,
                                "parts": .array(.object(["name": .text(sample: "distance"), "points": .integer(-1_000_000...1_000_000)])),
                                "codes": .array(.oneOf(RefusalCode.self)), "explanation": .text(),
                            ])),
                    ])), refuses: ["order_unknown"]),
            Operation(
                .post, "/api/v1/provider/orders/{id}/refuse-elder", "声明不再服务这张工单的老人，写明原因", by: roles, body: Reason.self,
                refining: ["reason": .text(1...200, sample: "人员多次被拒之门外")], answers: .created(.object(["refused": .boolean])),
                refuses: ["order_unknown", "note_missing"]),
            Operation(
                .post, "/api/v1/provider/closed-days", "登记歇业日或恢复营业日，至少一天；歇业日的工单随即改派", by: roles, body: ClosedDaysBody.self,
                answers: .json(.object(["closed_days": .array(.date), "version": .integer()])),
                refuses: ["closed_days_empty", "closed_day_out_of_range", "provider_unknown"]),
        ]
    }
}
