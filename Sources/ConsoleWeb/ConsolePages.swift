import Catalog
import Entitlement
import Hummingbird
import Intake
import Kernel
import Matching
import Orders
import Registry
import Store
import Web
import Workflow

/// The operators' window on the day: who is waiting for what, and why.
///
/// | path | what |
/// |---|---|
/// | GET /console/orders?state= | counts by state, orders newest first |
/// | GET /console/elders?q= | finding an elder |
/// | GET /console/elders/{id} | the card: alerts, open orders, last services |
/// | GET /console/orders/{id} | one order: attempts with reasons, who pays, what happened |
public struct ConsolePages: Sendable {
    let exchange: Exchange
    public init(_ exchange: Exchange) { self.exchange = exchange }

    public func add(to group: RouterGroup<DeskContext>) {
        group.get("orders", use: board)
        group.get("elders", use: search)
        group.get("elders/:id", use: elder)
        group.get("orders/:id", use: order)
    }

    private var office: Office { exchange.office }

    @Sendable func board(_ request: Request, _ context: DeskContext) async throws -> Response {
        let state = request.query("state").flatMap { OrderState(rawValue: $0) }
        let orders = try await ReadOrders(office).page(state: state, elder: nil, provider: nil, day: nil, before: nil, limit: 50)
        let counts = try await ReadOrders(office).counts()
        let links = OrderState.allCases.map {
            "<li><a href=\"/console/orders?state=\($0.rawValue)\"\($0 == state ? " aria-current=\"page\"" : "")>\($0.name) \(counts[$0] ?? 0)</a></li>"
        }
        return HTML.page(
            "工单", caller: context.caller.name,
            """
            <h1>工单</h1>
            <form class="search" action="/console/elders" role="search">
            <label>找老人（姓名、首字母、电话、卡号、证件后四位） <input name="q" accesskey="k"></label><button>查找</button></form>
            <nav aria-label="按状态"><ul class="counts"><li><a href="/console/orders">全部 \(counts.values.reduce(0, +))</a></li>\(links.joined())</ul></nav>
            \(table(state?.name ?? "最近的工单", orders))
            """)
    }

    @Sendable func search(_ request: Request, _ context: DeskContext) async throws -> Response {
        let text = request.query("q") ?? ""
        let found = text.isEmpty ? [] : try await FindElders(office)(text, limit: 20)
        let today = office.now.localDate
        let rows: [[HTML.Cell]] = found.map { elder in
            [
                .link(elder.number, to: "/console/elders/\(elder.id)"), "\(Masked.name(elder.name))", "\(elder.sex == .male ? "男" : "女")",
                .number("\(elder.age(on: today))"), "\(elder.address.masked)", "\(elder.status.term)",
            ]
        }
        return HTML.page(
            "找老人", caller: context.caller.name,
            """
            <p><a href="/console">工作台</a> · <a href="/console/orders">工单</a></p>
            <form class="search" role="search"><label>找老人 <input name="q" value="\(HTML.escaped(text))" autofocus></label><button>查找</button></form>
            \(HTML.table("找到 \(found.count) 位", header: ["卡号", "姓名", "性别", "年龄", "地址", "状态"], rows: rows))
            """)
    }

    @Sendable func elder(_ request: Request, _ context: DeskContext) async throws -> Response {
        let id = ElderID(try context.parameters.require("id"))
        try await LookAtElder(office)(id, from: .desk, by: context.caller)
        let card = try await ReadCallCard(office)(id)
        let (elder, today) = (card.elder, office.now.localDate)
        let facts = [
            ("卡号", elder.number), ("年龄", "\(elder.age(on: today))"), ("街道", regionName(elder.address.region)), ("地址", elder.address.line),
            ("电话", elder.phones.map { "\($0.label) \($0.number.text)" }.joined(separator: "；")),
            ("类别", elder.classes(on: today).map(className).joined(separator: "、")), ("提醒", card.alerts.joined(separator: "、")),
            ("联系人", elder.contacts.map { "\($0.relation) \($0.name) \($0.phone?.text ?? "")" }.joined(separator: "；")),
        ]
        let balances: [[HTML.Cell]] = card.balances.map {
            [
                "\($0.key.programme)", "\($0.key.period)", .amount($0.balance.granted), .amount($0.balance.reserved), .amount($0.balance.posted),
            ]
        }
        return HTML.page(
            elder.name, caller: context.caller.name,
            """
            <p><a href="/console">工作台</a> · <a href="/console/orders">工单</a></p><h1>\(HTML.escaped(elder.name))</h1>\(HTML.facts(facts))
            \(table("未完的工单", card.openOrders))\(table("最近三次服务", card.lastServices))
            \(HTML.table("补贴余额（元）", header: ["项目", "周期", "额度", "预占", "已用"], rows: balances))
            """)
    }

    @Sendable func order(_ request: Request, _ context: DeskContext) async throws -> Response {
        let id = OrderID(try context.parameters.require("id"))
        let file = try await ReadOrders(office).file(id, by: context.caller)
        let decisions = try await ReadOrders(office).decisions(id, by: context.caller)
        let order = file.order
        let facts = [
            ("状态", order.state.name), ("项目", itemName(order)), ("时间", "\(order.window.start.shown) 至 \(order.window.end.shown)"),
            ("服务商", providerName(order.provider)), ("应付", "\(order.payable)"), ("自费", "\(order.selfPay)"),
            ("核验", order.verification.name), ("结算", order.settlement.name),
            ("时限", order.timer.map { "\($0.due.shown)（\(order.serviceLevel.name)）" } ?? "无"), ("说明", file.unmet ?? ""),
        ]
        let legs: [[HTML.Cell]] = file.legs.map {
            ["\($0.leg.fund.name)", "\($0.leg.programme)", .amount($0.leg.amount), "第 \($0.attempt) 次派单", "\(legState($0.state.rawValue))"]
        }
        let attempts: [[HTML.Cell]] = decisions.map { attempt, decision in
            [
                "\(attempt.map { "第 \($0.ordinal) 次" } ?? "无人可派")", "\(providerName(attempt?.provider))", "\(attempt?.state.name ?? "")",
                "\(attempt?.offeredAt.shown ?? "")", "\(attempt?.reasonCode ?? "")", "\(reasons(decision))",
            ]
        }
        let events: [[HTML.Cell]] = file.events.map {
            [.number("\($0.seq)"), "\($0.at.shown)", "\($0.type)", "\($0.actor)", "\(providerName($0.provider))"]
        }
        return HTML.page(
            "工单 \(order.number)", caller: context.caller.name,
            """
            <p><a href="/console">工作台</a> · <a href="/console/orders">工单</a> · <a href="/console/elders/\(HTML.escaped(order.elder.text))">老人</a></p>
            <h1>工单 \(HTML.escaped(order.number))</h1>\(HTML.facts(facts))
            \(HTML.table("谁来付（元）", header: ["资金", "项目", "金额", "派单", "状态"], rows: legs))
            \(HTML.table("派给谁，为什么", header: ["派单", "服务商", "答复", "时间", "原因", "理由"], rows: attempts))
            \(HTML.table("经过", header: ["编号", "时间", "事件", "经手", "服务商"], rows: events))
            """)
    }

    private func table(_ caption: String, _ orders: [Order]) -> String {
        let rows: [[HTML.Cell]] = orders.map { order in
            [
                .link(order.number, to: "/console/orders/\(order.id)"), "\(order.state.name)", "\(itemName(order))", "\(order.window.start.shown)",
                "\(regionName(order.region))", "\(providerName(order.provider))", .amount(order.payable), .amount(order.selfPay),
                "\(order.serviceLevel == .normal ? "" : order.serviceLevel.name)",
            ]
        }
        return HTML.table(caption, header: ["工单", "状态", "项目", "时间", "街道", "服务商", "应付", "自费", "时限"], rows: rows)
    }

    private func itemName(_ order: Order) -> String { office.reference.catalogue.item(order.item)?.name ?? order.item.text }
    private func regionName(_ code: String) -> String { office.reference.catalogue.region(.init(code))?.name ?? code }
    private func className(_ code: String) -> String { office.reference.catalogue.elderClass(.init(code))?.name ?? code }
    private func providerName(_ id: ProviderID?) -> String {
        id.map { "\($0) \(office.reference.franchise.provider($0)?.name ?? "")" } ?? ""
    }

    private func legState(_ state: String) -> String { ["reserved": "预占", "posted": "已确认", "released": "已释放"][state] ?? state }

    /// The chosen one's points by name, then how many were refused and why.
    private func reasons(_ decision: Decision) -> String {
        let points = decision.chosen?.parts.map { "\($0.term) \($0.points)" }.joined(separator: "，") ?? ""
        let isChoice = decision.chosen?.isElderChoice == true ? "老人指定；" : ""
        return isChoice + points + (points.isEmpty ? "" : "；") + decision.summary()
    }
}
