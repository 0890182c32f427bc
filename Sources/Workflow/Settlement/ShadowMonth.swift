import Billing
import Catalog
import Kernel
import Store

/// 影子月结: the month as it would close tonight, kept for the day, and what has changed since the day before.
public struct ShadowMonth: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public struct Result: Sendable {
        public let today: Shadow
        public let before: Shadow?
        public let difference: Shadow.Difference?
        public let statements: [Statement]
    }

    public func callAsFunction(_ month: Month) async throws -> Result {
        let now = office.now
        let (statements, isClosed) = try await ReadStatements(office)(month)
        let today = Shadow(statements, on: now.localDate)
        let before = try await office.read { tx in try tx.close.shadow(month, upTo: now.localDate.adding(days: -1)) }
        let difference = before.map(today.since)
        if !isClosed { try await office.perform { tx in try tx.close.save(today, difference?.change, of: month, at: now) } }
        return Result(today: today, before: before, difference: difference, statements: statements)
    }
}

/// 每日影子月结: once a day, at the district's hour, of the month that runs and of the one before while it is open.
///
/// What has been noted since that hour is not noted again, so a restart changes nothing; one that was missed is made up for on the same day.
public struct ShadowTonight: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// Minutes of the day, unless the district says otherwise (`shadow_close_min`).
    public static let usualMinute = 1410

    /// The moment of a day from which its shadow is due.
    public func due(on day: LocalDate) -> Instant {
        Instant(day, minute: office.reference.catalogue.parameters.int("shadow_close_min", on: day) ?? Self.usualMinute)
    }

    /// - Returns: the months whose shadow was noted now.
    public func callAsFunction() async throws -> [Month] {
        let day = office.now.localDate
        let due = due(on: day)
        guard office.now >= due else { return [] }
        var noted: [Month] = []
        for month in [day.month.adding(-1), day.month] {
            let isDue = try await office.read { tx in
                guard try tx.settlements.state(of: month) == nil else { return false }
                return try tx.close.shadowNoted(month, on: day).map { $0 < due } ?? true
            }
            guard isDue else { continue }
            _ = try await ShadowMonth(office)(month)
            noted.append(month)
        }
        return noted
    }
}
