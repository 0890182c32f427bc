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

    /// The body of an event of the log, with the numbers by which the feed knows it.
    ///
    /// `data` is `{"id","seq","subject","subject_seq","detail"}`.
    /// - Parameters:
    ///   - seq: The event's place in the receiver's own feed.
    ///   - subject: The order (or swipe, or month) it is about; `subjectSeq` its place among that subject's events.
    ///   - detail: A JSON object as the log keeps it.
    public init(type: String, timestamp: Instant, id: String, seq: Int64, subject: String, subjectSeq: Int, detail: String) {
        self.init(
            type: type, timestamp: timestamp,
            data: .object([
                ("id", .string(id)), ("seq", .integer(seq)), ("subject", .string(subject)),
                ("subject_seq", .integer(Int64(subjectSeq))), ("detail", .written(detail.isEmpty ? "{}" : detail)),
            ]))
    }

    /// UTF-8, the same at every attempt.
    public var bytes: [UInt8] {
        Array(
            JSONText.object([("type", .string(type)), ("timestamp", .string(timestamp.description)), ("data", data)])
                .text.utf8)
    }
}
