import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// Answers HTTP/1.1: lets connections in, and knows what answers their requests (``Connection``).
public struct Door: ServerChildChannel {
    public struct Value: ServerChildChannelValue {
        public let channel: any Channel
    }

    /// What can be answered without waiting for anything, out of what is in memory: the answer, or nil for all else.
    ///
    /// It may put the request aside, and then its answer is not sent. Asked on the connection's event loop, before a task is made for the routes,
    /// and again when a request that was put aside is taken up.
    public typealias Glance = @Sendable (Request, HeldRequest) -> WholeAnswer?

    /// A connection on which nothing arrives for so long is closed: a client that sends its head letter by letter holds nobody up.
    public static let idleSeconds = 30
    /// What is still read of a body after its request has been answered, so that the client gets to read the answer.
    static let drainedBytes = 32 * 1024 * 1024
    static let drainedFor = TimeAmount.seconds(30)
    /// Most requests fit; the buffer grows with what arrives, and is kept by the connection.
    static let receiveBuffer = 256
    /// Requests without a body that are looked into at once; a body is waited for, so those that have one are not counted.
    static let turns = 256

    let glance: Glance
    let turns = Turns(Self.turns)
    private let routes: @Sendable (Request, any Channel) async -> Response
    private let date = DateHeader()
    private let name: String

    public init(_ responder: some HTTPResponder<AppContext>, name: String, logger: Logger, glance: @escaping Glance = { _, _ in nil }) {
        self.name = name
        self.glance = glance
        routes = { request, channel in
            var logger = logger
            logger[metadataKey: "hb.request.id"] = .stringConvertible(RequestID())
            let context = AppContext(source: .init(channel: channel, logger: logger))
            return (try? await responder.respond(to: request, context: context)) ?? Response(status: .internalServerError)
        }
    }

    public func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let buffers = AdaptiveRecvByteBufferAllocator(minimum: Self.receiveBuffer, initial: Self.receiveBuffer, maximum: 64 * 1024)
            try channel.syncOptions?.setOption(.recvAllocator, value: buffers)
            var limits = NIOHTTPDecoderLimitConfiguration()
            (limits.maxHeaderFieldSize, limits.maxHeaderListSize, limits.maxHeaderFieldCount) = (16 * 1024, 32 * 1024, 100)
            let pipeline = channel.pipeline.syncOperations
            // A connection waits with its next request by itself, and names of fields are checked by their type.
            try pipeline.configureHTTPServerPipeline(
                withPipeliningAssistance: false, withErrorHandling: false, withOutboundHeaderValidation: false,
                withEncoderConfiguration: .init(), withDecoderLimitConfiguration: limits)
            try pipeline.addHandlers(HTTP1ToHTTPServerCodec(secure: false), Connection(self, channel))
            return Value(channel: channel)
        }
    }

    /// The server waits for its connections to end; what happens on them happens on their event loops.
    @concurrent public func handle(value: Value, logger: Logger) async { try? await value.channel.closeFuture.get() }

    func answer(_ request: Request, _ held: HeldRequest?, on channel: any Channel) async -> Response {
        await HeldRequest.$here.withValue(held) { await routes(request, channel) }
    }

    /// What stands on every answer.
    func seal(_ fields: inout HTTPFields) {
        fields[.date] = date.now
        fields[.server] = name
    }
}

/// An answer in one piece.
public struct WholeAnswer: Sendable {
    public var head: HTTPResponse
    public var body: ByteBuffer?

    public init(_ head: HTTPResponse, _ body: ByteBuffer?) {
        self.head = head
        self.body = body
        if let body { self.head.headerFields[.contentLength] = "\(body.readableBytes)" }
    }

    /// The same as a route gives it.
    public var response: Response {
        Response(status: head.status, headers: head.headerFields, body: body.map { ResponseBody(byteBuffer: $0) } ?? ResponseBody())
    }
}
