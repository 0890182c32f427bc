import Kernel
import Orders
import Registry
import Store

/// 我的工作: everything a provider has in hand, by what is to be done next.
public struct ReadSheet: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public struct Entry: Sendable {
        public let feed: FeedEntry
        /// Another time that was proposed and waits for the desk's answer.
        public let proposal: Proposal?
        /// While the worker is there.
        public let checkIn: Check?
        /// While nobody is named: the provider's people, those who may be sent first.
        public let candidates: [ReadWorkers.Candidate]

        public init(feed: FeedEntry, proposal: Proposal? = nil, checkIn: Check? = nil, candidates: [ReadWorkers.Candidate] = []) {
            self.feed = feed
            self.proposal = proposal
            self.checkIn = checkIn
            self.candidates = candidates
        }
    }

    /// Offers first, then who is at work, then what comes.
    public static let states: [OrderState] = [.offered, .inService, .scheduled, .accepted, .done]
    /// Orders of one state that are shown, the soonest first.
    public static let limit = 100

    public func callAsFunction(_ provider: ProviderID) async throws -> [(state: OrderState, entries: [Entry])] {
        let (now, reference) = (office.now, office.reference)
        return try await office.read { tx in
            try Self.states.map { state in
                let orders = try tx.orders.of(provider, state: state, after: nil, limit: Self.limit).sorted { $0.window.start < $1.window.start }
                let entries = try orders.map { order in
                    Entry(
                        feed: try ReadFeed.entry(tx, order, Event.none, for: provider, now: now),
                        proposal: state == .offered ? try tx.proposals.open(of: order.id) : nil,
                        checkIn: state == .inService ? try tx.visits.find(order.id)?.checkIn : nil,
                        candidates: state == .accepted ? try ReadWorkers.candidates(tx, for: order, reference) : [])
                }
                return (state, entries)
            }
        }
    }
}
