import Catalog
import Kernel

/// R01/R02: public money has paid for this item as often as its cap allows in the day, week, month or year.
///
/// What an elder pays alone is nobody's business but the elder's: it neither counts nor is refused.
public struct CapCheck: GroupCheck {
    let rule = Rule("R01", .block, "同一老人同日同项目超次（重复服务）", version: 2)
    static let monthly = Rule("R02", .block, "周、月、年频次超限", version: 2)
    let grouping = Grouping.elder
    let looksBack = true

    func judge(_ group: [Trace], _ terms: Terms, _ report: (Int, Finding) -> Void) {
        var counts: [Key: Int] = [:]
        for (place, line) in group.enumerated() where line.subsidy > .zero {
            var isOver = false
            for cap in terms.catalogue.caps(of: line.item) {
                let key = Key(item: line.item, per: cap.per, since: Self.start(of: cap.per, line.date))
                let before = counts[key, default: 0]
                counts[key] = before + 1
                guard before >= cap.count, !isOver else { continue }
                isOver = true
                terms.catalogue.item(line.item).map { report(place, Self.finding($0, cap, before: before)) }
            }
        }
    }

    private static func finding(_ item: Item, _ cap: FrequencyCap, before: Int) -> Finding {
        Finding(
            cap.per == .day ? "R01" : "R02", .block, "“\(item.name)”每\(cap.per.rawValue)限 \(cap.count) 次，本次为第 \(before + 1) 次")
    }

    /// The same rule asked before an order is taken.
    ///
    /// - Parameter taken: days for which the elder has this item already, with public money; at least of ``span(of:around:)``, and of the year
    ///   ahead for the day on which the count begins anew.
    /// - Returns: what the close would find, and the first day on which it would not.
    public static func reached(_ item: Item, on date: LocalDate, taken: [LocalDate]) -> (finding: Finding, next: LocalDate?)? {
        for cap in item.caps {
            let before = count(taken, cap.per, date)
            guard before >= cap.count else { continue }
            var next = Self.next(cap.per, date)
            // A later period may be full as well; two years ahead is farther than anybody orders.
            for _ in 0..<24 where count(taken, cap.per, next) >= cap.count { next = Self.next(cap.per, next) }
            return (finding(item, cap, before: before), next)
        }
        return nil
    }

    /// The days among which ``reached(_:on:taken:)`` counts: the longest period with a cap that holds `date`; nil for an item without caps.
    public static func span(of item: Item, around date: LocalDate) -> Range<LocalDate>? {
        guard let from = item.caps.map({ start(of: $0.per, date) }).min(), let until = item.caps.map({ next($0.per, date) }).max() else { return nil }
        return from..<until
    }

    private static func count(_ taken: [LocalDate], _ period: FrequencyCap.Period, _ date: LocalDate) -> Int {
        taken.count { start(of: period, $0) == start(of: period, date) }
    }

    private struct Key: Hashable {
        let item: ItemCode
        let per: FrequencyCap.Period
        let since: LocalDate
    }

    /// The first day of the period in which a day lies.
    static func start(of period: FrequencyCap.Period, _ date: LocalDate) -> LocalDate {
        switch period {
        case .day: date
        case .week: date.adding(days: 1 - date.weekday)
        case .month: date.month.first
        case .year: Month(date.year, 1).first
        }
    }

    /// The first day on which the count starts anew.
    static func next(_ period: FrequencyCap.Period, _ date: LocalDate) -> LocalDate {
        switch period {
        case .day: date.adding(days: 1)
        case .week: start(of: .week, date).adding(days: 7)
        case .month: date.month.adding(1).first
        case .year: Month(date.year + 1, 1).first
        }
    }
}
