import Kernel
import Matching
import Orders
import Registry
import Store

/// 提议改期: the provider could come, but at another time. The offer stays open beside it; the desk speaks with the elder and answers.
public struct ProposeTime: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// - Throws: `proposal_open` while an earlier one waits for its answer.
    public func prepared(
        _ id: OrderID, start: Instant, note: String, by caller: Caller
    ) throws -> @Sendable (any Transaction) throws -> Proposal {
        let now = office.now
        guard start > now else { throw OrderRejection.startInPast }
        guard start < now + .days(90) else { throw OrderRejection.startTooFar }
        guard note.count <= 500 else { throw OrderRejection.noteTooLong }
        let proposalID = IDMaker.text(at: now, random: office.random())
        return { tx in
            let (old, attempt) = try Offered.require(tx, id, by: caller)
            guard old.state == .offered else { throw Rejection(.conflict, "offer_answered", "这次派单已经有了答复，请刷新后再看。") }
            guard now < attempt.expiresAt else { throw OrderRejection.offerExpired(at: attempt.expiresAt) }
            guard start != old.window.start else {
                throw Rejection(.refused, "proposal_same_time", "提议的时间与原时间相同，请直接接单。", pointer: "/start")
            }
            if let earlier = try tx.proposals.open(of: id) {
                guard earlier.provider != attempt.provider else {
                    throw Rejection(.conflict, "proposal_open", "上一个改期提议还没有答复，请先等待座席答复。")
                }
                try tx.proposals.answer(earlier.id, .lapsed, by: caller.name, at: now)
            }
            let proposal = Proposal(id: proposalID, order: id, provider: attempt.provider, start: start, note: note, proposedAt: now)
            try tx.proposals.insert(proposal)
            var touched = old
            touched.version += 1
            try tx.orders.save(touched, replacing: old)
            try tx.events.append(
                "order.proposed", subject: id.text, subjectSeq: touched.version, to: attempt.provider, by: caller.name, at: now,
                data: (["proposal": JSON(proposal.id), "start": JSON(start)] as JSON).text)
            return proposal
        }
    }
}

/// 答复改期: agreed with the elder, the order moves to the new time with a new quote and is the provider's; otherwise the offer stands as it was.
public struct AnswerProposal: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// - Throws: `proposal_not_possible` when the provider may not serve the elder at the new time, with why.
    public func accepted(_ id: String, by caller: Caller) -> @Sendable (any Transaction) throws -> Order {
        let (now, reference) = (office.now, office.reference)
        return { tx in
            let (proposal, old) = try Self.require(tx, id, by: caller, at: now)
            let dispatch = Dispatch(tx, reference, now: now, by: caller.name)
            guard proposal.start > now else { throw OrderRejection.startInPast }
            let waiting = try old.after(.reassign, by: caller.actor, at: now, timers: dispatch.timers)
            try dispatch.release(old, as: .withdrawn, reason: "time_moved", event: "order.withdrawn", version: waiting.version)
            var moved = waiting
            moved.window = TimeWindow(start: proposal.start, lasting: old.window.end - old.window.start)
            let plan = try dispatch.plan(moved, try dispatch.situation(of: moved), asked: [], preferring: proposal.provider)
            guard plan.order.provider == proposal.provider else {
                throw Rejection(
                    .refused, "proposal_not_possible",
                    "该服务商在新的时间不能承接：\(plan.decision.explanation(for: proposal.provider))。请不同意这个提议，或改派。")
            }
            try tx.orders.save(plan.order, replacing: old)
            try dispatch.record(plan)
            guard let attempt = plan.attempt else { throw StoreFault.corrupt("order \(old.id): offered without an attempt") }
            let taken = try plan.order.after(.accept, by: caller.actor, at: now, timers: dispatch.timers)
            try tx.attempts.save(try attempt.answered(.accepted, at: now), expecting: .offered)
            try tx.orders.save(taken, replacing: plan.order)
            try tx.proposals.answer(id, .accepted, by: caller.name, at: now)
            try tx.events.append(
                "order.accepted", subject: taken.id.text, subjectSeq: taken.version, to: proposal.provider, by: caller.name, at: now,
                data: (["proposal": JSON(id)] as JSON).text)
            return taken
        }
    }

    public func refused(_ id: String, by caller: Caller) -> @Sendable (any Transaction) throws -> Order {
        let now = office.now
        return { tx in
            let (proposal, old) = try Self.require(tx, id, by: caller, at: now)
            var touched = old
            touched.version += 1
            try tx.orders.save(touched, replacing: old)
            try tx.proposals.answer(id, .refused, by: caller.name, at: now)
            try tx.events.append(
                "order.proposal_refused", subject: old.id.text, subjectSeq: touched.version, to: proposal.provider, by: caller.name, at: now,
                data: (["proposal": JSON(id)] as JSON).text)
            return touched
        }
    }

    public func page(_ state: Proposal.State, after id: String?, limit: Int) async throws -> [Proposal] {
        try await office.read { tx in try tx.proposals.page(state, after: id, limit: limit) }
    }

    /// The proposal with its order, while the offer it belongs to still stands.
    private static func require(
        _ tx: any Transaction, _ id: String, by caller: Caller, at now: Instant
    ) throws -> (proposal: Proposal, order: Order) {
        guard let proposal = try tx.proposals.find(id) else {
            throw Rejection(.missing, "proposal_unknown", "没有这个改期提议，请核对编号。")
        }
        guard proposal.state == .open else { throw Rejection(.conflict, "proposal_answered", "这个改期提议已经有了答复，请刷新后再看。") }
        let order = try tx.orders.require(proposal.order)
        guard order.state == .offered, order.provider == proposal.provider else {
            throw Rejection(.conflict, "proposal_lapsed", "工单已不在提议的服务商名下，这个提议已失效。")
        }
        return (proposal, order)
    }
}
