import Entitlement
import Hummingbird
import Kernel
import Registry
import Store
import Web
import Workflow

/// | method | path | who | what |
/// |---|---|---|---|
/// | POST | /meals | till | one swipe: served and settled against the entitlement at once |
/// | POST | /meals/upload | till | what a till has kept while it was offline; each swipe judged for itself |
/// | POST | /meals/{id}/reverse | till | takes a swipe back before its month is settled |
/// | POST | /elders/{id}/meal-pass, /elders/{id}/meal-pass/revoke | desk | a code that stands in for the card; ends every such code |
public struct MealRoutes: Sendable {
    let exchange: Exchange
    public init(_ exchange: Exchange) { self.exchange = exchange }

    public func add(to group: RouterGroup<TillContext>, desk: RouterGroup<DeskContext>) {
        group.post("meals", use: swipe)
        group.post("meals/upload", use: upload)
        group.post("meals/:id/reverse", use: reverse)
        desk.post("elders/:id/meal-pass", use: issuePass)
        desk.post("elders/:id/meal-pass/revoke", use: revokePass)
    }

    /// One of card, qr and elder_id says who.
    struct Body: Decodable, Sendable {
        let card: String?
        let qr: String?
        let elder_id: String?
        let canteen: String
        let slot: String
        let item_code: String?
        let at: Instant
        let device: String
        let device_swipe_id: String?
        /// `read` when the till has read the card; otherwise the number was typed.
        let entry: String?

        func request() throws -> SwipeRequest {
            guard let slot = MealSlot(rawValue: slot) else {
                throw Rejection(.invalid, "slot_unknown", "slot 应为 breakfast、lunch 或 supper。", pointer: "/slot")
            }
            guard [nil, MealEntry.read.rawValue, MealEntry.typed.rawValue].contains(entry) else {
                throw Rejection(.invalid, "entry_unknown", "entry 应为 read（读卡）或 typed（输入卡号）。", pointer: "/entry")
            }
            return SwipeRequest(
                card: card, qr: qr, elder: elder_id.map { ElderID($0) }, canteen: ProviderID(canteen), slot: slot,
                item: item_code.map { .init($0) }, at: at, device: device, deviceSwipe: device_swipe_id,
                isRead: entry == MealEntry.read.rawValue)
        }
    }

    @Sendable func swipe(_ request: Request, _ context: TillContext) async throws -> Response {
        try await exchange.once(Body.self, request, context, keeping: IdempotencyKey.forMoney) { body in
            let step = try SwipeMeal(exchange.office).prepared(try body.request(), by: context.caller)
            return { tx in
                let served = try step(tx)
                return Answer(status: served.isReplayed ? 200 : 201, body: Show.served(served).text)
            }
        }
    }

    struct UploadBody: Decodable, Sendable { let swipes: [Body] }

    /// Idempotent by each swipe's own number, so that a till that heard no answer sends everything again.
    @Sendable func upload(_ request: Request, _ context: TillContext) async throws -> Response {
        let body = try await exchange.decode(UploadBody.self, request, context)
        let results = try await UploadSwipes(exchange.office)(try body.swipes.map { try $0.request() }, by: context.caller)
        return Exchange.json(["results": .array(results.map { Show.upload($0) })])
    }

    struct ReverseBody: Decodable, Sendable { let reason: String }

    @Sendable func reverse(_ request: Request, _ context: TillContext) async throws -> Response {
        let id = SwipeID(try context.parameters.require("id"))
        return try await exchange.once(ReverseBody.self, request, context) { body in
            let step = try ReverseMeal(exchange.office).prepared(id, reason: body.reason, by: context.caller)
            return { tx in Answer(status: 200, body: Show.swipe(try step(tx)).adding(["state": "reversed"]).text) }
        }
    }

    struct PassBody: Decodable, Sendable { let days: Int? }

    @Sendable func issuePass(_ request: Request, _ context: DeskContext) async throws -> Response {
        let id = ElderID(try context.parameters.require("id"))
        return try await exchange.once(PassBody.self, request, context) { body in
            let step = try MealPasses(exchange.office).issue(id, days: body.days ?? 30, by: context.caller)
            return { tx in
                let (code, until) = try step(tx)
                return Answer(status: 201, body: (["qr": JSON(code), "until": JSON(until)] as JSON).text)
            }
        }
    }

    @Sendable func revokePass(_ request: Request, _ context: DeskContext) async throws -> Response {
        let id = ElderID(try context.parameters.require("id"))
        return try await exchange.once(Nothing.self, request, context) { _ in
            let step = MealPasses(exchange.office).revoke(id, by: context.caller)
            return { tx in Answer(status: 200, body: (["revoked": JSON(try step(tx))] as JSON).text) }
        }
    }
}
