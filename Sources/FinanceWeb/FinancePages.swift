import Billing
import Catalog
import Hummingbird
import Kernel
import Registry
import Web
import Workflow

/// The finance officer's window on the months: what is owed to whom, what is held and why.
///
/// | path | what |
/// |---|---|
/// | GET /finance | months closed, and the running one as it would close now |
/// | GET /finance/{month} | a statement a provider |
/// | GET /finance/{month}/{provider} | its lines with the findings of the checks |
/// | POST /finance/{month}/close | freezes the month |
public struct FinancePages: Sendable {
    let exchange: Exchange
    public init(_ exchange: Exchange) { self.exchange = exchange }

    public func add(to group: RouterGroup<FinanceContext>) {
        group.get("", use: months)
        group.get(":month", use: month)
        group.get(":month/:provider", use: statement)
        group.post(":month/close", use: close)
    }

    private var office: Office { exchange.office }

    @Sendable func months(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let closed = try await ReadStatements(office).months()
        let running = office.now.localDate.month
        let open = [running, running.adding(-1)].filter { month in !closed.contains { $0.month == month && $0.isClosed } }
        let rows: [[HTML.Cell]] =
            open.map { [.link($0.description, to: "/finance/\($0)"), "\($0 == running ? "进行中" : "待月结")", "", ""] }
            + closed.filter(\.isClosed).map {
                [.link($0.month.description, to: "/finance/\($0.month)"), "已月结", "\($0.closedAt?.shown ?? "")", "\($0.by)"]
            }
        return HTML.page(
            "结算", caller: context.caller.name,
            "<h1>结算</h1>\(HTML.table("月份", header: ["月份", "状态", "月结时间", "经手"], rows: rows))")
    }

    private static func month(_ context: FinanceContext) throws -> Month {
        guard let month = Month(try context.parameters.require("month")) else {
            throw Rejection(.invalid, "month_invalid", "月份应为 YYYY-MM。", pointer: "/month")
        }
        return month
    }

    @Sendable func month(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let month = try Self.month(context)
        let (statements, isClosed) = try await ReadStatements(office)(month)
        let rows: [[HTML.Cell]] = statements.map { statement in
            [
                .link("\(statement.provider) \(name(statement.provider))", to: "/finance/\(month)/\(statement.provider)"),
                .number("\(statement.lines.count)"), .number("\(statement.heldLines)"), .amount(statement.gross), .amount(statement.selfPay),
                .amount(statement.subsidy), .amount(statement.deducted), .amount(statement.payable),
            ]
        }
        let total: [HTML.Cell] = [
            "合计", .number("\(statements.map(\.lines.count).reduce(0, +))"), .number("\(statements.map(\.heldLines).reduce(0, +))"),
            .amount(statements.map(\.gross).total), .amount(statements.map(\.selfPay).total), .amount(statements.map(\.subsidy).total),
            .amount(statements.map(\.deducted).total), .amount(statements.map(\.payable).total),
        ]
        let mayClose = !isClosed && context.caller.role != .auditor && office.now.localDate > month.last
        let button = mayClose ? HTML.Button("月结：冻结 \(month) 的结算单", to: "/finance/\(month)/close").html : ""
        return HTML.page(
            "\(month) 结算", caller: context.caller.name,
            """
            <p><a href="/finance">结算</a></p><h1>\(month) \(isClosed ? "已月结" : "试算：如果现在月结")</h1>
            <p><a href="/finance/\(month)/documents">单据：结算汇总表、明细表、拨付表……</a></p>\(button)
            \(HTML.table("结算汇总（元）", header: ["服务商", "单数", "待核", "应结总额", "自费", "补贴", "扣减", "实付"], rows: rows + [total]))
            """)
    }

    @Sendable func statement(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let month = try Self.month(context)
        let provider = ProviderID(try context.parameters.require("provider"))
        let (statements, isClosed) = try await ReadStatements(office)(month)
        guard let statement = statements.first(where: { $0.provider == provider }) else {
            throw Rejection(.missing, "statement_unknown", "该服务商本月没有结算单。")
        }
        let catalogue = office.reference.catalogue
        let rows: [[HTML.Cell]] = statement.lines.map { line in
            let c = line.candidate
            return [
                "\(c.number)", "\(c.date)", "\(catalogue.item(c.item)?.name ?? c.item.text)", .number(c.quantity.text), .amount(c.unitPrice),
                .amount(c.gross), .amount(c.subsidy), .amount(c.selfPay), "L\(c.evidence.rawValue)", "\(line.verdict.name)",
                "\(line.findings.map { "\($0.code) \($0.sentence)" }.joined(separator: "；"))",
            ]
        }
        let header = ["工单", "日期", "项目", "数量", "单价", "金额", "补贴", "自费", "核验", "结论", "依据"]
        return HTML.page(
            "\(month) \(provider)", caller: context.caller.name,
            """
            <p><a href="/finance/\(month)">\(month)</a></p><h1>\(HTML.escaped("\(provider) \(name(provider))"))</h1>
            <p>\(isClosed ? "已月结" : "试算") · 实付 \(HTML.grouped(statement.payable)) 元 ·
            <a href="/finance/\(month)/documents/detail?provider=\(HTML.escaped(provider.text))">结算明细表</a></p>
            \(HTML.table("明细（元）", header: header, rows: rows))
            """)
    }

    @Sendable func close(_ request: Request, _ context: FinanceContext) async throws -> Response {
        guard context.caller.role != .auditor else { throw Rejection(.forbidden, "role_forbidden", "审计角色只能查看。") }
        let month = try Self.month(context)
        _ = try await CloseMonth(office)(month, by: context.caller)
        return Pages.redirect(to: "/finance/\(month)")
    }

    private func name(_ provider: ProviderID) -> String { office.reference.franchise.provider(provider)?.name ?? "" }
}
