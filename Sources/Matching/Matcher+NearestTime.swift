import Catalog
import Kernel
import Registry

extension Matcher {
    /// How many days ahead of the time asked for another one is looked for.
    public static let searchDays = 14

    /// Times offered to people are whole quarters of an hour. Minutes.
    static let grid = 15

    /// The time nearest to the one asked for at which somebody could serve, for the elder who is told “not then”.
    ///
    /// Looked for from `now` until 14 days after the time asked for, in each opening window of each candidate: at the time of day that
    /// was wished, or else at the quarter of an hour nearest to it. Of two equally near the earlier counts. Nil when there is none.
    /// - Parameter workload: Of ``providers(of:)`` for all those days.
    public func nearestTime(for request: MatchRequest, _ workload: Workload) -> Instant? {
        guard let plan = plans[request.item.code] else { return nil }
        // Bookings may leave a gap anywhere in a window; without them one moment of a window is as good as another.
        let everyQuarter = !workload.busyWorkers.isEmpty || !workload.busyVehicles.isEmpty
        var tries: [Try] = []
        for index in plan.candidates.indices {
            for start in starts(plan.candidates[index].week, request, everyQuarter) {
                tries.append(Try(away: abs((start - request.start).milliseconds), start: start, index: index))
            }
        }
        tries.sort { ($0.away, $0.start, $0.index) < ($1.away, $1.start, $1.index) }
        return tries.first { serves(plan.candidates[$0.index], plan, at: $0.start, request, workload) }?.start
    }

    private struct Try {
        let away: Int64
        let start: Instant
        let index: Int
    }

    /// The moments of a provider's windows that are worth a try.
    private func starts(_ week: WeekHours, _ request: MatchRequest, _ everyQuarter: Bool) -> [Instant] {
        let until = request.start.localDate.adding(days: Matcher.searchDays)
        var starts: [Instant] = []
        var date = max(request.now, request.start - .days(Matcher.searchDays)).localDate
        while date <= until {
            for window in week.windows(on: date) {
                for minute in minutes(window, on: date, request, everyQuarter) { starts.append(Instant(date, minute: minute)) }
            }
            date = date.adding(days: 1)
        }
        return starts
    }

    private func minutes(_ window: WeekHours.Window, on date: LocalDate, _ request: MatchRequest, _ everyQuarter: Bool) -> [Int] {
        let soonest = date == request.now.localDate ? request.now.minuteOfDay + 1 : 0
        let earliest = (max(window.opens, soonest) + Matcher.grid - 1) / Matcher.grid * Matcher.grid
        let latest = (window.closes - 1) / Matcher.grid * Matcher.grid
        let wished = request.start.minuteOfDay
        let isInside = max(window.opens, soonest) <= wished && wished < window.closes
        guard earliest <= latest else { return isInside ? [wished] : [] }
        guard everyQuarter else { return [isInside ? wished : min(max(wished, earliest), latest)] }
        return Array(stride(from: earliest, through: latest, by: Matcher.grid)) + (isInside && wished % Matcher.grid != 0 ? [wished] : [])
    }

    private func serves(_ candidate: Candidate, _ plan: ItemPlan, at start: Instant, _ request: MatchRequest, _ workload: Workload) -> Bool
    {
        var moved = request
        moved.end = start + (request.end - request.start)
        moved.start = start
        var facts = facts(plan, moved)
        facts.look(at: candidate, moved, workload)
        return reasons(candidate, moved, facts).isEmpty
    }
}
