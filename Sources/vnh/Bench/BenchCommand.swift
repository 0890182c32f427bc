import ArgumentParser
import Catalog
import Foundation
import Kernel
import Registry
import Store
import StoreSQLite
import Workflow

struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "量一量：真实 HTTP、真实落盘，与同一次运行中的参照相比",
        subcommands: [
            Intake.self, Swipe.self, Search.self, CloseMonthBench.self, Match.self, Standing.self, Plan.self, Webhook.self, Poll.self,
            PagesBench.self, BareRoute.self,
        ])
}

/// What every benchmark prints: one JSON object a line with `--json`, otherwise a sentence.
struct BenchResult {
    let bench: String
    let size: String
    let outcome: LoadGenerator.Outcome
    let limit: String
    let limitPerSecond: Double?
    let peakRSS_mb: Int

    /// What was accepted, a second: a refusal costs next to nothing and counts for nothing.
    private var acceptedPerSecond: Double {
        Double(outcome.statuses.filter { (200..<300).contains($0.key) }.values.reduce(0, +)) / outcome.seconds
    }

    func show(json: Bool) {
        let ratio = limitPerSecond.map { acceptedPerSecond / $0 }
        let refused = outcome.statuses.filter { !(200..<300).contains($0.key) }.values.reduce(0, +)
        func number(_ value: Double, _ digits: Int) -> JSON { .raw(String(format: "%.\(digits)f", value)) }
        if json {
            var line: JSON = [
                "bench": JSON(bench), "size": JSON(size), "per_second": number(acceptedPerSecond, 1),
                "refused": JSON(refused), "p50_ms": number(outcome.percentile(0.5), 2),
                "p99_ms": number(outcome.percentile(0.99), 2), "limit": JSON(limit), "peak_rss_mb": JSON(peakRSS_mb),
            ]
            if let ratio, let limitPerSecond {
                line = line.adding(["limit_per_second": number(limitPerSecond, 1), "ratio": number(ratio, 3)])
            }
            print(line.text)
        } else {
            print(
                """
                \(bench)（\(size)）：\(Int(acceptedPerSecond)) 次/秒（拒绝 \(refused) 次不计），p50 \(String(format: "%.2f", outcome.percentile(0.5))) ms，\
                p99 \(String(format: "%.2f", outcome.percentile(0.99))) ms，服务器峰值内存 \(peakRSS_mb) MB
                """
            )
            if let ratio, let limitPerSecond { print("  参照 \(limit)：\(Int(limitPerSecond)) 次/秒，比值 \(String(format: "%.2f", ratio))") }
        }
        let failures = outcome.statuses.filter { !(200..<300).contains($0.key) }.sorted { $0.key < $1.key }
        if !failures.isEmpty {
            Terminal.note("  非成功回答：" + failures.map { "\($0.key) × \($0.value)" }.joined(separator: "，"))
            for text in outcome.surprises.prefix(2) { Terminal.note("  \(text)") }
        }
    }
}

/// A server of our own in a process of its own, over a fresh district: in a temporary folder, or where one is told.
struct BenchServer {
    let folder: String
    /// Of its database.
    let address: String
    let port: Int
    let process: Process
    let tokens: [Caller.Role: String]
    let providerToken: String
    /// One of every provider.
    let providerTokens: [String]
    /// The district had been made by an earlier run.
    let isOld: Bool

    /// - Parameter place: an empty database, or one of an earlier run, which is measured as it stands; it is kept.
    /// - Parameter prepare: what is to stand in the database before anybody is served.
    static func start(
        elders: Int, data: String, provider: String = "P001", in place: String? = nil, prepare: (Office) async throws -> Void = { _ in }
    ) async throws -> BenchServer {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("vnh-bench-\(ProcessInfo.processInfo.processIdentifier)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let address = place ?? "sqlite:\(folder)/bench.sqlite"
        let database = try await Premises.open(try DatabaseURL(address), creating: true)
        try await Migrator.all.migrate(database, now: Premises.clock())
        try await PublishReference(database)(try Premises.files(in: data), at: Premises.clock())
        let office = try await Premises.office(database)
        guard let today = LocalDate(2026, 1, 1) else { throw StoreFault.failed("date") }
        let isOld = try await office.read { tx in try tx.elders.count() } > 0
        if !isOld { try await SettleDistrict(office)(elders: elders, seed: 1, today: today, progress: Terminal.progress("老人档案")) }
        var tokens: [Caller.Role: String] = [:]
        for role in [Caller.Role.operator, .finance, .admin, .security, .auditor] {
            tokens[role] = try await ManageTokens(office).createToken(.init(role: role, name: "bench"))
        }
        let providerToken = try await ManageTokens(office).createToken(
            .init(role: .provider, provider: ProviderID(provider), name: "bench-provider"))
        var providerTokens: [String] = []
        for provider in office.reference.franchise.providers {
            providerTokens.append(
                try await ManageTokens(office).createToken(.init(role: .provider, provider: provider.id, name: "bench-\(provider.id)")))
        }
        if !isOld {
            try await prepare(office)
            try await database.analyze()
        }
        await database.close()
        let port = 20_000 + Int(ProcessInfo.processInfo.processIdentifier % 20_000)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = ["serve", "--database", address, "--port", "\(port)"]
        process.standardError = FileHandle.nullDevice
        // One token stands for a whole city here; the memory is pooled as `deploy/vnh.service` has it.
        process.environment = ProcessInfo.processInfo.environment.merging(["VNH_RATE_LIMIT": "off", "MALLOC_ARENA_MAX": "4"]) { $1 }
        try process.run()
        let server = BenchServer(
            folder: folder, address: address, port: port, process: process, tokens: tokens, providerToken: providerToken,
            providerTokens: providerTokens, isOld: isOld)
        for _ in 0..<200 {
            if let outcome = try? LoadGenerator(port: port, connections: 1).run(
                seconds: 0.01, next: { $0 == 0 ? LoadGenerator.request("GET", "/healthz", token: "") : nil }), !outcome.milliseconds.isEmpty
            {
                return server
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        server.stop()
        throw Rejection(.unavailable, "bench_start", "测试服务器没有启动。")
    }

    /// After a bulk load over HTTP; see ``Database/analyze()``.
    func analyze() async throws {
        let database = try await Premises.open(try DatabaseURL(address))
        try await database.analyze()
        await database.close()
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
        try? FileManager.default.removeItem(atPath: folder)
    }

    var peakRSS_mb: Int { memory("VmHWM") }
    /// Memory in use now.
    var residentMB: Int { memory("VmRSS") }

    private func memory(_ field: String) -> Int {
        let text = (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix(field) }
        return (line.flatMap { Int($0.filter(\.isNumber)) } ?? 0) / 1024
    }
}

struct BenchOptions: ParsableArguments {
    @Option(help: "老人人数") var elders = 80_000
    @Option(help: "秒数") var seconds = 10.0
    @Option(help: "连接数") var connections = 64
    @Option(help: "含有 Catalog 和 Providers 的目录") var data = "."
    @Flag(help: "每行一个 JSON") var json = false

    func validate() throws {
        guard elders > 0, seconds > 0, (1...1000).contains(connections) else { throw ValidationError("人数、秒数和连接数应为正数（连接至多 1000）") }
    }
}

extension BenchCommand {
    /// Requests that write, one durable commit each, beside bare commits on the same disk.
    ///
    /// - Parameter requests: makes the request of a number, counted from 0; nil when there are no more.
    static func writes(
        _ bench: String, _ options: BenchOptions, _ requests: (BenchServer) async throws -> @Sendable (Int) -> [UInt8]?
    ) async throws {
        let server = try await BenchServer.start(elders: options.elders, data: options.data)
        defer { server.stop() }
        let bare = try BareCommits.perSecond(inFolder: server.folder, for: 2)
        let next = try await requests(server)
        let outcome = try LoadGenerator(port: server.port, connections: options.connections).run(seconds: options.seconds, next: next)
        BenchResult(
            bench: bench, size: "\(options.elders) elders, \(options.connections) connections", outcome: outcome,
            limit: "bare one-row durable commits of one SQLite connection on the same disk", limitPerSecond: bare,
            peakRSS_mb: server.peakRSS_mb
        ).show(json: options.json)
    }

    /// Whole orders: elder, item, quote, match, reserve, order, attempt, ledger, event; answered when durable.
    struct Intake: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "下单：与同一磁盘上单行落盘提交的速度相比")
        @OptionGroup var options: BenchOptions

        func run() async throws {
            let elders = options.elders
            try await BenchCommand.writes("intake", options) { server in
                let token = server.tokens[.operator] ?? ""
                let items = ["06001", "02031", "03001", "07001", "05026", "02007", "06022", "03031", "02011", "06017"]
                let today = Premises.clock().localDate
                return { number in
                    // Every order is another elder, spread over the bookable days and the working hours.
                    let elder = "e" + String(String(100_000_000 + number % elders + 1).dropFirst())
                    let day = today.adding(days: 2 + number / 7 % 80)
                    let hour = [9, 10, 14, 15, 16][number % 5]
                    let item = items[number / elders % 2 * 5 + number % 5]
                    let body = """
                        {"elder_id":"\(elder)","item_code":"\(item)","start":"\(day)T\(hour < 10 ? "0" : "")\(hour):00:00+08:00","caller":"本人"}
                        """
                    return LoadGenerator.request("POST", "/api/v1/orders", token: token, body: body, key: "intake-\(number)")
                }
            }
        }
    }

    /// Meal swipes: entitlement, ledger, swipe, event; answered when durable.
    struct Swipe: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "刷卡：与同一磁盘上单行落盘提交的速度相比")
        @OptionGroup var options: BenchOptions

        func run() async throws {
            let data = options.data
            try await BenchCommand.writes("swipe", options) { server in
                let token = server.tokens[.operator] ?? ""
                let today = Premises.clock().localDate
                let cards = try await Self.cards(server)
                let canteens = try Self.licensed(try Premises.reference(try Premises.files(in: data)), on: [1, 2, 3].map { today.adding(days: -$0) })
                return { number in
                    let (card, slot) = (cards[number % cards.count], number / cards.count)
                    guard slot < 9 else { return nil }
                    let (name, time) = [("lunch", "11:30:00"), ("supper", "17:30:00"), ("breakfast", "07:30:00")][slot % 3]
                    let canteen = canteens[number % canteens.count]
                    let at = "\(today.adding(days: -1 - slot / 3))T\(time)+08:00"
                    let body = """
                        {"card":"\(card)","canteen":"\(canteen)","slot":"\(name)","item_code":"01001","at":"\(at)","device":"till-\(canteen)","entry":"read"}
                        """
                    return LoadGenerator.request("POST", "/api/v1/meals", token: token, body: body, key: "swipe-\(number)")
                }
            }
        }

        /// Cards that are good: of elders who live here.
        private static func cards(_ server: BenchServer) async throws -> [String] {
            let database = try SQLiteDatabase(path: "\(server.folder)/bench.sqlite")
            let cards = try await database.read { tx in
                var cards: [String] = []
                var last: ElderID?
                while true {
                    let page = try tx.elders.page(after: last, limit: 1000)
                    cards += page.filter { $0.status == .active }.map(\.number)
                    guard let end = page.last else { return cards }
                    last = end.id
                }
            }
            await database.close()
            return cards
        }

        /// Canteens that sell the meal and may, on every day of the swipes: what is refused is no swipe.
        private static func licensed(_ reference: Reference, on days: [LocalDate]) throws -> [String] {
            let item = ItemCode("01001")
            let needed = reference.catalogue.credentials(of: item).filter { $0.holder == .provider }.map(\.code.text)
            let canteens = reference.franchise.providers.filter { provider in
                days.allSatisfy {
                    provider.state.mayReceiveOrders && provider.holds(needed, on: $0)
                        && reference.franchise.offer(provider.id, item.text, on: $0) != nil
                }
            }
            guard !canteens.isEmpty else { throw Rejection(.missing, "canteens_missing", "没有证照齐全、可用于测试的餐厅。") }
            return canteens.map(\.id.text)
        }
    }

    /// Elder and item search as an operator types.
    struct Search: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "查找老人和项目")
        @OptionGroup var options: BenchOptions

        func run() async throws {
            let server = try await BenchServer.start(elders: options.elders, data: options.data)
            defer { server.stop() }
            let token = server.tokens[.operator] ?? ""
            let queries = [
                "elders?q=wjg", "elders?q=%E7%8E%8B%E7%A7%80", "elders?q=1990000", "elders?q=LZ00012", "elders?q=0931", "elders?q=1234",
                "elders?q=zhang", "catalog/items?q=yywc", "catalog/items?q=lifa", "catalog/items?q=%E6%94%B6%E6%8B%BE",
            ]
            let outcome = try LoadGenerator(port: server.port, connections: min(options.connections, 8)).run(seconds: options.seconds) { number in
                LoadGenerator.request("GET", "/api/v1/\(queries[number % queries.count])", token: token)
            }
            BenchResult(
                bench: "search", size: "\(options.elders) elders, \(min(options.connections, 8)) connections", outcome: outcome,
                limit: "p99 at most 5 ms", limitPerSecond: nil, peakRSS_mb: server.peakRSS_mb
            ).show(json: options.json)
        }
    }
}
