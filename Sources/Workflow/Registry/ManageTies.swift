import Kernel
import Orders
import Registry
import Store

/// 关系登记: who is a relative, which provider does not serve an elder, which language must be spoken.
public struct ManageTies: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    static let noteLimit = 200

    /// Writes a tie down..
    public func put(
        _ elder: ElderID, _ kind: ElderTie.Kind, _ value: String, note: String, by caller: Caller
    ) throws -> @Sendable (any Transaction) throws -> ElderTie {
        let (now, franchise) = (office.now, office.reference.franchise)
        guard note.count <= Self.noteLimit else {
            throw Rejection(.invalid, "note_too_long", "说明不能超过 \(Self.noteLimit) 个字。", pointer: "/note")
        }
        switch kind {
        case .relative:
            guard franchise.providers.contains(where: { firm in franchise.workers(of: firm.id).contains { $0.id.text == value } }) else {
                throw Rejection(.missing, "worker_unknown", "没有这位服务人员，请核对编号。", pointer: "/value")
            }
        case .refusedBy:
            guard franchise.provider(ProviderID(value)) != nil else {
                throw Rejection(.missing, "provider_unknown", "没有这家服务商，请核对编号。", pointer: "/value")
            }
            guard !note.isEmpty else { throw Rejection(.invalid, "note_missing", "服务商拒服必须写明原因。", pointer: "/note") }
        case .language:
            guard (1...20).contains(value.count) else { throw Rejection(.invalid, "language_invalid", "语言应为 1 到 20 个字。", pointer: "/value") }
        }
        let tie = ElderTie(elder: elder, kind: kind, value: value, note: note, at: now, actor: caller.name)
        return { tx in
            _ = try tx.elders.require(elder)
            try tx.ties.put(tie)
            try tx.events.append(
                "elder.tie", subject: elder.text, subjectSeq: 0, by: caller.name, at: now,
                data: (["kind": JSON(kind.rawValue), "value": JSON(value), "removed": false] as JSON).text)
            return tie
        }
    }

    public func remove(
        _ elder: ElderID, _ kind: ElderTie.Kind, _ value: String, by caller: Caller
    ) -> @Sendable (any Transaction) throws -> Void {
        let now = office.now
        return { tx in
            guard try tx.ties.remove(elder, kind, value) else {
                throw Rejection(.missing, "tie_unknown", "没有这条关系登记，可能已被删除。")
            }
            try tx.events.append(
                "elder.tie", subject: elder.text, subjectSeq: 0, by: caller.name, at: now,
                data: (["kind": JSON(kind.rawValue), "value": JSON(value), "removed": true] as JSON).text)
        }
    }

    /// A provider does not serve the elder of an order it was offered any more; whose elders it never met, it cannot name.
    public func refuse(_ order: OrderID, note: String, by caller: Caller) throws -> @Sendable (any Transaction) throws -> Void {
        let now = office.now
        guard (1...Self.noteLimit).contains(note.count) else {
            throw Rejection(.invalid, "note_missing", "请写明不再服务的原因（至多 \(Self.noteLimit) 个字）。", pointer: "/reason")
        }
        return { tx in
            guard let provider = caller.provider, let found = try tx.orders.find(order), try tx.attempts.wasOffered(order, to: provider) else {
                throw Rejection(.missing, "order_unknown", "没有这张工单，请核对编号。")
            }
            try tx.ties.put(
                ElderTie(elder: found.elder, kind: .refusedBy, value: provider.text, note: note, at: now, actor: caller.name))
            try tx.events.append(
                "elder.tie", subject: found.elder.text, subjectSeq: 0, by: caller.name, at: now,
                data: (["kind": "refused_by", "value": JSON(provider), "removed": false] as JSON).text)
        }
    }

    public func all(of elder: ElderID) async throws -> [ElderTie] {
        try await office.read { tx in
            _ = try tx.elders.require(elder)
            return try tx.ties.all(of: elder)
        }
    }
}
