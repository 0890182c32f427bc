import Kernel

/// 额度: the most that is paid, or how often, in a period.
public struct Grant: Hashable, Sendable {
    public enum Period: String, Decodable, CaseIterable, Sendable {
        case day, week, month, quarter, year
    }

    public enum Unit: String, Decodable, CaseIterable, Sendable {
        /// Values are amounts of money.
        case fen
        /// Values are numbers of services: at most five meals a week.
        case times
    }

    /// 结余: what becomes of a month's unused balance. Never converted to cash.
    public enum Unused: Hashable, Sendable {
        /// 当月清零
        case lapses
        /// 当季有效
        case lastsQuarter
        /// 当年有效
        case lastsYear
        /// 可结转 n 月
        case carries(months: Int)
    }

    public var per: Period
    public var unit: Unit
    public var value: Int64
    public var byClass: [String: Int64]
    public var byAbility: [String: Int64]
    public var rows: [TableRow]
    public var unused: Unused

    public init(
        per: Period, unit: Unit = .fen, value: Int64 = 0, byClass: [String: Int64] = [:], byAbility: [String: Int64] = [:],
        rows: [TableRow] = [], unused: Unused = .lapses
    ) {
        self.per = per
        self.unit = unit
        self.value = value
        self.byClass = byClass
        self.byAbility = byAbility
        self.rows = rows
        self.unused = unused
    }

    var table: Table { Table(value: value, byClass: byClass, byAbility: byAbility, rows: rows) }

    /// The name of the period a day lies in: `2026-03-05`, `2026-03-02w`, `2026-03`, `2026-Q1`, `2026`; a count's begins with `n/`.
    func period(_ date: LocalDate) -> String {
        let name =
            switch per {
            case .day: date.description
            case .week: "\(date.adding(days: 1 - date.weekday))w"
            case .month: date.month.description
            case .quarter: "\(date.year)-Q\((date.monthOfYear - 1) / 3 + 1)"
            case .year: "\(date.year)"
            }
        return unit == .times ? BalanceKey.countMark + name : name
    }

    /// The first day of the period a day lies in.
    func first(_ date: LocalDate) -> LocalDate {
        switch per {
        case .day: date
        case .week: date.adding(days: 1 - date.weekday)
        case .month: date.month.first
        case .quarter: Month(date.year, (date.monthOfYear - 1) / 3 * 3 + 1).first
        case .year: Month(date.year, 1).first
        }
    }

    /// The first day of the next period, when there will be a new grant.
    func next(_ date: LocalDate) -> LocalDate {
        switch per {
        case .day: date.adding(days: 1)
        case .week: date.adding(days: 8 - date.weekday)
        case .month: date.month.adding(1).first
        case .quarter: first(date).month.adding(3).first
        case .year: first(date).month.adding(12).first
        }
    }

    /// The last days of the earlier months whose unused balance may still be drawn, oldest first.
    func carried(_ date: LocalDate) -> [LocalDate] {
        let count =
            switch unused {
            case .lapses: 0
            case .lastsQuarter: (date.monthOfYear - 1) % 3
            case .lastsYear: date.monthOfYear - 1
            case .carries(let months): months
            }
        return stride(from: count, to: 0, by: -1).map { date.month.adding(-$0).last }
    }

    /// The last day on which the balance of a day's period may be drawn.
    func until(_ date: LocalDate) -> LocalDate {
        switch unused {
        case .lapses: next(date).adding(days: -1)
        case .lastsQuarter: Month(date.year, (date.monthOfYear - 1) / 3 * 3 + 3).last
        case .lastsYear: Month(date.year, 12).last
        case .carries(let months): date.month.adding(months).last
        }
    }

    /// What the period of a day grants to somebody, as they were on the day that counts, under a version of a programme.
    func granted(_ who: Beneficiary, on date: LocalDate, _ version: ProgrammeVersion) -> Int64 {
        guard version.classChange == .proRata, !who.history.isEmpty else { return table.value(for: who) }
        // By the day: each stretch between two changes of class counts for its days, rounded half up once.
        let (first, end) = (self.first(date), next(date))
        let starts = who.changes(from: first, through: end.adding(days: -1))
        var sum: Int64 = 0
        for (start, stop) in zip(starts, starts.dropFirst() + [end]) {
            let then = who.on(start)
            guard version.eligibility.refusal(then) == nil else { continue }
            sum += table.value(for: then) * Int64(start.days(to: stop))
        }
        let days = Int64(first.days(to: end))
        return (sum + days / 2) / days
    }
}
