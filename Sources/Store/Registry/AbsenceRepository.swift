import Intake
import Kernel
import Registry

/// Who is away, from when, until when.
public struct AbsenceRepository {
    let tx: any Transaction

    public func find(_ id: AbsenceID) throws -> Absence? {
        try tx.first("SELECT \(sql: Self.columns) FROM absence WHERE id = \(id)") { try Absence(row: &$0) }
    }

    public func insert(_ absence: Absence) throws {
        try tx.execute(
            """
            INSERT INTO absence (\(sql: Self.columns))
            VALUES (\(absence.id), \(absence.elder), \(absence.kind), \(absence.from), \(absence.until), \(absence.note),
                \(absence.createdAt), \(absence.createdBy), \(absence.endedAt))
            """)
    }

    /// Writes the last day of an absence, and that its end is confirmed, as long as nobody has confirmed it.
    ///
    /// - Throws: `absence_ended` when somebody has confirmed the return already.
    public func save(_ absence: Absence) throws {
        let changed = try tx.execute(
            "UPDATE absence SET until_date = \(absence.until), ended_ms = \(absence.endedAt) WHERE id = \(absence.id) AND ended_ms IS NULL")
        guard changed == 1 else { throw Rejection(.conflict, "absence_ended", "这次外出已经确认返回。") }
    }

    /// An elder's absences, newest first.
    public func of(_ elder: ElderID) throws -> [Absence] {
        try tx.rows("SELECT \(sql: Self.columns) FROM absence WHERE elder_id = \(elder) ORDER BY from_date DESC, id DESC LIMIT 200") {
            try Absence(row: &$0)
        }
    }

    /// Absences of some elders that reach to a day or beyond, or of which nobody has confirmed the return.
    public func of(_ elders: [ElderID], reaching day: LocalDate) throws -> [Absence] {
        try elders.chunked(by: Chunk.keys).flatMap { part in
            try tx.rows(
                """
                SELECT \(sql: Self.columns) FROM absence
                WHERE elder_id IN (\(list: part.map(\.text))) AND (ended_ms IS NULL OR until_date >= \(day))
                ORDER BY elder_id, from_date, id
                """) { try Absence(row: &$0) }
        }
    }

    /// Absences that should be over by a day and whose return nobody has confirmed.
    public func overdue(before day: LocalDate, limit: Int) throws -> [Absence] {
        try tx.rows(
            """
            SELECT \(sql: Self.columns) FROM absence
            WHERE ended_ms IS NULL AND until_date < \(day)
            ORDER BY until_date, id
            LIMIT \(limit)
            """) { try Absence(row: &$0) }
    }

    static let columns: StaticString = "id, elder_id, kind, from_date, until_date, note, created_ms, created_by, ended_ms"
}

extension Absence {
    init(row: inout Row) throws {
        self.init(
            id: try row.id(), elder: try row.id(), kind: try row.value(), from: try row.date(), until: try row.optionalDate(),
            note: try row.text(), createdAt: try row.instant(), createdBy: try row.text(), endedAt: row.optionalInstant())
    }
}

extension Transaction {
    public var absences: AbsenceRepository { AbsenceRepository(tx: self) }
}
