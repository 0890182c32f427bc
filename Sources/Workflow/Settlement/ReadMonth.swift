import Billing
import Catalog
import Kernel
import Orders
import Registry
import Store

/// 月结一览: a month at a glance, without reading its lines. Of a closed month what was sealed, with the decisions since; of one that still
/// runs the shadow that was noted last.
public struct ReadMonth: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public struct Glance: Sendable {
        public let sums: [StatementSums]
        public let isClosed: Bool
        /// What it adds up to, and what is not paid, rule by rule; nil while nothing has been noted of a running month.
        public let totals: Shadow.Totals?
        /// When a running month was looked through last.
        public let notedAt: Instant?
        /// What had changed by then since the day before.
        public let change: Shadow.Change?

        public init(
            sums: [StatementSums], isClosed: Bool, totals: Shadow.Totals?, notedAt: Instant? = nil, change: Shadow.Change? = nil
        ) {
            (self.sums, self.isClosed, self.totals, self.notedAt, self.change) = (sums, isClosed, totals, notedAt, change)
        }
    }

    public func callAsFunction(_ month: Month) async throws -> Glance {
        let today = office.now.localDate
        return try await office.read { tx in
            guard try tx.settlements.state(of: month) == .closed else {
                let noted = try tx.close.noted(month, upTo: today)
                return Glance(sums: [], isClosed: false, totals: noted?.totals, notedAt: noted?.at, change: noted?.change)
            }
            let sums = try tx.settlements.sealed(month)
            let totals = Shadow.Totals(
                day: today, lines: sums.map(\.lines).reduce(0, +), gross: sums.map(\.gross).total, subsidy: sums.map(\.subsidy).total,
                payable: sums.map(\.payable).total, stops: try tx.settlements.stops(month))
            return Glance(sums: sums, isClosed: true, totals: totals)
        }
    }

    public func isClosed(_ month: Month) async throws -> Bool {
        try await office.read { tx in try tx.settlements.state(of: month) == .closed }
    }

    /// Its statements without their lines; none while it runs.
    public func sums(_ month: Month) async throws -> (sums: [StatementSums], isClosed: Bool) {
        try await office.read { tx in
            guard try tx.settlements.state(of: month) == .closed else { return ([], false) }
            return (try tx.settlements.sealed(month), true)
        }
    }

    /// The same of a running month as it would close now, statement by statement: looks at every line, and notes the shadow of the day.
    public func now(_ month: Month) async throws -> Glance {
        let shadow = try await ShadowMonth(office)(month)
        return Glance(
            sums: shadow.statements.map { StatementSums($0) }, isClosed: false, totals: shadow.today.totals, notedAt: office.now,
            change: shadow.difference?.change)
    }

    /// A line of the list of months.
    public struct Milestone: Sendable {
        public let month: Month
        public let step: CloseStep
        /// What was done last; nil while nobody has begun.
        public let last: CloseEntry?
        /// What is transferred for it, as far as it is known: nil before it is frozen.
        public let due: Fen?
    }

    /// 月份列表, the latest first: the running month, the one before, every month that was closed, and every month with services that nobody
    /// has closed, so that none is forgotten.
    public func milestones() async throws -> [Milestone] {
        let running = office.now.localDate.month
        return try await office.read { tx in
            let known = Set(try tx.settlements.months())
            var listed = known.union([running, running.adding(-1)])
            if let first = try tx.settlements.firstServed() {
                for month in sequence(first: first, next: { $0.adding(1) }).prefix(while: { $0 < running }) where !listed.contains(month) {
                    if try tx.settlements.isServed(month) { listed.insert(month) }
                }
            }
            let last = try tx.close.lastEntries(since: listed.min() ?? running)
            let due = Dictionary(grouping: try tx.settlements.sealedMonths(), by: \.month).mapValues { $0.map(\.due).total }
            return try listed.sorted(by: >).map { month in
                Milestone(month: month, step: try last[month]?.to ?? Batch.standing(tx, month).step, last: last[month], due: due[month])
            }
        }
    }

    /// Part of one provider's statement; of a running month as it would close now.
    public func page(_ month: Month, _ provider: ProviderID, _ filter: LineFilter, after ordinal: Int) async throws -> StatementPage? {
        guard try await isClosed(month) else {
            return try await PreviewMonth(office)(month).first { $0.provider == provider }.map { StatementPage($0, filter, after: ordinal) }
        }
        return try await office.read { tx in try tx.settlements.page(month, provider, filter, after: ordinal) }
    }
}

/// 试算不付: what the last shadow of a running month stopped of one provider's lines. Judging a line takes all lines of the month, which a page does
/// not wait for: it tells when that was done last.
public struct ReadStopped: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public struct Line: Sendable {
        public let stopped: Shadow.Stopped
        public let number: String
        public let date: LocalDate
        public let item: ItemCode
    }

    public struct Page: Sendable {
        public let notedAt: Instant
        public let sums: [Verdict: (lines: Int, subsidy: Fen)]
        public let lines: [Line]
        /// The subject that the next page begins after; nil on the last page.
        public let next: String?
    }

    /// - Parameter subject: of the last line of the page before; empty for the first page.
    /// - Returns: nil while nothing has been noted of the month.
    public func callAsFunction(
        _ month: Month, of provider: ProviderID, after subject: String = "", limit: Int = StatementPage.size
    ) async throws -> Page? {
        let today = office.now.localDate
        return try await office.read { tx in
            guard let noted = try tx.close.noted(month, upTo: today) else { return nil }
            let day = noted.totals.day
            let found = try tx.close.stopped(month, on: day, of: provider, after: subject, limit: limit + 1)
            let shown = found.prefix(limit)
            var services: [String: (number: String, date: LocalDate, item: ItemCode)] = [:]
            for order in try tx.orders.find(shown.map { OrderID($0.subject) }) {
                services[order.id.text] = (order.number, order.serviceDate, order.item)
            }
            for meal in try tx.meals.find(shown.map(\.subject).filter { services[$0] == nil }.map { SwipeID($0) }) {
                services[meal.id.text] = (SwipeNumber(meal.id.text, on: meal.date).text, meal.date, meal.item)
            }
            return Page(
                notedAt: noted.at, sums: try tx.close.stoppedSums(month, on: day, of: provider),
                lines: shown.compactMap { line in
                    services[line.subject].map { Line(stopped: line, number: $0.number, date: $0.date, item: $0.item) }
                }, next: found.count > limit ? shown.last?.subject : nil)
        }
    }
}

/// 待核: lines that wait for a person, each with what is on record about its service.
public struct ReadHeld: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public struct Held: Sendable {
        public let line: StatementLine
        /// Nil for a meal at a canteen.
        public let order: Order?
        public let visit: Visit?
        public let callbacks: [Callback]
        public let complaints: [QualityRepository.Complaint]
        public let swipe: MealSwipe?
    }

    /// How many are laid out at once; the next come when these are decided.
    public static let limit = 30

    /// - Returns: the first of them, how many there are in all, and why the caller may not decide, if so.
    public func callAsFunction(_ month: Month, by caller: Caller) async throws -> (held: [Held], count: Int, obstacle: String?) {
        try await office.read { tx in
            let lines = try tx.settlements.held(month, limit: Self.limit)
            let ids = lines.filter { $0.candidate.kind == .order }.map { OrderID($0.candidate.subject) }
            let (orders, visits) = (try tx.orders.find(ids), try tx.visits.find(ids))
            let (callbacks, complaints) = (try tx.quality.callbacks(of: ids), try tx.quality.complaints(of: ids))
            let swipes = try tx.meals.find(lines.filter { $0.candidate.kind == .meal }.map { SwipeID($0.candidate.subject) })
            let held = lines.map { line in
                let id = OrderID(line.candidate.subject)
                return Held(
                    line: line, order: orders.first { $0.id == id }, visit: visits.first { $0.order == id },
                    callbacks: callbacks.filter { $0.order == id }, complaints: complaints.filter { $0.order == id },
                    swipe: line.candidate.kind == .meal ? swipes.first { $0.id.text == line.candidate.subject } : nil)
            }
            let obstacle = try Batch.obstacle {
                try Batch.requireOpen(tx, month)
                try Batch.require(.review, caller, tx)
            }
            return (held, try tx.settlements.sealed(month).map(\.heldLines).reduce(0, +), obstacle)
        }
    }
}
