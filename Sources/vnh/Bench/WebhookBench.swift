import ArgumentParser
import CurlTransport
import Foundation
import Kernel
import Notifier
import Store
import StoreSQLite
import Workflow

extension BenchCommand {
    /// A backlog drained to one receiver, then the wait of single messages with and without a dead neighbour.
    struct Webhook: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "推送：排空积压的速度、内存是否平稳、死掉的接收方是否拖累别人")
        @Option(help: "积压的事件数") var events = 100_000
        @Option(help: "每段测时延的秒数（共 8 段）") var seconds = 5.0
        @Option(help: "含有 Catalog 和 Providers 的目录") var data = "."
        @Flag(help: "每行一个 JSON") var json = false

        /// What the issue asks of one local receiver.
        static let wanted = 2000.0

        func validate() throws {
            guard (100...5_000_000).contains(events), seconds > 0 else { throw ValidationError("事件数应为 100 到 5000000，秒数应为正数") }
        }

        func run() async throws {
            let (live, dead) = (try BenchReceiver(.prompt), try BenchReceiver(.silent))
            defer {
                live.close()
                dead.close()
            }
            let house = try await WebhookHouse.prepared(events: events, live: live.url, dead: dead.url, data: data)
            defer { house.stop() }
            let drained = try drain(house, live)
            let waited = try waits(house, live)
            print(json ? drained.line.adding(waited.fields).text : drained.sentence + "\n" + waited.sentence)
        }

        private func drain(_ house: WebhookHouse, _ live: BenchReceiver) throws -> (line: JSON, sentence: String) {
            let server = try house.start()
            var rss: [Int] = []
            while live.counts.distinct == 0 {
                usleep(1000)
                guard server.process.isRunning else { throw Rejection(.unavailable, "bench_start", "测试服务器没有启动。") }
            }
            let began = LoadGenerator.now
            var (last, lastAt) = (0, began)
            while live.counts.distinct < events {
                usleep(5000)
                let distinct = live.counts.distinct
                if rss.isEmpty, distinct >= events / 10 { rss.append(server.rss_mb) }
                if distinct > last { (last, lastAt) = (distinct, LoadGenerator.now) }
                guard LoadGenerator.now - lastAt < 60 else { throw Rejection(.unavailable, "bench_stalled", "一分钟没有新的推送，只到 \(distinct) 条。") }
            }
            let took = LoadGenerator.now - began
            rss.append(server.rss_mb)
            let (rate, cpu, twice) = (Double(events) / took, server.cpuSeconds, live.counts.messages - live.counts.distinct)
            return (
                [
                    "bench": "webhook", "size": JSON("\(events) events waiting, one local receiver"), "per_second": Self.number(rate, 1),
                    "seconds": Self.number(took, 2), "limit": "2,000 deliveries a second; a dead endpoint adds less than 5 %",
                    "limit_per_second": Self.number(Self.wanted, 1), "ratio": Self.number(rate / Self.wanted, 3),
                    "rss_at_10_percent_mb": JSON(rss.first), "rss_at_100_percent_mb": JSON(rss.last), "peak_rss_mb": JSON(server.peakRSS_mb),
                    "server_cpu_seconds": Self.number(cpu, 2), "sent_twice": JSON(twice),
                ],
                """
                webhook（积压 \(events) 条）：\(Int(rate)) 次/秒，用时 \(String(format: "%.1f", took)) 秒，服务器 CPU \(String(format: "%.1f", cpu)) 秒，\
                重复 \(twice) 条；内存 10% 时 \(rss.first ?? 0) MB，100% 时 \(rss.last ?? 0) MB，峰值 \(server.peakRSS_mb) MB
                """
            )
        }

        /// Blocks with a healthy house and with a dead endpoint beside it, in turn, so that a noisy machine disturbs both alike.
        private func waits(_ house: WebhookHouse, _ live: BenchReceiver) throws -> (fields: KeyValuePairs<String, JSON>, sentence: String) {
            var (healthy, beside): ([Double], [Double]) = ([], [])
            for block in 0..<8 {
                let isBeside = block % 2 == 1
                if isBeside { try house.wakeDead() }
                let found = try house.singles(to: live, seconds: seconds)
                if isBeside { beside += found } else { healthy += found }
                if isBeside { try house.stopDead() }
            }
            func percentile(_ values: [Double], _ p: Double) -> Double {
                values.isEmpty ? 0 : values.sorted()[min(values.count - 1, Int(Double(values.count) * p))]
            }
            let (p50, p99) = (percentile(healthy, 0.5), percentile(healthy, 0.99))
            let (besideP50, besideP99) = (percentile(beside, 0.5), percentile(beside, 0.99))
            return (
                [
                    "singles": JSON(healthy.count), "p50_ms": Self.number(p50, 2), "p99_ms": Self.number(p99, 2),
                    "singles_beside_dead": JSON(beside.count), "p50_beside_dead_ms": Self.number(besideP50, 2),
                    "p99_beside_dead_ms": Self.number(besideP99, 2), "p99_beside_dead_ratio": Self.number(besideP99 / p99, 3),
                ],
                """
                首次推送（从请求发出到接收方收到，\(healthy.count) 次）：p50 \(String(format: "%.1f", p50)) ms，p99 \(String(format: "%.1f", p99)) ms；\
                旁边有死接收方时（\(beside.count) 次）p50 \(String(format: "%.1f", besideP50)) ms，p99 \(String(format: "%.1f", besideP99)) ms，\
                比值 \(String(format: "%.2f", besideP99 / p99))
                """
            )
        }

        private static func number(_ value: Double, _ digits: Int) -> JSON { .raw(String(format: "%.\(digits)f", value)) }
    }
}

/// A database with a backlog, the server over it, and a client that asks for single messages.
final class WebhookHouse {
    private let folder: String
    private let port = 20_000 + Int(ProcessInfo.processInfo.processIdentifier % 20_000)
    private let token: String
    /// The first has the backlog; test messages go to each in turn.
    private let subscriptions: [String]
    private let dead: String
    /// Where in the log the backlog of the dead endpoint begins.
    private let deadFrom: Int64
    private var server: BenchServer?
    private let client: CurlClient

    private init(folder: String, token: String, subscriptions: [String], dead: String, deadFrom: Int64) throws {
        self.folder = folder
        self.token = token
        self.subscriptions = subscriptions
        self.dead = dead
        self.deadFrom = deadFrom
        client = try CurlClient()
    }

    /// Events that wait for the dead endpoint each time it is woken.
    static let deadBacklog = 1000

    static func prepared(events: Int, live: String, dead: String, data: String) async throws -> WebhookHouse {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("vnh-bench-\(ProcessInfo.processInfo.processIdentifier)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let database = try SQLiteDatabase(path: "\(folder)/bench.sqlite", mode: .create)
        try await Migrator.all.migrate(database, now: Premises.clock())
        try await PublishReference(database)(try Premises.files(in: data), at: Premises.clock())
        let office = try await Premises.office(database)
        let token = try await ManageTokens(office).createToken(.init(role: .admin, name: "bench"))
        let webhooks = ManageWebhooks(office, rule: try AddressRule(allowing: "127.0.0.1"))
        let admin = Caller(role: .admin, name: "bench")
        func subscribe(_ url: String, _ events: [String]) async throws -> String {
            try await office.perform(try webhooks.created(url: url, events: events, secret: nil, by: admin)).subscription.id
        }
        var ids = [try await subscribe(live, ["order.offered"])]
        let dead = try await subscribe(dead, ["meal.served"])
        let progress = Terminal.progress("积压")
        let step = 10_000
        for first in stride(from: 0, to: events, by: step) {
            let now = Premises.clock()
            let range = first..<min(events, first + step)
            try await database.writeAlone { tx in
                for number in range { try tx.events.append("order.offered", subject: "o\(number)", subjectSeq: 1, by: "bench", at: now) }
            }
            progress(range.upperBound, events)
        }
        for _ in 0..<8 { ids.append(try await subscribe(live, ["month.closed"])) }
        let deadFrom = try await database.writeAlone { tx in
            let first = try tx.events.last() + 1
            for number in 0..<deadBacklog {
                try tx.events.append("meal.served", subject: "m\(number)", subjectSeq: 1, by: "bench", at: Premises.clock())
            }
            return first
        }
        _ = try await office.perform(try webhooks.changed(dead, .init(isActive: false), by: admin))
        await database.close()
        return try WebhookHouse(folder: folder, token: token, subscriptions: ids, dead: dead, deadFrom: deadFrom)
    }

    func start() throws -> BenchServer {
        let address = "sqlite:\(folder)/bench.sqlite"
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = ["serve", "--database", address, "--port", "\(port)"]
        process.environment = ProcessInfo.processInfo.environment.merging(["VNH_WEBHOOK_ALLOW": "127.0.0.1"]) { $1 }
        process.standardError = FileHandle.nullDevice
        try process.run()
        let server = BenchServer(
            folder: folder, address: address, port: port, process: process, tokens: [:], providerToken: "", providerTokens: [], isOld: true)
        self.server = server
        return server
    }

    func stop() {
        if let server { server.stop() } else { try? FileManager.default.removeItem(atPath: folder) }
    }

    func wakeDead() throws {
        _ = try call("PATCH", "/webhooks/\(dead)", "{\"state\":\"active\"}")
        _ = try call("POST", "/webhooks/\(dead)/replay", "{\"since_seq\":\(deadFrom)}")
    }

    func stopDead() throws { _ = try call("PATCH", "/webhooks/\(dead)", "{\"state\":\"disabled\"}") }

    /// Asks for test messages for so long, about a hundred a second, each to the next subscription.
    /// - Returns: milliseconds from the sending of each request to the arrival of its message.
    func singles(to live: BenchReceiver, seconds: Double) throws -> [Double] {
        var asked: [(number: Int, at: Double)] = []
        let deadline = LoadGenerator.now + seconds
        while LoadGenerator.now < deadline {
            let at = LoadGenerator.now
            let answer = try call("POST", "/webhooks/\(subscriptions[asked.count % subscriptions.count])/test", "{}")
            guard let number = answer.firstRange(of: Array("evt_".utf8)).flatMap({ Int(String(decoding: answer[$0.upperBound...].prefix(12), as: UTF8.self)) })
            else { throw Rejection(.unavailable, "bench_answer", "没有得到事件编号。") }
            asked.append((number, at))
            usleep(useconds_t(max(0, 0.01 - (LoadGenerator.now - at)) * 1e6))
        }
        let limit = LoadGenerator.now + 20
        while let missing = asked.first(where: { live.firstAt($0.number) == nil }) {
            guard LoadGenerator.now < limit else { throw Rejection(.unavailable, "bench_stalled", "事件 \(missing.number) 没有送到。") }
            usleep(10_000)
        }
        return asked.compactMap { one in live.firstAt(one.number).map { ($0 - one.at) * 1000 } }
    }

    private func call(_ method: String, _ path: String, _ body: String) throws -> [UInt8] {
        let answer = try client.send(
            method, "http://127.0.0.1:\(port)/api/v1\(path)",
            headers: [("authorization", "Bearer \(token)"), ("content-type", "application/json")], body: Array(body.utf8))
        guard (200..<300).contains(answer.status) else {
            throw Rejection(.unavailable, "bench_answer", "\(method) \(path)：\(answer.status) \(String(decoding: answer.body.prefix(200), as: UTF8.self))")
        }
        return answer.body
    }
}

extension BenchServer {
    private func status(_ name: String) -> Int {
        let text = (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)) ?? ""
        return text.split(separator: "\n").first { $0.hasPrefix(name) }.flatMap { Int($0.filter(\.isNumber)) } ?? 0
    }

    var rss_mb: Int { status("VmRSS") / 1024 }

    /// User and system time so far.
    var cpuSeconds: Double {
        let text = (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/stat", encoding: .utf8)) ?? ""
        // Behind the name in parentheses, which may hold blanks: state is the first, times are the 12th and 13th.
        let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return 0 }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}
