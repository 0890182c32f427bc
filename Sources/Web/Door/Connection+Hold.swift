import Hummingbird
import HummingbirdCore
import NIOCore

/// Polls that wait for news, without a task.
extension Connection {
    /// Puts a request aside until there is news, and then begins again from the start: whoever was let in before is asked for again.
    func hold(_ request: Request, _ held: HeldRequest, _ exchange: Exchange) {
        let loop = channel.eventLoop
        exchange.breakOff = held.wait {
            loop.execute {
                guard let exchange = self.exchange, exchange.answeredAt == nil else { return }
                exchange.breakOff = nil
                self.answer(request, held, exchange)
            }
        }
    }

    /// Puts aside what its route has found nothing for; the task that asked it ends.
    func holdAgain(_ request: Request, _ held: HeldRequest) {
        channel.eventLoop.execute {
            guard let exchange = self.exchange else { return }
            exchange.task = nil
            self.hold(request, held, exchange)
        }
    }
}
