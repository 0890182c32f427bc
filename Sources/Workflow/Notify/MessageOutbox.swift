import Catalog
import Kernel
import Notifier
import Orders
import Registry
import Store

/// The second channel of the delivery service (短信): the same log, leases, retries and breaker; other receivers and another way of writing.
///
/// A row holds whom and why, never a text: that is written when it is sent, from what is true then.
public struct MessageOutbox: Outbox {
    let office: Office
    let plan: MessagePlan
    /// Makes the request for one message; what stands between the number and the real gateway.
    let request: @Sendable (_ id: String, _ rule: String, _ number: String, _ text: String, _ now: Instant) -> SignedRequest
    private let channel: Subscription

    /// - Parameter request: Of the gateway, or of one that only logs.
    public init(
        _ office: Office, plan: MessagePlan, url: EndpointURL,
        request: @escaping @Sendable (_ id: String, _ rule: String, _ number: String, _ text: String, _ now: Instant) -> SignedRequest
    ) {
        self.office = office
        self.plan = plan
        self.request = request
        // The gateway is one endpoint to the delivery service; the secret of a webhook is not used.
        channel = Subscription(
            id: "sms", provider: nil, url: url, events: .everything, secrets: SecretRing(Secret(random: [UInt8](repeating: 0, count: 32))))
    }

    static let lease = "messages"

    public func claim(by holder: String, now: Instant) async throws -> Instant? {
        let plan = plan
        let hasWork = try await office.read { tx in
            guard try tx.leases.isFree(Self.lease, for: holder, now: now) else { return false }
            return try tx.messages.hasDue(now: now) || Self.isNews(try tx.messages.news(), plan)
        }
        guard hasWork else { return nil }
        return try await office.database.write { tx in try tx.leases.claim(Self.lease, by: holder, now: now) }
    }

    public func release(by holder: String) async throws {
        try await office.database.write { tx in try tx.leases.release(Self.lease, by: holder) }
    }

    /// Whether reading on is worth a write: an event somebody hears of, or so many others that the place should be remembered.
    private static func isNews(_ events: [Event]?, _ plan: MessagePlan) -> Bool {
        guard let events else { return true }
        return events.count == MessageRepository.gatherLimit || events.contains { !plan.rules(for: $0.type).isEmpty }
    }

    public func gather(now: Instant) async throws -> Bool {
        let (plan, reference) = (plan, office.reference)
        let (isNews, hasDue) = try await office.read { tx in
            (Self.isNews(try tx.messages.news(), plan), try tx.messages.hasDue(now: now))
        }
        guard isNews || hasDue else { return false }
        return try await office.database.write { tx in
            if hasDue { try Self.dropOvertaken(tx, plan, now: now) }
            guard let events = try tx.messages.news() else {
                try tx.messages.setPlace(try tx.events.last())
                return false
            }
            for event in events {
                for rule in plan.rules(for: event.type) { try Self.add(tx, event, rule, plan, reference, now: now) }
            }
            if let last = events.last { try tx.messages.setPlace(last.seq) }
            return events.count == MessageRepository.gatherLimit
        }
    }

    private static func add(
        _ tx: any Transaction, _ event: Event, _ rule: MessageRule, _ plan: MessagePlan, _ reference: Reference, now: Instant
    ) throws {
        guard let order = try tx.orders.find(OrderID(event.subject)),
            let (person, phone) = try receiver(tx, of: rule, for: order, event, reference)
        else { return }
        let until = event.at + rule.useful
        let due = rule.isQuiet ? plan.quiet?.passed(now) ?? now : now
        var refusal: String?
        if let phone, try tx.messages.count(to: phone.text, since: now - .hours(1)) >= plan.limits.perHour
            || tx.messages.count(to: phone.text, since: now - .days(1)) >= plan.limits.perDay
        {
            refusal = "number_limit"
        }
        if due > until { refusal = due > now ? "quiet_hours" : "too_late" }
        if phone == nil { refusal = "no_mobile" }
        if try tx.messages.hasRefused(person) { refusal = "refused_by_person" }
        try tx.messages.insert(
            of: event, rule: rule.name, person: person, number: phone?.text, due: due, until: until, refusal: refusal, at: now)
    }

    /// Who is told, and under which number; nil when the event is addressed to nobody of that kind.
    private static func receiver(
        _ tx: any Transaction, of rule: MessageRule, for order: Order, _ event: Event, _ reference: Reference
    ) throws -> (person: String, phone: NormalisedPhone?)? {
        switch rule.receiver {
        case .provider:
            guard let id = event.provider, let provider = reference.franchise.provider(id), provider.phone.isMobile else { return nil }
            return (Self.person(provider: id), provider.phone)
        case .elder, .contact:
            guard let elder = try tx.elders.find(order.elder) else { return nil }
            let own = rule.receiver == .elder ? elder.phones.first { $0.number.isMobile && !$0.isWrong }?.number : nil
            let theirs = elder.contacts.sorted { $0.order < $1.order }.compactMap(\.phone).first(where: \.isMobile)
            return (Self.person(elder: elder.id), own ?? theirs)
        }
    }

    /// Messages that are no longer true, no longer of use or no longer wanted are not sent.
    private static func dropOvertaken(_ tx: any Transaction, _ plan: MessagePlan, now: Instant) throws {
        for message in try tx.messages.due(now: now, limit: 200) {
            var reason: String?
            if let states = plan.rule(message.rule)?.states {
                let state = try tx.orders.find(OrderID(message.subject))?.state.rawValue ?? ""
                if !states.isEmpty, !states.contains(state) { reason = "overtaken" }
            } else {
                reason = "rule_removed"
            }
            if message.until < now { reason = "too_late" }
            if try tx.messages.hasRefused(message.person) { reason = "refused_by_person" }
            if let reason { try tx.messages.drop(message.id, because: reason, at: now) }
        }
    }

    public func due(now: Instant, limit: Int, perEndpoint: Int, skipping: Set<String>) async throws -> [Delivery] {
        guard !skipping.contains(channel.id) else { return [] }
        let (reference, channel, plan, request) = (office.reference, channel, plan, request)
        return try await office.read { tx in
            try tx.messages.due(now: now, limit: min(limit, perEndpoint)).compactMap { message in
                guard let number = message.number, let rule = plan.rule(message.rule), message.until >= now,
                    let order = try tx.orders.find(OrderID(message.subject)), rule.states.isEmpty || rule.states.contains(order.state.rawValue)
                else { return nil }
                let id = "sms_\(message.id)"
                let text = plan.signature + rule.text.filled(Self.values(order, reference))
                return Delivery(
                    id: message.id, eventID: id, eventSeq: message.eventSeq, subject: number, subscription: channel, type: rule.name,
                    body: [], attempt: message.attempts + 1, prepared: request(id, rule.name, number, text, now))
            }
        }
    }

    private static func values(_ order: Order, _ reference: Reference) -> [String: String] {
        let provider = order.provider.flatMap { reference.franchise.provider($0) }
        let worker = order.worker.flatMap { id in order.provider.flatMap { reference.franchise.workers(of: $0).first { $0.id == id } } }
        let date = order.window.start.localDate
        return [
            "item": reference.catalogue.item(order.item)?.name ?? "", "number": order.number, "provider": provider?.name ?? "",
            "provider_phone": provider?.phone.text ?? "", "worker": worker?.name ?? "", "visit_code": order.visitCode,
            "start": "\(date.monthOfYear)月\(date.day)日\(order.window.start.clock)",
        ]
    }

    public func record(_ outcomes: [DeliveryOutcome], now: Instant) async throws {
        try await office.database.write { tx in try tx.messages.record(outcomes, now: now) }
    }

    /// Forgets what is past its time.
    public func sweep(now: Instant) async throws {
        while try await office.database.write({ tx in try tx.messages.sweep(now: now, limit: 500) }) == 500 { continue }
    }

    static func person(elder: ElderID) -> String { "elder/\(elder)" }
    static func person(provider: ProviderID) -> String { "provider/\(provider)" }
}
