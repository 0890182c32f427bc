import Billing
import Kernel
import Registry

/// What is to be known of people beside their files: leaves and relations of workers.
public struct RosterRepository {
    let tx: any Transaction

    public func setLeave(_ worker: WorkerID, of provider: ProviderID, from: LocalDate, until: LocalDate, by: String, at now: Instant) throws {
        try tx.execute(
            """
            INSERT INTO worker_leave (worker_id, provider_id, from_date, until_date, recorded_by, at_ms)
            VALUES (\(worker), \(provider), \(from), \(until), \(by), \(now))
            ON CONFLICT (worker_id, from_date) DO UPDATE
            SET until_date = excluded.until_date, recorded_by = excluded.recorded_by, at_ms = excluded.at_ms
            """)
    }

    public func leaves(from: LocalDate, until: LocalDate) throws -> [WorkerID: [DateSpan]] {
        var leaves: [WorkerID: [DateSpan]] = [:]
        try tx.forEachRow(
            """
            SELECT worker_id, from_date, until_date FROM worker_leave
            WHERE from_date <= \(until) AND until_date >= \(from) ORDER BY worker_id, from_date
            """
        ) { leaves[try $0.id(), default: []].append(DateSpan(from: try $0.date(), until: try $0.date())) }
        return leaves
    }

    /// Those of a provider who are not there on a day: on leave, or entered as absent in its plan.
    public func absent(of provider: ProviderID, on day: LocalDate) throws -> Set<WorkerID> {
        Set(
            try tx.rows(
                """
                SELECT worker_id FROM worker_shift WHERE provider_id = \(provider) AND day = \(day) AND is_absent = 1
                UNION
                SELECT worker_id FROM worker_leave WHERE provider_id = \(provider) AND from_date <= \(day) AND until_date >= \(day)
                """
            ) { try $0.id(Worker.self) })
    }

    public func setTie(_ tie: Terms.Tie, of provider: ProviderID, relation: String, by: String, at now: Instant) throws {
        try tx.execute(
            """
            INSERT INTO worker_tie (worker_id, elder_id, provider_id, relation, recorded_by, at_ms)
            VALUES (\(tie.worker), \(tie.elder), \(provider), \(relation), \(by), \(now))
            ON CONFLICT (worker_id, elder_id) DO UPDATE
            SET relation = excluded.relation, recorded_by = excluded.recorded_by, at_ms = excluded.at_ms
            """)
    }

    /// Declared relations, and elders who have the telephone number of a worker.
    /// - Parameter phones: the numbers of the workers.
    public func ties(phones: [String: WorkerID]) throws -> [Terms.Tie: String] {
        var ties: [Terms.Tie: String] = [:]
        let numbers = phones.keys.sorted()
        for start in stride(from: 0, to: numbers.count, by: 100) {
            let list = Array(numbers[start..<min(numbers.count, start + 100)])
            try tx.forEachRow("SELECT number, elder_id FROM elder_phone WHERE number IN (\(list: list))") { row in
                let (number, elder) = (try row.text(), try row.id(Elder.self))
                if let worker = phones[number] { ties[Terms.Tie(worker: worker, elder: elder)] = "共用电话" }
            }
        }
        for tie in try declared() { ties[tie.tie] = tie.relation }
        return ties
    }

    /// Relations as they were declared: for the settlement, or for not being sent to each other.
    public func declared() throws -> [(tie: Terms.Tie, relation: String, at: Instant)] {
        try tx.rows(
            """
            SELECT value, elder_id, '亲属', at_ms FROM elder_tie WHERE kind = 'relative'
            UNION ALL
            SELECT worker_id, elder_id, relation, at_ms FROM worker_tie
            """
        ) { (Terms.Tie(worker: try $0.id(), elder: try $0.id()), try $0.text(), try $0.instant()) }
    }
}

extension Transaction {
    public var roster: RosterRepository { RosterRepository(tx: self) }
}
