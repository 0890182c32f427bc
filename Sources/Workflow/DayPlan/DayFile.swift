import Catalog
import Kernel
import Matching
import Orders
import Registry
import Store

/// Everything that goes into the plan of a provider's day, read in one transaction.
struct DayFile {
    private let tx: any Transaction
    private let reference: Reference
    private let provider: Provider
    private let day: LocalDate
    private let now: Instant

    /// - Throws: `provider_unknown`.
    init(_ tx: any Transaction, _ reference: Reference, _ provider: ProviderID, on day: LocalDate, now: Instant) throws {
        guard let provider = reference.franchise.provider(provider) else {
            throw Rejection(.missing, "provider_unknown", "没有这家服务商，请核对编号。")
        }
        self.tx = tx
        self.reference = reference
        self.provider = provider
        self.day = day
        self.now = now
    }

    /// The orders of the day, and the problem they make: those that take a worker to a place.
    func problem() throws -> ([Order], ProviderDay) {
        let orders = try tx.dayPlans.orders(of: provider.id, on: day)
        let policy = DayPlanPolicy { reference.catalogue.parameters.int($0, on: day) }
        let pins = try tx.dayPlans.pins(of: provider.id, on: day)
        let last = try tx.dayPlans.find(provider.id, on: day)
        let former = Dictionary(uniqueKeysWithValues: (last?.plan.visits ?? []).map { ($0.order, $0.assignment) })
        let appointments = try orders.compactMap { order in
            try appointment(order, pin: pins[order.id], former: former[order.id])
        }
        let problem = ProviderDay(
            date: day, office: provider.place, shifts: try shifts(policy), appointments: appointments, policy: policy, now: now)
        return (orders, problem)
    }

    private func appointment(
        _ order: Order, pin: ProviderDay.Assignment?, former: ProviderDay.Assignment?
    ) throws -> ProviderDay.Appointment? {
        guard order.mode == .visit || order.mode == .vehicle, let item = reference.catalogue.item(order.item) else { return nil }
        let client = try Client.read(tx, order.elder)
        let elder = client.elder
        var request = MatchRequest(item: item, start: order.window.start, end: order.window.end, elder: elder, now: now)
        (request.relatives, request.language) = (client.ties.relatives, client.ties.language)
        let place = elder.place ?? reference.catalogue.region(ID(order.region))?.centre ?? provider.place
        return ProviderDay.Appointment(
            order: order.id, window: order.window, place: place, crew: reference.matcher.crew(for: request, of: provider.id),
            pin: try underWay(order, former) ?? pin, former: former ?? named(order))
    }

    /// Who is there already stays there.
    private func underWay(_ order: Order, _ former: ProviderDay.Assignment?) throws -> ProviderDay.Assignment? {
        guard order.state == .inService, let visit = try tx.visits.find(order.id) else { return nil }
        let second = order.secondWorker ?? (former?.second == visit.worker ? former?.worker : former?.second)
        return ProviderDay.Assignment(worker: visit.worker, second: second, start: visit.checkIn.at)
    }

    /// Whoever was named by hand before there was a plan is a promise too.
    private func named(_ order: Order) -> ProviderDay.Assignment? {
        order.worker.map { ProviderDay.Assignment(worker: $0, second: order.secondWorker, start: order.window.start) }
    }

    /// Everybody in work who is there: as entered for the day, else in the usual hours, which reach at least as far as the firm is open.
    private func shifts(_ policy: DayPlanPolicy) throws -> [ProviderDay.Shift] {
        let entered = Dictionary(uniqueKeysWithValues: try tx.dayPlans.shifts(of: provider.id, on: day).map { ($0.worker, $0) })
        let hours = provider.hours.filter { $0.days.contains(day.weekday) }
        let from = min(policy.shiftFrom, hours.map(\.opens).min() ?? policy.shiftFrom)
        let until = max(policy.shiftUntil, hours.map(\.closes).max() ?? policy.shiftUntil)
        let absent = try tx.roster.absent(of: provider.id, on: day)
        return reference.franchise.workers(of: provider.id).filter { $0.isActive && !absent.contains($0.id) }.compactMap { worker in
            let shift = entered[worker.id]
            let (begins, ends) = (shift?.from ?? from, shift?.until ?? until)
            guard let window = TimeWindow(start: Instant(day, minute: begins), end: Instant(day, minute: ends)) else { return nil }
            let pause = shift?.pause.flatMap {
                TimeWindow(start: Instant(day, minute: $0.lowerBound), end: Instant(day, minute: $0.upperBound))
            }
            return ProviderDay.Shift(worker: worker.id, window: window, pause: pause)
        }
    }
}
