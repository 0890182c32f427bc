import Entitlement
import Kernel
import Store
import Synchronization

/// 结余失效 of the months that were looked at last, kept in memory, so that a look reads what has happened since the look before and not every
/// file of the district.
///
/// There is one truth, and this is not it. A grant is drawn on only together with an entry in the ledger, and a file is written only together with
/// an event in the log; both are numbered without a gap in the order of the commits. So sums that hold for an entry and an event hold for any later
/// ones once everybody has been looked at again whom those in between concern, whichever process wrote them. That is done at every look, in
/// the snapshot that answers it: what is kept can be far behind, but never wrong, and nothing has to be told when something changes. Other
/// programmes make other sums.
public final class LapseBook: Sendable {
    /// Months kept at once, some megabytes each.
    private static let months = 3

    /// The one looked at last is the last.
    private let kept = Mutex<[LapseSums]>([])

    public init() {}

    /// - Parameter tx: on a reader's snapshot. Looks wait for one another: whoever comes second finds the work done.
    func lines(_ tx: any Transaction, _ month: Month, _ programmes: Programmes) throws -> [ReadLapses.Line] {
        try kept.withLock { kept in
            let place = kept.firstIndex { $0.month == month && $0.programmes == programmes.all }
            var sums = place.map { kept.remove(at: $0) } ?? LapseSums(month, programmes)
            try sums.catchUp(tx)
            let lines = sums.lines
            kept.append(sums)
            if kept.count > Self.months { kept.removeFirst() }
            return lines
        }
    }
}
