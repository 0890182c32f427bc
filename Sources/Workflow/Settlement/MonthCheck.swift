import Billing
import Catalog
import Foundation
import Kernel
import Orders
import Registry
import Store

/// 核查: reads a month day by day, compares all lines with each other, and judges each by that.
///
/// Two passes, so that a million lines are never in memory: the first keeps of each line only what it is compared by.
struct MonthCheck: Sendable {
    let office: Office
    let month: Month
    /// How many readings and comparisons run side by side: one beside a server that takes calls, as many as there are cores otherwise.
    let lanes: Int

    /// Orders read and lines written at once: a database keeps what is written meanwhile apart for as long as somebody reads.
    static let page = 8192
    /// After so many lines it steps aside for two milliseconds while somebody else writes: a core that judges for long makes all others slower.
    static let breath = 32

    var rules: CheckPolicy { office.reference.checks(on: month.last) }
    private var policy: EvidencePolicy { office.reference.evidence(on: month.last) }

    /// The last day of a slice.
    func end(of slice: CandidateReader.Slice) -> LocalDate {
        switch slice {
        case .late: month.first.adding(days: -1)
        case .day(let day): day
        }
    }

    /// What comparing all lines finds, and which lines that were: a line that came later has not been compared and waits for the next month.
    struct Comparison: Sendable {
        let recipients: Recipients
        let surroundings: Surroundings
        let subjects: SubjectSet
        /// In which they are judged and written, in the order of statements.
        let pages: [MonthPage]
    }

    /// The first pass.
    func compare() async throws -> Comparison {
        let (reference, month, policy) = (office.reference, month, policy)
        let slices = CandidateReader.Slice.all(of: month)
        let (terms, recipients, earlier) = try await office.read { tx in
            let recipients = try tx.settlements.recipients(month, all: true)
            let reader = tx.settlements.candidates(recipients, evidence: policy)
            let scope = PackRepository.Scope(month, isClosed: false, began: try tx.settlements.began(month))
            var terms = try Self.terms(tx, reference, month)
            terms.set(reused: try tx.visits.reused(month, began: try tx.settlements.began(month)))
            return (
                terms, recipients, try reader.earlierPaid(reference.catalogue, scope) + reader.earlierVisits(scope)
            )
        }
        var traces = Traces()
        for line in earlier { traces.add(line, isContext: true) }
        var pages = [[MonthPage]](repeating: [], count: slices.count)
        try await withThrowingTaskGroup(of: (Int, Traces, [MonthPage]).self) { group in
            func take(_ some: (Int, Traces, [MonthPage])) {
                traces.add(some.1)
                pages[some.0] = some.2
            }
            for (index, slice) in slices.enumerated() {
                if index >= lanes, let some = try await group.next() { take(some) }
                group.addTask {
                    try await office.read { tx in
                        var traces = Traces()
                        let pages = try tx.settlements.candidates(recipients, evidence: policy).add(slice, to: &traces, pagesOf: Self.page)
                        return (index, traces, pages)
                    }
                }
            }
            for try await some in group { take(some) }
        }
        let all = traces
        async let subjects = all.subjects
        // One after the other beside a server, which needs a thread of its own for who is on the telephone.
        if lanes == 1 { _ = await subjects }
        let cross = await CompareMonth.findings(all, terms, lanes: lanes)
        return await Comparison(
            recipients: recipients, surroundings: Surroundings(terms: terms, cross: cross), subjects: subjects, pages: pages.flatMap { $0 })
    }

    /// The second pass, for one page.
    ///
    /// - Parameter keep: what is kept of a line; the line itself is not, as many of them take much memory.
    func judged<T: Sendable>(_ page: MonthPage, _ comparison: Comparison, keep: @escaping @Sendable (StatementLine) -> T?) async throws -> [T] {
        try await office.read { [policy, database = office.database] tx in
            var (kept, count): ([T], Int) = ([], 0)
            try tx.settlements.candidates(comparison.recipients, evidence: policy).forEach(in: page) { line in
                count += 1
                if count.isMultiple(of: Self.breath), database.isBusy { Thread.sleep(forTimeInterval: 0.002) }
                guard comparison.subjects.contains(line.subject) else { return }
                let line = StatementLine(candidate: line, findings: Checks.findings(line, comparison.surroundings))
                if let some = keep(line) { kept.append(some) }
            }
            return kept
        }
    }

    static func terms(_ tx: any Transaction, _ reference: Reference, _ month: Month) throws -> Terms {
        var terms = Terms(
            catalogue: reference.catalogue, franchise: reference.franchise, programmes: reference.programmes,
            policy: reference.checks(on: month.last))
        let workers = reference.franchise.providers.flatMap { reference.franchise.workers(of: $0.id) }
        // Late visits of months before are judged, too.
        terms.leaves = try tx.roster.leaves(from: month.adding(-12).first, until: month.last)
        terms.ties = try tx.roster.ties(phones: Dictionary(workers.map { ($0.phone.text, $0.id) }, uniquingKeysWith: { first, _ in first }))
        terms.budgets = try tx.budgets.kept(for: month) ?? tx.budgets.left(for: month)
        return terms
    }
}

/// The comparisons of a month, some of them side by side.
public enum CompareMonth {
    /// What comparing all lines finds, by subject.
    public static func findings(_ traces: Traces, _ terms: Terms, lanes: Int) async -> [String: [Finding]] {
        await withTaskGroup(of: (Int, [String: [Finding]]).self) { group in
            var kinds = [[String: [Finding]]](repeating: [:], count: Grouping.allCases.count)
            for (index, grouping) in Grouping.allCases.enumerated() {
                if index >= lanes, let (place, some) = await group.next() { kinds[place] = some }
                group.addTask { (index, traces.findings(by: grouping, terms)) }
            }
            for await (place, some) in group { kinds[place] = some }
            // In the same order always, whichever ended first: the findings of a line are part of what is signed.
            return kinds.reduce(into: [:]) { $0.merge($1) { $0 + $1 } }
        }
    }
}

extension Reference {
    /// The numbers of the settlement rules on a day.
    public func checks(on date: LocalDate) -> CheckPolicy { CheckPolicy { catalogue.parameters.int($0, on: date) } }
}
