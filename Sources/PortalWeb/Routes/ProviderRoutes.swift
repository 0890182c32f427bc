import Hummingbird
import Kernel
import Orders
import Registry
import Store
import Web
import Workflow

/// | method | path | who | what |
/// |---|---|---|---|
/// | GET | /provider/feed?after=&wait=&limit= | provider | everything addressed to it, numbered 1, 2, 3 …; long poll |
/// | GET | /provider/orders?state= | provider | its orders |
/// | POST | /provider/orders/{id}/accept, decline, schedule, check-in, check-out, fail | provider | the visit |
public struct ProviderRoutes: Sendable {
    let exchange: Exchange
    public init(_ exchange: Exchange) { self.exchange = exchange }

    public func add(to group: RouterGroup<ProviderContext>) {
        group.get("feed", use: feed)
        group.get("orders", use: orders)
        group.post("orders/:id/accept", use: accept)
        group.post("orders/:id/decline", use: decline)
        group.post("orders/:id/schedule", use: schedule)
        group.post("orders/:id/check-in", use: checkIn)
        group.post("orders/:id/check-out", use: checkOut)
        group.post("orders/:id/fail", use: fail)
    }

    private var today: LocalDate { exchange.office.now.localDate }

    @Sendable func feed(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let after = try request.integer("after", default: 0, in: 0...Int.max)
        let wait = try request.integer("wait", default: 0, in: 0...ReadFeed.longestWait)
        let limit = try request.integer("limit", default: 100, in: 1...ReadFeed.limit)
        let entries = try await ReadFeed(exchange.office)(context.provider, after: Int64(after), limit: limit, waitSeconds: wait)
        let today = today
        return Exchange.json([
            "events": .array(entries.map { Show.feed($0, today: today) }),
            "next": JSON(entries.last?.event.providerSeq ?? Int64(after)),
        ])
    }

    @Sendable func orders(_ request: Request, _ context: ProviderContext) async throws -> Response {
        guard let state = OrderState(rawValue: request.query("state") ?? "offered") else {
            throw Rejection(.invalid, "state_unknown", "没有这个状态。", pointer: "/state")
        }
        let limit = try request.integer("limit", default: 50, in: 1...200)
        let found = try await ReadOrders(exchange.office).of(
            context.provider, state: state, after: request.query("cursor").map { OrderID($0) }, limit: limit)
        let today = today
        return Exchange.json([
            "orders": .array(found.compactMap { entry in entry.order.map { Show.providerOrder($0, entry.elder, today: today) } }),
            "next": found.count == limit ? JSON(found.last?.order?.id) : .null,
        ])
    }

    struct Empty: Decodable, Sendable {}

    @Sendable func accept(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let id = OrderID(try context.parameters.require("id"))
        return try await exchange.once(Empty.self, request, context) { _ in
            answer(AcceptOffer(exchange.office).prepared(id, by: context.caller), for: context)
        }
    }

    struct Reason: Decodable, Sendable { let reason_code: String }

    @Sendable func decline(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let id = OrderID(try context.parameters.require("id"))
        return try await exchange.once(Reason.self, request, context) { body in
            let step = try DeclineOffer(exchange.office).prepared(id, reason: body.reason_code, by: context.caller)
            return { tx in
                _ = try step(tx)
                return Answer(status: 200, body: (["id": JSON(id), "declined": true] as JSON).text)
            }
        }
    }

    @Sendable func fail(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let id = OrderID(try context.parameters.require("id"))
        return try await exchange.once(Reason.self, request, context) { body in
            answer(try FailOrder(exchange.office).prepared(id, reason: body.reason_code, by: context.caller), for: context)
        }
    }

    struct ScheduleBody: Decodable, Sendable {
        let worker: String
        let start: Instant?
    }

    @Sendable func schedule(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let id = OrderID(try context.parameters.require("id"))
        return try await exchange.once(ScheduleBody.self, request, context) { body in
            answer(
                ScheduleWorker(exchange.office).prepared(id, worker: WorkerID(body.worker), start: body.start, by: context.caller),
                for: context)
        }
    }

    struct CheckBody: Decodable, Sendable {
        let at: Instant
        let worker: String?
        let method: String
        let lat: Double?
        let lon: Double?
        let accuracy_m: Int?
        let code: String?
        let photo_sha256: String?
        let reason_code: String?
        let device: String?
        let mock_location: Bool?
        let location_off: Bool?
        let signature_sha256: String?
        let signed_by: String?

        func report() throws -> CheckReport {
            guard let method = CheckMethod(rawValue: method) else {
                throw Rejection(.invalid, "method_unknown", "method 应为 app、landline、code、card 或 paper。", pointer: "/method")
            }
            var place: Coordinate?
            if let lat, let lon {
                guard let here = Coordinate(latitude: lat, longitude: lon) else {
                    throw Rejection(.invalid, "place_invalid", "坐标超出范围。", pointer: "/lat")
                }
                place = here
            }
            var report = CheckReport(
                at: at, worker: worker.map { WorkerID($0) }, method: method, place: place, accuracy_m: accuracy_m, code: code,
                photoSHA256: photo_sha256, reasonCode: reason_code)
            report.device = device
            report.isMocked = mock_location ?? false
            report.isLocationOff = location_off ?? false
            report.signatureSHA256 = signature_sha256
            report.signedBy = signed_by
            return report
        }
    }

    @Sendable func checkIn(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let id = OrderID(try context.parameters.require("id"))
        return try await exchange.once(CheckBody.self, request, context) { body in
            answer(CheckIn(exchange.office).prepared(id, try body.report(), by: context.caller), for: context)
        }
    }

    /// With what the settlement rules would find on the visit if the month closed now, while the worker can still put it right.
    @Sendable func checkOut(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let id = OrderID(try context.parameters.require("id"))
        return try await exchange.once(CheckBody.self, request, context) { body in
            let step = CheckOut(exchange.office).prepared(id, try body.report(), by: context.caller)
            let (office, provider) = (exchange.office, context.provider)
            return { tx in
                let order = try step(tx)
                let elder = ReadFeed.mayKnowElder(provider, order, now: office.now) ? try tx.elders.find(order.elder) : nil
                let findings = try CheckVisit.findings(tx, office.reference, order)
                let shown = Show.providerOrder(order, elder, today: office.now.localDate).adding(["findings": .array(findings.map(Show.finding))])
                return Answer(status: 200, body: shown.text)
            }
        }
    }

    /// The order as its provider may see it after the step.
    private func answer(
        _ step: @escaping @Sendable (any Transaction) throws -> Order, for context: ProviderContext
    ) -> @Sendable (any Transaction) throws -> Answer {
        let (now, provider) = (exchange.office.now, context.provider)
        return { tx in
            let order = try step(tx)
            let elder = ReadFeed.mayKnowElder(provider, order, now: now) ? try tx.elders.find(order.elder) : nil
            return Answer(status: 200, body: Show.providerOrder(order, elder, today: now.localDate).text)
        }
    }
}
