import Catalog
import Kernel

/// R01/R02: public money has paid for this item as often as its cap allows in the day, week, month or year.
///
/// What an elder pays alone is nobody's business but the elder's: it neither counts nor is refused.
struct CapCheck: GroupCheck {
    let rule = Rule("R01", .block, "同一老人同日同项目超次（重复服务）")
    static let monthly = Rule("R02", .block, "周、月、年频次超限")
    let grouping = Grouping.elder

    func judge(_ group: [Trace], _ terms: Terms, _ report: (Int, Finding) -> Void) {
        var counts: [Key: Int] = [:]
        for (place, line) in group.enumerated() where line.subsidy > .zero || line.isContext {
            guard let item = terms.catalogue.item(line.item) else { continue }
            var isOver = false
            for cap in item.caps {
                let key = Key(item: line.item, per: cap.per, since: Self.start(of: cap.per, line.date))
                let before = counts[key, default: 0]
                counts[key] = before + 1
                guard before >= cap.count, !isOver else { continue }
                isOver = true
                report(
                    place,
                    Finding(
                        cap.per == .day ? "R01" : "R02", .block,
                        "“\(item.name)”每\(cap.per.rawValue)限 \(cap.count) 次，本次为第 \(before + 1) 次；\(Self.next(cap.per, line.date)) 起可再用"))
            }
        }
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
