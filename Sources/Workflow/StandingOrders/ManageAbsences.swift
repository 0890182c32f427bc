import Intake
import Kernel
import Registry
import Store

/// An absence as it stands, and what it did to the orders ahead.
public struct ChangedAbsence: Sendable {
    public let absence: Absence
    public let report: InstanceReport
}

/// 外出登记 and 确认返回.
public struct ManageAbsences: Sendable {
    public typealias Step = @Sendable (any Transaction) throws -> ChangedAbsence

    let office: Office
    public init(_ office: Office) { self.office = office }

    static let longest = 366

    /// Notes that an elder is away; what standing orders have made for the range is cancelled, its entitlement released.
    ///
    /// - Parameter until: The last day away; nil when nobody knows.
    /// - Throws: `absence_range`, `absence_overlaps`, `elder_unknown`
    public func open(
        _ elder: ElderID, _ kind: Absence.Kind, from: LocalDate, until: LocalDate?, note: String, by caller: Caller
    ) throws -> Step {
        let (now, office, reference) = (office.now, office, office.reference)
        try Self.check(from: from, until: until, note: note, today: now.localDate)
        let absence = Absence(
            id: office.newID(at: now), elder: elder, kind: kind, from: from, until: until, note: note, createdAt: now, createdBy: caller.name)
        return { tx in
            _ = try tx.elders.require(elder)
            let span = DateSpan(from: from, until: until)
            if let other = try tx.absences.of([elder], reaching: from).first(where: { $0.span.overlaps(span) }) {
                throw Rejection(
                    .conflict, "absence_overlaps", "与已登记的\(other.kind.name)（\(other.from) 起）日期重叠，请先确认返回或核对日期。", pointer: "/from")
            }
            try tx.absences.insert(absence)
            try tx.events.append(
                "elder.away", subject: elder.text, subjectSeq: 1, by: caller.name, at: now,
                data: (["absence_id": JSON(absence.id), "kind": JSON(kind.rawValue), "from": JSON(from), "until": JSON(until)] as JSON).text)
            let report = try InstanceRun(tx, office, reference, now: now, by: caller)(try tx.standingOrders.of(elder))
            return ChangedAbsence(absence: absence, report: report)
        }
    }

    /// Moves the last day of an absence whose end nobody has confirmed yet.
    ///
    /// - Throws: `absence_range`, `absence_ended`
    func move(_ old: Absence, until: LocalDate?, by caller: Caller) throws -> Step {
        let (now, office, reference) = (office.now, office, office.reference)
        try Self.check(from: old.from, until: until, note: old.note, today: now.localDate)
        var absence = old
        absence.until = until
        let moved = absence
        return { tx in
            try tx.absences.save(moved)
            try tx.events.append(
                "elder.away", subject: moved.elder.text, subjectSeq: 1, by: caller.name, at: now,
                data: (["absence_id": JSON(moved.id), "kind": JSON(moved.kind.rawValue), "from": JSON(moved.from), "until": JSON(until)] as JSON).text)
            let report = try InstanceRun(tx, office, reference, now: now, by: caller)(try tx.standingOrders.of(moved.elder))
            return ChangedAbsence(absence: moved, report: report)
        }
    }

    /// Confirms that the elder is back from `day` on; orders are made again from there.
    ///
    /// - Throws: `absence_unknown`, `absence_ended`, `absence_range`
    public func resume(_ id: AbsenceID, of elder: ElderID, from day: LocalDate?, by caller: Caller) -> Step {
        let (now, office, reference) = (office.now, office, office.reference)
        let back = day ?? now.localDate
        return { tx in
            guard var absence = try tx.absences.find(id), absence.elder == elder else {
                throw Rejection(.missing, "absence_unknown", "没有这条外出登记，请核对。")
            }
            guard back <= now.localDate.adding(days: Self.longest) else {
                throw Rejection(.refused, "absence_range", "返回日期超出一年，请核对。", pointer: "/from")
            }
            // Back before having left: the journey did not take place.
            absence.until = max(back.adding(days: -1), absence.from.adding(days: -1))
            absence.endedAt = now
            try tx.absences.save(absence)
            try tx.events.append(
                "elder.returned", subject: elder.text, subjectSeq: 1, by: caller.name, at: now,
                data: (["absence_id": JSON(id), "from": JSON(back)] as JSON).text)
            let report = try InstanceRun(tx, office, reference, now: now, by: caller)(try tx.standingOrders.of(elder))
            return ChangedAbsence(absence: absence, report: report)
        }
    }

    /// A status that says where the elder is opens an absence, or ends the one that is open. What that does to orders is the caller's.
    static func follow(
        _ status: ElderStatus, of elder: ElderID, since: LocalDate, _ tx: any Transaction, _ office: Office, by caller: Caller, now: Instant
    ) throws {
        let kind: AbsenceKind? =
            switch status {
            case .hospital: .hospital
            case .institution: .institution
            case .away: .travel
            default: nil
            }
        let open = try tx.absences.of([elder], reaching: since).filter { $0.endedAt == nil && $0.from <= since }
        if let kind, open.contains(where: { $0.kind == kind && $0.span.contains(since) }) { return }
        for var absence in open {
            let last = max(since.adding(days: -1), absence.from.adding(days: -1))
            absence.until = absence.until.map { min($0, last) } ?? last
            absence.endedAt = now
            try tx.absences.save(absence)
        }
        guard let kind else { return }
        try tx.absences.insert(
            Absence(
                id: office.newID(at: now), elder: elder, kind: kind, from: since, until: nil, note: "", createdAt: now, createdBy: caller.name))
    }

    static func check(from: LocalDate, until: LocalDate?, note: String, today: LocalDate) throws {
        guard note.count <= 500 else { throw Rejection(.invalid, "note_too_long", "备注不能超过 500 个字。", pointer: "/note") }
        if let until, until < from { throw Rejection(.refused, "absence_range", "返回日期早于离开日期，请核对。", pointer: "/until") }
        guard abs(today.days(to: from)) <= longest, until.map({ from.days(to: $0) <= longest * 3 }) ?? true else {
            throw Rejection(.refused, "absence_range", "外出日期离今天超出一年，请核对。", pointer: "/from")
        }
    }

    /// Who should be back and has not been heard of: to be called, oldest first.
    public func overdue(limit: Int) async throws -> [Absence] {
        let today = office.now.localDate
        return try await office.read { tx in try tx.absences.overdue(before: today, limit: limit) }
    }

    public func list(of elder: ElderID) async throws -> [Absence] {
        try await office.read { tx in
            _ = try tx.elders.require(elder)
            return try tx.absences.of(elder)
        }
    }
}
