import Catalog
import Kernel
import Orders
import Registry
import Store
import Workflow

/// The providers: they look at their feeds, answer, name a worker, come and go.
extension Rehearsal {
    static let page = 100

    mutating func poll(_ provider: ProviderID) async throws {
        polling.remove(provider)
        tally.polls += 1
        while true {
            let after = cursors[provider] ?? 0
            let entries = try await ReadFeed(office)(provider, after: after, limit: Self.page)
            for entry in entries { read(entry, provider) }
            if entries.count < Self.page { return }
        }
    }

    private mutating func read(_ entry: FeedEntry, _ provider: ProviderID) {
        let seq = entry.event.providerSeq ?? 0
        if seq != (cursors[provider] ?? 0) + 1 { tally.feedGaps += 1 }
        cursors[provider] = seq
        guard entry.event.type == "order.offered", let order = entry.order, order.state == .offered, order.provider == provider else { return }
        switch temper.answer(order.urgency) {
        case .silence: break
        case .accept(let wait): agenda.plan(.accept(order.id, provider), at: stage.now + wait)
        case .decline(let wait): agenda.plan(.decline(order.id, provider), at: stage.now + wait)
        }
    }

    private static func caller(_ provider: ProviderID) -> Caller {
        Caller(role: .provider, name: provider.text, provider: provider)
    }

    mutating func accept(_ id: OrderID, _ provider: ProviderID) async throws {
        do {
            let order = try await AcceptOffer(office)(id, by: Self.caller(provider))
            agenda.plan(.nameWorker(id, provider), at: stage.now + temper.planning(order.urgency))
        } catch let error as any Rejecting where error.rejection.kind == .conflict {
            tally.lateAnswers += 1
        }
    }

    mutating func decline(_ id: OrderID, _ provider: ProviderID) async throws {
        do {
            _ = try await DeclineOffer(office)(id, reason: temper.random.pick(Temper.reasons), by: Self.caller(provider))
        } catch let error as any Rejecting where error.rejection.kind == .conflict {
            tally.lateAnswers += 1
        }
    }

    mutating func nameWorker(_ id: OrderID, _ provider: ProviderID) async throws {
        let order = try await office.read { tx in try tx.orders.require(id) }
        guard order.state == .accepted, order.provider == provider, let item = office.reference.catalogue.item(order.item) else { return }
        let elder = try await office.read { tx in try tx.elders.require(order.elder) }
        expected[id] = nil
        let begins = max(order.window.start, stage.now)
        let length = order.window.end - order.window.start
        let time = TimeWindow(start: begins - .minutes(15), lasting: .minutes(length.minutes + 45))
        guard let worker = freeWorker(of: provider, for: order, elder, time) else {
            _ = try await DeclineOffer(office)(id, reason: "no_worker", by: Self.caller(provider))
            return
        }
        let scheduled: Order
        do {
            scheduled = try await office.perform(ScheduleWorker(office).prepared(id, worker: worker, start: nil, by: Self.caller(provider)))
        } catch let busy as Rejection where busy.code == "worker_busy" {
            // Still at a visit that takes longer than it should.
            _ = try await DeclineOffer(office)(id, reason: "no_worker", by: Self.caller(provider))
            return
        }
        if item.bindsWorker { diary[worker, default: []].append(time) }
        guard case .comes(let late) = temper.arrival() else { return try await stayAway(scheduled, provider) }
        let soonest = stage.now + .minutes(order.urgency == .emergency ? 12 : 20)
        let door = order.window.start + late > soonest ? order.window.start + late : soonest
        expected[id] = door
        agenda.plan(.arrive(id, provider), at: door)
    }

    private mutating func stayAway(_ order: Order, _ provider: ProviderID) async throws {
        // Half of those whose worker falls ill say so; the operator gives the order to the next.
        guard temper.random.chance(50), stage.now + .minutes(30) < order.window.start else { return }
        _ = try await office.perform(ReassignOrder(office).prepared(order.id, reason: "worker_ill", by: Desk.caller))
    }

    private func freeWorker(of provider: ProviderID, for order: Order, _ elder: Elder, _ time: TimeWindow) -> WorkerID? {
        let fitness = Fitness(order, catalogue: office.reference.catalogue, elderSex: elder.sex, relatives: [], absent: [])
        return office.reference.franchise.workers(of: provider).first { worker in
            fitness.obstacle(to: worker, engaged: []) == nil
                && (!order.mode.bindsWorker || !(diary[worker.id] ?? []).contains { $0.overlaps(time) })
        }?.id
    }

    mutating func arrive(_ id: OrderID, _ provider: ProviderID) async throws {
        let order = try await office.read { tx in try tx.orders.require(id) }
        guard order.state == .scheduled, order.provider == provider else { return }
        if order.mode == .visit, order.urgency != .emergency, temper.random.chance(2) {
            _ = try await FailOrder(office)(id, reason: "not_home", by: Self.caller(provider))
            return
        }
        let report = try await report(order, atEnd: false)
        _ = try await office.perform(CheckIn(office).prepared(id, report, by: Self.caller(provider)))
        agenda.plan(.leave(id, provider), at: stage.now + temper.length(order.window.end - order.window.start))
    }

    mutating func leave(_ id: OrderID, _ provider: ProviderID) async throws {
        let order = try await office.read { tx in try tx.orders.require(id) }
        guard order.state == .inService, order.provider == provider else { return }
        let report = try await report(order, atEnd: true)
        let left = try await office.perform(CheckOut(office).prepared(id, report, by: Self.caller(provider)))
        guard left.state == .done else { return }
        let morning = Instant(stage.now.localDate.adding(days: 1), minute: 9 * 60)
        agenda.plan(.askBack(id), at: morning + .minutes(temper.random.below(180)))
    }

    /// What the worker's telephone sends: the place with it wherever it has one.
    private mutating func report(_ order: Order, atEnd: Bool) async throws -> CheckReport {
        let elder = try await office.read { tx in try tx.elders.require(order.elder) }
        var method = temper.method(order.mode, atEnd: atEnd)
        var place: Coordinate?
        if order.mode == .visit || order.mode == .vehicle, method != .landline, method != .paper {
            place = elder.place.flatMap { temper.place(near: $0) }
        }
        if method == .app, place == nil { method = .landline }
        if method == .landline, try await !ring(for: order, atEnd: atEnd) { method = .code }
        let code: String? =
            switch method {
            case .code: order.visitCode
            case .card: elder.number
            case .app, .landline, .landlineUnheard, .paper: nil
            }
        return CheckReport(
            at: stage.now, method: method, place: place, accuracy_m: place.map { _ in 10 + temper.random.below(30) }, code: code,
            reasonCode: method == .paper ? "phone_broken" : nil)
    }

    /// The worker, or the elder whom a service by telephone is for, rings the hotline from the elder's line, and a machine takes the call.
    ///
    /// - Returns: false where the elder has no line that would prove anything.
    private func ring(for order: Order, atEnd: Bool) async throws -> Bool {
        let phones = try await office.read { tx in try tx.elders.phones(of: order.elder) }
        guard let line = phones.first(where: { !$0.isWrong && ($0.number.isFixedLine || order.mode == .phone) })?.number else { return false }
        for event in [CallEvent.newCall, .answer, .hangup] {
            let id = "check-\(order.id)-\(atEnd ? "out" : "in")"
            _ = try await RecordCall(office)(event, id: id, from: line.text, to: Self.hotline, at: stage.now, by: Desk.caller)
        }
        return true
    }
}

extension Item {
    /// Whether who serves can serve nobody else meanwhile.
    var bindsWorker: Bool { mode != .onSite && mode != .group }
}
