import Billing
import Catalog
import Kernel
import Orders
import Registry
import Store

/// 核查: reads a month provider by provider, compares all lines with each other, and judges each provider's lines by that.
///
/// Two passes, so that a million lines are never in memory: the first keeps of each line only what it is compared by.
struct MonthCheck: Sendable {
    let office: Office
    let month: Month
    /// How many comparisons run side by side: one beside a server that takes calls, as many as there are cores otherwise.
    let lanes: Int

    private var policy: EvidencePolicy { office.reference.evidence(on: month.last) }

    /// The first pass: whose statements there are, and what comparing all lines finds.
    func compare() async throws -> (providers: [ProviderID], surroundings: Surroundings) {
        let (reference, month, policy) = (office.reference, month, policy)
        let (providers, terms, traces) = try await office.read { tx in
            let reader = try tx.settlements.candidates(month, evidence: policy)
            var traces = Traces()
            let counted = reference.catalogue.items.filter { $0.caps.contains { $0.per == .week || $0.per == .year } }.map(\.code)
            for line in try reader.context(counted) { traces.add(line, isContext: true) }
            let providers = try reader.providers()
            for provider in providers { try reader.forEach(of: provider) { traces.add($0) } }
            let waiting = try tx.close.waitingAdjustments().keys
            return (Set(providers).union(waiting).sorted(), try Self.terms(tx, reference, month), traces)
        }
        return (providers, Surroundings(terms: terms, cross: await CompareMonth.findings(traces, terms, lanes: lanes)))
    }

    /// The second pass, for one provider, in the transaction that may freeze it.
    func statement(_ tx: any Transaction, _ provider: ProviderID, _ surroundings: Surroundings) throws -> Statement {
        let lines = try tx.settlements.candidates(month, evidence: policy).all(of: provider)
        return Statement(month: month, provider: provider, checking: lines, surroundings)
    }

    static func terms(_ tx: any Transaction, _ reference: Reference, _ month: Month) throws -> Terms {
        var terms = Terms(
            catalogue: reference.catalogue, franchise: reference.franchise, programmes: reference.programmes,
            policy: reference.checks(on: month.last))
        let workers = reference.franchise.providers.flatMap { reference.franchise.workers(of: $0.id) }
        terms.leaves = try tx.roster.leaves(from: month.first, until: month.last)
        terms.ties = try tx.roster.ties(phones: Dictionary(workers.map { ($0.phone.text, $0.id) }, uniquingKeysWith: { first, _ in first }))
        terms.budgets = try tx.budgets.left(for: month)
        return terms
    }
}

/// The comparisons of a month, some of them side by side.
public enum CompareMonth {
    /// What comparing all lines finds, by subject.
    public static func findings(_ traces: Traces, _ terms: Terms, lanes: Int) async -> [String: [Finding]] {
        await withTaskGroup(of: [String: [Finding]].self) { group in
            var found: [String: [Finding]] = [:]
            for (index, grouping) in Grouping.allCases.enumerated() {
                if index >= lanes, let some = await group.next() { found.merge(some) { $0 + $1 } }
                group.addTask { traces.findings(by: grouping, terms) }
            }
            for await some in group { found.merge(some) { $0 + $1 } }
            return found
        }
    }
}

extension Reference {
    /// The numbers of the settlement rules on a day.
    public func checks(on date: LocalDate) -> CheckPolicy { CheckPolicy { catalogue.parameters.int($0, on: date) } }
}
