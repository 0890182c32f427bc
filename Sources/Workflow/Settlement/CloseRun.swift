import Billing
import Kernel
import Registry
import Store

/// One run of a close, from wherever the last one stopped: lines day by day, then the seal on each statement, then the money of what is
/// refused goes back, then the month is closed.
struct CloseRun: Sendable {
    let office: Office
    let check: MonthCheck
    let lease: CloseLease
    let caller: Caller
    let now: Instant
    let progress: @Sendable (_ done: Int, _ of: Int) -> Void

    private var month: Month { check.month }

    /// Lines a transaction: a few milliseconds of the writer, for which intake waits at most.
    static let part = 256
    /// Refused lines a transaction: each moves its money back step by step.
    static let refusals = 64

    func callAsFunction() async throws {
        let month = month
        guard let start = try await office.read({ tx in try tx.settlements.closing(month) }) else { return }
        try await writeLines(after: start.frozenUntil)
        try await sealStatements()
        try await undoRefused(after: start.refused)
        try await finish()
    }

    /// One transaction of the close, in which its lease is renewed.
    ///
    /// - Parameter isTold: writes to the log, which others read as soon as it is there: then it must be durable. The end of the close is,
    ///   and takes all before it along.
    private func step<T: Sendable>(isTold: Bool = false, _ body: @escaping @Sendable (any Transaction) throws -> T) async throws -> T {
        try Task.checkCancellation()
        return try await office.performAlone(isRepeatable: !isTold) { [lease] tx in
            try lease.hold(tx)
            return try body(tx)
        }
    }

    // MARK: Lines

    private func writeLines(after day: LocalDate?) async throws {
        let month = month
        guard day.map({ $0 < month.last }) ?? true else { return }
        let (last, written) = try await office.read { tx in
            (try tx.settlements.lastOrdinals(month), try tx.settlements.subjects(month, after: day))
        }
        var ordinals = last
        try await keepBudgets()
        let comparison = try await check.compare()
        let slices = check.slices.filter { slice in day.map { $0 < check.end(of: slice) } ?? true }
        // The next slice is judged while this one is written.
        var next = slices.first.map { judged($0, comparison, written) }
        defer { next?.cancel() }
        for (index, slice) in slices.enumerated() {
            guard let judging = next else { return }
            var lines = try await judging.value
            next = index + 1 < slices.count ? judged(slices[index + 1], comparison, written) : nil
            var attempt = 0
            var done = Set<String>()
            while try await !write(lines, slice, &ordinals, &done) {
                // Something was changed between judging and writing: what is left is judged again.
                attempt += 1
                guard attempt < 10 else { throw Rejection(.conflict, "close_raced", "\(month) 的工单正被频繁修改，请稍后再次月结，会从停下的地方继续。") }
                lines = try await judged(slice, comparison, written.union(done)).value
            }
            progress(index + 1, slices.count)
        }
    }

    /// Orders of other months go on moving the budgets: every run of this close, and whoever computes it again, reckons with the same.
    private func keepBudgets() async throws {
        let month = month
        let left = try await office.read { tx in try tx.budgets.kept(for: month) == nil ? tx.budgets.left(for: month) : [:] }
        if !left.isEmpty { try await step { tx in try tx.budgets.keep(left, for: month) } }
    }

    private func judged(_ slice: CandidateReader.Slice, _ comparison: MonthCheck.Comparison, _ written: Set<String>)
        -> Task<[StatementLine], any Error>
    {
        Task { [check] in
            let lines = try await check.judged(slice, comparison).filter { !written.contains($0.candidate.subject) }
            // In the order of the statements, without moving the lines about.
            let order = lines.indices.sorted {
                let (a, b) = (lines[$0].candidate, lines[$1].candidate)
                return (a.provider, a.date, a.number, a.subject) < (b.provider, b.date, b.number, b.subject)
            }
            return order.map { lines[$0] }
        }
    }

    /// - Returns: false when some are left that are no longer as they were judged.
    private func write(
        _ lines: [StatementLine], _ slice: CandidateReader.Slice, _ ordinals: inout [ProviderID: Int], _ done: inout Set<String>
    ) async throws -> Bool {
        let month = month
        for part in lines.chunked(by: Self.part) {
            var counted = ordinals
            let numbered = part.map { line in
                counted[line.candidate.provider, default: 0] += 1
                return (ordinal: counted[line.candidate.provider] ?? 0, line: line)
            }
            // What a rule takes from a line is known only while its proof is at hand: it is taken with the line.
            let deductions = part.compactMap { Deduction.blocks($0, of: month, check.rules) }
            do {
                try await step { [now] tx in
                    guard try tx.settlements.append(numbered, to: month) else { throw Changed() }
                    for deduction in deductions { try Deduct.take(tx, deduction, now: now) }
                }
            } catch is Changed {
                return false
            }
            ordinals = counted
            for line in part { done.insert(line.candidate.subject) }
        }
        let end = check.end(of: slice)
        try await step { tx in try tx.settlements.setFrozen(month, until: end) }
        return true
    }

    private struct Changed: Error {}

    // MARK: Statements

    private func sealStatements() async throws {
        let month = month
        let providers = try await office.read { tx in
            let sealed = Set(try tx.settlements.providers(month))
            let all = Set(try tx.settlements.providersWithLines(month)).union(try tx.close.waitingAdjustments().keys)
            return all.subtracting(sealed).sorted()
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, provider) in providers.enumerated() {
                if index >= check.lanes { try await group.next() }
                group.addTask { try await seal(provider) }
            }
            try await group.waitForAll()
        }
    }

    private func seal(_ provider: ProviderID) async throws {
        let (month, reference, policy, caller, now) = (month, office.reference, check.rules, caller, now)
        let (statement, sha256, samples) = try await office.read { tx in
            let statement = Statement(month: month, provider: provider, lines: try tx.settlements.lines(month, provider))
            let first = try tx.close.firstServices(month, provider)
            let confirmed = try tx.settlements.confirmedByCall(month, provider)
            let samples = Sampling.plan(statement, provider: reference.franchise.provider(provider), policy, isFirst: first.contains)
                .map { confirmed.contains($0.subject) ? Sample(subject: $0.subject, reason: $0.reason, result: .passed) : $0 }
            return (statement, CloseMonth.hash(statement, reference), samples)
        }
        for part in samples.chunked(by: Self.part) {
            let part = Array(part)
            try await step { tx in try tx.close.insert(part, month, provider, at: now) }
        }
        try await step(isTold: true) { tx in
            try tx.settlements.seal(statement, sha256: sha256, at: now)
            for bonus in Deduction.bonuses(statement, reference.programmes) { try Deduct.take(tx, bonus, now: now) }
            try Batch.tell(
                tx, "statement.frozen", month, provider, by: caller.name, at: now,
                data: "{\"month\":\"\(month)\",\"payable_fen\":\(statement.payable.amount),\"sha256\":\"\(sha256)\"}")
        }
    }

    // MARK: What is refused, and the end

    /// Last, because what is given back would be judged otherwise: by a run that goes on after a crash.
    private func undoRefused(after count: Int) async throws {
        let (month, now) = (month, now)
        let blocked = try await office.read { tx in try tx.settlements.blocked(month) }
        for part in Array(blocked.dropFirst(count)).chunked(by: Self.refusals) {
            let part = Array(part)
            try await step { tx in
                for line in part { try Refusal.undo(tx, line, now: now) }
                try tx.settlements.addRefused(month, part.count)
            }
        }
    }

    private func finish() async throws {
        let (month, caller, now) = (month, caller, now)
        try await step(isTold: true) { tx in
            guard try tx.settlements.finish(month, at: now) else { return }
            let history = try tx.close.entries(month)
            let hash = try Batch.hash(tx, month, after: history)
            try tx.close.append(
                CloseEntry(from: .closing, action: .freeze, to: .frozen, by: caller.name, at: now, opinion: "", hash: hash), to: month,
                after: history.count)
            try Batch.tell(tx, "month.closed", month, by: caller.name, at: now)
        }
    }
}
