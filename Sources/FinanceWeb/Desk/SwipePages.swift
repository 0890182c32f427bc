import Hummingbird
import Kernel
import Registry
import Store
import Web
import Workflow

/// 待核刷卡: meals that were eaten while a till was offline and that no rule would let be booked; a person decides.
///
/// | path | what |
/// |---|---|
/// | GET /finance/swipes | those that wait, each with the reason |
/// | POST /finance/swipes/{id}/accept, reject | booked on its day after all, or turned down |
public struct SwipePages: PageGroup {
    public let site: Site
    public init(_ site: Site) { self.site = site }

    public func add(to group: RouterGroup<FinanceContext>) {
        group.get("swipes") { try await swipes($0, $1) }
        group.post("swipes/:id/accept") { try await decide(true, $0, $1) }
        group.post("swipes/:id/reject") { try await decide(false, $0, $1) }
    }

    /// - Parameter typed: an opinion on a swipe that could not be decided on.
    private func swipes(
        _ request: Request, _ context: FinanceContext, typed: (id: String, opinion: String)? = nil, fault: Rejection? = nil
    ) async throws -> Response {
        let (held, elders) = try await DecideHeldSwipe(office).waiting()
        let misses = try await ReadCardMisses(office)()
        let model = SwipesModel(
            held, elders, misses, typed: typed, fault: fault?.message, once: exchange.newFormKey, caller: context.caller, reference: office.reference)
        return try pages.page("swipes", .finance("待核刷卡", request, context), model, status: fault == nil ? .ok : .unprocessableContent)
    }

    struct Decision: Decodable, Sendable { let opinion: String }

    private func decide(_ accept: Bool, _ request: Request, _ context: FinanceContext) async throws -> Response {
        let id = SwipeID(try context.parameters.require("id"))
        let decide = DecideHeldSwipe(office)
        return try await exchange.formOnce(Decision.self, request, context) { form in
            let step = try decide.prepared(try await decide.find(id), accept: accept, opinion: form.opinion.trimmed, by: context.caller)
            return { tx in
                _ = try step(tx)
                return "/finance/swipes"
            }
        } orShow: { form, error in
            try await swipes(request, context, typed: (id.text, form.opinion), fault: error.rejection)
        }
    }
}
