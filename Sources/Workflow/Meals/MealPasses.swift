import Kernel
import Registry
import Store

/// 就餐码: the community gives a code to somebody whose card is lost or who is fetched a meal; good for some days, one elder's.
public struct MealPasses: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public static let daysLimit = 366

    /// - Returns: the text of the QR code; whoever holds it eats on this elder's account, so it is shown once and ends by itself.
    public func issue(_ elder: ElderID, days: Int, by caller: Caller) throws -> @Sendable (any Transaction) throws -> (code: String, until: Instant) {
        guard (1...Self.daysLimit).contains(days) else {
            throw Rejection(.invalid, "days_out_of_range", "就餐码有效期应为 1 到 \(Self.daysLimit) 天。", pointer: "/days")
        }
        let (now, until) = (office.now, office.now + .days(days))
        let parts: (ID<MealPasses>, ID<MealPasses>) = (office.newID(at: now), office.newID(at: now))
        // The chance of two ids: 110 bits that nobody guesses.
        let code = "MP\(parts.0.text.suffix(11))\(parts.1.text.suffix(11))"
        return { tx in
            _ = try tx.elders.require(elder)
            try tx.heldSwipes.issue(code, for: elder, until: until, by: caller.name, at: now)
            try tx.events.append("meal_pass.issued", subject: elder.text, subjectSeq: 1, by: caller.name, at: now)
            return (code, until)
        }
    }

    /// - Returns: how many passes were ended.
    public func revoke(_ elder: ElderID, by caller: Caller) -> @Sendable (any Transaction) throws -> Int {
        let now = office.now
        return { tx in
            _ = try tx.elders.require(elder)
            let count = try tx.heldSwipes.revoke(of: elder, at: now)
            if count > 0 { try tx.events.append("meal_pass.revoked", subject: elder.text, subjectSeq: 1, by: caller.name, at: now) }
            return count
        }
    }
}
