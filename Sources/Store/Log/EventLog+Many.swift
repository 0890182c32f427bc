import Kernel
import Registry

/// An event before it has its place in the log.
public struct EventDraft: Sendable {
    public let type: String
    public let subject: String
    public let subjectSeq: Int
    public let provider: ProviderID?
    public let actor: String
    public let data: String

    public init(_ type: String, subject: String, subjectSeq: Int, to provider: ProviderID? = nil, by actor: String, data: String = "{}") {
        self.type = type
        self.subject = subject
        self.subjectSeq = subjectSeq
        self.provider = provider
        self.actor = actor
        self.data = data
    }
}

extension EventLog {
    /// Appends events in the order given; the last places are read once and counted up, which is safe because there is one writer at a time.
    public func append(_ drafts: [EventDraft], at now: Instant) throws {
        var seq = try last()
        var places: [ProviderID: Int64] = [:]
        try Self.bulk.run(
            drafts.map { draft in
                seq += 1
                var place: Int64?
                if let provider = draft.provider {
                    place = try (places[provider] ?? lastSeq(of: provider)) + 1
                    places[provider] = place
                }
                return [
                    .integer(seq), .text(Self.id(seq)), .integer(now.milliseconds), .text(draft.type), .text(draft.subject),
                    .integer(Int64(draft.subjectSeq)), .text(draft.provider?.text), .integer(place), .text(draft.actor), .text(draft.data),
                ]
            }, tx)
    }

    private static func id(_ seq: Int64) -> String {
        let digits = String(seq)
        return "evt_\(String(repeating: "0", count: max(0, 12 - digits.utf8.count)))\(digits)"
    }

    private static let bulk = BulkInsert("INSERT INTO event (\(columns))", width: 10)
}
