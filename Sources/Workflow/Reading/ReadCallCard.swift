import Intake
import Kernel
import Registry
import Store

/// One elder's card, opened by hand and not by a ringing call.
public struct ReadCallCard: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// - Throws: `elder_unknown` when nobody has this id.
    public func callAsFunction(_ id: ElderID) async throws -> CallCard {
        try await office.read { [office] tx in try RecordCall.card(try tx.elders.require(id), tx, office) }
    }
}
