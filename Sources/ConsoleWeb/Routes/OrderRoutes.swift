import Catalog
import Entitlement
import Hummingbird
import Kernel
import Orders
import Registry
import Store
import Web
import Workflow

/// | method | path | who | what |
/// |---|---|---|---|
/// | POST | /orders/quote | desk | who could come, who pays what |
/// | POST | /orders | desk | order, reserve, ask the best provider |
/// | GET | /orders | desk | list, newest first; with escalated=1 or 2 those that wait for a person |
/// | GET | /orders/{id} | known | one order with its history |
/// | GET | /orders/{id}/decision | known | why this provider; a provider hears only of itself |
/// | POST | /orders/{id}/cancel, reassign, reopen, void, fail | desk | with a reason code |
/// | POST | /orders/{id}/door-code | desk | a new code for the door, told to the elder on the telephone |
/// | POST | /orders/{id}/callback, complaints | desk | what the elder said |
public struct OrderRoutes: Sendable {
    let exchange: Exchange
    public init(_ exchange: Exchange) { self.exchange = exchange }

    public func add(desk: RouterGroup<DeskContext>, known: RouterGroup<KnownContext>) {
        desk.post("orders/quote", use: quote)
        desk.post("orders", use: place)
        desk.get("orders", use: list)
        known.get("orders/:id", use: show)
        known.get("orders/:id/decision", use: decision)
        desk.post("orders/:id/cancel") { try await change($0, $1) { try CancelOrder(exchange.office).prepared($0, reason: $1, by: $2) } }
        desk.post("orders/:id/fail") { try await change($0, $1) { try FailOrder(exchange.office).prepared($0, reason: $1, by: $2) } }
        desk.post("orders/:id/void") { try await change($0, $1) { try VoidOrder(exchange.office).prepared($0, reason: $1, by: $2) } }
        desk.post("orders/:id/reassign") { try await change($0, $1) { try ReassignOrder(exchange.office).prepared($0, reason: $1, by: $2) } }
        desk.post("orders/:id/reopen") { try await change($0, $1) { try ReopenOrder(exchange.office).prepared($0, reason: $1, by: $2) } }
        desk.post("orders/:id/door-code", use: renewCode)
        desk.post("orders/:id/callback", use: callback)
        desk.post("orders/:id/complaints", use: complain)
    }

    struct Body: Decodable, Sendable {
        let elder_id: String
        let item_code: String
        let start: Instant
        let end: Instant?
        let quantity: QuantityBody?
        let caller: String?
        let call_id: String?
        let note: String?
        let preferred_provider: String?
        let from_address: String?
        let to_address: String?
        let emergency: Bool?
        let allow_twin: Bool?

        var request: OrderRequest {
            OrderRequest(
                elder: ElderID(elder_id), item: .init(item_code), start: start, end: end, quantity: quantity?.value ?? .one, caller: caller,
                callID: call_id, note: note ?? "", preferredProvider: preferred_provider.map { ProviderID($0) }, fromAddress: from_address,
                toAddress: to_address, isEmergency: emergency ?? false, allowsTwin: allow_twin ?? false)
        }
    }

    /// A quantity as a whole number or as a decimal text with at most two places.
    struct QuantityBody: Decodable, Sendable {
        let value: Quantity
        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let whole = try? container.decode(Int64.self) {
                value = (-1_000_000...1_000_000).contains(whole) ? Quantity(Int(whole)) : Quantity(hundredths: whole > 0 ? .max : .min)
            } else if let text = try? container.decode(String.self), let quantity = Quantity(text) {
                value = quantity
            } else if let number = try? container.decode(Double.self), abs(number) < 1_000_000, abs((number * 100).rounded() - number * 100) < 1e-6 {
                // 0.29 times 100 is not 29 in binary.
                value = Quantity(hundredths: Int64((number * 100).rounded()))
            } else {
                throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "not a quantity"))
            }
        }
    }

    @Sendable func quote(_ request: Request, _ context: DeskContext) async throws -> Response {
        let body = try await exchange.decode(Body.self, request, context)
        let quote = try await QuoteOrder(exchange.office)(body.request)
        return Exchange.json(
            Show.decision(quote.decision, all: true).adding([
                "item": ["code": JSON(quote.item.code), "name": JSON(quote.item.name), "questions": .array(quote.item.questions.map { JSON($0) })],
                "price_version": JSON(quote.price.version), "start": JSON(quote.window.start), "end": JSON(quote.window.end),
                "payable_fen": quote.split.map { JSON($0.payable) } ?? .null, "funding": Show.legs(quote.split?.legs ?? []),
                "notes": Show.notes(quote.split?.notes ?? []), "self_pay_fen": quote.split.map { JSON($0.selfPay) } ?? .null,
                "list_price_fen": quote.split.map { JSON($0.listPrice) } ?? .null,
                "discount_fen": quote.split.map { JSON($0.discount) } ?? .null, "spoken": JSON(quote.split?.spoken),
                "twin": quote.twin.map { Show.order($0) } ?? .null, "nearest_time": JSON(quote.nearestTime),
            ]))
    }

    @Sendable func place(_ request: Request, _ context: DeskContext) async throws -> Response {
        try await exchange.once(Body.self, request, context) { body in
            let step = try PlaceOrder(exchange.office).prepared(body.request, by: context.caller)
            return { tx in Answer(status: 201, body: Show.placed(try step(tx)).text) }
        }
    }

    @Sendable func list(_ request: Request, _ context: DeskContext) async throws -> Response {
        let limit = try request.integer("limit", default: 50, in: 1...200)
        let state = try request.word("state", OrderState.self)
        let day = try request.day()
        let filters = ["state", "elder", "provider", "day"].map { request.query($0) ?? "" }
        let list = "orders?" + filters.joined(separator: "&")
        let before = try request.cursor(list).map { OrderID($0) }
        if request.query("escalated") != nil { return try await escalated(request, limit) }
        let orders = try await ReadOrders(exchange.office).page(
            state: state, elder: request.query("elder").map { ElderID($0) }, provider: request.query("provider").map { ProviderID($0) },
            day: day, before: before, limit: limit)
        return Exchange.json([
            "orders": .array(orders.map { Show.order($0) }), 
            "next": orders.count == limit ? JSON(orders.last.map { Cursor.text(after: $0.id.text, in: list) }) : .null,
        ])
    }

    /// `escalated=1`: told to the dispatcher or above; `escalated=2`: to the shift leader. Longest waiting first.
    private func escalated(_ request: Request, _ limit: Int) async throws -> Response {
        guard let level = EscalationLevel(rawValue: try request.integer("escalated", default: 1, in: 1...2)) else { return Exchange.json(.null) }
        let entries = try await ReadEscalations(exchange.office)(from: level, limit: limit)
        return Exchange.json([
            "orders": .array(
                entries.map {
                    Show.order($0.order).adding([
                        "escalation": ["level": JSON($0.level.rawValue), "reason": JSON($0.reason.rawValue), "at": JSON($0.at)]
                    ])
                }), "next": .null,
        ])
    }

    @Sendable func show(_ request: Request, _ context: KnownContext) async throws -> Response {
        let file = try await ReadOrders(exchange.office).file(try context.id(), by: context.caller)
        let isProvider = context.caller.role == .provider
        let document = Show.order(file.order).adding([
                "funding": .array(
                    file.legs.map { Show.legs([$0.leg]).firstItem.adding(["attempt": JSON($0.attempt), "state": JSON($0.state.rawValue)]) }),
                "history": .array(
                    file.attempts.filter { !isProvider || $0.provider == context.caller.provider }.map { Show.attempt($0) }),
                "events": .array(
                    file.events.filter { !isProvider || $0.provider == context.caller.provider }
                        .map { Show.event($0).adding(["note": isProvider ? .null : JSON($0.note)]) }),
                "unmet": isProvider ? .null : JSON(file.unmet),
            ])
        return Exchange.tagged(document, as: "\(file.order.version)-\(file.events.last?.seq ?? 0)", for: request)
    }

    @Sendable func decision(_ request: Request, _ context: KnownContext) async throws -> Response {
        let found = try await ReadOrders(exchange.office).decisions(try context.id(), by: context.caller)
        let provider = context.caller.provider
        return Exchange.json([
            "attempts": .array(
                found.map { entry in
                    Show.decision(entry.decision, all: provider == nil, only: provider).adding([
                        "attempt": JSON(entry.attempt?.ordinal),
                        "chosen": provider == nil || entry.attempt?.provider == provider ? JSON(entry.attempt?.provider) : .null,
                    ])
                })
        ])
    }

    struct Reason: Decodable, Sendable {
        let reason_code: String
        let note: String?
    }

    private func change(
        _ request: Request, _ context: DeskContext,
        _ prepare: (OrderID, String, Caller) throws -> @Sendable (any Transaction) throws -> Order
    ) async throws -> Response {
        let id = try context.id()
        return try await exchange.once(Reason.self, request, context) { body in
            let step = try prepare(id, body.reason_code, context.caller)
            return { tx in Answer(status: 200, body: Show.order(try step(tx)).text) }
        }
    }

    /// The new code stands in the answer, to be told to the elder.
    @Sendable func renewCode(_ request: Request, _ context: DeskContext) async throws -> Response {
        let id = try context.id()
        return try await exchange.once(Reason.self, request, context) { body in
            let step = try RenewDoorCode(exchange.office).prepared(id, reason: body.reason_code, by: context.caller)
            return { tx in
                let order = try step(tx)
                return Answer(status: 200, body: (["id": JSON(order.id), "visit_code": JSON(order.visitCode)] as JSON).text)
            }
        }
    }

    struct CallbackBody: Decodable, Sendable {
        let came: Bool
        let at: Instant?
        let did: String?
        let minutes: Int?
        let paid_extra_fen: Int64?
        let satisfaction: Int?
        let answered_by: String?
        let received: String?
    }

    @Sendable func callback(_ request: Request, _ context: DeskContext) async throws -> Response {
        let id = try context.id()
        return try await exchange.once(CallbackBody.self, request, context) { body in
            let step = try RecordCallback(exchange.office).prepared(
                id, came: body.came, cameAt: body.at, did: body.did ?? "", minutes: body.minutes, paidExtra: Fen(body.paid_extra_fen ?? 0),
                satisfaction: body.satisfaction, answeredBy: body.answered_by ?? "elder", received: body.received,
                by: context.caller)
            return { tx in Answer(status: 200, body: Show.order(try step(tx)).text) }
        }
    }

    struct ComplaintBody: Decodable, Sendable { let text: String }

    @Sendable func complain(_ request: Request, _ context: DeskContext) async throws -> Response {
        let id = try context.id()
        return try await exchange.once(ComplaintBody.self, request, context) { body in
            let step = try FileComplaint(exchange.office).prepared(id, text: body.text, by: context.caller)
            return { tx in Answer(status: 201, body: Show.order(try step(tx)).text) }
        }
    }
}

extension RequestContext {
    /// The order named in the path.
    func id() throws -> OrderID { OrderID(try parameters.require("id")) }
}

extension JSON {
    var firstItem: JSON {
        guard case .array(let items) = self, let first = items.first else { return .null }
        return first
    }
}
