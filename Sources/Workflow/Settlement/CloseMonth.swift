import Billing
import Crypto
import Kernel
import Registry
import Store

/// 月结: freezes what every provider is owed for a month.
///
/// One provider a transaction, so that intake goes on beside it; after a crash it continues where it stopped; a second close changes nothing,
/// and of two at once one has closed the month and the other finds it closed. What is uploaded later is paid with the next month.
public struct CloseMonth: Sendable {
    let office: Office
    let lanes: Int

    /// - Parameter lanes: comparisons side by side; more than one only where nothing else has to be answered meanwhile.
    public init(_ office: Office, lanes: Int = 1) {
        self.office = office
        self.lanes = lanes
    }

    public struct Result: Sendable {
        public let month: Month
        public let statements: [Statement]
        /// True when the month had been closed before and nothing was changed.
        public let wasClosed: Bool
    }

    /// - Throws: `month_not_over` while the month still runs, `month_not_in_order` while an earlier one with services is open.
    public func callAsFunction(
        _ month: Month, by caller: Caller, progress: @Sendable (_ done: Int, _ of: Int) -> Void = { _, _ in }
    ) async throws -> Result {
        let wasClosed = try await freeze(month, by: caller, progress: progress)
        return Result(month: month, statements: try await ReadStatements(office).frozen(month), wasClosed: wasClosed)
    }

    /// The close without reading the statements back, for months that do not fit in memory.
    ///
    /// - Returns: whether the month had been closed before.
    public func freeze(
        _ month: Month, by caller: Caller, progress: @Sendable (_ done: Int, _ of: Int) -> Void = { _, _ in }
    ) async throws -> Bool {
        let (now, office) = (office.now, office)
        guard now.localDate > month.last else {
            throw Rejection(.refused, "month_not_over", "\(month) 还没有结束，不能月结；可先试算（preview）。")
        }
        guard try await office.read({ tx in try tx.settlements.state(of: month) }) != .closed else { return true }
        try await office.perform { tx in
            guard try tx.settlements.state(of: month) == nil else { return }
            try tx.settlements.begin(month, by: caller.name, at: now)
            try tx.close.append(
                CloseEntry(from: .open, action: .cutOff, to: .closing, by: caller.name, at: now, opinion: "", hash: ""), to: month, after: 0)
        }
        let check = MonthCheck(office: office, month: month, lanes: lanes)
        let (providers, surroundings) = try await check.compare()
        for (index, provider) in providers.enumerated() {
            try Task.checkCancellation()
            try await office.perform { tx in
                guard try tx.settlements.state(of: month) == .closing, try !tx.settlements.hasStatement(month, provider) else { return }
                try Self.freeze(tx, office.reference, check, provider, surroundings, by: caller, now: now)
            }
            progress(index + 1, providers.count)
        }
        return try await office.perform { tx in
            guard try tx.settlements.finish(month, at: now) else { return true }
            let history = try tx.close.entries(month)
            let hash = try Batch.hash(tx, month, after: history)
            try tx.close.append(
                CloseEntry(from: .closing, action: .freeze, to: .frozen, by: caller.name, at: now, opinion: "", hash: hash), to: month,
                after: history.count)
            try Batch.tell(tx, "month.closed", month, by: caller.name, at: now)
            return false
        }
    }

    private static func freeze(
        _ tx: any Transaction, _ reference: Reference, _ check: MonthCheck, _ provider: ProviderID, _ surroundings: Surroundings,
        by caller: Caller, now: Instant
    ) throws {
        let month = check.month
        let statement = try check.statement(tx, provider, surroundings)
        let sha256 = hash(statement, reference)
        try tx.settlements.freeze(statement, sha256: sha256, at: now)
        for line in statement.lines where line.verdict == .blocked { try Refusal.undo(tx, line.candidate, now: now) }
        for deduction in statement.deductions(surroundings.terms.policy) { try Deduct.take(tx, deduction, now: now) }
        let first = try tx.close.firstServices(month, provider)
        let samples = Sampling.plan(
            statement, provider: reference.franchise.provider(provider), surroundings.terms.policy, isFirst: first.contains)
        try tx.close.insert(samples, month, provider, at: now)
        try Batch.tell(
            tx, "statement.frozen", month, provider, by: caller.name, at: now,
            data: "{\"month\":\"\(month)\",\"payable_fen\":\(statement.payable.amount),\"sha256\":\"\(sha256)\"}")
    }

    /// The fingerprint of a statement: of the very bytes that are signed.
    static func hash(_ statement: Statement, _ reference: Reference) -> String {
        SHA256.hash(data: Array(StatementDocument.detail(statement, catalogue: reference.catalogue).utf8)).hex
    }
}

/// 试算: "if closed now", without changing anything.
public struct PreviewMonth: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public func callAsFunction(_ month: Month) async throws -> [Statement] {
        let check = MonthCheck(office: office, month: month, lanes: 1)
        let (providers, surroundings) = try await check.compare()
        return try await office.read { tx in
            let waiting = try tx.close.waitingAdjustments()
            return try providers.map { provider in
                var statement = try check.statement(tx, provider, surroundings)
                statement.adjustments = (waiting[provider] ?? []) + statement.deductions(surroundings.terms.policy)
                return statement
            }
        }
    }
}

/// The statements of a month: frozen ones as they were signed, otherwise as they would be now.
public struct ReadStatements: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public func callAsFunction(_ month: Month) async throws -> (statements: [Statement], isClosed: Bool) {
        let state = try await office.read { tx in try tx.settlements.state(of: month) }
        return state == .closed ? (try await frozen(month), true) : (try await PreviewMonth(office)(month), false)
    }

    /// - Parameter until: leaves out what was decided later.
    func frozen(_ month: Month, until: Instant? = nil) async throws -> [Statement] {
        try await office.read { tx in
            try tx.settlements.providers(month).compactMap { try tx.settlements.statement(month, $0, until: until) }
        }
    }

    /// What was known of a month at a moment: the statements with what had been decided by then, or before the close the shadow of that day.
    ///
    /// - Throws: `not_known_then` when nothing of the month had been noted yet.
    public func known(_ month: Month, at moment: Instant) async throws -> (statements: [Statement], shadow: Shadow?, step: CloseStep) {
        let history = try await office.read { tx in try tx.close.entries(month, until: moment) }
        let step = history.last?.to ?? .open
        if step != .open, step != .closing { return (try await frozen(month, until: moment), nil, step) }
        guard let shadow = try await office.read({ tx in try tx.close.shadow(month, upTo: moment.localDate) }) else {
            throw Rejection(.missing, "not_known_then", "\(moment) 之前没有 \(month) 的结算记录或影子月结，无法回答当时的情况。", pointer: "/as_of")
        }
        return ([], shadow, step)
    }

    public func months() async throws -> [(month: Month, isClosed: Bool, closedAt: Instant?, by: String)] {
        try await office.read { tx in try tx.settlements.months().map { ($0.month, $0.state == .closed, $0.closedAt, $0.by) } }
    }
}
