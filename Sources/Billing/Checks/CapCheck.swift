import Catalog
import Kernel

/// R01/R02: the same elder has had this item as often as its cap allows in the day, week, month or year.
struct CapCheck: Check {
    func finding(_ line: Candidate, _ surroundings: Surroundings) -> Finding? {
        guard let item = surroundings.catalogue.item(line.item) else { return nil }
        for cap in item.caps {
            let before = surroundings.earlier(line) { $0.item == line.item && Self.isSame($0.date, line.date, cap.per) }.count
            if before >= cap.count {
                return Finding(
                    cap.per == .day ? "R01" : "R02", .block, "“\(item.name)”每\(cap.per.rawValue)限 \(cap.count) 次，本次为第 \(before + 1) 次")
            }
        }
        return nil
    }

    private static func isSame(_ a: LocalDate, _ b: LocalDate, _ period: FrequencyCap.Period) -> Bool {
        switch period {
        case .day: a == b
        case .week: a.adding(days: 1 - a.weekday) == b.adding(days: 1 - b.weekday)
        case .month: a.month == b.month
        case .year: a.year == b.year
        }
    }
}
