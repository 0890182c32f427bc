import Kernel

/// What a receiver reads: `{"type":…,"timestamp":…,"data":{…}}` (Standard Webhooks 1.0). Ids and codes only, no personal data.
public struct WebhookBody: Sendable {
    /// `order.offered` and the like.
    public let type: String
    /// When the event happened, not when it is sent.
    public let timestamp: Instant
    public let data: JSONText

    public init(type: String, timestamp: Instant, data: JSONText) {
        self.type = type
        self.timestamp = timestamp
        self.data = data
    }

    /// The body of an event of the log, in the words of the feed: `data` is `{"id","seq","subject","order_seq","data"}`.
    /// - Parameters:
    ///   - seq: The event's place in the receiver's own feed: of a provider its number, of the platform's own systems that of the log;
    ///     nil for a test, which stands in no feed.
    ///   - subject: The order (or swipe, or month) it is about; `subjectSeq` its place among that subject's events.
    ///   - detail: A JSON object as the log keeps it.
    public init(type: String, timestamp: Instant, id: String, seq: Int64?, subject: String, subjectSeq: Int, detail: String) {
        self.init(
            type: type, timestamp: timestamp,
            data: .object([
                ("id", .string(id)), ("seq", seq.map { .integer($0) } ?? .null), ("subject", .string(subject)),
                ("order_seq", .integer(Int64(subjectSeq))), ("data", .written(detail.isEmpty ? "{}" : detail)),
            ]))
    }

    /// UTF-8, the same at every attempt.
    public var bytes: [UInt8] {
        Array(
            JSONText.object([("type", .string(type)), ("timestamp", .string(timestamp.description)), ("data", data)])
                .text.utf8)
    }
}
