import Catalog
import Entitlement
import Kernel
import Matching
import Orders
import Registry
import Store

/// An order as it was taken, with all that the operator reads back to the elder.
public struct PlacedOrder: Sendable {
    public let order: Order
    public let legs: [FundingLeg]
    public let notes: [FundingNote]
    public let decision: Decision
    /// The place of its last event in the log.
    public let seq: Int64
}

/// 下单: the elder's wish becomes an order, its entitlement is reserved and the best provider is asked, all or nothing.
public struct PlaceOrder: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public func callAsFunction(_ request: OrderRequest, by caller: Caller) async throws -> PlacedOrder {
        let step = try prepared(request, by: caller)
        return try await office.perform(step)
    }

    /// The same as a step of a larger transaction, such as one that also keeps the answer.
    public func prepared(
        _ request: OrderRequest, by caller: Caller
    ) throws -> @Sendable (any Transaction) throws -> PlacedOrder {
        let made = try draft(request, by: caller)
        return { [office] tx in
            let decided = try made.decided(tx, office.reference, try Client.read(tx, request.elder))
            return try decided.written()
        }
    }

    /// An order asked for, checked as far as that goes without the books.
    ///
    /// - Throws: what ``OrderRequest/check(_:now:mayBackfill:)`` refuses.
    func draft(_ request: OrderRequest, by caller: Caller) throws -> Draft {
        let now = office.now
        // What was taken on paper while the power was out may lie behind us, whoever enters it.
        try request.check(office.reference.franchise, now: now, mayBackfill: caller.role == .admin || request.source == OrderRequest.paper)
        return Draft(request: request, id: office.newID(at: now), visitCode: office.newVisitCode(), caller: caller, now: now)
    }

    static func twinRejection(_ number: String, _ state: OrderState) -> Rejection {
        Rejection(.conflict, "order_twin", "该老人已有同一时间的相同工单 \(number)（\(state.name)）。若确需再下一单，请确认后提交 allow_twin。")
    }

    struct Draft: Sendable {
        let request: OrderRequest
        let id: OrderID
        let visitCode: String
        let caller: Caller
        let now: Instant

        /// Who is asked and who pays. Refusals come from here, before anything of the order is written.
        ///
        /// - Parameter loads: What a run over many orders knows already.
        func decided(_ tx: any Transaction, _ reference: Reference, _ client: Client, _ loads: DayLoads? = nil) throws -> Decided {
            let situation = try request.situation(of: client, reference)
            if !request.allowsTwin, let twin = try tx.orders.twin(of: request.elder, item: request.item, near: request.start) {
                throw PlaceOrder.twinRejection(twin.number, twin.state)
            }
            let order = request.order(
                situation, id: id, number: try tx.orders.nextNumber(on: now.localDate), visitCode: visitCode, by: caller, now: now)
            let dispatch = Dispatch(tx, reference, loads, now: now, by: caller.name)
            return Decided(dispatch: dispatch, version: order.version, assignment: try dispatch.plan(order, situation, asked: []))
        }
    }

    struct Decided {
        let dispatch: Dispatch
        /// Of the order before anybody was asked.
        let version: Int
        let assignment: Dispatch.Assignment

        func written() throws -> PlacedOrder {
            let order = assignment.order
            try dispatch.tx.orders.insert(order)
            let seq = try dispatch.record(assignment, after: [dispatch.event("order.received", of: order, version: version)])
            return PlacedOrder(
                order: order, legs: assignment.split?.legs ?? [], notes: assignment.split?.notes ?? [], decision: assignment.decision, seq: seq)
        }
    }
}

extension OrderRequest {
    func situation(of client: Client, _ reference: Reference) throws -> Situation {
        try Situation.of(client, reference, item: item, isEmergency: isEmergency) { try window($0) }
    }

    /// The order as it enters the books, before anybody is asked.
    func order(_ situation: Situation, id: OrderID, number: String, visitCode: String, by caller: Caller, now: Instant) -> Order {
        Order(
            id: id, number: number, elder: elder, item: item, mode: situation.item.mode, region: situation.elder.address.region,
            window: situation.window, quantity: quantity, urgency: isEmergency ? .emergency : .of(start: start, now: now), source: source,
            caller: self.caller, callID: callID, note: note, fromAddress: fromAddress, toAddress: toAddress,
            preferredProvider: preferredProvider, createdAt: now, createdBy: caller.name, isBackfilled: start < now - .minutes(5) || source == Self.paper,
            visitCode: visitCode, priceVersion: situation.price.version, version: 1)
    }
}

extension Office {
    /// Four digits that prove presence (``Order/visitCode``).
    func newVisitCode() -> String { String(String(10_000 + random() % 10_000).dropFirst()) }
}
