import Hummingbird
import Kernel
import Store
import Web
import Workflow

/// 审计管理员: looks on, changes nothing.
///
/// | path | what |
/// |---|---|
/// | GET /admin/audit?before= | who gave whom which right, published what, opened whose file |
/// | GET /admin/access?before=, unexplained_before= | who looked at whom; looks that nothing explains |
public struct AuditPages: PageGroup {
    public let site: Site
    public init(_ site: Site) { self.site = site }

    public func add(to group: RouterGroup<AuditContext>) {
        group.get("audit", use: acts)
        group.get("access", use: access)
    }

    static let perPage = 100

    @Sendable func acts(_ request: Request, _ context: AuditContext) async throws -> Response {
        let before = request.query("before").flatMap { Int64($0) }
        let events = try await office.read { tx in try tx.events.acts(before: before ?? .max, limit: Self.perPage) }
        return try pages.page(
            "audit", Frame.admin("管理操作", request, context.caller),
            AuditModel(events, isLater: before != nil, pages.vocabulary(request.language)))
    }

    @Sendable func access(_ request: Request, _ context: AuditContext) async throws -> Response {
        func place(_ name: String) -> AccessLogRepository.Place? { request.query(name).flatMap { AccessLogRepository.Place($0) } }
        let (log, before, unexplainedBefore) = (LookAtElder(office), place("before"), place("unexplained_before"))
        let latest = try await log.latest(before: before)
        let unexplained = try await log.unexplained(days: 30, before: unexplainedBefore)
        let elders = try await log.elders(in: latest, unexplained)
        return try pages.page(
            "access", Frame.admin("查阅记录", request, context.caller),
            AccessModel(
                latest, isLater: before != nil, unexplained: unexplained, isLaterUnexplained: unexplainedBefore != nil, elders: elders))
    }
}

struct AuditModel: Sendable {
    struct Row: PageRow {
        let at: String
        let what: String
        let actor: String
        let subject: String
        let data: String
    }

    let rows: [Row]
    let isEmpty: Bool
    let pager: Pager

    /// - Parameter isLater: newer ones stand before this page.
    init(_ events: [Event], isLater: Bool = false, _ vocabulary: Vocabulary) {
        rows = events.map { event in
            // `{"role":"finance"}` as `role finance`: codes, never a person's data.
            let data = event.data.filter { !"{}\"".contains($0) }.replacing(":", with: " ").replacing(",", with: "；")
            return Row(
                at: event.at.shown, what: vocabulary(.event, event.type), actor: event.actor, subject: event.subject,
                data: [data, event.note ?? ""].filter { !$0.isEmpty }.joined(separator: "；"))
        }
        isEmpty = rows.isEmpty
        let last = rows.count == AuditPages.perPage ? events.last : nil
        pager = Pager(first: isLater ? "/admin/audit" : nil, next: last.map { "/admin/audit?before=\($0.seq)" })
    }
}
