import Kernel
import Orders
import Registry
import Store

/// 可派人员: a provider's people at work for one order, those who may be sent first, the others with what is in the way.
public struct ReadWorkers: Sendable {
    public struct Candidate: Sendable {
        public let worker: Worker
        /// Nil for whoever may be sent.
        public let obstacle: Fitness.Obstacle?
    }

    let office: Office
    public init(_ office: Office) { self.office = office }

    /// - Throws: `order_unknown`, also for an order that this provider does not hold.
    public func callAsFunction(_ id: OrderID, by caller: Caller) async throws -> [Candidate] {
        let reference = office.reference
        return try await office.read { tx in try Self.candidates(tx, for: try Held.require(tx, id, by: caller), reference) }
    }

    static func candidates(_ tx: any Transaction, for order: Order, _ reference: Reference) throws -> [Candidate] {
        guard let provider = order.provider else { return [] }
        let (fitness, engaged) = (try Fitness(tx, order, reference), try tx.loads.engagements(of: provider, in: order.window))
        let all = reference.franchise.workers(of: provider).filter(\.isActive)
            .map { Candidate(worker: $0, obstacle: fitness.obstacle(to: $0, engaged: engaged)) }
        return all.filter { $0.obstacle == nil } + all.filter { $0.obstacle != nil }
    }
}

extension Fitness {
    /// What an order asks, with what the register knows about the elder.
    init(_ tx: any Transaction, _ order: Order, _ reference: Reference) throws {
        let client = try Client.read(tx, order.elder)
        self.init(order, catalogue: reference.catalogue, elderSex: client.elder.sex, relatives: client.ties.relatives,
            absent: try order.provider.map { try tx.roster.absent(of: $0, on: order.serviceDate) } ?? [])
    }

    func obstacle(to id: WorkerID, of provider: ProviderID, _ reference: Reference, engaged: [Engagement] = []) -> Obstacle? {
        guard let worker = reference.franchise.workers(of: provider).first(where: { $0.id == id }) else { return .unknown }
        return obstacle(to: worker, engaged: engaged)
    }
}
