import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOHTTPTypes

/// Sends an answer as it is written: a stream piece by piece, all else gathered into few writes.
struct AnswerWriter: ResponseBodyWriter {
    /// So much is gathered before it is sent.
    static let gathered = 64 * 1024

    private let channel: any Channel
    private let isStream: Bool
    private var parts: [HTTPResponsePart]
    private var bytes = 0

    init(_ head: HTTPResponse, isStream: Bool, to channel: any Channel) {
        self.channel = channel
        self.isStream = isStream
        parts = [.head(head)]
    }

    mutating func write(_ buffer: ByteBuffer) async throws {
        parts.append(.body(buffer))
        bytes += buffer.readableBytes
        guard isStream || bytes >= Self.gathered else { return }
        try await send(parts)
        parts.removeAll(keepingCapacity: true)
        bytes = 0
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws { try await send(parts + [.end(trailingHeaders)]) }

    /// Waits until it has gone out: who reads slowly is written to slowly.
    private func send(_ parts: [HTTPResponsePart]) async throws {
        let channel = channel
        try await channel.eventLoop.flatSubmit {
            for part in parts.dropLast() { channel.write(part, promise: nil) }
            return parts.last.map { channel.writeAndFlush($0) } ?? channel.eventLoop.makeSucceededVoidFuture()
        }.get()
    }
}
