import Hummingbird
import Kernel
import Matching
import Orders
import Registry
import Store
import Web
import Workflow

/// | method | path | who | what |
/// |---|---|---|---|
/// | POST | /provider/plan?day= | provider | plans its day, or plans it again moving as little as possible, and names the workers on the orders |
/// | GET | /provider/plan?day=&version= | provider | the latest plan of the day, or an older one |
/// | GET | /provider/plan.csv?day=&worker= | provider | the same as a table, of everybody or of one worker |
/// | POST | /provider/plan/shifts?day= | provider | when a worker is there that day, its break, or that it is absent |
/// | POST | /provider/orders/{id}/pin, unpin | provider | a visit keeps its people and time in every plan to come, or no longer |
public struct PlanRoutes: Sendable {
    let exchange: Exchange
    public init(_ exchange: Exchange) { self.exchange = exchange }

    public func add(to group: RouterGroup<ProviderContext>) {
        group.post("plan", use: make)
        group.get("plan", use: read)
        group.get("plan.csv", use: table)
        group.post("plan/shifts", use: shift)
        group.post("orders/:id/pin", use: pin)
        group.post("orders/:id/unpin", use: unpin)
    }

    @Sendable func make(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let day = try request.day() ?? exchange.office.now.localDate
        let (now, reference) = (exchange.office.now, exchange.office.reference)
        return try await exchange.once(Nothing.self, request, context) { _ in
            let step = try await PlanDay(exchange.office).prepared(context.provider, on: day, by: context.caller)
            return { tx in
                let sheet = try ReadPlan.sheet(tx, try step(tx), now: now)
                return Answer(status: 201, body: Self.json(sheet, reference, now: now).text)
            }
        }
    }

    @Sendable func read(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let now = exchange.office.now
        let day = try request.day() ?? now.localDate
        let version = try request.query("version") == nil ? nil : request.integer("version", default: 1, in: 1...Int(Int32.max))
        let sheet = try await ReadPlan(exchange.office)(context.provider, on: day, version: version)
        return Exchange.json(Self.json(sheet, exchange.office.reference, now: now))
    }

    @Sendable func table(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let day = try request.day() ?? exchange.office.now.localDate
        let sheet = try await ReadPlan(exchange.office)(context.provider, on: day)
        return DaySheet(sheet, exchange.office.reference).csv(worker: request.query("worker").map { WorkerID($0) })
    }

    struct ShiftBody: Decodable, Sendable {
        let worker: String
        let absent: Bool?
        let from: String?
        let until: String?
        let break_from: String?
        let break_until: String?

        func shift() throws -> DayPlanRepository.Shift {
            let isAbsent = absent ?? false
            func minute(_ text: String?, _ name: String) throws -> Int? {
                guard let text else { return nil }
                guard let minute = ClockTime.minutes(text) else {
                    throw Rejection(.invalid, "time_invalid", "\(name) 应为 HH:MM，例如 08:30。", pointer: "/\(name)")
                }
                return minute
            }
            let (from, until) = (try minute(from, "from"), try minute(until, "until"))
            let (pauseFrom, pauseUntil) = (try minute(break_from, "break_from"), try minute(break_until, "break_until"))
            guard isAbsent || (from != nil && until != nil) else {
                throw Rejection(.refused, "shift_times_missing", "请写明 from 和 until，或写 absent: true。", pointer: "/from")
            }
            guard (pauseFrom == nil) == (pauseUntil == nil), (pauseFrom ?? 0) <= (pauseUntil ?? 0) else {
                throw Rejection(.refused, "shift_break_invalid", "休息应先开始后结束，两头都要写。", pointer: "/break_until")
            }
            let pause = pauseFrom.flatMap { from in pauseUntil.map { from..<$0 } }
            return .init(worker: WorkerID(worker), isAbsent: isAbsent, from: from ?? 0, until: until ?? 24 * 60, pause: pause)
        }
    }

    @Sendable func shift(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let day = try request.day() ?? exchange.office.now.localDate
        return try await exchange.once(ShiftBody.self, request, context) { body in
            let shift = try body.shift()
            let step = try SetShift(exchange.office).prepared(shift, of: context.provider, on: day, by: context.caller)
            return { tx in
                try step(tx)
                let answer: JSON = [
                    "day": JSON(day), "worker": JSON(shift.worker), "absent": JSON(shift.isAbsent),
                    "from": JSON(ClockTime.text(shift.from)), "until": JSON(ClockTime.text(shift.until)),
                    "break_from": JSON(shift.pause.map { ClockTime.text($0.lowerBound) }),
                    "break_until": JSON(shift.pause.map { ClockTime.text($0.upperBound) }),
                ]
                return Answer(status: 200, body: answer.text)
            }
        }
    }

    struct PinBody: Decodable, Sendable {
        let worker: String?
        let second_worker: String?
        let start: Instant?
    }

    @Sendable func pin(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let id = OrderID(try context.parameters.require("id"))
        return try await exchange.once(PinBody.self, request, context) { body in
            let step = PinVisit(exchange.office).prepared(
                id, worker: body.worker.map { WorkerID($0) }, second: body.second_worker.map { WorkerID($0) }, start: body.start,
                by: context.caller)
            return { tx in
                let pin = try step(tx)
                let answer: JSON = [
                    "order_id": JSON(id), "pinned": true, "worker": JSON(pin.worker), "second_worker": JSON(pin.second), "start": JSON(pin.start),
                ]
                return Answer(status: 200, body: answer.text)
            }
        }
    }

    @Sendable func unpin(_ request: Request, _ context: ProviderContext) async throws -> Response {
        let id = OrderID(try context.parameters.require("id"))
        return try await exchange.once(Nothing.self, request, context) { _ in
            let step = UnpinVisit(exchange.office).prepared(id, by: context.caller)
            return { tx in
                try step(tx)
                return Answer(status: 200, body: (["order_id": JSON(id), "pinned": false] as JSON).text)
            }
        }
    }

    /// A plan by worker, each visit with its order as the provider may see it. A visit of two stands with both.
    static func json(_ sheet: PlanSheet, _ reference: Reference, now: Instant) -> JSON {
        let (stored, day) = (sheet.stored, DaySheet(sheet, reference))
        let workers = day.workers.map { worker -> JSON in
            let visits = day.lines(of: worker.id).map { line -> JSON in
                let visit = line.visit
                return [
                    "order_id": JSON(visit.order), "start": JSON(visit.assignment.start), "end": JSON(visit.end),
                    "with_worker": JSON(visit.assignment.worker == worker.id ? visit.assignment.second : visit.assignment.worker),
                    "late_min": JSON(visit.late_min), "is_pinned": JSON(visit.isPinned), "is_moved": JSON(visit.isMoved),
                    "order": Show.providerOrder(line.order, line.elder, today: now.localDate),
                ]
            }
            return ["worker": JSON(worker.id), "name": JSON(worker.name), "visits": .array(visits)]
        }
        return [
            "provider": JSON(stored.provider), "day": JSON(stored.day), "version": JSON(stored.version), "made_at": JSON(stored.madeAt),
            "made_by": JSON(stored.madeBy), "visits": JSON(stored.plan.visits.count), "travel_min": JSON(stored.plan.travel_min),
            "late_min": JSON(stored.plan.late_min), "moved": JSON(stored.plan.moved), "workers": .array(workers),
            "unplaced": .array(
                sheet.unplaced.map {
                    ["order_id": JSON($0.order.id), "code": JSON($0.reason.rawValue), "reason": JSON($0.reason.phrase)]
                }),
            "not_in_plan": .array(sheet.missing.map { JSON($0.id) }), "no_longer_held": JSON(sheet.gone), "is_stale": JSON(sheet.isStale),
        ]
    }
}
