import Intake
import Kernel
import Orders
import Registry
import Store
import Workflow

/// The telephone: ring, answer, talk, hang up, ring back, look after the order.
extension Rehearsal {
    mutating func ring(_ index: Int) async throws {
        let call = calls[index]
        cards[index] = try await report(.newCall, call)
        if call.kind == .abandoned {
            agenda.plan(.talk(index), at: stage.now + .seconds(8 + chance.below(40)))
        } else {
            agenda.plan(.answer(index), at: stage.now + .seconds(3 + chance.below(15)))
        }
    }

    mutating func answer(_ index: Int) async throws {
        _ = try await report(.answer, calls[index])
        // A silent line is held for eight seconds.
        let seconds =
            switch calls[index].kind {
            case .silent: 8
            case .wrongNumber: 10 + chance.below(20)
            case .emergency: 20 + chance.below(30)
            default: 60 + chance.below(150)
            }
        agenda.plan(.talk(index), at: stage.now + .seconds(seconds))
    }

    /// The end of the talk: by now the operator has done what is to be done, or will ring back.
    mutating func talk(_ index: Int) async throws {
        _ = try await report(.hangup, calls[index])
        switch calls[index].kind {
        case .silent: agenda.plan(.callBack(index), at: stage.now + .minutes(1))
        case .abandoned: agenda.plan(.callBack(index), at: stage.now + .minutes(4 + chance.below(12)))
        default: try await finish(index)
        }
    }

    mutating func finish(_ index: Int) async throws {
        let call = calls[index]
        let fate = try await Desk(office: office).take(call, cards.removeValue(forKey: index) ?? [], &chance)
        try await NoteCall(office)(call.id, elder: fate.elder, outcome: fate.outcome.rawValue, by: Desk.caller)
        if fate.isNew { tally.newElders += 1 }
        fates[index] = fate
        if let order = fate.order { agenda.plan(.watch(order.id), at: order.lastMoment) }
    }

    private func report(_ event: CallEvent, _ call: RecordedCall) async throws -> [CallCard] {
        try await RecordCall(office)(event, id: call.id, from: call.from, to: Self.hotline, at: stage.now, by: Desk.caller)
    }

    /// Looks whether anybody has come. Nobody found: the elder is told and the order called off. Nobody came: a no-show.
    mutating func watch(_ id: OrderID) async throws {
        let order = try await office.read { tx in try tx.orders.require(id) }
        switch order.state {
        case .received:
            if order.urgency == .emergency, order.latestBegin > stage.now { return agenda.plan(.watch(id), at: order.latestBegin + .minutes(1)) }
            _ = try await CancelOrder(office)(id, reason: "nobody_available", by: Desk.caller)
        case .offered: agenda.plan(.watch(id), at: stage.now + .minutes(15))
        case .accepted, .scheduled:
            if let door = expected[id], door + .minutes(16) > stage.now {
                agenda.plan(.watch(id), at: door + .minutes(16))
            } else if order.urgency == .emergency {
                // Somebody else is sent at once.
                _ = try await office.perform(ReassignOrder(office).prepared(id, reason: "provider_no_show", by: Desk.caller))
                expected[id] = nil
                agenda.plan(.watch(id), at: stage.now + .minutes(35))
            } else {
                _ = try await FailOrder(office)(id, reason: "provider_no_show", by: Desk.caller)
            }
        case .inService, .done, .closed, .cancelled, .failed, .voided: break
        }
    }

    /// 回访 of a visit that no code has confirmed.
    mutating func askBack(_ id: OrderID) async throws {
        let order = try await office.read { tx in try tx.orders.require(id) }
        guard order.state == .done else { return }
        guard temper.picksUp() else { return agenda.plan(.askBack(id), at: stage.now + .hours(3)) }
        let memory = temper.memory()
        let told = try RecordCallback(office).prepared(
            id, came: memory.came, cameAt: memory.came ? order.window.start : nil, did: memory.came ? "按约服务" : "", minutes: nil,
            paidExtra: memory.paidExtra, satisfaction: memory.came ? memory.satisfaction : nil, answeredBy: memory.answeredBy, by: Desk.caller)
        let asked = try await office.perform(told)
        if !memory.came, asked.state == .done { _ = try await FailOrder(office)(id, reason: "nobody_came", by: Desk.caller) }
    }
}

extension Order {
    /// When it is certain that nobody will come in time.
    var lastMoment: Instant { (urgency == .emergency ? window.start : latestBegin) + .minutes(35) }
}
