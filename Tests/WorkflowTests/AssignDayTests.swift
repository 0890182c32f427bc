import Kernel
import Matching
import Orders
import Registry
import Store
import TestSupport
import Testing
import Workflow

@Suite struct `A provider that drops out` {
    static func suspend(_ world: World, _ provider: ProviderID) async throws -> [AssignDay.Outcome] {
        let manage = ManageProviders(world.office)
        _ = try await world.office.perform(try manage.setState(provider, .suspended, reason: "inspection", by: World.admin))
        return try await manage.follow(provider, by: World.admin)
    }

    @Test(arguments: Backend.available)
    func `has its orders given to others by the plan of the day, the money and the places with them`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let orders = [
                try await world.place(), try await world.accept(try await world.place(World.request(World.lowIncome))),
                try await world.schedule(try await world.accept(try await world.place(World.request(World.ordinary)))),
            ]
            let provider = try #require(orders[0].provider)
            let mine = orders.filter { $0.provider == provider }
            let outcomes = try await Self.suspend(world, provider)
            #expect(outcomes.map(\.withdrawn) == [mine.count])
            #expect(outcomes.map(\.assigned) == [mine.count])
            #expect(outcomes.map(\.unassigned) == [0])
            for order in mine {
                let moved = try await world.find(order.id)
                #expect(moved.state == .offered && moved.provider != provider)
                let found = try await ReadOrders(world.office).decisions(order.id, by: World.desk)
                #expect(found.last?.decision.basis == .batch)
                #expect(found.last?.decision.refusals.first { $0.provider == provider }?.codes.contains(.notInFranchise) == true)
                let told = try await world.office.read { tx in try tx.events.of(provider, after: 0, limit: 99) }
                #expect(told.contains { $0.type == "order.withdrawn" && $0.subject == order.id.text })
            }
            #expect(try await world.office.read { tx in try tx.loads.taken(on: mine[0].serviceDate) }.first { $0.provider == provider }?.count ?? 0 == 0)
            #expect(try await world.faults() == [])
            // Again: nothing is left to do.
            let events = try await world.office.read { tx in try tx.events.last() }
            let again = try await AssignDay(world.office)(mine[0].serviceDate)
            #expect((again.withdrawn, again.waiting, again.assigned) == (0, 0, 0))
            #expect(try await world.office.read { tx in try tx.events.last() } == events)
            // Nobody asks it any more, and it may come back.
            #expect(try await world.place(World.request(World.destitute)).provider != provider)
            _ = try await world.office.perform(try ManageProviders(world.office).setState(provider, .active, reason: "cleared", by: World.admin))
            try await HeedNotices(world.office)()
            #expect(world.office.reference.franchise.provider(provider)?.state == .active)
        }
    }

    @Test(arguments: Backend.available)
    func `only for a day keeps the orders of the others`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await world.place()
            let provider = try #require(order.provider)
            var request = World.request(World.lowIncome, day: 3)
            request.preferredProvider = provider
            let other = try await world.place(request)
            #expect(other.provider == provider)
            let manage = ManageProviders(world.office)
            let step = try manage.setClosedDays(provider, closing: [order.serviceDate], opening: [], by: World.caller(provider))
            #expect(try await world.office.perform(step).closedDays == [order.serviceDate])
            #expect(try await manage.follow(provider, by: World.caller(provider)).map(\.day) == [order.serviceDate])
            #expect(try await world.find(order.id).provider != provider)
            #expect(try await world.find(other.id).provider == provider)
            let found = try await ReadOrders(world.office).decisions(order.id, by: World.desk)
            #expect(found.last?.decision.refusals.first { $0.provider == provider }?.codes == [.closedThatDay])
            #expect(try await world.faults() == [])
        }
    }

    @Test func `can only do so along the franchise's life, with a reason, within a year`() async throws {
        try await World.with(.memory) { world in
            let manage = ManageProviders(world.office)
            let provider = ProviderID("P001")
            let back = try manage.setState(provider, .intent, reason: "x", by: World.admin)
            #expect(await refusal { try await world.office.perform(back) }?.code == "state_not_reachable")
            #expect(await refusal { try manage.setState(provider, .suspended, reason: "", by: World.admin) }?.code == "reason_missing")
            #expect(await refusal { try manage.setState(ProviderID("X"), .suspended, reason: "x", by: World.admin) }?.code == "provider_unknown")
            let codes = [
                await refusal { try manage.setClosedDays(provider, closing: [], opening: [], by: World.admin) }?.code,
                await refusal { try manage.setClosedDays(provider, closing: [World.monday.adding(days: -1)], opening: [], by: World.admin) }?.code,
                await refusal { try manage.setClosedDays(provider, closing: [World.monday.adding(days: 400)], opening: [], by: World.admin) }?.code,
            ]
            #expect(codes == ["closed_days_empty", "closed_day_out_of_range", "closed_day_out_of_range"])
            #expect(await refusal { try await AssignDay(world.office)(World.monday.adding(days: -1)) }?.code == "day_past")
        }
    }
}

@Suite struct `The orders that wait on a day` {
    @Test(arguments: Backend.available)
    func `are placed once somebody can take them, each once, even by two runs at once`(backend: Backend) async throws {
        try await World.with(backend) { world in
            // Everybody who offers it is closed that day, so four orders wait.
            let day = World.monday.adding(days: 2)
            let manage = ManageProviders(world.office)
            let firms = world.office.reference.matcher.providers(of: World.cleaning)
            for firm in firms { _ = try await world.office.perform(try manage.setClosedDays(firm, closing: [day], opening: [], by: World.admin)) }
            try await HeedNotices(world.office)()
            var orders: [Order] = []
            for elder in [World.minimum, World.lowIncome, World.ordinary, World.destitute] { orders.append(try await world.place(World.request(elder))) }
            #expect(orders.allSatisfy { $0.state == .received })
            let none = try await AssignDay(world.office)(day)
            #expect((none.waiting, none.assigned, none.unassigned) == (4, 0, 4))
            for firm in firms { _ = try await world.office.perform(try manage.setClosedDays(firm, closing: [], opening: [day], by: World.admin)) }
            try await HeedNotices(world.office)()
            async let one = AssignDay(world.office)(day)
            async let two = AssignDay(world.office)(day)
            let outcomes = try await [one, two]
            #expect(outcomes.map(\.assigned).reduce(0, +) == 4)
            for order in orders {
                #expect(try await world.find(order.id).state == .offered)
                #expect(try await world.office.read { tx in try tx.attempts.all(order.id) }.count == 1)
            }
            #expect(try await world.faults() == [])
        }
    }
}

@Suite struct `What ties an elder to others` {
    @Test(arguments: Backend.available)
    func `is looked at by every later decision`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await world.place()
            let provider = try #require(order.provider)
            let ties = ManageTies(world.office)
            _ = try await world.office.perform(try ties.refuse(order.id, note: "骂人", by: World.caller(provider)))
            let workers = world.office.reference.franchise.workers(of: provider)
            _ = try await world.office.perform(try ties.put(order.elder, .relative, workers[0].id.text, note: "外甥", by: World.desk))
            _ = try await world.office.perform(try ties.put(order.elder, .language, "东乡语", note: "", by: World.desk))
            _ = try await world.office.perform(try ties.put(order.elder, .language, "没有人会的话", note: "", by: World.desk))
            let known = try await ties.all(of: order.elder)
            #expect(known.map(\.kind) == [.language, .refusedBy, .relative])
            #expect(known.first?.value == "没有人会的话")
            let next = try await world.place(World.request(day: 3))
            #expect(next.state == .received)
            let decision = try #require(try await ReadOrders(world.office).decisions(next.id, by: World.desk).last?.decision)
            let own = try #require(decision.refusals.first { $0.provider == provider })
            #expect(own.codes.contains(.refusedByProvider) && own.codes.contains(.languageNotSpoken))
            try await world.office.perform(ties.remove(order.elder, .language, "没有人会的话", by: World.desk))
            let last = try await world.place(World.request(day: 4))
            #expect(last.provider != nil && last.provider != provider)
            #expect(await refusal { try await world.office.perform(ties.remove(order.elder, .language, "x", by: World.desk)) }?.code == "tie_unknown")
        }
    }

    @Test func `is refused when it names nobody, or comes from a provider that was never asked`() async throws {
        try await World.with(.memory) { world in
            let order = try await world.place()
            let ties = ManageTies(world.office)
            let stranger = World.caller(ProviderID(order.provider == ProviderID("P001") ? "P002" : "P001"))
            let codes = [
                await refusal { try ties.put(World.minimum, .relative, "nobody", note: "", by: World.desk) }?.code,
                await refusal { try ties.put(World.minimum, .refusedBy, "nobody", note: "x", by: World.desk) }?.code,
                await refusal { try ties.put(World.minimum, .refusedBy, "P001", note: "", by: World.desk) }?.code,
                await refusal { try ties.put(World.minimum, .language, "", note: "", by: World.desk) }?.code,
                await refusal { try await world.office.perform(try ties.refuse(order.id, note: "x", by: stranger)) }?.code,
                await refusal { try ties.refuse(order.id, note: "", by: stranger) }?.code,
            ]
            #expect(codes == ["worker_unknown", "provider_unknown", "note_missing", "language_invalid", "order_unknown", "note_missing"])
        }
    }

    @Test(arguments: Backend.available)
    func `does not send a worker to two places at once`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let reference = world.office.reference
            // The smallest team among those who would come.
            let first = try await world.place(World.request(World.ordinary, day: 5))
            let decision = try #require(try await ReadOrders(world.office).decisions(first.id, by: World.desk).last?.decision)
            let firm = try #require(decision.candidates.map(\.provider).min { reference.franchise.workers(of: $0).count < reference.franchise.workers(of: $1).count })
            let team = reference.franchise.workers(of: firm).filter(\.isActive)
            var booked = 0
            for worker in team {
                var request = World.request(World.minimum, day: 6, twin: true)
                request.preferredProvider = firm
                let order = try await world.place(request)
                guard order.provider == firm else { break }
                let accepted = try await world.accept(order)
                let step = ScheduleWorker(world.office).prepared(accepted.id, worker: worker.id, start: nil, by: World.caller(firm))
                guard (try? await world.office.perform(step)) != nil else { continue }
                booked += 1
            }
            #expect(booked > 0)
            var request = World.request(World.lowIncome, day: 6)
            request.preferredProvider = firm
            let last = try await world.place(request)
            let why = try #require(try await ReadOrders(world.office).decisions(last.id, by: World.desk).last?.decision)
            let codes = why.refusals.first { $0.provider == firm }?.codes ?? []
            #expect(codes.contains(.workersBusy) || codes.contains(.slotFull), "\(codes), \(booked) of \(team.count)")
            #expect(last.provider != firm)
        }
    }
}
