import ArgumentParser
import Billing
import Entitlement
import Foundation
import Kernel
import Registry
import Store
import Workflow

extension BenchCommand {
    /// Every face's pages and the pieces that the console asks for while an operator types, in a district with orders, each on its own.
    struct PagesBench: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "pages", abstract: "页面：每页在服务器上的用时（目标 p99 20 ms）和坐席页面的总字节数（目标 100 kB）")
        @Option(help: "老人人数") var elders = 80_000
        @Option(help: "先下的工单数") var orders = 4_000
        @Option(help: "已月结的上个月的上门次数") var visits = 60_000
        @Option(help: "每页请求次数") var requests = 400
        @Option(help: "连接数") var connections = 2
        @Option(help: "含有 Catalog 和 Providers 的目录") var data = "."
        @Option(help: "在这个空库（或上一次用过的库）上测量并保留它：sqlite:路径 或 postgres://…；不给则用临时文件") var database: String?
        @Option(help: "只测地址中含有这段文字的页面") var only: String?
        @Flag(help: "每行一个 JSON") var json = false

        func validate() throws {
            guard visits > 0, visits < 1_000_000 else { throw ValidationError("上门次数应在 1 到一百万之间") }
            guard elders > 0, orders > 0, requests > 1, (1...64).contains(connections) else { throw ValidationError("人数、单数、次数和连接数应为正数（连接至多 64）") }
        }

        private static let limit_ms = 20.0
        private static let limitBytes = 100_000
        /// One that has a statement of the closed month.
        private static let provider = "P002"
        private static let allowance = "AGE"
        private static let budget = BudgetKey(fund: .districtSubsidy, year: MonthOfVisits.month.first.year)

        func run() async throws {
            let server = try await BenchServer.start(elders: elders, data: data, provider: Self.provider, in: database, prepare: prepare)
            defer { server.stop() }
            if !server.isOld {
                try place(on: server)
                try await server.analyze()
            }
            let (order, number) = try first(of: "/api/v1/orders?limit=1", server)
            let closed = MonthOfVisits.month
            let today = Premises.clock().localDate
            let (month, elder) = (today.month, "e" + String(String(100_000_000 + elders / 2).dropFirst()))
            let pages: [(Caller.Role, String)] = [
                // Without work of its own: what the machine and its other programs take of a page's time.
                (.operator, "/healthz"),
                (.operator, "/console"), (.operator, "/console/pieces/board"),
                (.operator, "/console/pieces/call?id=bench"), (.operator, "/console/pieces/elder?id=\(elder)"),
                (.operator, "/console/pieces/find?q=wjg"), (.operator, "/console/pieces/find?q=0931"), (.operator, "/console/pieces/items?q=lf&elder=\(elder)"),
                (.operator, "/console/pieces/quote?elder=\(elder)&item=06001&when=m9"), (.operator, "/console/orders"), (.operator, "/console/orders/\(order)"),
                (.operator, "/console/duties"),
                (.operator, "/console/handover"), (.operator, "/console/elders?q=wang"), (.operator, "/console/elders/\(elder)"),
                (.operator, "/console/elders/\(elder)/standing"), (.operator, "/console/items/06001"), (.operator, "/console/downtime"),
                (.operator, "/console/callbacks"), (.operator, "/console/complaints"),
                (.operator, "/console/knowledge"), (.operator, "/board"), (.operator, "/board/pieces/wall"), (.operator, "/board/figures/open"),
                (.provider, "/provider"), (.provider, "/provider/pieces/sheet"), (.provider, "/provider/means"), (.provider, "/provider/quality"),
                (.provider, "/provider/why"), (.provider, "/provider/statements"), (.provider, "/provider/statements/\(closed)"),
                (.provider, "/provider/statements/\(closed)?show=all&after=300"),
                (.provider, "/provider/statements/\(closed)/print"), (.provider, "/provider/news"),
                (.provider, "/provider/plan?day=\(today.adding(days: 2))"),
                (.finance, "/finance"), (.finance, "/finance/\(month)"), (.finance, "/finance/\(closed)"), (.finance, "/finance/\(closed)/held"),
                (.finance, "/finance/\(month)/\(Self.provider)"),
                (.finance, "/finance/\(closed)/\(Self.provider)"), (.finance, "/finance/\(closed)/\(Self.provider)?show=blocked"),
                (.finance, "/finance/\(closed)/money"), (.finance, "/finance/\(closed)/documents"),
                (.finance, "/finance/\(closed)/documents/\(DocumentKind.summary.rawValue)"),
                (.finance, "/finance/\(closed)/documents/\(DocumentKind.payment.rawValue)"),
                (.finance, "/finance/budgets"), (.finance, "/finance/budgets/\(Self.budget.text)"),
                (.finance, "/finance/payouts"), (.finance, "/finance/payouts?month=\(closed)"),
                (.finance, "/finance/payouts/\(month)/\(Self.allowance)"), (.finance, "/finance/payouts/\(closed)/\(Self.allowance)"),
                (.finance, "/finance/lapsed?month=\(closed)"), (.finance, "/finance/funds"), (.finance, "/finance/swipes"),
                (.finance, "/finance/audit"), (.finance, "/finance/audit?q=\(number)"),
                (.admin, "/admin"), (.admin, "/admin/elders/\(elder)"), (.admin, "/admin/providers"), (.admin, "/admin/providers/\(Self.provider)"),
                (.admin, "/admin/reference"), (.admin, "/admin/reference?file=catalog%2Fitems.csv"), (.admin, "/admin/import"),
                (.admin, "/admin/tokens"), (.admin, "/admin/webhooks"),
                (.admin, "/admin/rights"), (.security, "/admin/users"), (.auditor, "/admin/access"), (.auditor, "/admin/audit"), (.operator, "/account"),
            ].filter { only == nil || $0.1 == "/healthz" || $0.1.contains(only ?? "") }
            var slowest = 0.0
            for (role, path) in pages {
                let request = LoadGenerator.request("GET", path, token: role == .provider ? server.providerToken : server.tokens[role] ?? "")
                // The first opens what is opened once.
                _ = try LoadGenerator(port: server.port, connections: 1).run(seconds: 5) { $0 == 0 ? request : nil }
                let outcome = try LoadGenerator(port: server.port, connections: connections).run(seconds: 60) { $0 < requests ? request : nil }
                slowest = max(slowest, outcome.percentile(0.99))
                show(path, outcome)
            }
            let bytes = try weight(of: "/console", server)
            guard !json else {
                return print((["bench": "pages", "slowest_p99_ms": .raw(String(format: "%.2f", slowest)), "console_bytes": JSON(bytes)] as JSON).text)
            }
            print("最慢的一页 p99 \(String(format: "%.1f", slowest)) ms（目标 \(Int(Self.limit_ms)) ms）；坐席页面连同样式、脚本共 \(bytes) 字节（目标 \(Self.limitBytes)）")
        }

        /// A month of visits, closed; the shadow of the running month last night and the night before; a call of somebody known; a month of
        /// looks at files, of which one in ten is not explained by a call; the allowances of both months.
        private func prepare(_ office: Office) async throws {
            let month = try MonthOfVisits(count: visits, seed: 1, firstElder: elders + 1, shipped: office.reference)
            try await month.write(to: office.database, elders: 0..<month.elders)
            let staffed = Office(database: office.database, shelf: ReferenceShelf(month.reference), clock: office.clock, random: office.random)
            _ = try await CloseMonth(staffed).freeze(MonthOfVisits.month, by: .system)
            let elder = try await FindElders(office)("LZ00000001", limit: 1).first
            _ = try await RecordCall(office)(
                .newCall, id: "bench", from: elder?.phones.first?.number.text ?? "", to: "96345", at: office.now, by: .system)
            // Two months of allowances: one waits for a second person, one is paid.
            let (finance, second) = (Caller(role: .finance, name: "bench"), Caller(role: .finance, name: "bench-2"))
            for month in [MonthOfVisits.month, office.now.localDate.month] {
                _ = try await DrawUpAllowances(office)(Self.allowance, month, by: finance)
            }
            let drawn = try await ReadPayouts(office).page(Self.allowance, MonthOfVisits.month, after: nil, limit: 1).line.waiting
            _ = try await DecidePayouts(office)(
                Self.allowance, MonthOfVisits.month, list: drawn.sha256, approve: true, opinion: "", by: second)
            try await office.perform { tx in try tx.budgets.set(Self.budget, granted: Fen(5_000_000_000)) }
            let (now, today, elders) = (office.now, office.now.localDate, elders)
            let lines = try await ReadStatements(staffed)(MonthOfVisits.month).statements
            _ = try await office.database.writeAlone { tx in
                var before: Shadow?
                for day in [-1, 0] {
                    let shadow = Shadow(lines, on: today.adding(days: day))
                    try tx.close.save(shadow, before.map { shadow.since($0).change }, of: today.month, at: now - .days(-day))
                    before = shadow
                }
                for number in 0..<20_000 {
                    try tx.accessLog.insert(
                        MonthOfVisits.elderID(1 + number % elders), by: "bench", from: number % 10 == 0 ? .desk : .call, reason: "",
                        at: now - .minutes(2 * number))
                }
            }
        }

        /// The id and the number of the first order of a list.
        private func first(of path: String, _ server: BenchServer) throws -> (id: String, number: String) {
            let request = LoadGenerator.request("GET", path, token: server.tokens[.operator] ?? "")
            let body = try LoadGenerator(port: server.port, connections: 1, keepsBody: true).run(seconds: 5) { $0 == 0 ? request : nil }.lastBody
            let text = String(decoding: body, as: UTF8.self)
            guard let id = text.firstMatch(of: /"id":"([^"]+)"/)?.1, let number = text.firstMatch(of: /"number":"([^"]+)"/)?.1 else {
                throw Rejection(.unavailable, "bench_orders", "没有可看的工单。")
            }
            return (String(id), String(number))
        }

        /// Orders spread over elders, days and hours, so that boards and lists have something to show.
        private func place(on server: BenchServer) throws {
            let today = Premises.clock().localDate
            let items = ["06001", "02031", "03001", "07001", "02007"]
            let token = server.tokens[.operator] ?? ""
            let outcome = try LoadGenerator(port: server.port, connections: 32).run(seconds: 600) { number in
                guard number < orders else { return nil }
                let elder = "e" + String(String(100_000_000 + number * 7 % elders + 1).dropFirst())
                let (day, hour) = (today.adding(days: 1 + number % 30), [9, 10, 14, 15, 16][number % 5])
                let body = """
                    {"elder_id":"\(elder)","item_code":"\(items[number % 5])","start":"\(day)T\(hour < 10 ? "0" : "")\(hour):00:00+08:00"}
                    """
                return LoadGenerator.request("POST", "/api/v1/orders", token: token, body: body, key: "pages-\(number)")
            }
            let placed = outcome.statuses[201] ?? 0
            guard placed > 0 else { throw Rejection(.unavailable, "bench_orders", "一张工单也没有下成：\(outcome.surprises.first ?? "")") }
            Terminal.note("\(elders) 位老人，\(placed) 张工单")
        }

        private func show(_ path: String, _ outcome: LoadGenerator.Outcome) {
            let (p50, p99) = (outcome.percentile(0.5), outcome.percentile(0.99))
            let failures = outcome.statuses.filter { $0.key != 200 }.values.reduce(0, +)
            if json {
                let line: JSON = [
                    "bench": "pages", "page": JSON(path), "p50_ms": .raw(String(format: "%.2f", p50)), "p99_ms": .raw(String(format: "%.2f", p99)),
                    "bytes": JSON(outcome.lastBytes), "failures": JSON(failures), "limit_ms": .raw("\(Self.limit_ms)"),
                    "ratio": .raw(String(format: "%.3f", p99 / Self.limit_ms)),
                ]
                return print(line.text)
            }
            func right(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - text.utf8.count)) + text }
            print(
                right(String(format: "%.2f", p50), 8) + " ms" + right(String(format: "%.2f", p99), 8) + " ms"
                    + right("\(outcome.lastBytes)", 9) + " 字节  \(path)" + (failures > 0 ? "  非成功回答 \(failures) 次" : ""))
        }

        /// The page and every style sheet and script that it names.
        private func weight(of path: String, _ server: BenchServer) throws -> Int {
            func load(_ path: String) throws -> [UInt8] {
                let request = LoadGenerator.request("GET", path, token: server.tokens[.operator] ?? "")
                return try LoadGenerator(port: server.port, connections: 1, keepsBody: true).run(seconds: 5) { $0 == 0 ? request : nil }.lastBody
            }
            let page = try load(path)
            var total = page.count
            for asset in Set(String(decoding: page, as: UTF8.self).matches(of: /(?:src|href)="(\/assets\/[^"]+)"/).map { String($0.1) }) {
                total += try load(asset).count
            }
            return total
        }
    }
}
