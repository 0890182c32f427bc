import Billing
import HTTPTypes
import Kernel
import Web

extension DocumentRoutes: DescribedRoutes {
    private static let roles = FinanceContext.roles
    private static let types = ["csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"]

    /// What narrows a paper. Which of them it cannot do without is told by `needs` in the list.
    private static let scope: [Operation.Parameter] = [
        .init("provider", .text(sample: "P001"), "只要这家服务商；扣减通知书必填。"), .init("street", .text(sample: "620102001"), "只要这个街道。"),
        .init("elder", .text(sample: "LZ00000001"), "只要这位老人，编号或卡号；服务确认单必填。"),
    ]
    private static let codes = ["month_invalid", "document_unknown", "document_scope", "statement_unknown", "elder_unknown", "street_unknown"]

    /// A cell: text, a number, an amount in fen, a date, or nothing.
    private static let cell = Schema(["type": ["string", "integer", "null"]], sample: "P001")

    private static let document = Schema.object([
        "title": .text(sample: "结算明细表"), "facts": .array(.object(["name": .text(), "value": .text()])),
        "columns": .array(.object(["name": .text(sample: "补贴金额"), "is_summed": .boolean])), "rows": .array(.array(cell)), "totals": .array(cell),
        "notes": .array(.text()), "signers": .array(.text(sample: "制表")),
    ])

    public static var operations: [Operation] { papers + Format.allCases.flatMap(files) }

    private static var papers: [Operation] {
        let kinds = DocumentKind.allCases.map { "\($0.rawValue) \($0.title)" }.joined(separator: "、")
        return [
            Operation(
                .get, "/api/v1/settlements/{month}/documents", "当月有哪些单据", by: roles,
                answers: .json(
                    .object([
                        "month": .month,
                        "documents": .array(
                            .object([
                                "kind": .oneOf(DocumentKind.self), "title": .text(sample: "结算明细表"),
                                "needs": Schema.oneOf(["provider", "elder"]).nullable.described("必须写明的参数"),
                                "formats": .array(.oneOf(["json"] + Format.allCases.map(\.rawValue))),
                                "href": .text(sample: "/api/v1/settlements/2026-03/documents/detail"),
                            ])),
                    ])), refuses: ["month_invalid"]),
            Operation(
                .get, "/api/v1/settlements/{month}/documents/{kind}", "一份单据；kind 为\(kinds)", by: roles, query: scope, answers: .json(document),
                refuses: codes),
        ]
    }

    private static func files(_ format: Format) -> [Operation] {
        let (name, own) = (format.rawValue, format == .xlsx ? ["spreadsheet_not_built", "spreadsheet_failed"] : [])
        let answer = Operation.Answered.text(types[name] ?? "application/octet-stream")
        let paper = Operation(
            .get, "/api/v1/settlements/{month}/documents/{kind}.\(name)", "一份单据，\(name) 文件", by: roles, query: scope, answers: answer,
            refuses: codes + own)
        let detail = Operation(
            .get, "/api/v1/settlements/{month}/statements/{provider}.\(name)", "一家的结算明细表，\(name) 文件", by: roles, answers: answer,
            refuses: ["month_invalid", "statement_unknown"] + own)
        let summary = Operation(
            .get, "/api/v1/settlements/{month}/statements.\(name)", "结算汇总表，\(name) 文件", by: roles, answers: answer,
            refuses: ["month_invalid"] + own)
        return [paper, detail, summary]
    }
}
