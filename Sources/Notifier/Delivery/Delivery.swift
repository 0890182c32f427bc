import Kernel

/// One event on its way to one subscriber (推送).
public struct Delivery: Sendable {
    public let id: Int64
    /// `evt_…`: the `webhook-id`, the same at each attempt and in the feed.
    public let eventID: String
    public let eventSeq: Int64
    /// The order (or elder, swipe, month …) it is about. Deliveries of one subject to one subscriber go one after the other, in the order of
    /// the log.
    public let subject: String
    public let subscription: Subscription
    public let type: String
    /// Exactly what is signed and sent.
    public let body: [UInt8]
    /// Number of the attempt now due, from 1; never used twice, even after a replay.
    public let attempt: Int
    /// Number of the attempt within the retry schedule, from 1: as `attempt`, but starting afresh with each replay.
    public let turn: Int
    /// The whole message where it is no webhook but goes by another channel; nil for one to be signed when it is sent.
    public let prepared: SignedRequest?

    /// - Parameter earlier: Attempts made before the last replay.
    public init(
        id: Int64, eventID: String, eventSeq: Int64, subject: String, subscription: Subscription, type: String, body: [UInt8], attempt: Int,
        earlier: Int = 0, prepared: SignedRequest? = nil
    ) {
        self.id = id
        self.eventID = eventID
        self.eventSeq = eventSeq
        self.subject = subject
        self.subscription = subscription
        self.type = type
        self.body = body
        self.attempt = attempt
        turn = attempt - earlier
        self.prepared = prepared
    }

    /// What goes out at `now`.
    public func request(at now: Instant) -> SignedRequest { prepared ?? SignedRequest(self, at: now) }
}

/// How an attempt ended and what follows from it.
public struct DeliveryOutcome: Hashable, Sendable {
    public let delivery: Int64
    public let subscription: String
    /// Number of the attempt that ended, from 1; with `delivery` the key by which recording it twice changes nothing.
    public let attempt: Int
    public let decision: Decision
    public let reply: Reply
    public let startedAt: Instant
    public let took: Span

    public init(
        delivery: Int64, subscription: String, attempt: Int, decision: Decision, reply: Reply, startedAt: Instant, took: Span
    ) {
        self.delivery = delivery
        self.subscription = subscription
        self.attempt = attempt
        self.decision = decision
        self.reply = reply
        self.startedAt = startedAt
        self.took = took
    }
}

/// A message ready to go: address, signed headers, body.
public struct SignedRequest: Sendable {
    public let url: EndpointURL
    public let headers: [(String, String)]
    public let body: [UInt8]
    /// What the answer must contain to count as taken, where the status alone does not say (gateways that answer 200 to everything).
    public let mark: String?

    public init(url: EndpointURL, headers: [(String, String)], body: [UInt8], mark: String? = nil) {
        self.url = url
        self.headers = headers
        self.body = body
        self.mark = mark
    }

    /// Signs a delivery with every secret that is active now.
    public init(_ delivery: Delivery, at now: Instant) {
        let signed = SignatureHeaders(
            signing: delivery.body, id: delivery.eventID, at: now, secrets: delivery.subscription.secrets.active(at: now))
        self.init(
            url: delivery.subscription.url,
            headers: [("content-type", "application/json"), ("user-agent", "virtual-nursing-home/1")] + signed.pairs,
            body: delivery.body)
    }
}
