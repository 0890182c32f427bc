import HTTPTypes
import Kernel
import Web
import Workflow

extension AnalyticsRoutes: DescribedRoutes {
    private static let street: KeyValuePairs<String, Schema> = [
        "region": .text(sample: "620102001"), "region_name": .text(sample: "酒泉路街道").nullable,
    ]

    public static var operations: [Operation] {
        func figures(_ name: String, _ summary: String, _ row: KeyValuePairs<String, Schema>) -> Operation {
            Operation(
                .get, "/api/v1/analytics/\(name)", summary, by: StaffContext.roles,
                query: [
                    .init("from", .date, "第一天，默认 to 所在月份的 1 日。"), .init("to", .date, "最后一天，含当天，默认今天；一次至多 366 天。"),
                ],
                answers: .json(.object(["from": .date, "to": .date, "rows": .array(.object(street).adding(row))])),
                refuses: ["day_invalid", "days_invalid"])
        }
        let category = Schema.text(sample: "06")
        return [
            figures(
                "demand", "需求：各街道各类别的工单、结果和金额",
                [
                    "category": category, "orders": .integer(), "served": .integer(), "cancelled": .integer(), "unmet": .integer(),
                    "elders": .integer(), "payable_fen": .fen,
                ]),
            figures(
                "unmet", "无人可派的需求，多的在前；日期为告知的日期",
                [
                    "item_code": .text(sample: "06001"), "item_name": .text(sample: "日常保洁").nullable, "category": category.nullable,
                    "orders": .integer(),
                ]),
            figures(
                "distribution", "谁在服务哪个街道、哪个类别",
                ["provider": .text(sample: "P001"), "category": category, "orders": .integer(), "payable_fen": .fen]),
            figures(
                "utilisation", "各服务商时段的占用率；街道为服务商所在街道",
                [
                    "provider": .text(sample: "P001"), "kind": .text(), "capacity": .integer(), "taken": .integer(),
                    "permille": .integer().described("taken 占 capacity 的千分比"),
                ]),
        ]
    }
}
