import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import NIOHTTPTypes

/// From the parts of a request to the route that answers it.
extension Connection {
    /// A head alone does not tell whether a body follows; the part behind it does.
    func take(_ part: HTTPRequestPart) {
        switch part {
        case .head(let head): self.head = head
        case .body(let bytes):
            if let head { receive(head) }
            if exchange?.take(bytes) == false { close() }
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

    // MARK: Without a body

    /// Answers at a glance, or puts the request aside, or gives it to its route when its turn has come.
    func answer(_ request: Request, _ held: HeldRequest, _ exchange: Exchange) {
        guard let answer = door.glance(request, held) else {
            let loop = channel.eventLoop
            return door.turns.take { loop.execute { self.handle(request, held, exchange) } }
        }
        if held.isHeld { return hold(request, held, exchange) }
        send(answer)
        answered(exchange)
    }

    private func handle(_ request: Request, _ held: HeldRequest, _ exchange: Exchange) {
        // Who has hung up meanwhile passes the turn on.
        guard self.exchange === exchange else { return door.turns.give() }
        exchange.task = Task { [door, channel] in
            let response = await door.answer(request, held, on: channel)
            // What streams its answer for hours has had its turn.
            door.turns.give()
            if held.isHeld { holdAgain(request, held) } else { await deliver(response) }
        }
    }

    // MARK: With a body

    /// Handles a request whose body is still to come. Apart, so that nobody but the handler keeps the body: when it lets go, the rest is dropped.
    private func receive(_ head: HTTPRequest) {
        let exchange = begin(head)
        let (upload, body) = Upload.make { [weak self, channel] in
            channel.eventLoop.execute { [weak self] in self?.readOn() }
        }
        exchange.body = upload
        let request = Request(head: head, body: body)
        exchange.task = Task { [door, channel] in await deliver(await door.answer(request, nil, on: channel)) }
    }

    // MARK: Not HTTP at all

    /// What is no HTTP, or has more or longer headers than a request may have.
    func refuse() {
        let exchange = Exchange(isLast: true, isRefusal: true)
        self.exchange = exchange
        let problem = Problem.response(Problem.rejection(.badRequest), id: "\(RequestID())", headers: [.connection: "close"])
        exchange.task = Task { await deliver(problem) }
    }
}
