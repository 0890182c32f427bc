import Hummingbird
import Kernel
import Orders
import Registry
import Store
import Web
import Workflow

/// | path | what |
/// |---|---|
/// | GET /console/duties | calls to be returned, complaints, orders that nobody has |
/// | POST /console/duties/calls/{id}, complaints/{id} | done, with what came of it |
/// | GET /console/handover | the same on one sheet, to be printed and signed at the change of shift |
public struct DutyPages: PageGroup {
    public let site: Site
    public init(_ site: Site) { self.site = site }

    public func add(to group: RouterGroup<DeskContext>) {
        group.get("duties", use: duties)
        group.post("duties/calls/:id", use: noteCall)
        group.post("duties/complaints/:id", use: resolve)
        group.get("handover", use: handover)
    }

    struct DutiesModel: Sendable {
        struct CallRow: Sendable {
            let id: String
            let line: String
            let at: String
            let kind: String
        }

        struct ComplaintRow: Sendable {
            let id: String
            let number: String
            let order: String
            let provider: String
            let text: String
            let at: String
        }

        let at: String
        let by: String
        let once: String
        let calls: [CallRow]
        let complaints: [ComplaintRow]
        let emergencies: [OrderLine]
        let unplaced: [OrderLine]
        let overdue: [OrderLine]
        let locked: [OrderLine]
        let hasCalls: Bool
        let hasComplaints: Bool
        let hasEmergencies: Bool
        let hasUnplaced: Bool
        let hasOverdue: Bool
        let hasLocked: Bool
        /// Some of the lists are empty; they are named in one line.
        let hasEmpty: Bool

        init(_ duties: ReadDuties.Duties, by: String, once: String, words: Words) {
            at = duties.at.shown
            self.by = by
            self.once = once
            calls = duties.calls.map {
                CallRow(id: $0.id, line: $0.from, at: $0.rangAt.shown, kind: $0.answeredAt == nil ? localized("未接就挂断") : localized("接通后没有小结"))
            }
            complaints = duties.complaints.map {
                ComplaintRow(
                    id: $0.id, number: $0.order.number, order: $0.order.id.text, provider: words.provider($0.order.provider?.text), text: $0.text,
                    at: $0.openedAt.shown)
            }
            func lines(_ orders: [Order]) -> [OrderLine] { orders.map { OrderLine($0, elder: nil, words: words, now: duties.at) } }
            emergencies = lines(duties.emergencies)
            unplaced = lines(duties.unplaced)
            overdue = lines(duties.overdue)
            locked = lines(duties.locked)
            (hasCalls, hasComplaints, hasEmergencies) = (!calls.isEmpty, !complaints.isEmpty, !emergencies.isEmpty)
            (hasUnplaced, hasOverdue, hasLocked) = (!unplaced.isEmpty, !overdue.isEmpty, !locked.isEmpty)
            hasEmpty = !(hasCalls && hasComplaints && hasEmergencies && hasUnplaced && hasOverdue)
        }
    }

    private func page(_ template: String, _ title: String, _ request: Request, _ context: DeskContext) async throws -> Response {
        try pages.page(
            template, .console(title, request, context),
            DutiesModel(try await ReadDuties(office)(), by: context.caller.name, once: exchange.newFormKey, words: words))
    }

    @Sendable func duties(_ request: Request, _ context: DeskContext) async throws -> Response {
        try await page("duties", "待办", request, context)
    }

    @Sendable func handover(_ request: Request, _ context: DeskContext) async throws -> Response {
        try await page("handover", "交班表", request, context)
    }

    struct Outcome: Decodable, Sendable { let outcome: String }

    @Sendable func noteCall(_ request: Request, _ context: DeskContext) async throws -> Response {
        let id = try context.parameters.require("id")
        return try await exchange.formOnce(
            Outcome.self, request, context,
            inParts: { form in
                try await NoteCall(office)(id, elder: nil, outcome: form.outcome, by: context.caller)
                return "/console/duties"
            })
    }

    struct Resolution: Decodable, Sendable { let resolution: String }

    @Sendable func resolve(_ request: Request, _ context: DeskContext) async throws -> Response {
        let id = try context.parameters.require("id")
        return try await exchange.formOnce(Resolution.self, request, context) { form in
            let step = try ResolveComplaint(office).prepared(id, resolution: form.resolution, by: context.caller)
            return { tx in
                _ = try step(tx)
                return "/console/duties"
            }
        }
    }
}
