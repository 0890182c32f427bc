import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// One connection, on its event loop: one request after another.
///
/// What can be told at a glance is answered right here. For all else a task is made, which ends with the answer: a connection that waits, for its
/// next request or with a held poll for news, keeps neither a task nor a stack.
///
// Safe because what is stored is touched on the event loop only.
final class Connection: ChannelDuplexHandler, @unchecked Sendable {
    typealias InboundIn = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// A request from its head until it has been read to its end and answered.
    ///
    // Safe because it is touched on its connection's event loop only.
    private final class Exchange: @unchecked Sendable {
        let isLast: Bool
        var body: Upload?
        var isRead = false
        /// Stands for what could not be read at all.
        var isRefusal = false
        var answeredAt: NIODeadline?
        /// What the client still sent after its answer.
        var drained = 0
        /// Its answer goes on for as long as somebody listens.
        var isLive = false
        var task: Task<Void, Never>?
        /// Gives up waiting for what a held request waits for.
        var breakOff: (@Sendable () -> Void)?

        init(isLast: Bool) { self.isLast = isLast }
    }

    private let door: Door
    private let channel: any Channel
    private var context: ChannelHandlerContext?
    /// A head whose next part is not there yet.
    private var head: HTTPRequest?
    private var exchange: Exchange?
    /// What came along with the end of the request that is being answered.
    private var early: [HTTPRequestPart] = []
    private var isBroken = false
    private var wantsMore = false
    private var isLeaving = false
    private var heardAt = NIODeadline.now()

    init(_ door: Door, _ channel: any Channel) {
        self.door = door
        self.channel = channel
    }

    // MARK: What the channel tells

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        watch()
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        exchange?.task?.cancel()
        exchange?.breakOff?()
        exchange?.body?.end(ChannelError.eof)
        exchange = nil
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        heardAt = .now()
        let part = unwrapInboundIn(data)
        if exchange?.isRead == true { early.append(part) } else if !isBroken { take(part) }
    }

    /// Nothing is read on while a request is being answered, or its handler has not got used to what came of the body.
    func read(context: ChannelHandlerContext) {
        if let exchange, exchange.isRead || exchange.body?.isFull == true { wantsMore = true } else { context.read() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if isBroken { return }
        guard error is HTTPParserError else { return context.close(promise: nil) }
        isBroken = true
        if exchange == nil { refuse() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        // The server stops, or the client has said all it has to say.
        case is ChannelShouldQuiesceEvent, ChannelEvent.inputClosed: leave()
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    /// Ends the connection after the answer that is under way; half a request will never be whole, and gets none.
    private func leave() {
        isLeaving = true
        guard let exchange, exchange.isRead else { return context?.close(promise: nil) ?? () }
        if exchange.isLive { exchange.task?.cancel() }
    }

    /// Closes a connection whose client keeps it waiting.
    private func watch() {
        let idle = TimeAmount.seconds(Int64(Door.idleSeconds))
        channel.eventLoop.assumeIsolated().scheduleTask(deadline: heardAt + idle) { [weak self] in
            guard let self, let context else { return }
            if exchange?.isRead == true { heardAt = .now() }
            if heardAt + idle <= .now() { context.close(promise: nil) } else { watch() }
        }
    }

    // MARK: Requests

    private func take(_ part: HTTPRequestPart) {
        switch part {
        case .head(let head): self.head = head
        case .body(let bytes):
            if let head { receive(head) }
            guard let exchange else { return }
            if let answeredAt = exchange.answeredAt {
                exchange.drained += bytes.readableBytes
                if exchange.drained > Door.drainedBytes || answeredAt + Door.drainedFor < .now() { context?.close(promise: nil) }
            } else {
                exchange.body?.take(bytes)
            }
        case .end:
            if let head {
                let exchange = begin(head)
                exchange.isRead = true
                answer(Request(head: head, body: .init(buffer: ByteBuffer())), HeldRequest(), exchange)
            } else if let exchange {
                exchange.isRead = true
                exchange.body?.end(nil)
                finish(exchange)
            }
        }
    }

    private func begin(_ head: HTTPRequest) -> Exchange {
        let exchange = Exchange(isLast: head.headerFields[.connection]?.lowercased() == "close")
        self.exchange = exchange
        self.head = nil
        return exchange
    }

    private func answer(_ request: Request, _ held: HeldRequest, _ exchange: Exchange) {
        guard let answer = door.glance(request, held) else {
            let loop = channel.eventLoop
            return door.turns.take { loop.execute { self.handle(request, held, exchange) } }
        }
        if held.isHeld { return hold(request, held, exchange) }
        var fields = answer.head.headerFields
        door.seal(&fields)
        send([.head(HTTPResponse(status: answer.head.status, headerFields: fields))] + (answer.body.map { [.body($0)] } ?? []) + [.end(nil)])
        answered(exchange)
    }

    private func handle(_ request: Request, _ held: HeldRequest, _ exchange: Exchange) {
        // Who has hung up meanwhile passes the turn on.
        guard self.exchange === exchange else { return door.turns.give() }
        exchange.task = Task { [door, channel] in
            let response = await door.answer(request, held, on: channel)
            // What streams its answer for hours has had its turn.
            door.turns.give()
            await self.deliver(response, request, held)
        }
    }

    /// Handles a request whose body is still to come. Apart, so that nobody but the handler keeps the body: when it lets go, the rest is dropped.
    private func receive(_ head: HTTPRequest) {
        let exchange = begin(head)
        let (upload, body) = Upload.make { [weak self, channel] in
            channel.eventLoop.execute { [weak self] in self?.goOn() }
        }
        exchange.body = upload
        let request = Request(head: head, body: body)
        exchange.task = Task { [door, channel] in await self.deliver(await door.answer(request, nil, on: channel)) }
    }

    /// Puts a request aside until there is news, and then begins again from the start: whoever was let in before is asked for again.
    private func hold(_ request: Request, _ held: HeldRequest, _ exchange: Exchange) {
        let loop = channel.eventLoop
        exchange.breakOff = held.wait {
            loop.execute {
                guard let exchange = self.exchange, exchange.answeredAt == nil else { return }
                exchange.breakOff = nil
                self.answer(request, held, exchange)
            }
        }
    }

    // MARK: Answers

    private func deliver(_ response: Response, _ request: Request, _ held: HeldRequest) async {
        guard held.isHeld else { return await deliver(response) }
        channel.eventLoop.execute {
            guard let exchange = self.exchange else { return }
            exchange.task = nil
            self.hold(request, held, exchange)
        }
    }

    /// Sends what a route has answered, which may take as long as somebody listens.
    private func deliver(_ response: Response) async {
        var response = response
        door.seal(&response.headers)
        if response.headers[.contentType]?.hasPrefix("text/event-stream") == true {
            channel.eventLoop.execute {
                self.exchange?.isLive = true
                if self.isLeaving { self.exchange?.task?.cancel() }
            }
        }
        do {
            try await response.body.write(AnswerWriter(response.head, isStream: response.body.contentLength == nil, to: channel))
        } catch {
            // Half an answer cannot be mended, and a connection that breaks off is nobody's fault and no news.
            return channel.close(promise: nil)
        }
        channel.eventLoop.execute { if let exchange = self.exchange { self.answered(exchange) } }
    }

    private func answered(_ exchange: Exchange) {
        exchange.answeredAt = .now()
        exchange.task = nil
        finish(exchange)
        goOn()
    }

    /// Goes on to the next request when this one has been both read and answered.
    private func finish(_ exchange: Exchange) {
        guard exchange.isRead, exchange.answeredAt != nil else { return }
        self.exchange = nil
        heardAt = .now()
        // Who is still sending what cannot be read would lose the answer if the line broke off; it is let go when it hangs up, or in time.
        if exchange.isRefusal { return context?.close(mode: .output, promise: nil) ?? () }
        if exchange.isLast || isLeaving { return context?.close(promise: nil) ?? () }
        let parts = early
        early = []
        for part in parts { if self.exchange?.isRead == true { early.append(part) } else { take(part) } }
        if isBroken, self.exchange == nil { refuse() }
    }

    /// What is no HTTP, or has more or longer headers than a request may have.
    private func refuse() {
        let exchange = Exchange(isLast: true)
        exchange.isRead = true
        exchange.isRefusal = true
        self.exchange = exchange
        let problem = Problem.response(Problem.rejection(.badRequest), id: "\(RequestID())", headers: [.connection: "close"])
        exchange.task = Task { await self.deliver(problem) }
    }

    private func send(_ parts: [HTTPResponsePart]) {
        for part in parts { context?.write(wrapOutboundOut(part), promise: nil) }
        context?.flush()
    }

    /// Reads on, if that was asked for meanwhile and nothing stands against it any more.
    private func goOn() {
        guard wantsMore, let context else { return }
        wantsMore = false
        read(context: context)
    }
}
