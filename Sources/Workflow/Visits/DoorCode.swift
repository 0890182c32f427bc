import Kernel
import Orders
import Registry
import Store

/// 门码核对: the four digits that the elder tells, or the number on the elder's card.
///
/// Ten thousand codes are soon tried, and so are cards that were numbered one after the other: after five wrong ones neither is taken for this
/// order. The count is kept though the check is refused; in a database with one writer no two tries are judged by the same count.
struct DoorCode {
    let tx: any Transaction
    let by: String
    let now: Instant

    /// Wrong codes an order.
    static let limit = 5

    init(_ tx: any Transaction, by: String, now: Instant) {
        self.tx = tx
        self.by = by
        self.now = now
    }

    /// - Throws: `code_wrong`, `card_wrong`, `code_locked`; what was read before is all that may stand before it in the transaction.
    func check(_ report: CheckReport, of order: Order, _ elder: Elder) throws {
        let (right, wrong): (String, Rejection)
        switch report.method {
        case .code:
            (right, wrong) = (order.visitCode, Rejection(.refused, "code_wrong", "服务码不对，请让老人再报一次四位数字。", pointer: "/code"))
        case .card: (right, wrong) = (elder.number, Rejection(.refused, "card_wrong", "卡号与老人不符，请核对一卡通。", pointer: "/code"))
        case .app, .landline, .landlineUnheard, .paper: return
        }
        let tries = try tx.doorTries.find(order.id)
        guard tries?.isLocked != true else { throw Self.locked }
        guard report.code != right else { return }
        // Nothing told is no try, and the same wrong digits sent again are the same try.
        guard let code = report.code, code != tries?.lastCode else { throw wrong }
        let count = try tx.doorTries.count(String(code.prefix(40)), of: order.id, limit: Self.limit, at: now)
        guard count >= Self.limit else { throw CountedRefusal(wrong) }
        try tx.events.append(
            "order.code_locked", subject: order.id.text, subjectSeq: order.version, to: order.provider, by: by, at: now,
            data: (["wrong": JSON(count)] as JSON).text)
        _ = try tx.escalations.raise(order.id, to: .shiftLeader, .codeLocked, at: now)
        throw CountedRefusal(Self.locked)
    }

    static let locked = Rejection(
        .refused, "code_locked", "门码和卡号已连续报错 \(limit) 次，本单不再接受；请用定位或老人家座机签到签退，或请老人拨打热线，由座席核实后重发门码。",
        pointer: "/code")
}

/// 重发门码: the operator has the elder on the line and tells a new one.
public struct RenewDoorCode: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// - Throws: `reason_missing`, `order_unknown`, `not_allowed` to anybody but the desk, `code_not_wanted` once the visit is over.
    public func prepared(_ id: OrderID, reason: String, by caller: Caller) throws -> @Sendable (any Transaction) throws -> Order {
        try OrderRejection.require(reason: reason)
        guard [.operator, .quality, .admin].contains(caller.role) else {
            throw Rejection(.forbidden, "not_allowed", "只有热线座席和值班长能重发门码。")
        }
        let now = office.now
        let code = office.newVisitCode()
        return { tx in
            let order = try tx.orders.require(id)
            guard [.offered, .accepted, .scheduled, .inService].contains(order.state) else {
                throw Rejection(.conflict, "code_not_wanted", "工单为“\(order.state.name)”，不需要门码。")
            }
            try tx.orders.set(visitCode: code, of: id)
            try tx.doorTries.reset(id)
            try tx.events.append(
                "order.code_renewed", subject: id.text, subjectSeq: order.version, by: caller.name, at: now, note: reason)
            return try tx.orders.require(id)
        }
    }
}
