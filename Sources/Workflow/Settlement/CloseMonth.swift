import Billing
import Kernel
import Registry
import Store

/// 月结: freezes what every provider is owed for a month.
///
/// Lines are judged beside the writer and written in short transactions, so that intake goes on; after a crash the next run continues where
/// it stopped; a second close changes nothing. Of two at once one closes the month and the other hears so. Nothing that the judging looks
/// at is changed before all lines stand, so that an interrupted close ends in the same bytes as an undisturbed one. What is uploaded later
/// is paid with the next month.
public struct CloseMonth: Sendable {
    let office: Office
    let lanes: Int

    /// - Parameter lanes: readings and comparisons side by side; more than one only where nothing else has to be answered meanwhile.
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

    /// - Throws: `month_not_over` while the month still runs, `month_unknown` before the first service there ever was, `close_running` while
    ///   somebody else closes it.
    public func callAsFunction(
        _ month: Month, by caller: Caller, progress: @escaping @Sendable (_ done: Int, _ of: Int) -> Void = { _, _ in }
    ) async throws -> Result {
        let wasClosed = try await freeze(month, by: caller, progress: progress)
        return Result(month: month, statements: try await ReadStatements(office).frozen(month), wasClosed: wasClosed)
    }

    /// The close without reading the statements back, for months that do not fit in memory.
    ///
    /// - Returns: whether the month had been closed before.
    public func freeze(
        _ month: Month, by caller: Caller, progress: @escaping @Sendable (_ done: Int, _ of: Int) -> Void = { _, _ in }
    ) async throws -> Bool {
        let (now, office) = (office.now, office)
        guard now.localDate > month.last else {
            throw Rejection(.refused, "month_not_over", "\(month) 还没有结束，不能月结；可先试算（preview）。")
        }
        let state = try await office.read { tx -> SettlementRepository.State? in
            let state = try tx.settlements.state(of: month)
            if state == nil, try !tx.settlements.isReached(month) {
                throw Rejection(.missing, "month_unknown", "\(month) 及以前没有任何服务，没有可月结的内容，请核对月份。", pointer: "/month")
            }
            return state
        }
        guard state != .closed else { return true }
        try await office.perform { tx in
            guard try tx.settlements.state(of: month) == nil else { return }
            try tx.settlements.begin(month, by: caller.name, at: now)
            let hash = try Batch.hash(tx, month, after: [])
            try tx.close.append(
                CloseEntry(from: .open, action: .cutOff, to: .closing, by: caller.name, at: now, opinion: "", hash: hash), to: month, after: 0)
        }
        let lease = CloseLease(office: office, month: month)
        guard try await lease.claim() else { return true }
        let check = MonthCheck(office: office, month: month, lanes: lanes)
        let run = CloseRun(office: office, check: check, lease: lease, caller: caller, now: now, progress: progress)
        do {
            try await lease.beating { try await run() }
        } catch {
            try? await lease.leave()
            throw error
        }
        return false
    }
}

/// 试算: "if closed now", without changing anything.
public struct PreviewMonth: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public func callAsFunction(_ month: Month) async throws -> [Statement] {
        let check = MonthCheck(office: office, month: month, lanes: 1)
        let comparison = try await check.compare()
        var lines: [ProviderID: [StatementLine]] = [:]
        for page in comparison.pages {
            for line in try await check.judged(page, comparison, keep: { $0 }) { lines[line.candidate.provider, default: []].append(line) }
        }
        let waiting = try await office.read { tx in try tx.close.waitingAdjustments() }
        return Set(lines.keys).union(waiting.keys).sorted().map { provider in
            var statement = Statement(month: month, provider: provider, lines: lines[provider] ?? [])
            statement.adjustments =
                (waiting[provider] ?? []) + statement.deductions(check.rules) + Deduction.bonuses(statement, office.reference.programmes)
            return statement
        }
    }
}

/// The statements of a month: frozen ones as they were signed, otherwise as they would be now.
public struct ReadStatements: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// - Parameter provider: nil for all.
    public func callAsFunction(_ month: Month, of provider: ProviderID? = nil) async throws -> (statements: [Statement], isClosed: Bool) {
        let state = try await office.read { tx in try tx.settlements.state(of: month) }
        guard state != .closed else { return (try await frozen(month, of: provider), true) }
        return (try await PreviewMonth(office)(month).filter { provider == nil || $0.provider == provider }, false)
    }

    /// - Parameter until: leaves out what was decided later.
    func frozen(_ month: Month, of provider: ProviderID? = nil, until: Instant? = nil) async throws -> [Statement] {
        try await office.read { tx in try Self.frozen(tx, month, of: provider, until: until) }
    }

    static func frozen(_ tx: any Transaction, _ month: Month, of provider: ProviderID?, until: Instant? = nil) throws -> [Statement] {
        try (provider.map { [$0] } ?? tx.settlements.providers(month)).compactMap { try tx.settlements.statement(month, $0, until: until) }
    }

    /// What was known of a month at a moment: the statements with what had been decided by then, or before the close the shadow of that day.
    ///
    /// - Throws: `not_known_then` when nothing of the month had been noted yet.
    public func known(_ month: Month, at moment: Instant) async throws -> (statements: [Statement], shadow: Shadow?, step: CloseStep) {
        let history = try await office.read { tx in try tx.close.entries(month, until: moment) }
        let step = history.last?.to ?? .open
        if step != .open, step != .closing { return (try await frozen(month, until: moment), nil, step) }
        guard let shadow = try await office.read({ tx in try tx.close.shadow(month, notedBy: moment) }) else {
            throw Rejection(.missing, "not_known_then", "\(moment) 之前没有 \(month) 的结算记录或影子月结，无法回答当时的情况。", pointer: "/as_of")
        }
        return ([], shadow, step)
    }
}
