import Billing
import Catalog
import Entitlement
import Kernel
import Registry
import Store

/// Facts that the settlement rules need and nobody would otherwise write down: leaves, relations, rights to sign.
public struct ManageRoster: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// 请假 of a provider's worker (R15).
    public func leave(
        _ worker: WorkerID, from: LocalDate, until: LocalDate, by caller: Caller
    ) throws -> @Sendable (any Transaction) throws -> Void {
        let provider = try employer(of: worker, caller)
        guard from <= until, from.days(to: until) <= 366 else {
            throw Rejection(.refused, "span_invalid", "请假的结束日期不能早于开始日期，至多一年。", pointer: "/until")
        }
        let now = office.now
        return { tx in try tx.roster.setLeave(worker, of: provider, from: from, until: until, by: caller.name, at: now) }
    }

    /// 关系申报 (R24): the worker is a relative of an elder, or lives with one.
    public func tie(
        _ worker: WorkerID, elderNumber: String, relation: String, by caller: Caller
    ) throws -> @Sendable (any Transaction) throws -> Void {
        let provider = try employer(of: worker, caller)
        guard (1...20).contains(relation.count) else {
            throw Rejection(.invalid, "relation_missing", "请写明关系，例如“女儿”“同住”。", pointer: "/relation")
        }
        let (now, reference) = (office.now, office.reference)
        return { tx in
            // Who may not look elders up could find cards by asking here.
            let gate = CardGate(tx, provider, reference, by: caller.name, now: now)
            try gate.admit(.typed, isLate: false)
            guard let elder = try tx.elders.byNumber(elderNumber) else {
                let unknown = Rejection(.missing, "elder_unknown", "没有这个卡号的老人，请核对。", pointer: "/card")
                throw CardNumber.isMistyped(elderNumber) ? unknown : try gate.refused(unknown, elderNumber)
            }
            try tx.roster.setTie(Terms.Tie(worker: worker, elder: elder.id), of: provider, relation: relation, by: caller.name, at: now)
        }
    }

    /// 授权 by name: who may sign for a street or the district, or review or pay beyond their role.
    /// - Parameter street: the code of the street for which somebody signs, or ``CloseEntry/allStreets``; only for ``CloseRight/street``.
    /// - Throws: `role_forbidden`, `right_invalid`, `street_missing`, `own_entry`, `person_needed`.
    public func grant(
        _ right: CloseRight, to name: String, street: String? = nil, isGiven: Bool = true, by caller: Caller
    ) throws -> @Sendable (any Transaction) throws -> Void {
        guard caller.role == .admin else { throw Rejection(.forbidden, "role_forbidden", "只有管理员可以授权。") }
        guard right != .close, (1...64).contains(name.count) else {
            throw Rejection(.invalid, "right_invalid", "可授权：review、street、district、finance、pay；请填写登录名或令牌名。", pointer: "/right")
        }
        let isKnown = street.map { $0 == CloseEntry.allStreets || office.reference.catalogue.region(ID($0)) != nil } ?? false
        guard right != .street || !isGiven || isKnown else {
            throw Rejection(
                .refused, "street_missing", "街道签字须写明为哪个街道（编码，如 620102001）签；全区只有一个街道办理时写 all。", pointer: "/street")
        }
        let own = Rejection(.forbidden, "own_entry", "不能给自己授权。", pointer: "/name")
        let now = office.now
        return { tx in
            guard try !tx.access.names(of: caller.name).contains(name) else { throw own }
            if isGiven {
                try Batch.requirePerson(name, tx)
                try tx.close.grant(right, to: name, street: right == .street ? street : nil, by: caller.name, at: now)
            } else {
                try tx.close.revoke(right, of: name)
            }
            try tx.events.append(
                isGiven ? "right.granted" : "right.revoked", subject: name, subjectSeq: 1, by: caller.name, at: now,
                data: (["right": JSON(right.rawValue), "street": JSON(isGiven && right == .street ? street : nil)] as JSON).text)
        }
    }

    /// Who may do what in a close: by role, and by name with who gave it.
    public struct Right: Sendable {
        public let right: CloseRight
        public let roles: Set<Caller.Role>
        public let grants: [(name: String, by: String, street: String?)]
    }

    public func rights() async throws -> [Right] {
        try await office.read { tx in
            let grants = try tx.close.grants()
            return try CloseRight.allCases.map { right in
                Right(
                    right: right, roles: try Batch.holders(of: right, tx).roles,
                    grants: grants.filter { $0.right == right }.map { ($0.name, $0.by, $0.street) })
            }
        }
    }

    private func employer(of worker: WorkerID, _ caller: Caller) throws -> ProviderID {
        guard let provider = caller.provider, office.reference.franchise.workers(of: provider).contains(where: { $0.id == worker }) else {
            throw Rejection(.missing, "worker_unknown", "没有这位在岗人员，请先在人员名单中登记。", pointer: "/worker")
        }
        return provider
    }
}
