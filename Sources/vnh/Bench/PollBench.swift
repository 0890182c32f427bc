import ArgumentParser
import Foundation
import Hummingbird
import Kernel
import Logging
import Registry
import Web
import Workflow

#if canImport(Glibc)
import Glibc
#endif

extension BenchCommand {
    /// Polls of providers: without news against a bare route, and held open until an event comes.
    struct Poll: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "接单轮询：无新事件时与空路由相比；长轮询的内存和送达时间")
        @OptionGroup var options: BenchOptions
        @Option(help: "同时挂着的长轮询") var held = 10_000
        @Option(help: "挂着长轮询时下单的张数") var orders = 100

        func validate() throws {
            guard (1...20_000).contains(held), (1...10_000).contains(orders) else { throw ValidationError("held 应在 1 到 20000 之间") }
        }

        func run() async throws {
            Door.widen()
            let server = try await BenchServer.start(elders: options.elders, data: options.data)
            defer { server.stop() }
            let bare = try await BareRoute.measure(port: server.port + 1, options)
            let quiet = try LoadGenerator(port: server.port, connections: options.connections).run(seconds: options.seconds) { _ in
                LoadGenerator.request("GET", "/api/v1/provider/feed?after=0", token: server.providerToken)
            }
            BenchResult(
                bench: "poll", size: "\(options.elders) elders, \(options.connections) connections, no news", outcome: quiet,
                limit: "a bare Hummingbird route in a process of its own, same run", limitPerSecond: bare.perSecond, peakRSS_mb: server.peakRSS_mb
            ).show(json: options.json)
            var waiting = try HeldPolls(port: server.port, tokens: server.providerTokens, count: held)
            let rss = server.residentMB
            let outcome = try waiting.deliver(orders, token: server.tokens[.operator] ?? "", elders: options.elders)
            BenchResult(
                bench: "poll-held", size: "\(held) polls held, \(orders) orders", outcome: outcome,
                limit: "event in a waiting poll within 50 ms at p99; at most 200 MB; held at \(rss) MB", limitPerSecond: nil, peakRSS_mb: rss
            ).show(json: options.json)
        }
    }

    /// The least that a route of the same library can do; run by ``Poll`` in a process of its own.
    struct BareRoute: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "bare-route", abstract: "空路由", shouldDisplay: false)
        @Option var port: Int

        func run() async throws {
            let router = Router()
            router.get("bare") { _, _ in
                Response(status: .ok, headers: [.contentType: "application/json"], body: .init(byteBuffer: ByteBuffer(string: #"{"events":[],"next":0}"#)))
            }
            var logger = Logger(label: "bare")
            logger.logLevel = .error
            try await Application(router: router, configuration: .init(address: .hostname("127.0.0.1", port: port)), logger: logger).runService()
        }

        static func measure(port: Int, _ options: BenchOptions) async throws -> LoadGenerator.Outcome {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            process.arguments = ["bench", "bare-route", "--port", "\(port)"]
            try process.run()
            defer {
                process.terminate()
                process.waitUntilExit()
            }
            for _ in 0..<200 {
                let generator = LoadGenerator(port: port, connections: options.connections)
                if let outcome = try? generator.run(seconds: options.seconds, next: { _ in LoadGenerator.request("GET", "/bare", token: "") }) {
                    return outcome
                }
                try await Task.sleep(for: .milliseconds(50))
            }
            throw Rejection(.unavailable, "bench_start", "空路由没有启动。")
        }
    }
}

/// Many long polls open at once, each on a connection of its own, looked after by one thread.
struct HeldPolls {
    private let port: Int
    private let tokens: [String]
    private var sockets: [Int32] = []
    private var after: [Int64] = []
    private var buffer = [UInt8](repeating: 0, count: 256 * 1024)

    /// Opens them all and waits until the server holds them.
    init(port: Int, tokens: [String], count: Int) throws {
        self.port = port
        self.tokens = tokens
        for index in 0..<count {
            sockets.append(try LoadGenerator.Line(port: port).socket)
            after.append(0)
            ask(index)
        }
        // Whatever stands in a feed already is answered at once; go on until all are quiet.
        while try receive(within: 2000, from: 0).count > 0 {}
    }

    private func ask(_ index: Int) {
        let request = LoadGenerator.request(
            "GET", "/api/v1/provider/feed?after=\(after[index])&wait=60&limit=500", token: tokens[index % tokens.count])
        _ = request.withUnsafeBytes { send(sockets[index], $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }

    /// Places orders one after another and notes, for every poll that hears of one, how long after the order was sent it heard.
    mutating func deliver(_ orders: Int, token: String, elders: Int) throws -> LoadGenerator.Outcome {
        var outcome = LoadGenerator.Outcome()
        let desk = try LoadGenerator.Line(port: port).socket
        let today = Premises.clock().localDate
        let began = LoadGenerator.now
        for number in 0..<orders {
            let elder = "e" + String(String(100_000_000 + number * 7 % elders + 1).dropFirst())
            let body = #"{"elder_id":"\#(elder)","item_code":"06001","start":"\#(today.adding(days: 2 + number % 60))T10:00:00+08:00"}"#
            let request = LoadGenerator.request("POST", "/api/v1/orders", token: token, body: body, key: "poll-\(number)")
            let sent = LoadGenerator.now
            _ = request.withUnsafeBytes { send(desk, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            outcome.milliseconds += try receive(within: 300, from: sent)
            _ = recv(desk, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        }
        outcome.statuses[200] = outcome.milliseconds.count
        outcome.seconds = LoadGenerator.now - began
        close(desk)
        for socket in sockets { close(socket) }
        return outcome
    }

    /// The times of the answers that come until none has come for a while; every poll that was answered is asked again.
    private mutating func receive(within milliseconds: Int32, from sent: Double) throws -> [Double] {
        var polls = sockets.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        var times: [Double] = []
        while poll(&polls, nfds_t(polls.count), times.isEmpty ? milliseconds : 60) > 0 {
            let now = LoadGenerator.now
            for index in polls.indices where polls[index].revents != 0 {
                polls[index].revents = 0
                let count = recv(sockets[index], &buffer, buffer.count, 0)
                guard count > 0 else { throw Rejection(.unavailable, "bench_closed", "服务器关闭了连接。") }
                let text = String(decoding: buffer[..<count], as: UTF8.self)
                guard let next = text.range(of: "\"next\":", options: .backwards) else { continue }
                times.append((now - sent) * 1000)
                after[index] = Int64(text[next.upperBound...].prefix { $0.isNumber }) ?? after[index]
                ask(index)
            }
        }
        return times
    }
}
