import Kernel
import Registry

extension MonthPapers {
    /// A line of a month before, as a paper names it beside its correction.
    public struct CorrectedLine: Hashable, Sendable {
        public let number: String
        public let date: LocalDate
        /// Nil when nothing is known of them.
        public let elder: ElderFacts?

        public init(number: String, date: LocalDate, elder: ElderFacts?) { (self.number, self.date, self.elder) = (number, date, elder) }

        var street: String { elder?.region(on: date) ?? "" }
    }

    /// 本期调整 on a paper: what is added to a payment beside its lines, or taken from it.
    ///
    /// It belongs to the street of the elder whose service is corrected, and of what concerns a provider as a whole (its score, bonuses, what is
    /// carried over) to the street in which the provider stands.
    struct PlacedAdjustment: Hashable, Sendable {
        let provider: ProviderID
        let street: String
        /// Nil for 结转下月: what this month's payment could not bear, so that no payment is less than nothing.
        let entry: Adjustment?
        let amount: Fen
        /// Number and elder of the service that is corrected; nil of what concerns a provider as a whole.
        let line: CorrectedLine?

        var title: String {
            guard let entry else { return "结转下月抵扣" }
            return switch entry.rule {
            case .blocks: "按时段扣减"
            case .score: "月度考核"
            case .bonus: "运营补贴"
            case .carried: "上月未抵扣"
            case nil: amount < .zero ? "以前月份扣回" : "以前月份补发"
            }
        }
        var reason: String { entry?.reason ?? "本月应付不足抵扣" }

        /// Those of a statement; with them its payable lines come to what is due.
        static func all(
            of statement: Statement, _ elders: [ElderID: ElderFacts], _ corrected: [String: CorrectedLine], _ franchise: Franchise
        ) -> [PlacedAdjustment] {
            let (provider, lines) = (statement.provider, statement.lines)
            let subjects = Set(statement.adjustments.filter { $0.isOfLine && corrected[$0.id] == nil }.map(\.subject))
            let places = subjects.isEmpty ? [] : lines.indices.filter { subjects.contains(lines[$0].candidate.subject) }
            let own = Dictionary(grouping: places.map { lines[$0].candidate }, by: \.subject)
            let home = franchise.provider(provider)?.region ?? ""
            let placed = statement.adjustments.map { entry in
                let line = corrected[entry.id] ?? own[entry.subject]?.first.map {
                    CorrectedLine(number: $0.shownNumber, date: $0.date, elder: elders[$0.elder])
                }
                return PlacedAdjustment(
                    provider: provider, street: line?.street ?? home, entry: entry, amount: entry.amount, line: line)
            }
            guard statement.carried > .zero else { return placed }
            return placed + [PlacedAdjustment(provider: provider, street: home, entry: nil, amount: statement.carried, line: nil)]
        }
    }
}
