import Foundation
import HTTPTypes
import Hummingbird
import Kernel
import Orders
import Store
import Workflow

/// | path | what |
/// |---|---|
/// | /healthz | the process lives |
/// | /readyz | the database answers |
/// | /metrics | counts for Prometheus; bounded labels, no personal data |
/// | /openapi.json | what the interface is, for programs |
public struct Health: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public func add(to group: RouterGroup<AppContext>, _ document: OpenAPIDocument) {
        group.get("openapi.json") { _, _ in Exchange.json(document.text) }
        group.get("healthz") { _, _ in Exchange.json(["status": "ok"]) }
        group.get("readyz", use: ready)
        group.get("metrics", use: metrics)
    }

    @Sendable func ready(_ request: Request, _ context: AppContext) async throws -> Response {
        let seq = try await office.read { tx in try tx.events.last() }
        return Exchange.json(["status": "ready", "events_seq": JSON(seq)])
    }

    @Sendable func metrics(_ request: Request, _ context: AppContext) async throws -> Response {
        let now = office.now
        let (orders, seq, backlog) = try await office.read { tx in
            (try tx.orders.counts(), try tx.events.last(), try tx.deliveries.backlog(now: now))
        }
        var text = "# HELP vnh_orders Orders by state.\n# TYPE vnh_orders gauge\n"
        for (state, count) in orders.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            text += "vnh_orders{state=\"\(state.rawValue)\"} \(count)\n"
        }
        text += "# HELP vnh_events_total Events in the log.\n# TYPE vnh_events_total counter\nvnh_events_total \(seq)\n"
        text += "# HELP vnh_webhook_pending Deliveries waiting.\n# TYPE vnh_webhook_pending gauge\nvnh_webhook_pending \(backlog.pending)\n"
        text += "# HELP vnh_webhook_dead Dead letters.\n# TYPE vnh_webhook_dead gauge\nvnh_webhook_dead \(backlog.dead)\n"
        text += "# HELP vnh_webhook_lag_seconds Age of the oldest delivery due.\n# TYPE vnh_webhook_lag_seconds gauge\n"
        text += "vnh_webhook_lag_seconds \(backlog.oldestDue.milliseconds / 1000)\n"
        text += "# HELP vnh_polls_held Polls of providers waiting for news.\n# TYPE vnh_polls_held gauge\nvnh_polls_held \(office.board.held)\n"
        text += "# HELP process_resident_memory_bytes Memory in use.\n# TYPE process_resident_memory_bytes gauge\n"
        text += "process_resident_memory_bytes \(Self.residentBytes)\n"
        return Response(
            status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    private static var residentBytes: Int {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return 0 }
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return pages * 4096
    }
}

extension Health: DescribedRoutes {
    public static var operations: [Operation] {
        [
            Operation(.get, "/healthz", "进程在运行", by: [], answers: .json(.object(["status": .text(sample: "ok")]))),
            Operation(
                .get, "/readyz", "数据库有应答", by: [], answers: .json(.object(["status": .text(sample: "ready"), "events_seq": .integer()]))),
            Operation(.get, "/metrics", "Prometheus 指标", by: [], answers: .text("text/plain")),
            Operation(.get, "/openapi.json", "本文档", by: [], answers: .json(Schema(["type": "object"], sample: [:]))),
        ]
    }
}
