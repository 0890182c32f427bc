import Kernel
import Orders
import Registry
import Store

/// 取消: at any state before the end; whatever was reserved or posted is given back.
public struct CancelOrder: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public func callAsFunction(_ id: OrderID, reason: String, by caller: Caller) async throws -> Order {
        try await office.perform(prepared(id, reason: reason, by: caller))
    }

    public func prepared(_ id: OrderID, reason: String, by caller: Caller) throws -> @Sendable (any Transaction) throws -> Order {
        try Ending(office, action: .cancel, event: "order.cancelled").prepared(id, reason: reason, by: caller)
    }
}

/// 标记未完成: not home, refused at the door, nobody came; may be dispatched again.
public struct FailOrder: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public func callAsFunction(_ id: OrderID, reason: String, by caller: Caller) async throws -> Order {
        try await office.perform(prepared(id, reason: reason, by: caller))
    }

    public func prepared(_ id: OrderID, reason: String, by caller: Caller) throws -> @Sendable (any Transaction) throws -> Order {
        try Ending(office, action: .fail, event: "order.failed").prepared(id, reason: reason, by: caller)
    }
}

/// 作废: proven fake, or entered twice. One person asks, another agrees (domain rule: two persons); until then only the asking is on record.
public struct VoidOrder: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public func callAsFunction(_ id: OrderID, reason: String, by caller: Caller) async throws -> Order {
        try await office.perform(prepared(id, reason: reason, by: caller))
    }

    /// - Returns: the order, voided when somebody else had asked before and nothing has happened to it since; otherwise as it was.
    public func prepared(_ id: OrderID, reason: String, by caller: Caller) throws -> @Sendable (any Transaction) throws -> Order {
        let void = try Ending(office, action: .void, event: "order.voided").prepared(id, reason: reason, by: caller)
        let (now, reference) = (office.now, office.reference)
        return { tx in
            let old = try Held.require(tx, id, by: caller)
            try Ending.guardUnsettled(old)
            _ = try old.after(.void, by: caller.actor, at: now, timers: reference.timers(on: now.localDate))
            guard let asked = try tx.events.about(id.text).last, asked.type == Self.asked, asked.subjectSeq == old.version else {
                var noted = old
                noted.version += 1
                try tx.orders.save(noted, replacing: old)
                try tx.events.append(Self.asked, subject: id.text, subjectSeq: noted.version, by: caller.name, at: now)
                return noted
            }
            guard try !tx.access.names(of: caller.name).contains(asked.actor) else {
                throw Rejection(.conflict, "void_needs_second_person", "您已提出作废，须由另一位有权限的人确认。")
            }
            return try void(tx)
        }
    }

    private static let asked = "order.void_requested"
}

/// What the three ways of ending an order early have in common: the attempt ends, the place and the money go back, the provider is told.
private struct Ending {
    let office: Office
    let action: OrderAction
    let event: String

    init(_ office: Office, action: OrderAction, event: String) {
        self.office = office
        self.action = action
        self.event = event
    }

    /// - Throws: `order_settled` when the order stands on a closed month's statement.
    static func guardUnsettled(_ order: Order) throws {
        guard order.settlement != .inStatement, order.settlement != .paid else {
            throw Rejection(.conflict, "order_settled", "工单已进入结算单，不能再更改；请在未结月份做冲正。")
        }
    }

    func prepared(_ id: OrderID, reason: String, by caller: Caller) throws -> @Sendable (any Transaction) throws -> Order {
        try OrderRejection.require(reason: reason)
        let (now, reference, action, event) = (office.now, office.reference, action, event)
        return { tx in
            let old = try Held.require(tx, id, by: caller)
            try Self.guardUnsettled(old)
            let dispatch = Dispatch(tx, reference, now: now, by: caller.name)
            var ended = try old.after(action, by: caller.actor, at: now, timers: dispatch.timers)
            ended.settlement = .notReady
            try Money(tx, old, now: now).reverse()
            let hadProvider = try tx.attempts.live(id) != nil
            try dispatch.release(old, as: .withdrawn, reason: reason, event: event, version: ended.version)
            try tx.orders.save(ended, replacing: old)
            if !hadProvider {
                try tx.events.append(event, subject: id.text, subjectSeq: ended.version, to: old.provider, by: caller.name, at: now)
            }
            return ended
        }
    }
}

/// 改派: taken back from its provider and given to the next best; the first loses sight of the address at once.
public struct ReassignOrder: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public func prepared(_ id: OrderID, reason: String, by caller: Caller) throws -> @Sendable (any Transaction) throws -> Order {
        try OrderRejection.require(reason: reason)
        let (now, reference) = (office.now, office.reference)
        return { tx in
            let old = try tx.orders.require(id)
            let dispatch = Dispatch(tx, reference, now: now, by: caller.name)
            // An order that waits because nobody fitted is simply tried again.
            guard old.state != .received else { return try dispatch.next(old, replacing: old) }
            let waiting = try old.after(.reassign, by: caller.actor, at: now, timers: dispatch.timers)
            // Declined, so that the provider from whom it is taken is not asked again.
            try dispatch.release(old, as: .declined, reason: reason, event: "order.withdrawn", version: waiting.version)
            return try dispatch.next(waiting, replacing: old)
        }
    }
}

/// 重新打开: a failed order is dispatched again; a closed one goes back to waiting for confirmation.
public struct ReopenOrder: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public func prepared(_ id: OrderID, reason: String, by caller: Caller) throws -> @Sendable (any Transaction) throws -> Order {
        try OrderRejection.require(reason: reason)
        let (now, reference) = (office.now, office.reference)
        return { tx in
            let old = try tx.orders.require(id)
            try Ending.guardUnsettled(old)
            let dispatch = Dispatch(tx, reference, now: now, by: caller.name)
            let opened = try old.after(.reopen, by: caller.actor, at: now, timers: dispatch.timers)
            try tx.events.append(
                "order.reopened", subject: id.text, subjectSeq: opened.version, to: old.provider, by: caller.name, at: now)
            if opened.state == .received {
                guard old.latestBegin > now else { throw OrderRejection.startInPast }
                return try dispatch.next(opened, replacing: old)
            }
            try Money(tx, old, now: now).unpost()
            try tx.orders.save(opened, replacing: old)
            return opened
        }
    }
}

/// The order, if this caller may act on it: a provider only on its own.
enum Held {
    /// - Throws: `order_unknown` also for an order of another provider.
    static func require(_ tx: any Transaction, _ id: OrderID, by caller: Caller) throws -> Order {
        let order = try tx.orders.require(id)
        guard caller.role == .provider else { return order }
        guard let provider = caller.provider, order.provider == provider else {
            throw Rejection(.missing, "order_unknown", "没有这张工单，请核对编号。")
        }
        return order
    }
}
