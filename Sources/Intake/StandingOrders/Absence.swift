import Kernel
import Registry

public typealias AbsenceID = ID<Absence>

/// 外出登记: an elder is not at home for a range of days. It stops standing orders until somebody confirms the return.
public struct Absence: Hashable, Sendable {
    public typealias Kind = AbsenceKind

    public let id: AbsenceID
    public let elder: ElderID
    public let kind: Kind
    /// The first day away.
    public let from: LocalDate
    /// The last day away, as far as it is known; the true one once the return is confirmed.
    public var until: LocalDate?
    public let note: String
    public let createdAt: Instant
    public let createdBy: String
    /// When somebody confirmed that the elder is back; nil as long as nobody has.
    public var endedAt: Instant?

    public init(
        id: AbsenceID, elder: ElderID, kind: Kind, from: LocalDate, until: LocalDate?, note: String, createdAt: Instant, createdBy: String,
        endedAt: Instant? = nil
    ) {
        self.id = id
        self.elder = elder
        self.kind = kind
        self.from = from
        self.until = until
        self.note = note
        self.createdAt = createdAt
        self.createdBy = createdBy
        self.endedAt = endedAt
    }

    /// The days away, as far as they are known.
    public var span: DateSpan { DateSpan(from: from, until: until) }

    /// Whether nothing may be made for a day: within the range, and behind it until the return is confirmed.
    public func stops(_ day: LocalDate) -> Bool {
        guard day >= from else { return false }
        return endedAt == nil || until.map { day <= $0 } ?? true
    }

    /// Whether what has been made for a day is taken back: within the range; behind it only for today and tomorrow, because whoever has not
    /// been heard of since may still be away, and the visits after that may yet take place.
    public func takesBack(_ day: LocalDate, today: LocalDate) -> Bool {
        guard stops(day) else { return false }
        guard let until else { return true }
        return day <= max(until, endedAt == nil ? today.adding(days: 1) : until)
    }
}
