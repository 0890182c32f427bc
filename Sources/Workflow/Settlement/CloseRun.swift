import Billing
import Entitlement
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

    /// Lines a transaction, when nobody else writes and while somebody does, whom less than a millisecond of it must not disturb.
    static let (part, smallPart) = (MonthCheck.page, 32)
    /// Refused lines a transaction: each moves its money back step by step.
    static let refusals = 256
    /// Statements sealed a transaction.
    static let seals = 32

    func callAsFunction() async throws {
        let month = month
        guard let start = try await office.read({ tx in try tx.settlements.closing(month) }) else { return }
        // Long to find: beside the comparison, before anything is written, since a database keeps what is written while somebody reads.
        async let first = office.read { tx in try tx.close.firstServices(month) }
        let comparison = try await compared(after: start.frozenUntil)
        let firstServices = try await first
        var grown: [ProviderID: GrowingStatement] = [:]
        if let comparison { grown = try await writeLines(comparison, after: start.frozenUntil) }
        try await sealStatements(grown, firstServices: firstServices)
        try await undoRefused(after: start.refused)
        try await finish()
    }

    /// Goes through a list part by part, at full speed when nobody else writes, and out of the way of those who do.
    private func inParts<T>(_ list: [T], of size: Int = part, _ body: (ArraySlice<T>) async throws -> Void) async throws {
        var done = 0
        while done < list.count {
            let isBusy = office.database.isBusy
            if isBusy { try await Task.sleep(for: .milliseconds(10)) }
            let end = min(list.count, done + min(size, isBusy ? Self.smallPart : size))
            try await body(list[done..<end])
            done = end
        }
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

    /// - Returns: nil when every line stands already.
    private func compared(after day: LocalDate?) async throws -> MonthCheck.Comparison? {
        if let day, day >= month.last { return nil }
        try await keepBudgets()
        return try await check.compare()
    }

    /// - Returns: the statements of which this run has written every line.
    private func writeLines(_ comparison: MonthCheck.Comparison, after day: LocalDate?) async throws -> [ProviderID: GrowingStatement] {
        let month = month
        let (last, written) = try await office.read { tx in
            (try tx.settlements.lastOrdinals(month), try tx.settlements.subjects(month, after: day))
        }
        var counted = Counted(ordinals: last)
        let pages = comparison.pages.filter { page in day.map { $0 < check.end(of: page.slice) } ?? true }
        // The next pages are judged while one is written.
        var ahead: [Task<[JudgedLine], any Error>] = []
        defer { for next in ahead { next.cancel() } }
        for (index, page) in pages.enumerated() {
            while ahead.count < 2 * check.lanes, index + ahead.count < pages.count { ahead.append(judged(pages[index + ahead.count], comparison, written)) }
            var lines = try await ahead.removeFirst().value
            var attempt = 0
            var done = Set<String>()
            while try await !write(lines, &counted, &done) {
                // Something was changed between judging and writing: what is left is judged again.
                attempt += 1
                guard attempt < 10 else { throw Rejection(.conflict, "close_raced", "\(month) 的工单正被频繁修改，请稍后再次月结，会从停下的地方继续。") }
                lines = try await judged(page, comparison, written.union(done)).value
            }
            if index + 1 == pages.count || pages[index + 1].slice != page.slice { try await freeze(until: check.end(of: page.slice)) }
            progress(index + 1, pages.count)
        }
        try await freeze(until: month.last)
        return counted.grown
    }

    private func freeze(until day: LocalDate) async throws {
        let month = month
        try await step { tx in try tx.settlements.setFrozen(month, until: day) }
    }

    /// How far each provider's lines have come.
    private struct Counted: Sendable {
        private(set) var grown: [ProviderID: GrowingStatement] = [:]
        private var ordinals: [ProviderID: Int]
        /// Not all of their lines were seen here in order.
        private var unseen: Set<ProviderID>

        init(ordinals: [ProviderID: Int]) {
            self.ordinals = ordinals
            unseen = Set(ordinals.keys)
        }

        func numbered(_ lines: ArraySlice<JudgedLine>) -> [(ordinal: Int, line: SettlementRepository.NewLine)] {
            var counted = ordinals
            return lines.map { line in
                counted[line.line.provider, default: 0] += 1
                return (counted[line.line.provider] ?? 0, line.line)
            }
        }

        func with(_ lines: ArraySlice<JudgedLine>) async -> Counted {
            var counted = self
            for line in lines {
                let provider = line.line.provider
                counted.ordinals[provider, default: 0] += 1
                guard !counted.unseen.contains(provider), !counted.grown[provider, default: GrowingStatement()].add(line) else { continue }
                counted.unseen.insert(provider)
                counted.grown[provider] = nil
            }
            return counted
        }
    }

    /// Orders of other months go on moving the budgets: every run of this close, and whoever computes it again, reckons with the same.
    private func keepBudgets() async throws {
        let month = month
        let left = try await office.read { tx in try tx.budgets.kept(for: month) == nil ? tx.budgets.left(for: month) : [:] }
        if !left.isEmpty { try await step { tx in try tx.budgets.keep(left, for: month) } }
    }

    private func judged(_ page: MonthPage, _ comparison: MonthCheck.Comparison, _ written: Set<String>) -> Task<[JudgedLine], any Error> {
        Task { [check, month, catalogue = office.reference.catalogue, rules = check.rules] in
            let lines = try await check.judged(page, comparison) { line in
                written.contains(line.candidate.subject) ? nil : JudgedLine(line, of: month, catalogue, rules)
            }
            return lines.sorted { $0.place < $1.place }
        }
    }

    /// - Returns: false when some are left that are no longer as they were judged.
    private func write(_ lines: [JudgedLine], _ counted: inout Counted, _ done: inout Set<String>) async throws -> Bool {
        var count = 0
        do {
            // Parts run over all statements, as the orders stand side by side in the database: each of its pages is written once.
            try await inParts(lines) { part in
                let (before, numbered, deductions) = (counted, counted.numbered(part), part.compactMap(\.deduction))
                // Its statements grow while it is written.
                async let grown = before.with(part)
                try await step { [now] tx in
                    guard try tx.settlements.append(numbered) else { throw Changed() }
                    for deduction in deductions { try Deduct.take(tx, deduction, now: now) }
                }
                counted = await grown
                count += part.count
            }
        } catch is Changed {
            done.formUnion(lines[..<count].map(\.line.subject))
            return false
        }
        return true
    }

    private struct Changed: Error {}

    // MARK: Statements

    private func sealStatements(_ grown: [ProviderID: GrowingStatement], firstServices first: SubjectSet) async throws {
        let (month, caller, now) = (month, caller, now)
        let providers = try await office.read { tx in
            let sealed = Set(try tx.settlements.providers(month))
            let all = Set(try tx.settlements.providersWithLines(month)).union(try tx.close.waitingAdjustments().keys)
            return all.subtracting(sealed).sorted()
        }
        for part in providers.chunked(by: Self.seals) {
            let seals = try await withThrowingTaskGroup(of: Seal.self) { group in
                var seals: [Seal] = []
                for (index, provider) in part.enumerated() {
                    if index >= check.lanes, let some = try await group.next() { seals.append(some) }
                    group.addTask { try await seal(provider, grown[provider], first) }
                }
                for try await some in group { seals.append(some) }
                return seals.sorted { $0.provider < $1.provider }
            }
            try await inParts(seals.flatMap { seal in seal.samples.map { (provider: seal.provider, sample: $0) } }) { part in
                let part = Array(part)
                try await step { tx in try tx.close.insert(part, month, at: now) }
            }
            try await step(isTold: true) { tx in
                for seal in seals {
                    try tx.settlements.seal(month, seal.provider, seal.totals, seal.services, sha256: seal.sha256, at: now)
                    try tx.settlements.keep(seal.streets, month, seal.provider)
                    for bonus in seal.bonuses { try Deduct.take(tx, bonus, now: now) }
                    try CorrectionMoney.settle(tx, month, seal.provider, at: now)
                    try Batch.tell(
                        tx, "statement.frozen", month, seal.provider, by: caller.name, at: now,
                        data: "{\"month\":\"\(month)\",\"payable_fen\":\(seal.totals.payable.amount),\"sha256\":\"\(seal.sha256)\"}")
                }
            }
        }
    }

    private struct Seal: Sendable {
        let provider: ProviderID
        let totals: StatementTotals
        let services: ServiceSums
        let streets: [String: Int]
        let sha256: String
        let samples: [Sample]
        let bonuses: [Adjustment]
    }

    /// - Parameter grown: nil when an earlier run has written some of its lines.
    private func seal(_ provider: ProviderID, _ grown: GrowingStatement?, _ first: SubjectSet) async throws -> Seal {
        let (month, reference, policy) = (month, office.reference, check.rules)
        return try await office.read { tx in
            // Read again only for what must see all its lines at once.
            let statement =
                try grown == nil || reference.programmes.payBonuses
                ? Statement(month: month, provider: provider, lines: tx.settlements.lines(month, provider)) : nil
            let streets = try grown?.streets ?? tx.settlements.streets(month, provider)
            let grown = grown ?? statement.map { GrowingStatement($0, reference.catalogue) } ?? GrowingStatement()
            return Seal(
                provider: provider, totals: grown.totals, services: grown.services.sums, streets: streets, sha256: grown.sha256,
                samples: Sampling.plan(
                    try tx.settlements.samplable(month, provider) + tx.settlements.told(month, provider), of: month,
                    provider: reference.franchise.provider(provider), policy,
                    isFirst: first.contains),
                bonuses: statement.map { Deduction.bonuses($0, reference.programmes) } ?? [])
        }
    }

    // MARK: What is refused, and the end

    /// Last, because what is given back would be judged otherwise: by a run that goes on after a crash.
    private func undoRefused(after count: Int) async throws {
        let (month, now) = (month, now)
        let blocked = try await office.read { tx in try tx.settlements.blocked(month) }
        try await inParts(Array(blocked.dropFirst(count)), of: Self.refusals) { part in
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
