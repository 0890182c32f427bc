import Kernel
import Registry

/// The days on which something holds, as spans of day numbers in order and apart from each other.
///
/// Worked out once from credentials, so that a decision only compares numbers.
struct Validity: Hashable, Sendable {
    struct Days: Hashable, Sendable {
        var from: Int32
        var until: Int32
    }

    private(set) var spans: [Days]

    static let never = Validity(spans: [])
    static let always = Validity(spans: [Days(from: .min, until: .max)])

    private init(spans: [Days]) { self.spans = spans }

    /// The days inside any of the spans; empty ones are passed over.
    init(_ spans: some Sequence<DateSpan>) {
        self.spans = Validity.merged(
            spans.filter { !$0.isEmpty }.map { Days(from: $0.from.dayNumber, until: $0.until?.dayNumber ?? .max) })
    }

    /// The days on which each of the types is covered by a credential; all days when nothing is asked for.
    init(of credentials: [Credential], covering types: [String]) {
        self = types.reduce(.always) { days, type in
            days.intersection(Validity(credentials.lazy.filter { $0.type == type }.map(\.span)))
        }
    }

    func contains(_ day: Int32) -> Bool {
        for index in spans.indices where spans[index].from <= day && day <= spans[index].until { return true }
        return false
    }

    func intersection(_ other: Validity) -> Validity {
        var result: [Days] = []
        for a in spans {
            for b in other.spans where a.from <= b.until && b.from <= a.until {
                result.append(Days(from: max(a.from, b.from), until: min(a.until, b.until)))
            }
        }
        return Validity(spans: result)
    }

    func union(_ other: Validity) -> Validity { Validity(spans: Validity.merged(spans + other.spans)) }

    private static func merged(_ spans: [Days]) -> [Days] {
        var merged: [Days] = []
        for days in spans.sorted(by: { ($0.from, $0.until) < ($1.from, $1.until) }) {
            if let last = merged.last, last.until == .max || days.from <= last.until + 1 {
                merged[merged.count - 1].until = max(last.until, days.until)
            } else {
                merged.append(days)
            }
        }
        return merged
    }
}
