import Hummingbird
import Kernel
import Registry
import Store
import Web
import Workflow

/// | method | path | who | what |
/// |---|---|---|---|
/// | POST | /meals | till | one swipe: served and settled against the entitlement at once |
public struct MealRoutes: Sendable {
    let exchange: Exchange
    public init(_ exchange: Exchange) { self.exchange = exchange }

    public func add(to group: RouterGroup<TillContext>) { group.post("meals", use: swipe) }

    struct Body: Decodable, Sendable {
        let card: String?
        let elder_id: String?
        let canteen: String
        let slot: String
        let item_code: String?
        let at: Instant
        let device: String
    }

    @Sendable func swipe(_ request: Request, _ context: TillContext) async throws -> Response {
        try await exchange.once(Body.self, request, context, keeping: IdempotencyKey.forMoney) { body in
            guard let slot = MealSlot(rawValue: body.slot) else {
                throw Rejection(.invalid, "slot_unknown", "slot 应为 breakfast、lunch 或 supper。", pointer: "/slot")
            }
            let step = try SwipeMeal(exchange.office).prepared(
                SwipeRequest(
                    card: body.card, elder: body.elder_id.map { ElderID($0) }, canteen: ProviderID(body.canteen), slot: slot,
                    item: body.item_code.map { .init($0) }, at: body.at, device: body.device), by: context.caller)
            return { tx in Answer(status: 201, body: Show.swipe(try step(tx)).text) }
        }
    }
}
