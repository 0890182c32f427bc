import Foundation
import HTTPTypes
import Hummingbird
import Kernel
import ServiceLifecycle
import Store
import Workflow

/// 实时事件: the log as server-sent events (HTML Living Standard, "Server-sent events").
///
/// Says what has changed, by type and subject, never to whom it belongs: the page asks for what it may see. `id` is the place in the log, so a
/// browser that was cut off goes on where it stopped.
public struct LiveEvents: Sendable {
    let office: Office
    /// Which events a page wants.
    let wants: @Sendable (Event) -> Bool

    public init(_ office: Office, wants: @escaping @Sendable (Event) -> Bool) {
        self.office = office
        self.wants = wants
    }

    static let heartbeat = Duration.seconds(15)
    static let batch = 200

    public func response(to request: Request) async throws -> Response {
        let last = try await office.read { tx in try tx.events.last() }
        let asked = request.headers[.lastEventID].flatMap { Int64($0) }
        // A number from another database would wait for ever; one long past is not worth replaying.
        let start = asked.map { $0 > last || last - $0 > 5000 ? last : $0 } ?? last
        return Response(
            status: .ok,
            headers: [.contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store", .xAccelBuffering: "no"],
            body: .init { @concurrent writer in
                try await self.write(from: start, to: &writer)
                try await writer.finish(nil)
            })
    }

    @concurrent private func write(from start: Int64, to writer: inout any ResponseBodyWriter) async throws {
        var seq = start
        var quiet = Duration.zero
        try await writer.write(ByteBuffer(string: "retry: 1000\n\n"))
        while !Task.isCancelled, !Task.isShuttingDownGracefully {
            let rings = office.bell.rings
            let (place, limit) = (seq, Self.batch)
            let events = try await office.read { tx in try tx.events.after(place, limit: limit) }
            if let last = events.last { seq = last.seq }
            let wanted = events.filter(wants)
            if !wanted.isEmpty {
                quiet = .zero
                try await writer.write(ByteBuffer(string: wanted.map(Self.text).joined()))
            } else if events.isEmpty {
                let waited = ContinuousClock.now
                await office.bell.wait(after: rings, atMost: .seconds(1))
                quiet += ContinuousClock.now - waited
                if quiet >= Self.heartbeat {
                    quiet = .zero
                    // A comment: keeps proxies from closing the line, and tells us when nobody listens any more.
                    try await writer.write(ByteBuffer(string: ": \n\n"))
                }
            }
        }
    }

    private static func text(_ event: Event) -> String {
        let data: JSON = [
            "type": JSON(event.type), "subject": JSON(event.subject), "about": about(event), "seq": JSON(event.seq), "at": JSON(event.at),
        ]
        return "id: \(event.seq)\nevent: \(event.type.prefix { $0 != "." })\ndata: \(data.text)\n\n"
    }

    private struct Emergency: Decodable {
        let elder_id: String?
        let call_id: String?
    }

    /// An emergency is about an elder or, while nobody is known, about a call; about neither when it was raised from an empty desk.
    static func about(_ event: Event) -> JSON {
        guard event.type == "emergency.raised" else { return .null }
        let emergency = try? JSONDecoder().decode(Emergency.self, from: Data(event.data.utf8))
        return emergency?.elder_id != nil ? "elder" : emergency?.call_id != nil ? "call" : .null
    }
}

extension HTTPField.Name {
    static let lastEventID = HTTPField.Name("Last-Event-ID")!
    static let xAccelBuffering = HTTPField.Name("X-Accel-Buffering")!
}
