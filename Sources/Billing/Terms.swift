import Catalog
import Entitlement
import Kernel
import Registry

/// What all lines of a month are judged by: the catalogue, the programmes, the network, the dated numbers, and what is known of its workers.
public struct Terms: Sendable {
    /// 关系申报: why a worker's visits to an elder are looked at by a person.
    public struct Tie: Hashable, Sendable {
        public let worker: WorkerID
        public let elder: ElderID

        public init(worker: WorkerID, elder: ElderID) {
            self.worker = worker
            self.elder = elder
        }
    }

    public let catalogue: Catalogue
    public let franchise: Franchise
    /// Nil where only documents are made; the eligibility of a line then cannot be checked and is a finding.
    public let programmes: Programmes?
    public let policy: CheckPolicy
    /// Days on which workers are away (请假).
    public var leaves: [WorkerID: [DateSpan]] = [:]
    /// 亲属 or 同住, as declared; with the relation in words.
    public var ties: [Tie: String] = [:]
    /// What each budget leaves for the month's services; a fund that has none is not limited.
    public var budgets: [BudgetKey: Fen] = [:]
    /// Of visits whose photographs stand under those of other months, the first such.
    public private(set) var reusedPhotos: [String: PhotoReuse] = [:]
    /// Of each worker what the rules ask: a whole record would be copied for every line.
    private let staff: [WorkerID: Staff]

    /// 服务人员 as the rules see one.
    final class Staff: Sendable {
        let provider: ProviderID
        let phone: String
        let credentials: [Credential]

        init(_ worker: Worker) { (provider, phone, credentials) = (worker.provider, worker.phone.text, worker.credentials) }
    }

    public init(catalogue: Catalogue, franchise: Franchise, programmes: Programmes?, policy: CheckPolicy = CheckPolicy()) {
        self.catalogue = catalogue
        self.franchise = franchise
        self.programmes = programmes
        self.policy = policy
        let all = franchise.providers.flatMap { franchise.workers(of: $0.id) }
        staff = Dictionary(grouping: all, by: \.id).compactMapValues { $0.first.map(Staff.init) }
    }

    public mutating func set(reused photos: [PhotoReuse]) {
        reusedPhotos = Dictionary(photos.map { ($0.subject, $0) }) { first, _ in first }
    }

    func staff(_ id: WorkerID) -> Staff? { staff[id] }

    /// Whether an item keeps its worker from everybody else; one that is not in the catalogue does.
    func isBound(_ item: ItemCode) -> Bool { catalogue.mode(of: item)?.bindsWorker ?? true }
}
