import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// One connection, on its event loop: one request after another.
///
/// What can be told at a glance is answered right here. For all else a task is made, which ends with the answer: a connection that waits, for its
/// next request or with a held poll for news, keeps neither a task nor a stack.
///
/// The way of a request, in this order through the files:
///
/// 1. `Connection`: the channel tells of parts, errors and ends.
/// 2. `Connection+Request`: `take` puts parts together to an ``Exchange``; a request without a body goes to `answer`, one with a body to `receive`.
/// 3. `Connection+Answer`: what its route answers is sent by `deliver`; `answered` and `finish` end the exchange, and the next begins.
/// 4. `Connection+Hold`: a poll without news is put aside, and answered anew from 2. when there is some.
///
// Safe because what is stored is touched on the event loop only.
final class Connection: ChannelDuplexHandler, @unchecked Sendable {
    typealias InboundIn = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    let door: Door
    let channel: any Channel
    /// Nil before the connection is open, and once it is gone.
    var context: ChannelHandlerContext?

    /// A head whose next part is not there yet.
    var head: HTTPRequest?
    /// The request that is being read or answered.
    var exchange: Exchange?
    /// What came along with the end of the request that is being answered.
    var early: [HTTPRequestPart] = []
    /// What came could not be read as HTTP: nothing more is taken.
    var isBroken = false
    /// The connection ends after the answer that is under way.
    var isLeaving = false

    /// Somebody has asked to read on while that was not possible.
    private var wantsMore = false
    /// When the client last did something.
    private var heardAt = NIODeadline.now()

    init(_ door: Door, _ channel: any Channel) {
        self.door = door
        self.channel = channel
    }

    // MARK: Opened and closed

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        watch()
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        exchange?.abandon()
        exchange = nil
        context.fireChannelInactive()
    }

    func close() { context?.close(promise: nil) }

    /// Ends the connection after the answer that is under way; half a request will never be whole, and gets none.
    private func leave() {
        isLeaving = true
        guard let exchange, exchange.isRead else { return close() }
        if exchange.isLive { exchange.task?.cancel() }
    }

    /// Closes a connection whose client keeps it waiting.
    private func watch() {
        let idle = TimeAmount.seconds(Int64(Door.idleSeconds))
        channel.eventLoop.assumeIsolated().scheduleTask(deadline: heardAt + idle) { [weak self] in
            guard let self, context != nil else { return }
            if exchange?.isRead == true { heard() }
            if heardAt + idle <= .now() { close() } else { watch() }
        }
    }

    func heard() { heardAt = .now() }

    // MARK: What the channel tells

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        heard()
        let part = unwrapInboundIn(data)
        if exchange?.isRead == true { early.append(part) } else if !isBroken { take(part) }
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

    // MARK: When to read

    /// Nothing is read on while a request is being answered, or its handler has not got used to what came of the body.
    func read(context: ChannelHandlerContext) {
        if let exchange, exchange.isRead || exchange.body?.isFull == true { wantsMore = true } else { context.read() }
    }

    /// Reads on, if that was asked for meanwhile and nothing stands against it any more.
    func readOn() {
        guard wantsMore, let context else { return }
        wantsMore = false
        read(context: context)
    }
}
