import Foundation
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
public struct Health: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public func add(to group: RouterGroup<AppContext>) {
        group.get("healthz") { _, _ in Exchange.json(["status": "ok"]) }
        group.get("readyz", use: ready)
        group.get("metrics", use: metrics)
    }

    @Sendable func ready(_ request: Request, _ context: AppContext) async throws -> Response {
        let seq = try await office.read { tx in try tx.events.last() }
        return Exchange.json(["status": "ready", "events_seq": JSON(seq)])
    }

    @Sendable func metrics(_ request: Request, _ context: AppContext) async throws -> Response {
        let (orders, seq, pending) = try await office.read { tx in
            (
                try tx.orders.counts(), try tx.events.last(),
                try tx.soundness.deliveriesWaiting()
            )
        }
        var text = "# HELP vnh_orders Orders by state.\n# TYPE vnh_orders gauge\n"
        for (state, count) in orders.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            text += "vnh_orders{state=\"\(state.rawValue)\"} \(count)\n"
        }
        text += "# HELP vnh_events_total Events in the log.\n# TYPE vnh_events_total counter\nvnh_events_total \(seq)\n"
        text += "# HELP vnh_webhook_pending Deliveries waiting.\n# TYPE vnh_webhook_pending gauge\nvnh_webhook_pending \(pending)\n"
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
