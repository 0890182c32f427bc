import Store

/// A mark of all that can be read: while it stays the same, nothing whatever has happened, and an answer that does not depend on the time is
/// still the true one.
///
/// Every change is an event of the one log, written with it, and the log has no gaps; published files count when they come into force.
public struct OfficeMark: Hashable, Sendable {
    private let replacements: Int
    private let events: Int64

    /// To be taken before what it is to stand for is read.
    public init(_ tx: any Transaction, _ office: Office) throws {
        replacements = office.shelf.replacements
        events = try tx.events.last()
    }
}
