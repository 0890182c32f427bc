import Catalog
import Entitlement
import Kernel
import Orders
import Registry

/// What a line leaves behind for being compared with others, as the checks see it. ``Traces`` keeps it in a third of the room.
struct Trace: Sendable {
    let subject: String
    let number: String
    let provider: ProviderID
    let elder: ElderID
    let item: ItemCode
    let kind: Candidate.Kind
    let date: LocalDate
    let createdAt: Instant
    /// When a service began, or a meal was swiped.
    let start: Instant?
    let end: Instant?
    /// One of two, where two came.
    let worker: WorkerID?
    let device: String?
    let place: Coordinate?
    let slot: MealSlot?
    let subsidy: Fen
    let isManual: Bool
    /// Settled with a month before: counts for caps and overlaps, and is not judged itself.
    let isContext: Bool

    var begin: Instant? { kind == .order ? start : nil }

    /// Whichever day they were for.
    func isEntered(before other: Trace) -> Bool {
        isContext == other.isContext ? (createdAt, subject) < (other.createdAt, other.subject) : isContext
    }

    var presence: TimeWindow? {
        guard let begin, let end else { return nil }
        return TimeWindow(start: begin, end: end)
    }
}

extension [Trace] {
    /// The places of those lines that were visits from one moment to another, in the order in which they began; of equal times by subject.
    func presences(where isMeant: (Trace) -> Bool) -> [(place: Int, time: TimeWindow)] {
        indices.filter { isMeant(self[$0]) }.compactMap { place in self[place].presence.map { (place, $0) } }
            .sorted { ($0.time.start, self[$0.place].subject) < ($1.time.start, self[$1.place].subject) }
    }

    /// The places of those lines that have a time, in its order; of equal times by subject.
    func places(by time: (Trace) -> Instant?) -> [(place: Int, at: Instant)] {
        indices.compactMap { place in time(self[place]).map { (place, $0) } }
            .sorted { ($0.at, self[$0.place].subject) < ($1.at, self[$1.place].subject) }
    }
}
