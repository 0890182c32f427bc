import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// Answers HTTP/1.1, one connection a task and one request after another on it.
///
/// Every request is handled in a task of its own, since a task keeps the largest stack it has ever needed: a connection that waits between two
/// requests, or holds a long poll (``HeldRequest``), keeps 10 kB and not 35.
public struct Door: ServerChildChannel {
    public typealias Value = HTTP1Channel.Value
    typealias Parts = NIOAsyncChannelInboundStream<HTTPRequestPart>.AsyncIterator
    typealias Outbound = NIOAsyncChannelOutboundWriter<HTTPResponsePart>

    /// A connection on which nothing arrives for so long is closed: a client that sends its head letter by letter holds nobody up.
    public static let idleSeconds = 30
    /// What is still read of a body after its request has been answered, so that the client gets to read the answer.
    static let drainedBytes = 32 * 1024 * 1024
    static let drainedFor = Duration.seconds(30)
    /// Most requests fit; the buffer grows with what arrives, and is kept by the connection.
    static let receiveBuffer = 256

    /// Requests without a body that are looked into at once; a body is waited for, so those that have one are not counted.
    static let turns = 256

    private let turns = Turns(Self.turns)
    private let respond: @Sendable (Request, any Channel) async -> Response
    private let http1: HTTP1Channel

    public init(_ responder: some HTTPResponder<AppContext>, name: String, logger: Logger) {
        let date = DateHeader()
        respond = { request, channel in
            var logger = logger
            logger[metadataKey: "hb.request.id"] = .stringConvertible(RequestID())
            let context = AppContext(source: .init(channel: channel, logger: logger))
            var response = (try? await responder.respond(to: request, context: context)) ?? Response(status: .internalServerError)
            response.headers[.date] = date.now
            response.headers[.server] = name
            return response
        }
        http1 = HTTP1Channel(
            responder: { _, _, _ in },
            configuration: .init(
                idleTimeout: .seconds(Int64(Self.idleSeconds)),
                httpDecoderConfiguration: .init(maxHeaderFieldSize: 16 * 1024, maxHeaderListSize: 32 * 1024, maxHeaderFieldCount: 100)))
    }

    public func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let buffers = AdaptiveRecvByteBufferAllocator(minimum: Self.receiveBuffer, initial: Self.receiveBuffer, maximum: 64 * 1024)
        try? channel.syncOptions?.setOption(.recvAllocator, value: buffers)
        return http1.setup(channel: channel, logger: logger)
    }

    @concurrent public func handle(value: Value, logger: Logger) async {
        // A connection that breaks off is nobody's fault and no news.
        try? await value.executeThenClose { inbound, outbound in
            do {
                var parts = inbound.makeAsyncIterator()
                var part = try await parts.next()
                while case .head(let head) = part {
                    part = try await answer(head, &parts, outbound, value.channel)
                }
            } catch is HTTPParserError {
                try await refuse(outbound)
            }
            outbound.finish()
            try await value.channel.closeFuture.get()
        }
    }

    /// What is no HTTP, or has more or longer headers than a request may have.
    @inline(never) private func refuse(_ outbound: Outbound) async throws {
        let response = Problem.response(Problem.rejection(.badRequest), id: "\(RequestID())", headers: [.connection: "close"])
        try await ResponseWriter(outbound: outbound).write(response: response.head, body: response.body)
    }

    /// Answers one request. Apart from the loop, as are the rarer ways, so that a connection that waits stands on little.
    ///
    /// - Returns: the head of the next, or nil when the connection is to be closed.
    @inline(never) @concurrent private func answer(
        _ head: HTTPRequest, _ parts: inout Parts, _ outbound: Outbound, _ channel: any Channel
    ) async throws -> HTTPRequestPart? {
        let first = try await parts.next()
        switch first {
        case .end:
            let held = HeldRequest()
            repeat {
                await turns.take()
                try await handling(head, .init(buffer: ByteBuffer()), held, outbound, channel).done()
            } while await held.wait()
        case .body(let bytes):
            guard try await withBody(head, bytes, &parts, outbound, channel) else { return nil }
        case .head, nil:
            return nil
        }
        return head.headerFields[.connection]?.lowercased() == "close" ? nil : try await parts.next()
    }

    /// Hands the body on as it arrives.
    ///
    /// - Returns: false when the client is still sending long after it has been answered.
    @inline(never) @concurrent private func withBody(
        _ head: HTTPRequest, _ bytes: ByteBuffer, _ parts: inout Parts, _ outbound: Outbound, _ channel: any Channel
    ) async throws -> Bool {
        let (handling, source) = streaming(head, outbound, channel)
        var rest = Self.drainedBytes
        do {
            await source.yield(bytes)
            while case .body(let bytes) = try await parts.next() {
                if let answered = handling.answered {
                    rest -= bytes.readableBytes
                    guard rest > 0, answered.duration(to: .now) < Self.drainedFor else { return false }
                } else {
                    await source.yield(bytes)
                }
            }
            source.finish()
        } catch {
            source.finish(error)
            throw error
        }
        try await handling.done()
        return true
    }

    /// Apart, so that nobody but the handler keeps the body: when it lets go, what still arrives is dropped.
    @inline(never) private func streaming(_ head: HTTPRequest, _ outbound: Outbound, _ channel: any Channel) -> (Handling, RequestBody.Source) {
        let (body, source) = RequestBody.makeStream()
        return (handling(head, body, nil, outbound, channel), source)
    }

    private func handling(
        _ head: HTTPRequest, _ body: RequestBody, _ held: HeldRequest?, _ outbound: Outbound, _ channel: any Channel
    ) -> Handling {
        let (respond, turns) = (respond, held == nil ? nil : turns)
        let request = Request(head: head, body: body)
        return Handling {
            let response = await HeldRequest.$here.withValue(held) { await respond(request, channel) }
            // What streams its answer for hours has had its turn.
            turns?.give()
            if held?.isHeld == true { return }
            try await ResponseWriter(outbound: outbound).write(response: response.head, body: response.body)
        }
    }
}
