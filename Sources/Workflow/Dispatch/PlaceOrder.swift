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
        let (now, reference) = (office.now, office.reference)
        // What was taken on paper while the power was out may lie behind us, whoever enters it.
        let mayBackfill = caller.role == .admin || request.source == OrderRequest.paper
        try request.check(reference.franchise, now: now, mayBackfill: mayBackfill)
        let id: OrderID = office.newID(at: now)
        let code = office.newVisitCode()
        return { tx in try Self.place(tx, reference, request, id: id, visitCode: code, by: caller, now: now) }
    }

    static func twinRejection(_ number: String, _ state: OrderState) -> Rejection {
        Rejection(.conflict, "order_twin", "该老人已有同一时间的相同工单 \(number)（\(state.name)）。若确需再下一单，请确认后提交 allow_twin。")
    }

    private static func place(
        _ tx: any Transaction, _ reference: Reference, _ request: OrderRequest, id: OrderID, visitCode: String, by caller: Caller,
        now: Instant
    ) throws -> PlacedOrder {
        let situation = try Situation.read(
            tx, reference, elder: request.elder, item: request.item, isEmergency: request.isEmergency
        ) { try request.window($0) }
        if !request.allowsTwin, let twin = try tx.orders.twin(of: request.elder, item: request.item, near: request.start) {
            throw twinRejection(twin.number, twin.state)
        }
        let order = request.order(
            situation, id: id, number: try tx.orders.nextNumber(on: now.localDate), visitCode: visitCode, by: caller, now: now)
        let dispatch = Dispatch(tx, reference, now: now, by: caller.name)
        let assignment = try dispatch.plan(order, situation, asked: [])
        try tx.orders.insert(assignment.order)
        try tx.events.append("order.received", subject: id.text, subjectSeq: order.version, by: caller.name, at: now)
        let seq = try dispatch.record(assignment)
        return PlacedOrder(
            order: assignment.order, legs: assignment.split?.legs ?? [], notes: assignment.split?.notes ?? [],
            decision: assignment.decision, seq: seq)
    }
}

extension OrderRequest {
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
