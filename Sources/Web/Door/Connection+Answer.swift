import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import NIOHTTPTypes

/// From what a route has answered to the next request.
extension Connection {
    /// Sends what a route has answered, which may take as long as somebody listens.
    func deliver(_ response: Response) async {
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

    /// Sends what was told at a glance.
    func send(_ answer: WholeAnswer) {
        var fields = answer.head.headerFields
        door.seal(&fields)
        context?.write(wrapOutboundOut(.head(HTTPResponse(status: answer.head.status, headerFields: fields))), promise: nil)
        if let body = answer.body { context?.write(wrapOutboundOut(.body(body)), promise: nil) }
        context?.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func answered(_ exchange: Exchange) {
        exchange.answeredAt = .now()
        exchange.task = nil
        finish(exchange)
        readOn()
    }

    /// Goes on to the next request when this one has been both read and answered.
    func finish(_ exchange: Exchange) {
        guard exchange.isRead, exchange.answeredAt != nil else { return }
        self.exchange = nil
        heard()
        // Who is still sending what cannot be read would lose the answer if the line broke off; it is let go when it hangs up, or in time.
        if exchange.isRefusal {
            context?.close(mode: .output, promise: nil)
            return
        }
        if exchange.isLast || isLeaving { return close() }
        let parts = early
        early = []
        for part in parts { if self.exchange?.isRead == true { early.append(part) } else { take(part) } }
        if isBroken, self.exchange == nil { refuse() }
    }
}
