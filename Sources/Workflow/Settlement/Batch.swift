import Billing
import Crypto
import Entitlement
import Kernel
import Orders
import Registry
import Store

/// 批次: a month as those see it who sign it one after the other.
enum Batch {
    /// Where the month stands, and everything done so far.
    static func standing(_ tx: any Transaction, _ month: Month) throws -> (step: CloseStep, history: [CloseEntry]) {
        let history = try tx.close.entries(month)
        if let last = history.last { return (last.to, history) }
        // Closed before steps were kept.
        return switch try tx.settlements.state(of: month) {
        case .closed: (.frozen, [])
        case .closing: (.closing, [])
        case nil: (.open, [])
        }
    }

    /// The fingerprint of everything that is signed: the statements, what persons have entered since (decisions on lines, results of samples,
    /// answers of providers), and all steps before with who took them, when and with which words. A month goes on as it was begun: those of before
    /// are without confirmations and samples.
    ///
    /// What it is made of is told in `deploy/verify-settlement.md`, by which others compute it.
    static func hash(_ tx: any Transaction, _ month: Month, after history: [CloseEntry]) throws -> String {
        guard try tx.close.hashVersion(month) > 1 else { return try firstHash(tx, month, after: history) }
        var text = "vnh-batch-2 \(month)\n"
        let corrections = try tx.close.adjusted(on: month)
        for statement in try tx.settlements.hashes(month) {
            text += CSV.line(["statement", statement.provider.text, statement.sha256])
            for correction in corrections[statement.provider] ?? [] {
                text += CSV.line(["correction", correction.id, String(correction.amount.amount)])
            }
        }
        for row in try tx.close.entered(month) { text += row }
        for entry in seen(history) {
            text += CSV.line([
                "step", entry.from.rawValue, entry.action.rawValue, entry.to.rawValue, entry.by, String(entry.at.milliseconds), entry.opinion, entry.hash,
                entry.street ?? "",
            ])
        }
        return SHA256.hash(data: Array(text.utf8)).hex
    }

    private static func firstHash(_ tx: any Transaction, _ month: Month, after history: [CloseEntry]) throws -> String {
        var text = "\(month)\n"
        let corrections = try tx.close.adjusted(on: month)
        for statement in try tx.settlements.hashes(month) {
            text += "\(statement.provider) \(statement.sha256)\n"
            for correction in corrections[statement.provider] ?? [] { text += "\(correction.id) \(correction.amount.amount)\n" }
        }
        for decision in try tx.close.decided(month) { text += "\(decision)\n" }
        for entry in seen(history) where !entry.hash.isEmpty {
            text += "\(entry.to.rawValue) \(entry.by) \(entry.hash)\(entry.street.map { " \($0)" } ?? "")\n"
        }
        return SHA256.hash(data: Array(text.utf8)).hex
    }

    /// Streets sign side by side: what one has before it does not depend on which others have signed.
    private static func seen(_ history: [CloseEntry]) -> [CloseEntry] {
        history.last?.to == .reviewed ? history.filter { !$0.isOfOneStreet } : history
    }

    /// Tells everybody who reads the log what has become of a month, or of one provider's statement of it.
    static func tell(
        _ tx: any Transaction, _ type: String, _ month: Month, _ provider: ProviderID? = nil, by name: String, at now: Instant,
        data: String = "{}"
    ) throws {
        let subject = provider.map { "\(month)/\($0)" } ?? month.description
        try tx.events.append(
            type, subject: subject, subjectSeq: try tx.events.count(about: subject) + 1, to: provider, by: name, at: now, data: data)
    }

    /// - Throws: `batch_locked` unless lines may still be decided on.
    static func requireOpen(_ tx: any Transaction, _ month: Month) throws {
        let step = try standing(tx, month).step
        guard step != .open, step != .closing else {
            throw Rejection(.conflict, "close_out_of_order", "\(month) 还没有月结，没有可处理的结算单。")
        }
        guard step == .frozen else {
            throw Rejection(
                .conflict, "batch_locked", "\(month) 为“\(step.name)”，批次已签，不能再改；须先逐级退回，支付后只能在未结月份冲正。")
        }
    }

    /// - Throws: `right_missing` when the caller may not take such a step.
    static func require(_ right: CloseRight, _ caller: Caller, _ tx: any Transaction) throws {
        guard caller.role != .auditor, caller.role != .provider else {
            throw Rejection(.forbidden, "role_forbidden", "您的角色不能办理月结。")
        }
        if byRole[caller.role, default: []].contains(right) { return }
        guard try tx.close.rights(of: caller.name).contains(right) else {
            throw Rejection(.forbidden, "right_missing", "您没有“\(right.name)”的权限，请由管理员授权后再办理。")
        }
    }

    /// Whose second signature counts has to be known: no login signs without the number of its person, nor a token of such a login.
    ///
    /// - Throws: `person_needed`
    static func requirePerson(_ name: String, _ tx: any Transaction) throws {
        let owners = try tx.tokens.owned().filter { $0.token == name }.map(\.owner)
        for login in try ([name] + owners).compactMap({ try tx.access.login($0) }) where login.person == nil {
            throw Rejection(.forbidden, "person_needed", "账号“\(login.holder.name)”没有登记本人工号，不能签字；请安全管理员登记后再办理。")
        }
    }

    /// What keeps a step from being taken, in words; nil when nothing does.
    static func obstacle(_ check: () throws -> Void) throws -> String? {
        do { try check() } catch let rejection as Rejection { return rejection.message }
        return nil
    }

    /// Who may take a step: by role, and by name.
    static func holders(of right: CloseRight, _ tx: any Transaction) throws -> (roles: Set<Caller.Role>, names: [String]) {
        (Set(byRole.filter { $0.value.contains(right) }.keys), try tx.close.grants().filter { $0.right == right }.map(\.name))
    }

    /// What a role may do by itself. Street and district sign by name only: whoever is to sign for them is granted the right.
    private static let byRole: [Caller.Role: Set<CloseRight>] = [
        .operator: [.review], .quality: [.review], .admin: [.close, .review], .finance: [.close, .finance, .pay],
    ]
}

/// What is given back when a line is refused.
enum Refusal {
    /// Returns the public money of a line to its programmes; the order or meal can then not be settled any more.
    static func undo(_ tx: any Transaction, _ line: Candidate, now: Instant) throws {
        switch line.kind {
        case .order:
            guard let order = try tx.orders.find(ID(line.subject)), order.settlement != .paid else { return }
            let money = Money(tx, order, now: now)
            try money.reverse()
            try money.release()
        case .meal:
            guard let swipe = try tx.meals.find(ID(line.subject)) else { throw StoreFault.corrupt("meal \(line.subject) of a statement") }
            try ReverseMeal.giveBack(tx, swipe, at: now)
        }
        try tx.close.settle(line.kind, line.subject, isPaid: false)
    }
}
