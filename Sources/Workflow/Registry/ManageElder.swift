import Catalog
import Kernel
import Orders
import Registry
import Store

/// 建档 and 更新档案.
public struct ManageElder: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// Registers an elder. An identity number already on file is refused, with whose card it is.
    public func register(_ draft: Elder, by caller: Caller) throws -> @Sendable (any Transaction) throws -> Elder {
        let now = office.now
        var elder = draft
        elder.id = office.newID(at: now)
        elder.version = 1
        let fresh = elder
        let drawn = office.newCardNumbers()
        return { tx in
            var elder = fresh
            if let number = elder.idNumber, let twin = try tx.elders.byIDNumber(number.text) {
                throw Rejection(.conflict, "elder_exists", "该身份证号已建档（卡号 \(twin.number)），请直接使用原档案。", pointer: "/id_number")
            }
            if elder.number.isEmpty { elder.number = try drawn.first { try tx.elders.byNumber($0) == nil } ?? drawn[0] }
            guard try tx.elders.byNumber(elder.number) == nil else {
                throw Rejection(.conflict, "card_taken", "卡号 \(elder.number) 已被使用，请换一个。", pointer: "/number")
            }
            try tx.elders.insert(elder)
            try tx.events.append("elder.registered", subject: elder.id.text, subjectSeq: 1, by: caller.name, at: now)
            return elder
        }
    }

    /// Changes a file; `version` is the one the editor has seen.
    public func update(
        _ id: ElderID, expecting version: Int?, by caller: Caller, change: @escaping @Sendable (inout Elder) throws -> Void
    ) -> @Sendable (any Transaction) throws -> Elder {
        let now = office.now
        return { tx in
            guard var elder = try tx.elders.find(id) else {
                throw Rejection(.missing, "elder_unknown", "没有这位老人，请重新查找。")
            }
            let (seen, street) = (version ?? elder.version, elder.address.region)
            try change(&elder)
            try tx.elders.update(elder, expecting: seen)
            if elder.address.region != street { try tx.elders.noteMove(id, from: street, until: now.localDate.adding(days: -1)) }
            elder.version = seen + 1
            try tx.events.append("elder.updated", subject: id.text, subjectSeq: elder.version, by: caller.name, at: now)
            return elder
        }
    }

    /// 状态变更: death freezes every open order and ends every standing order the same day; a stay elsewhere stops the visits until the
    /// elder is back, when standing orders are made again.
    public func setStatus(
        _ id: ElderID, _ status: ElderStatus, since: LocalDate, by caller: Caller
    ) -> @Sendable (any Transaction) throws -> (elder: Elder, cancelled: [OrderID]) {
        let (now, office, reference) = (office.now, office, office.reference)
        return { tx in
            guard var elder = try tx.elders.find(id) else {
                throw Rejection(.missing, "elder_unknown", "没有这位老人，请重新查找。")
            }
            guard since <= now.localDate else {
                throw Rejection(.refused, "status_in_future", "状态日期不能晚于今天。", pointer: "/since")
            }
            let version = elder.version
            elder.status = status
            elder.statusSince = since
            elder.deathDate = status.isDeath ? since : nil
            try tx.elders.update(elder, expecting: version)
            elder.version = version + 1
            try ManageAbsences.follow(status, of: id, since: since, tx, office, by: caller, now: now)
            try tx.events.append(
                "elder.status", subject: id.text, subjectSeq: elder.version, by: caller.name, at: now,
                data: "{\"status\":\"\(status.rawValue)\"}")
            guard !status.isAtHome else {
                _ = try InstanceRun(tx, office, reference, now: now, by: caller)(try tx.standingOrders.of(id))
                return (elder, [])
            }
            var cancelled: [OrderID] = []
            let reason = "elder_\(status.rawValue)"
            for order in try tx.orders.open(of: id, limit: Self.mostOpen) where Self.isStopped(order, by: status) {
                let cancel = try CancelOrder(office).prepared(order.id, reason: reason, by: .system)
                _ = try cancel(tx)
                try InstanceRun.noteWithdrawn(order.id, reason, "老人\(status.term)，已取消", tx, at: now)
                cancelled.append(order.id)
            }
            if status.endsStandingOrders {
                _ = try ManageStandingOrders.endAll(of: id, reason: reason, tx, office, reference, now: now, by: caller)
            }
            return (elder, cancelled)
        }
    }

    /// More than anybody can have: several standing orders with several visits a day, three months ahead.
    private static let mostOpen = 10_000

    private static func isStopped(_ order: Order, by status: ElderStatus) -> Bool {
        guard order.state != .done else { return false }
        return status.isDeath || status == .deregistered || status == .movedOut || order.mode == .visit
    }
}

extension Office {
    /// A few to choose from: the first may be somebody's.
    func newCardNumbers() -> [String] { (0..<4).map { _ in CardNumber(random: random()).text } }
}
