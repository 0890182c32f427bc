import Kernel
import Registry
import Store

/// 查阅留痕: a file is opened only together with a note of who opened it (PIPL art. 28, 51; domain rule "who looked at whom").
public struct LookAtElder: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public typealias Screen = AccessLogRepository.Screen

    /// - Parameter reason: needed for a reveal, at least four characters; otherwise the call or order that explains the look.
    public func callAsFunction(_ elder: ElderID, from screen: Screen, reason: String = "", by caller: Caller) async throws {
        try await self([elder], from: screen, reason: reason, by: caller)
    }

    /// Everybody whose file is shown at once, in one commit: all of them are noted, or nobody's file may be shown.
    public func callAsFunction(_ elders: [ElderID], from screen: Screen, reason: String = "", by caller: Caller) async throws {
        guard !elders.isEmpty else { return }
        guard screen != .reveal || reason.count >= 4 else {
            throw Rejection(.invalid, "reason_too_short", "请写明查看原因（至少四个字），例如“核对冬季取暖补贴地址”。", pointer: "/reason")
        }
        guard reason.count <= 200 else { throw Rejection(.invalid, "reason_too_long", "原因至多 200 个字。", pointer: "/reason") }
        let now = office.now
        try await office.perform { tx in
            for elder in elders {
                _ = try tx.elders.require(elder)
                try tx.accessLog.insert(elder, by: caller.name, from: screen, reason: reason, at: now)
                guard screen == .reveal else { continue }
                try tx.events.append("elder.revealed", subject: elder.text, subjectSeq: 1, by: caller.name, at: now, note: reason)
            }
        }
    }

    public func latest(at elder: ElderID, limit: Int) async throws -> [AccessLogRepository.Entry] {
        try await office.read { tx in try tx.accessLog.latest(at: elder, limit: limit) }
    }

    /// So many looks on a page.
    public static let limit = 50

    public func latest(before place: AccessLogRepository.Place? = nil) async throws -> AccessLogRepository.Page {
        try await office.read { tx in try tx.accessLog.latest(before: place, limit: Self.limit) }
    }

    /// Whom the looks of a page are at, without telephones.
    public func elders(in pages: AccessLogRepository.Page...) async throws -> [ElderID: Elder] {
        let ids = Set(pages.flatMap { $0.looks.map(\.elder) }).sorted { $0.text < $1.text }
        let found = try await office.read { tx in try tx.elders.facts(ids) }
        return Dictionary(found.map { ($0.id, $0) }) { first, _ in first }
    }

    /// Looks of the last days that neither a call nor an order explains.
    public func unexplained(days: Int, before place: AccessLogRepository.Place? = nil) async throws -> AccessLogRepository.Page {
        let since = office.now - .days(days)
        return try await office.read { tx in try tx.accessLog.unexplained(since: since, before: place, limit: Self.limit) }
    }
}
