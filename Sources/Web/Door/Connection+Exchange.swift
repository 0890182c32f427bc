import NIOCore

extension Connection {
    /// A request from its head until it has been read to its end and answered.
    ///
    // Safe because it is touched on its connection's event loop only.
    final class Exchange: @unchecked Sendable {
        /// The connection ends with it: the client has said so.
        let isLast: Bool
        var body: Upload?
        var isRead = false
        /// Stands for what could not be read at all.
        let isRefusal: Bool
        /// Its answer goes on for as long as somebody listens.
        var isLive = false
        var answeredAt: NIODeadline?
        /// What the client still sent after its answer.
        private var drained = 0
        /// What answers it, unless that was done at a glance.
        var task: Task<Void, Never>?
        /// Gives up waiting for what a held request waits for.
        var breakOff: (@Sendable () -> Void)?

        init(isLast: Bool, isRefusal: Bool = false) {
            (self.isLast, self.isRefusal) = (isLast, isRefusal)
            isRead = isRefusal
        }

        /// - Returns: false when the client goes on sending for too long what nobody will read.
        func take(_ bytes: ByteBuffer) -> Bool {
            guard let answeredAt else {
                body?.take(bytes)
                return true
            }
            drained += bytes.readableBytes
            return drained <= Door.drainedBytes && .now() <= answeredAt + Door.drainedFor
        }

        /// The client is gone.
        func abandon() {
            task?.cancel()
            breakOff?()
            body?.end(ChannelError.eof)
        }
    }
}
