import Kernel
import Matching
import Orders
import Registry
import Testing

private let monday = LocalDate(dayNumber: 20_514)
private let steps = 3000

/// A made-up day in a town of a few kilometres, with work for everybody but not more.
private struct MadeDay {
    var shifts: [ProviderDay.Shift]
    var appointments: [ProviderDay.Appointment]
    let office: Coordinate

    init(seed: UInt64, visits: Int) throws {
        var random = SeededRandom(seed: seed)
        func place() throws -> Coordinate {
            try #require(Coordinate(latitude: 36.05 + Double(random.below(300)) / 10_000, longitude: 103.80 + Double(random.below(500)) / 10_000))
        }
        let workers = (0..<4).map { WorkerID("W\($0)") }
        office = try place()
        shifts = workers.map { .init(worker: $0, window: TimeWindow(start: Instant(monday, minute: 480), lasting: .hours(10))) }
        appointments = []
        for number in 0..<visits {
            let isDouble = random.chance(20)
            let crew = Crew(needs: [[WorkerID]](repeating: workers.filter { _ in random.chance(80) }, count: isDouble ? 2 : 1))
            guard crew.needs.allSatisfy({ $0.count > 1 }) else { continue }
            let start = Instant(monday, minute: 500 + 15 * random.below(32))
            appointments.append(
                .init(
                    order: OrderID("o\(number)"), window: TimeWindow(start: start, lasting: .minutes(30 + 15 * random.below(4))),
                    place: try place(), crew: crew))
        }
    }

    func plan(steps: Int = steps, seed: UInt64 = 1) async -> ProviderPlan {
        await ProviderDay(date: monday, office: office, shifts: shifts, appointments: appointments, now: Instant(monday, minute: 0))
            .plan(steps: steps, seed: seed)
    }

    /// The same day after it was planned.
    func after(_ plan: ProviderPlan) -> MadeDay {
        let former = Dictionary(uniqueKeysWithValues: plan.visits.map { ($0.order, $0.assignment) })
        var day = self
        day.appointments = appointments.map { $0.with(pin: $0.pin, former: former[$0.order]) }
        return day
    }
}

extension ProviderDay.Appointment {
    fileprivate func with(pin: ProviderDay.Assignment?, former: ProviderDay.Assignment?) -> Self {
        Self(order: order, window: window, place: place, crew: crew, pin: pin, former: former)
    }
}

extension ProviderPlan {
    fileprivate var said: [OrderID: ProviderDay.Assignment] { Dictionary(uniqueKeysWithValues: visits.map { ($0.order, $0.assignment) }) }
}

@Suite struct `A provider's day` {
    @Test(arguments: 0..<40 as Range<UInt64>)
    func `sends people who may go, one place at a time, with the way between`(seed: UInt64) async throws {
        let day = try MadeDay(seed: seed, visits: 10)
        let plan = await day.plan()
        #expect(plan.visits.count == day.appointments.count)
        let appointments = Dictionary(uniqueKeysWithValues: day.appointments.map { ($0.order, $0) })
        var routes: [WorkerID: [ProviderPlan.Visit]] = [:]
        for visit in plan.visits {
            let appointment = try #require(appointments[visit.order])
            #expect(appointment.crew.needs[0].contains(visit.assignment.worker))
            #expect((visit.assignment.second == nil) == (appointment.crew.needs.count == 1))
            #expect(visit.assignment.second.map { appointment.crew.needs[1].contains($0) } ?? true)
            #expect(visit.assignment.second != visit.assignment.worker)
            #expect(visit.assignment.start >= appointment.window.start - .minutes(15))
            #expect(visit.end - visit.assignment.start == appointment.window.end - appointment.window.start)
            let late = max(0, (visit.assignment.start - appointment.window.start).minutes - 15)
            #expect(visit.late_min >= late)
            for worker in [visit.assignment.worker, visit.assignment.second].compactMap({ $0 }) { routes[worker, default: []].append(visit) }
        }
        for route in routes.values {
            for (one, next) in zip(route, route.dropFirst()) {
                let (from, to) = (try #require(appointments[one.order]).place, try #require(appointments[next.order]).place)
                let way = (from.metres(to: to) + 199) / 200
                #expect(next.assignment.start >= one.end + .minutes(way), "seed \(seed)")
            }
        }
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `moves nobody when a visit is called off and the rest is in time`(seed: UInt64) async throws {
        var day = try MadeDay(seed: seed, visits: 8)
        let plan = await day.plan()
        guard plan.late_min == 0, !day.appointments.isEmpty else { return }
        day = day.after(plan)
        let gone = day.appointments.remove(at: Int(seed) % day.appointments.count).order
        let again = await day.plan()
        #expect(again.moved == 0, "seed \(seed)")
        #expect(again.said == plan.said.filter { $0.key != gone }, "seed \(seed)")
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `takes in a new visit without moving anybody when there is room`(seed: UInt64) async throws {
        var day = try MadeDay(seed: seed, visits: 6)
        let last = day.appointments.popLast()
        let plan = await day.plan()
        guard let last, plan.late_min == 0 else { return }
        // There is room when somebody else is free all day.
        let spare = WorkerID("W9")
        day.shifts.append(.init(worker: spare, window: TimeWindow(start: Instant(monday, minute: 420), lasting: .hours(12))))
        day = day.after(plan)
        day.appointments.append(
            .init(order: last.order, window: last.window, place: last.place, crew: Crew(needs: [last.crew.needs[0] + [spare]])))
        let again = await day.plan()
        #expect(again.moved == 0, "seed \(seed)")
        #expect(again.late_min == 0, "seed \(seed)")
        #expect(again.visits.count == plan.visits.count + 1)
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `keeps what is pinned`(seed: UInt64) async throws {
        var day = try MadeDay(seed: seed, visits: 8)
        guard let first = day.appointments.first else { return }
        let pin = ProviderDay.Assignment(
            worker: first.crew.needs[0][0], second: first.crew.needs.count > 1 ? first.crew.needs[1][1] : nil,
            start: first.window.start + .minutes(20))
        day.appointments[0] = first.with(pin: pin, former: nil)
        let visit = try #require(await day.plan().visits.first { $0.order == first.order })
        #expect(visit.assignment == pin, "seed \(seed)")
        #expect(visit.isPinned)
        #expect(visit.late_min == 0)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `gives an absent worker's visits to others and leaves the rest`(seed: UInt64) async throws {
        var day = try MadeDay(seed: seed, visits: 6)
        let plan = await day.plan()
        guard let absent = plan.visits.first?.assignment.worker else { return }
        day = day.after(plan)
        day.shifts.removeAll { $0.worker == absent }
        let again = await day.plan()
        #expect(!again.visits.contains { $0.assignment.worker == absent || $0.assignment.second == absent })
        #expect(again.visits.count + again.unplaced.count == plan.visits.count)
        guard again.late_min == 0, plan.late_min == 0 else { return }
        // At most one other visit changes hands for each that must.
        let had = plan.visits.count { $0.assignment.worker == absent || $0.assignment.second == absent }
        #expect(again.moved <= 2 * had, "seed \(seed)")
    }

    @Test func `begins a visit when it was promised, and earlier only to be in time for the next`() async throws {
        var day = try MadeDay(seed: 1, visits: 0)
        day.shifts = Array(day.shifts.prefix(1))
        let crew = Crew(needs: [[day.shifts[0].worker]])
        func add(_ name: String, at minute: Int) {
            let window = TimeWindow(start: Instant(monday, minute: minute), lasting: .minutes(30))
            day.appointments.append(.init(order: OrderID(name), window: window, place: day.office, crew: crew))
        }
        add("alone", at: 540)
        add("first", at: 700)
        add("second", at: 700)
        let starts = await day.plan().visits.map { ($0.assignment.start - Instant(monday)).minutes }
        #expect(starts == [540, 685, 715])
    }

    @Test func `is the same for the same steps and seed`() async throws {
        let day = try MadeDay(seed: 5, visits: 9)
        let (one, two) = (await day.plan(), await day.plan())
        #expect(one.visits == two.visits)
    }

    @Test func `says of whom nobody can visit why`() async throws {
        var day = try MadeDay(seed: 3, visits: 4)
        let window = TimeWindow(start: Instant(monday, minute: 600), lasting: .minutes(60))
        let crews: [(Crew, RefusalCode)] = [
            (Crew(needs: [[]], lacking: .workerCredentialMissing), .workerCredentialMissing),
            (Crew(needs: [[WorkerID("elsewhere")]]), .workersBusy),
            (Crew(needs: [[WorkerID("W1")], [WorkerID("W1")]]), .workersBusy),
        ]
        for (number, crew) in crews.enumerated() {
            day.appointments.append(.init(order: OrderID("x\(number)"), window: window, place: day.office, crew: crew.0))
        }
        let plan = await day.plan(steps: 500)
        #expect(plan.unplaced.map(\.reason) == crews.map(\.1))
        #expect(plan.visits.count + plan.unplaced.count == day.appointments.count)
    }

    @Test func `without visits or workers is an empty plan`() async throws {
        var day = try MadeDay(seed: 3, visits: 0)
        let idle = await day.plan()
        #expect(idle.visits.isEmpty)
        day.shifts = []
        let empty = await day.plan()
        #expect(empty.visits.isEmpty)
    }
}
