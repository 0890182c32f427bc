import Catalog
import Entitlement
import Hummingbird
import Kernel
import Registry
import Store
import Web
import Workflow

/// 加盟服务商
///
/// | path | what |
/// |---|---|
/// | GET /admin/providers | everybody, by where they stand |
/// | GET /admin/providers/{id} | one: credentials, the steps that may follow, what was done |
/// | POST /admin/providers/{id} | the next step of the franchise, with the reason |
/// | POST /admin/providers/{id}/tills, tills/end | registers a till of a canteen, or takes one off |
public struct ProviderPages: PageGroup {
    public let site: Site
    public init(_ site: Site) { self.site = site }

    public func add(to group: RouterGroup<AdminContext>) {
        group.get("providers", use: list)
        group.get("providers/:id") { try await one($0, $1) }
        group.post("providers/:id", use: step)
        group.post("providers/:id/tills") { try await till($0, $1) { try ManageTills($2).register($0, at: $1, by: $3) } }
        group.post("providers/:id/tills/end") { try await till($0, $1) { try ManageTills($2).end($0, at: $1, by: $3) } }
    }

    @Sendable func list(_ request: Request, _ context: AdminContext) async throws -> Response {
        try pages.page("providers", Frame.admin("服务商", request, context.caller), ProvidersModel(office.reference.franchise.providers))
    }

    private func one(
        _ request: Request, _ context: AdminContext, typed: StepForm? = nil, fault: Rejection? = nil, done: String? = nil
    ) async throws -> Response {
        let id = ProviderID(try context.parameters.require("id"))
        try await HeedNotices(office)()
        guard let provider = office.reference.franchise.provider(id) else {
            throw Rejection(.missing, "provider_unknown", "没有这家服务商，请核对编号。")
        }
        let events = try await office.read { tx in try tx.events.about(id.text) }.filter { $0.type.hasPrefix("provider.") }
        return try pages.page(
            "provider", Frame.admin(provider.name, request, context.caller),
            ProviderModel(
                provider, office.reference, events, try await ManageTills(office).all(of: id), today: office.now.localDate, typed: typed,
                fault: fault?.message, done: done, once: exchange.newFormKey),
            status: fault == nil ? .ok : .conflict)
    }

    struct TillForm: Decodable, Sendable { let device: String }

    private func till(
        _ request: Request, _ context: AdminContext,
        _ prepare: @Sendable (String, ProviderID, Office, Caller) throws -> @Sendable (any Transaction) throws -> Void
    ) async throws -> Response {
        let id = ProviderID(try context.parameters.require("id"))
        return try await exchange.formOnce(TillForm.self, request, context) { form in
            let step = try prepare(form.device.trimmed, id, office, context.caller)
            return { tx in
                try step(tx)
                return "/admin/providers/\(id)"
            }
        } orShow: { _, error in
            guard error.rejection.kind == .conflict || error.rejection.kind == .invalid else { throw error }
            return try await one(request, context, fault: error.rejection)
        }
    }

    struct StepForm: Decodable, Sendable {
        /// Where the provider stood when the page was shown.
        let seen: String
        let state: String
        let reason: String
    }

    @Sendable func step(_ request: Request, _ context: AdminContext) async throws -> Response {
        let id = ProviderID(try context.parameters.require("id"))
        let sent = try await exchange.sent(StepForm.self, request, context)
        let form = sent.fields
        let manage = ManageProviders(office)
        do {
            guard let state = FranchiseState(rawValue: form.state) else { throw Rejection(.invalid, "state_unknown", "没有这个加盟状态。") }
            _ = try await exchange.once(sent, inParts: {
                try await HeedNotices(office)()
                if let present = office.reference.franchise.provider(id)?.state, present.rawValue != form.seen {
                    throw Rejection(
                        .conflict, "provider_changed",
                        "您打开页面之后，状态已被改为“\(present.term)”（经过见下）。您填写的原因还在，核对后可再次提交。")
                }
                _ = try await office.perform(manage.setState(id, state, reason: form.reason, by: context.caller))
                try await manage.follow(id, by: context.caller)
                return state.rawValue
            })
            return try await one(request, context, done: localized(term: state.term))
        } catch let error as any Rejecting where error.rejection.kind != .missing {
            return try await one(request, context, typed: form, fault: error.rejection)
        }
    }
}

struct ProvidersModel: Sendable {
    struct Row: Sendable {
        let id: String
        let name: String
        let quality: String
    }

    struct Group: Sendable {
        let name: String
        let count: Int
        let rows: [Row]
    }

    let groups: [Group]

    init(_ providers: [Provider]) {
        let providers = providers.sorted { $0.id < $1.id }
        groups = FranchiseState.allCases.compactMap { state in
            let rows = providers.filter { $0.state == state }.map { Row(id: $0.id.text, name: $0.name, quality: "\($0.quality)") }
            return rows.isEmpty ? nil : Group(name: localized(term: state.term), count: rows.count, rows: rows)
        }
    }
}

struct ProviderModel: Sendable {
    struct Step: Sendable {
        let code: String
        let term: String
        let isChosen: Bool
    }

    struct Till: Sendable {
        let device: String
        let since: String
    }

    struct Stranger: Sendable {
        let device: String
        let meals: Int
    }

    struct Act: Sendable {
        let at: String
        let what: String
        let actor: String
    }

    let id: String
    let name: String
    let state: String
    let seen: String
    let takesOrders: String
    let steps: [Step]
    let isFinal: Bool
    let papers: [AdminModel.Paper]
    let hasNoPapers: Bool
    /// Only of a canteen, or where something has swiped.
    let hasTills: Bool
    let tills: [Till]
    let strangers: [Stranger]
    let acts: [Act]
    let hasNoActs: Bool
    let reason: String
    let fault: String?
    let done: String?
    let once: String

    init(
        _ provider: Provider, _ reference: Reference, _ events: [Event], _ tills: ManageTills.Page, today: LocalDate,
        typed: ProviderPages.StepForm?, fault: String?, done: String?, once: String
    ) {
        id = provider.id.text
        name = provider.name
        state = localized(term: provider.state.term)
        seen = provider.state.rawValue
        takesOrders = Self.effect(of: provider.state)
        steps = FranchiseState.allCases.filter { provider.state.mayBecome($0) }.map {
            Step(code: $0.rawValue, term: "\(localized(term: $0.term)) · \(Self.effect(of: $0))", isChosen: typed?.state == $0.rawValue)
        }
        isFinal = steps.isEmpty
        papers = AdminModel.papers(of: provider, reference, today: today, within: nil).map(\.paper)
        hasNoPapers = papers.isEmpty
        let meals = Set(MealSlot.allCases.map { SwipeMeal.standardItem($0).text })
        hasTills = !tills.tills.isEmpty || !tills.unregistered.isEmpty
            || meals.contains { reference.franchise.offer(provider.id, $0, on: today) != nil }
        self.tills = tills.tills.map { Till(device: $0.device, since: $0.registeredAt.shown) }
        strangers = tills.unregistered.map { Stranger(device: $0.device, meals: $0.meals) }
        acts = events.reversed().map { Act(at: $0.at.shown, what: Self.words($0), actor: $0.actor) }
        hasNoActs = acts.isEmpty
        reason = typed?.reason ?? ""
        self.fault = fault
        self.done = done
        self.once = once
    }

    /// What a state means for the provider.
    private static func effect(of state: FranchiseState) -> String {
        switch (state.mayReceiveOrders, state.mayBePaid) {
        case (true, _): localized("派单，月结付款")
        case (false, true): localized("不派单，月结付款")
        case (false, false): localized("不派单，月结停付")
        }
    }

    private static func words(_ event: Event) -> String {
        var text = event.data.filter { !"{}\"[]".contains($0) }.replacing(":", with: " ").replacing(",", with: "；")
        for state in FranchiseState.allCases { text = text.replacing("state \(state.rawValue)", with: localized(term: state.term)) }
        text = text.replacing("close ", with: localized("歇业 ")).replacing("open ", with: localized("恢复营业 "))
            .replacing("capacity null", with: localized("接单上限恢复备案数")).replacing("capacity ", with: localized("接单上限 "))
        return event.note.map { localized("\(text)；原因 \($0)") } ?? text
    }
}
