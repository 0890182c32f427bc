import Kernel
import Registry

/// What binds an elder to providers and workers, or keeps them apart.
public struct ElderTies: Hashable, Sendable {
    /// Providers that have been to the elder, how often and when last.
    public var meetings: [LoadRepository.Met] = []
    /// Workers who are relatives: they are not sent.
    public var relatives: Set<WorkerID> = []
    /// Providers that have declared not to serve this elder.
    public var refusedBy: Set<ProviderID> = []
    /// The language that one of those who come must speak; nil when any will do.
    public var language: String?

    public init() {}
}

/// One declared tie (关系登记), with who wrote it down and why.
public struct ElderTie: Hashable, Sendable {
    public enum Kind: String, CaseIterable, Sendable {
        /// 亲属回避: the value is a worker.
        case relative
        /// 服务商拒服: the value is a provider.
        case refusedBy = "refused_by"
        /// 语言: the value is its name; an elder has one.
        case language
    }

    public let elder: ElderID
    public let kind: Kind
    public let value: String
    public let note: String
    public let at: Instant
    public let actor: String

    public init(elder: ElderID, kind: Kind, value: String, note: String, at: Instant, actor: String) {
        self.elder = elder
        self.kind = kind
        self.value = value
        self.note = note
        self.at = at
        self.actor = actor
    }
}

public struct TieRepository {
    let tx: any Transaction

    /// Meetings and declared ties in one query, because every order asks.
    public func known(of elder: ElderID) throws -> ElderTies {
        var ties = ElderTies()
        try tx.forEachRow(
            """
            SELECT 'met', provider_id, visits, last_date FROM meeting WHERE elder_id = \(elder)
            UNION ALL
            SELECT kind, value, 0, NULL FROM elder_tie WHERE elder_id = \(elder)
            ORDER BY 1, 2
            """
        ) { row in
            let (kind, value, visits) = (try row.text(), try row.text(), try row.int())
            switch ElderTie.Kind(rawValue: kind) {
            case .relative: ties.relatives.insert(WorkerID(value))
            case .refusedBy: ties.refusedBy.insert(ProviderID(value))
            case .language: ties.language = value
            case nil: ties.meetings.append(LoadRepository.Met(provider: ProviderID(value), visits: visits, last: try row.date()))
            }
        }
        return ties
    }

    public func all(of elder: ElderID) throws -> [ElderTie] {
        try tx.rows("SELECT elder_id, kind, value, note, at_ms, actor FROM elder_tie WHERE elder_id = \(elder) ORDER BY kind, value") {
            ElderTie(
                elder: try $0.id(), kind: try $0.value(), value: try $0.text(), note: try $0.text(), at: try $0.instant(),
                actor: try $0.text())
        }
    }

    /// Writes a tie down; the same again only renews its note. A new language takes the place of the old one.
    public func put(_ tie: ElderTie) throws {
        if tie.kind == .language { try tx.execute("DELETE FROM elder_tie WHERE elder_id = \(tie.elder) AND kind = \(tie.kind)") }
        try tx.execute(
            """
            INSERT INTO elder_tie (elder_id, kind, value, note, at_ms, actor)
            VALUES (\(tie.elder), \(tie.kind), \(tie.value), \(tie.note), \(tie.at), \(tie.actor))
            ON CONFLICT (elder_id, kind, value) DO UPDATE SET note = excluded.note, at_ms = excluded.at_ms, actor = excluded.actor
            """)
    }

    /// - Returns: false when there was no such tie.
    public func remove(_ elder: ElderID, _ kind: ElderTie.Kind, _ value: String) throws -> Bool {
        try tx.execute("DELETE FROM elder_tie WHERE elder_id = \(elder) AND kind = \(kind) AND value = \(value)") > 0
    }
}

extension Transaction {
    public var ties: TieRepository { TieRepository(tx: self) }
}
