import Kernel
import Registry
import Store

/// 来电小结: what became of a call, noted by whoever took it. No call stays without one.
public struct NoteCall: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// - Parameter outcome: a short code such as `ordered`; never a name or a number.
    public func callAsFunction(_ id: String, elder: ElderID?, outcome: String, by caller: Caller) async throws {
        guard (1...64).contains(outcome.utf8.count) else {
            throw Rejection(.invalid, "outcome_invalid", "来电小结代码应为 1 到 64 个字符。", pointer: "/outcome")
        }
        let now = office.now
        try await office.perform { tx in
            guard try tx.calls.note(id, elder: elder, outcome: outcome) else {
                throw Rejection(.missing, "call_unknown", "没有这个来电记录，请先发送 newCall。", pointer: "/call_id")
            }
            try tx.events.append("call.noted", subject: id, subjectSeq: 4, by: caller.name, at: now, data: "{\"outcome\":\"\(outcome)\"}")
        }
    }
}
