import HTTPTypes
import Kernel
import Web
import Workflow

extension SettlementRoutes: DescribedRoutes {
    public static var operations: [Operation] {
        let roles = FinanceContext.roles
        let codes = ["month_invalid"]
        return [
            Operation(
                .get, "/api/v1/settlements/{month}", "当月合计；未结的月份为此刻的试算", by: roles,
                query: [.init("as_of", .instant, "按那一刻已知的情况。")], answers: .json(.of(Shapes.settlement)), refuses: codes + ["as_of_invalid", "not_known_then"]),
            Operation(
                .post, "/api/v1/settlements/{month}/preview", "试算", by: roles, answers: .json(.of(Shapes.settlement)), refuses: codes),
            Operation(
                .post, "/api/v1/settlements/{month}/close", "月结；结过的月份再结一次不变", by: roles,
                answers: .json(Shapes.settlement.schema.adding(["was_closed": .boolean])),
                refuses: codes + ["close_raced", "close_running", "month_not_over", "month_unknown", "role_forbidden"]),
            Operation(
                .get, "/api/v1/settlements/{month}/statements", "各服务商结算单", by: roles,
                answers: .json(
                    .object([
                        "month": .month, "state": .text(sample: "open"),
                        "statements": .array(Shapes.statement.adding(["name": .text(sample: "示例养老餐厅").nullable])),
                    ])), refuses: codes),
            Operation(
                .get, "/api/v1/settlements/{month}/statements/{provider}", "一家的结算单", by: roles,
                answers: .json(Shapes.statement.refining(["lines": .array(.of(Shapes.statementLine))])), refuses: codes + ["statement_unknown"]),
            Operation(
                .get, "/api/v1/settlements/{month}/shadow", "按现行规则重算一个已结月份，列出不同之处", by: roles,
                answers: .json(Schema(["type": "object"], sample: [:])), refuses: codes),
            Operation(
                .get, "/api/v1/settlements/{month}/exceptions", "暂缓和不付的明细及原因", by: roles,
                answers: .json(.object(["month": .month, "lines": .array(.of(Shapes.statementLine))])), refuses: codes),
        ]
    }
}
