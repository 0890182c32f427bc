import Kernel
import Registry
import Store

/// 紧急: somebody is in danger. The shift leader and every desk hear of it before anything is typed.
public struct RaiseEmergency: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// - Returns: the place of the event in the log.
    public func callAsFunction(elder: ElderID?, call: String?, by caller: Caller) async throws -> Int64 {
        let now = office.now
        return try await office.perform { tx in
            if let elder { _ = try tx.elders.require(elder) }
            if let call, try tx.calls.find(call) == nil { throw Rejection(.missing, "call_unknown", "没有这个来电记录。", pointer: "/call_id") }
            let data: JSON = ["elder_id": JSON(elder), "call_id": JSON(call)]
            return try tx.events.append(
                "emergency.raised", subject: elder?.text ?? call ?? "unknown", subjectSeq: 1, by: caller.name, at: now, data: data.text)
        }
    }
}
