import Entitlement
import Intake
import Kernel
import Orders
import Registry
import Store

/// What a telephone system reports: three events, whatever its make.
public enum CallEvent: String, CaseIterable, Sendable {
    case newCall, answer, hangup
}

/// 来电: notes the event and, while it rings, finds everyone on that line.
public struct RecordCall: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// - Returns: a card for everyone on the line, most recently served first; empty for an unknown or withheld number.
    public func callAsFunction(
        _ event: CallEvent, id: String, from: String, to: String, at: Instant, by caller: Caller
    ) async throws -> [CallCard] {
        guard (1...128).contains(id.utf8.count) else {
            throw Rejection(.invalid, "call_id_invalid", "call_id 应为 1 到 128 个字符。", pointer: "/call_id")
        }
        let now = office.now
        let phone = try? NormalisedPhone(from)
        let line = phone?.text ?? String(from.prefix(32))
        try await office.perform { tx in
            switch event {
            case .newCall:
                try tx.calls.ring(id, from: line, to: String(to.prefix(32)), at: at)
                try tx.events.append("call.ringing", subject: id, subjectSeq: 1, by: caller.name, at: now)
            case .answer, .hangup:
                let isKnown = event == .answer ? try tx.calls.answer(id, at: at) : try tx.calls.hangUp(id, at: at)
                guard isKnown else { throw Rejection(.missing, "call_unknown", "没有这个来电记录，请先发送 newCall。", pointer: "/call_id") }
                try tx.events.append(
                    event == .answer ? "call.answered" : "call.ended", subject: id, subjectSeq: event == .answer ? 2 : 3, by: caller.name,
                    at: now)
            }
        }
        guard let phone else { return [] }
        return try await office.read { [office] tx in try tx.elders.onLine(phone).map { try Self.card($0, tx, office) } }
    }

    static func card(_ elder: Elder, _ tx: any Transaction, _ office: Office) throws -> CallCard {
        let today = office.now.localDate
        var elder = elder
        elder.phones = try tx.elders.phones(of: elder.id)
        let latest = try tx.orders.latest(of: elder.id, limit: 20)
        return CallCard(
            elder: elder, openOrders: latest.filter { !$0.state.isEnd }.reversed(), lastServices: Array(latest.filter { $0.state == .closed }.prefix(3)),
            purses: elder.status.isDeath
                ? [] : try office.reference.programmes.purses(of: Situation.beneficiary(elder, on: today), on: today) {
                    try tx.entitlements.balances(of: elder.id, $0)
                }, balances: try tx.entitlements.all(of: elder.id))
    }
}
