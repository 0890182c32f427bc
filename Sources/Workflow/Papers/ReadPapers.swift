import Billing
import Entitlement
import Kernel
import Registry
import Store

/// The papers of a month: statements as they were frozen, or as they would be now, with what a reader needs beside them.
public struct ReadPapers: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// - Parameter provider: reads only what concerns this provider; its papers come out the same.
    public func callAsFunction(_ month: Month, of provider: ProviderID? = nil) async throws -> MonthPapers {
        try await papers(month, of: provider, for: DocumentKind.allCases) { $0 }
    }

    /// Of a closed month all is read, and `body` makes of it what it will, in one look at the database: nothing changes between a statement and
    /// what its papers say of it.
    private func papers<T: Sendable>(
        _ month: Month, of provider: ProviderID?, for kinds: [DocumentKind], _ body: @escaping @Sendable (MonthPapers) throws -> T
    ) async throws -> T {
        let reference = office.reference
        let frozen = try await office.read { tx -> T? in
            guard try tx.settlements.state(of: month) == .closed else { return nil }
            let statements = try ReadStatements.frozen(tx, month, of: provider)
            return try body(Self.papers(tx, reference, month, isClosed: true, statements, of: provider, for: kinds))
        }
        if let frozen { return frozen }
        let (statements, isClosed) = try await ReadStatements(office)(month, of: provider)
        return try await office.read { tx in
            try body(Self.papers(tx, reference, month, isClosed: isClosed, statements, of: provider, for: kinds))
        }
    }

    /// What is made of 结算明细表 of one provider as it was sealed; nil until then.
    ///
    /// - Parameter body: called by the thread that has read it: a hundred thousand pieces of memory that one thread takes and another gives back
    ///   make both wait.
    public func sealedDetail<T: Sendable>(
        _ month: Month, of provider: ProviderID, _ body: @escaping @Sendable (Document) throws -> T
    ) async throws -> T? {
        try await office.read { [reference = office.reference] tx in
            guard let statement = try tx.settlements.statement(month, provider) else { return nil }
            let papers = try Self.papers(tx, reference, month, isClosed: true, [statement], of: provider, for: [.detail])
            return try body(papers.document(.detail, DocumentScope(provider: provider)))
        }
    }

    /// One paper; of cash payments, and of what is made of sums, only what belongs to them is read.
    public func document(_ month: Month, _ kind: DocumentKind, _ scope: DocumentScope) async throws -> Document {
        if kind.isOfSums, let papers = try await sealed(month) { return try papers.document(kind, scope) }
        guard kind == .payouts else {
            return try await papers(month, of: scope.provider, for: [kind]) { try $0.document(kind, scope) }
        }
        return try await office.read { [reference = office.reference] tx in
            let papers = MonthPapers(
                month: month, isClosed: false, statements: [], elders: try tx.papers.elders(paidIn: month), visits: [:], mealClasses: [:], owed: [:],
                unproven: [:], payments: try tx.payouts.all(month), reversals: try tx.payouts.reversals(in: month),
                programmes: Dictionary(reference.programmes.all.map { ($0.code, $0.name) }, uniquingKeysWith: { first, _ in first }),
                catalogue: reference.catalogue, franchise: reference.franchise)
            return try papers.document(kind, scope)
        }
    }

    /// What was added up of a closed month when it was sealed, with the decisions since; nil while it runs.
    private func sealed(_ month: Month) async throws -> SumPapers? {
        try await office.read { [reference = office.reference] tx in
            guard try tx.settlements.state(of: month) == .closed else { return nil }
            let (services, stops) = (try tx.settlements.services(month), try tx.settlements.stopsByProvider(month))
            let rows = try tx.settlements.sealed(month).map { sums in
                let kept = try services[sums.provider].flatMap { $0 }
                    ?? ServiceSums(tx.settlements.lines(month, sums.provider), reference.catalogue)
                return ProviderSums(sums, kept, stops[sums.provider] ?? StopSums())
            }
            return SumPapers(
                month: month, isClosed: true, rows: rows, invoices: try tx.close.invoices(month).mapValues(\.number), catalogue: reference.catalogue,
                franchise: reference.franchise)
        }
    }

    /// - Parameter kinds: for which they are. What the ledger says of the whole month is read for 对账差异表 alone, what call-backs have heard
    ///   for 服务确认单.
    static func papers(
        _ tx: any Transaction, _ reference: Reference, _ month: Month, isClosed: Bool, _ statements: [Statement], of provider: ProviderID?,
        for kinds: [DocumentKind]
    ) throws -> MonthPapers {
        let (late, isReconciled) = (LateLines(statements, of: month), kinds.contains(.differences))
        // One provider's elders are found by its lines: a database asked for those of a month goes through all there are.
        let elders = try provider == nil
            ? tx.papers.elders(month, and: late)
            : tx.papers.elders(Set(statements.flatMap { $0.lines.map { $0.candidate.elder.text } }).sorted())
        return MonthPapers(
            month: month, isClosed: isClosed, statements: statements, elders: elders,
            visits: try tx.papers.visits(month, of: provider, and: late, about: statements.reduce(0) { $0 + $1.lines.count }),
            satisfaction: kinds.contains(.confirmation) ? try tx.papers.satisfaction(month, and: late) : [:],
            mealClasses: try tx.papers.mealClasses(month, of: provider, and: late),
            owed: isReconciled ? try tx.papers.owed(month, and: late) : [:], unproven: isReconciled ? try tx.papers.unproven(month) : [:],
            corrected: try tx.papers.corrected(statements.flatMap(\.adjustments)), invoices: try tx.close.invoices(month).mapValues(\.number),
            catalogue: reference.catalogue, franchise: reference.franchise)
    }
}
