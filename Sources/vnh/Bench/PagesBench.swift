import ArgumentParser
import Foundation
import Kernel
import Registry
import Workflow

extension BenchCommand {
    /// Every page of the faces as its people open it, one after the other on one connection: what the server works, and what goes over the wire.
    struct Pages: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "页面：每页 p50、p99 和字节数，限 20 毫秒、100 千字节（含样式和脚本）")
        @OptionGroup var options: BenchOptions

        static let limitMilliseconds = 20.0
        static let limitBytes = 100_000

        private struct Opened {
            let path: String
            let role: Caller.Role
        }

        private static let opened: [Opened] =
            [
                "/console", "/console/pieces/board", "/console/pieces/find?q=wjg", "/console/pieces/items?q=lifa&elder=e00000001",
                "/console/pieces/elder?id=e00000001", "/console/orders", "/console/orders?late=1", "/console/orders?state=closed",
                "/console/elders?q=wang", "/console/elders/e00000001", "/console/elders/e00000001/standing", "/console/duties", "/console/callbacks",
                "/console/complaints", "/console/complaints?state=closed", "/console/handover", "/console/knowledge", "/board", "/board/figures/open",
            ].map { Opened(path: $0, role: .operator) }
            + ["/finance", "/finance/budgets", "/finance/audit"].map { Opened(path: $0, role: .finance) }

        /// What the pages of a face load beside themselves.
        private static let assets: [Caller.Role: [String]] = [
            .operator: ["app.css", "console.css", "console.js", "page.js", "icon.svg"], .finance: ["app.css", "finance.css", "icon.svg"],
        ]

        func run() async throws {
            let server = try await BenchServer.start(elders: options.elders, data: options.data)
            defer { server.stop() }
            try order(server, count: 2_000)
            var weights: [Caller.Role: Int] = [:]
            for (role, names) in Self.assets {
                for name in names { weights[role, default: 0] += try fetch("/assets/\(name)", server, role, seconds: 0.01).bytes }
            }
            var slow: [String] = []
            for page in Self.opened {
                let outcome = try fetch(page.path, server, page.role, seconds: options.seconds)
                let whole = page.path.contains("/pieces/") ? outcome.bytes : outcome.bytes + (weights[page.role] ?? 0)
                let (p50, p99) = (outcome.percentile(0.5), outcome.percentile(0.99))
                if p99 > Self.limitMilliseconds || whole > Self.limitBytes || outcome.statuses.keys.contains(where: { $0 != 200 }) { slow.append(page.path) }
                show(page.path, outcome, whole, p50, p99, server.peakRSS_mb)
            }
            if !slow.isEmpty { throw Rejection(.unavailable, "bench_limit", "超出限度的页面：\(slow.joined(separator: "，"))") }
        }

        private func fetch(_ path: String, _ server: BenchServer, _ role: Caller.Role, seconds: Double) throws -> LoadGenerator.Outcome {
            let request = LoadGenerator.request("GET", path, token: server.tokens[role] ?? "")
            return try LoadGenerator(port: server.port, connections: 1).run(seconds: seconds) { _ in request }
        }

        /// A district at work: orders that wait in every list.
        private func order(_ server: BenchServer, count: Int) throws {
            let today = Premises.clock().localDate
            let items = ["06001", "02031", "03001", "07001", "05026"]
            _ = try LoadGenerator(port: server.port, connections: 32).run(seconds: 600) { number in
                guard number < count else { return nil }
                let elder = "e" + String(String(100_000_000 + number * 7 % options.elders + 1).dropFirst())
                let body = #"{"elder_id":"\#(elder)","item_code":"\#(items[number % 5])","start":"\#(today.adding(days: 1 + number % 60))T10:00:00+08:00"}"#
                return LoadGenerator.request("POST", "/api/v1/orders", token: server.tokens[.operator] ?? "", body: body, key: "page-\(number)")
            }
        }

        private func show(_ path: String, _ outcome: LoadGenerator.Outcome, _ whole: Int, _ p50: Double, _ p99: Double, _ rss: Int) {
            func number(_ value: Double) -> String { String(format: "%.2f", value) }
            let statuses = outcome.statuses.map { "\($0.key)" }.sorted().joined(separator: " ")
            if options.json {
                let line: JSON = [
                    "bench": "pages", "size": JSON("\(options.elders) elders \(path)"), "per_second": .raw(number(outcome.perSecond)),
                    "p50_ms": .raw(number(p50)), "p99_ms": .raw(number(p99)), "bytes": JSON(whole), "limit": "p99 at most 20 ms, 100000 bytes with assets",
                    "ratio": .raw(number(p99 / Self.limitMilliseconds)), "peak_rss_mb": JSON(rss),
                ]
                print(line.text)
            } else {
                print("\(path)：p50 \(number(p50)) ms，p99 \(number(p99)) ms，\(whole) 字节，状态 \(statuses)")
            }
        }
    }
}
