import Kernel

/// The way out: sends one message and says what came back.
public protocol Transport: Sendable {
    /// Never throws: a network that fails is an answer. Returns `.failed(.cancelled)` soon after its task is cancelled.
    ///
    /// Must refuse by ``AddressRule`` the very address it would connect to.
    func post(_ request: SignedRequest) async -> Reply
}

/// What waits to be sent, kept where the events are, so that nothing is lost with the process.
public protocol Outbox: Sendable {
    /// Asks to be the one process that sends, or to go on being it, for ``Lease/span`` from now.
    ///
    /// Asked for only when there is something to do, so that a server at rest writes nothing. Processes on several machines need clocks that agree
    /// to a second or two; if they do not, a message may go twice, as after a crash.
    /// - Returns: until when; nil when there is nothing to do, or while another process sends.
    func claim(by holder: String, now: Instant) async throws -> Instant?

    /// Gives the lease back, if it is this holder's.
    func release(by holder: String) async throws

    /// Makes deliveries of the events that the log has gained since the last time, for every subscription that wants them, in bounded steps.
    /// - Returns: whether there is more to gather.
    func gather(now: Instant) async throws -> Bool

    /// Deliveries due at `now` to active subscriptions, oldest event first, at most `limit`, and at most `perEndpoint` of each subscription.
    ///
    /// Of each line (subscription and subject) only the first pending delivery is given, and only when it is due: a later event of an order
    /// waits for the earlier one, without holding up the endpoint's other orders. Nothing is claimed: a delivery is given again until
    /// its outcome is recorded, and the service remembers what it has under way.
    /// - Parameter skipping: Subscriptions that get nothing now (their breaker is open, or enough is under way), so that the backlog of a
    ///   dead endpoint does not fill the answer.
    func due(now: Instant, limit: Int, perEndpoint: Int, skipping: Set<String>) async throws -> [Delivery]

    /// Writes down how attempts ended, in one transaction: done, due again, or dead. A `disable` stops the subscription as well; its pending
    /// deliveries become dead letters (`endpoint_disabled`) in the same transaction: neither lost nor sent.
    ///
    /// An outcome already written (same delivery and attempt) changes nothing, for a commit may succeed while its answer is lost.
    func record(_ outcomes: [DeliveryOutcome], now: Instant) async throws
}

/// What the service wants its operator to know. It carries no addresses and no bodies.
public enum DeliveryNotice: Sendable {
    /// The outbox could not be read; tried again.
    case dueFailed(any Error)
    /// Outcomes could not be written; they are kept and tried again after `pause`.
    case recordFailed(any Error, waiting: Int, pause: Span)
    case breakerOpened(subscription: String, until: Instant)
    case disabled(subscription: String, reason: DisableReason)
    /// Stopped with so many outcomes not written: these deliveries will be sent once more.
    case unrecorded(Int)
}
