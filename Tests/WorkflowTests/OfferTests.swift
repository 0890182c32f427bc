import Catalog
import Entitlement
import Intake
import Kernel
import Matching
import Orders
import Registry
import Store
import TestSupport
import Testing
import Workflow

@Suite struct `An offer` {
    @Test(arguments: Backend.available)
    func `that is declined goes to the next provider, never the same again, until nobody is left`(backend: Backend) async throws {
        try await World.with(backend) { world in
            var order = try await world.place()
            var asked: [ProviderID] = []
            while order.state == .offered, asked.count < 100 {
                asked.append(try #require(order.provider))
                order = try await DeclineOffer(world.office)(order.id, reason: "no_staff", by: try world.holder(order))
            }
            #expect(asked.count > 1)
            #expect(Set(asked).count == asked.count)
            #expect(order.state == .received)
            #expect(order.provider == nil)
            let file = try await ReadOrders(world.office).file(order.id, by: World.desk)
            #expect(file.attempts.map(\.provider) == asked)
            #expect(file.attempts.allSatisfy { $0.state == .declined })
            #expect(file.unmet != nil)
            #expect(try #require(try await world.subsidy()).reserved == .zero)
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `that is not answered in time goes to the next provider`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let first = try await world.place()
            let timer = try #require(first.timer)
            world.setClock(timer.due - .seconds(1))
            #expect(try await RingTimers(world.office)() == 0)
            world.setClock(timer.due)
            #expect(try await RingTimers(world.office)() == 1)
            let second = try await world.find(first.id)
            #expect(second.state == .offered)
            #expect(second.provider != first.provider)
            #expect(await refusal { try await world.accept(first) }?.code == "offer_gone")
            #expect(try await world.accept(second).state == .accepted)
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `cannot be accepted once it has expired, even before the sweep has been`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await world.place()
            world.setClock(try #require(order.timer).due)
            #expect(await refusal { try await world.accept(order) }?.code == "offer_expired")
        }
    }

    @Test(arguments: Backend.available)
    func `accepted by twenty clients at once has one winner and nineteen conflicts`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await world.place()
            let outcomes = await withTaskGroup(of: String.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        do {
                            return try await world.accept(order).state.rawValue
                        } catch {
                            return ((error as? any Rejecting)?.rejection.kind).map { $0.rawValue } ?? "\(error)"
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.count { $0 == "accepted" } == 1)
            #expect(outcomes.count { $0 == "conflict" } == 19)
            let events = try await world.office.read { tx in try tx.events.about(order.id.text) }
            #expect(events.count { $0.type == "order.accepted" } == 1)
        }
    }

    @Test(arguments: Backend.available)
    func `is nobody else's business`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await world.place()
            let stranger = World.caller(ProviderID(order.provider == ProviderID("P001") ? "P002" : "P001"))
            let refusals = [
                await refusal { try await AcceptOffer(world.office)(order.id, by: stranger) },
                await refusal { try await DeclineOffer(world.office)(order.id, reason: "no_staff", by: stranger) },
                await refusal { try await CancelOrder(world.office)(order.id, reason: "x", by: stranger) },
                await refusal { try await ReadOrders(world.office).file(order.id, by: stranger) },
                await refusal { try await ReadOrders(world.office).file(OrderID("none"), by: stranger) },
            ]
            #expect(refusals.map { $0?.code } == Array(repeating: "order_unknown", count: 5))
            #expect(Set(refusals.map { $0?.message }).count == 1)
        }
    }

    @Test(arguments: Backend.available)
    func `is scheduled only with a worker of the provider who is fit for it`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await world.accept(try await world.place())
            let schedule = ScheduleWorker(world.office).prepared(order.id, worker: WorkerID("nobody"), start: nil, by: try world.holder(order))
            #expect(await refusal { try await world.office.perform(schedule) }?.code == "worker_unknown")
            #expect(try await world.find(order.id).state == .accepted)
        }
    }

    @Test(arguments: Backend.available)
    func `is scheduled with whom the list offers, and with nobody whom it does not`(backend: Backend) async throws {
        try await World.with(backend) { world in
            func accepted(_ request: OrderRequest, by provider: ProviderID) async throws -> Order {
                let placed = try await world.place(request)
                if placed.provider != provider {
                    _ = try await world.office.perform(
                        try OverrideProvider(world.office).prepared(placed.id, to: provider, reason: "指定", by: World.desk))
                }
                return try await world.accept(try await world.find(placed.id))
            }
            func step(_ order: Order, _ worker: WorkerID) throws -> @Sendable (any Transaction) throws -> Order {
                ScheduleWorker(world.office).prepared(order.id, worker: worker, start: nil, by: try world.holder(order))
            }
            let read = ReadWorkers(world.office)
            /// Names everybody of the list, and counts the refusals.
            func tried(_ order: Order) async throws -> [String?: Int] {
                let list = try await read(order.id, by: try world.holder(order))
                let staff = world.office.reference.franchise.workers(of: try #require(order.provider)).filter(\.isActive)
                #expect(Set(list.map(\.worker.id)) == Set(staff.map(\.id)))
                #expect(list.map { $0.obstacle == nil } == list.map { $0.obstacle == nil }.sorted { $0 && !$1 })
                var codes: [String?: Int] = [:]
                for candidate in list {
                    let naming = try step(order, candidate.worker.id)
                    if let obstacle = candidate.obstacle {
                        #expect(await refusal { try await world.office.perform(naming) }?.code == obstacle.code, "\(candidate.worker.name)")
                    } else {
                        #expect(try await world.office.perform(naming).worker == candidate.worker.id)
                    }
                    codes[candidate.obstacle?.code, default: 0] += 1
                }
                return codes
            }
            // One is promised elsewhere by now, one is a relative.
            let order = try await world.accept(try await world.place())
            let (provider, holder) = (try #require(order.provider), try world.holder(order))
            let fit = try await read(order.id, by: holder).filter { $0.obstacle == nil }.map(\.worker.id)
            try #require(fit.count >= 3)
            _ = try await world.office.perform(
                try step(try await accepted(World.request(World.ordinary, minute: 660), by: provider), fit[0]))
            _ = try await world.office.perform(
                try ManageTies(world.office).put(order.elder, .relative, fit[1].text, note: "侄女", by: World.desk))
            let codes = try await tried(order)
            #expect(codes["worker_busy"] == 1 && codes["worker_relative"] == 1 && codes[nil] == fit.count - 2, "\(codes)")
            // Intimate care: of two who hold the papers one is of the elder's sex.
            let bath = try await tried(try await accepted(World.request(World.ordinary, ItemCode("02013"), hours: 1), by: ProviderID("P088")))
            #expect(bath == [nil: 1, "worker_sex": 1, "worker_credential": 5], "\(bath)")
            let stranger = World.caller(ProviderID(provider == ProviderID("P001") ? "P002" : "P001"))
            #expect(await refusal { try await read(order.id, by: stranger) }?.code == "order_unknown")
        }
    }

    @Test(arguments: Backend.available)
    func `is not scheduled with whoever is not there that day, by the day's shifts or on leave`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await world.accept(try await world.place())
            let (provider, holder) = (try #require(order.provider), try world.holder(order))
            let read = ReadWorkers(world.office)
            let fit = try await read(order.id, by: holder).filter { $0.obstacle == nil }.map(\.worker.id)
            try #require(fit.count >= 3)
            let off = DayPlanRepository.Shift(worker: fit[0], isAbsent: true, from: 0, until: 1440, pause: nil)
            _ = try await world.office.perform(try SetShift(world.office).prepared(off, of: provider, on: order.serviceDate, by: holder))
            let day = order.serviceDate
            _ = try await world.office.perform(
                try ManageRoster(world.office).leave(fit[1], from: day.adding(days: -1), until: day.adding(days: 1), by: holder))
            // Another's leave of another day keeps nobody.
            _ = try await world.office.perform(
                try ManageRoster(world.office).leave(fit[2], from: day.adding(days: 1), until: day.adding(days: 1), by: holder))
            let list = try await read(order.id, by: holder)
            #expect(Set(list.filter { $0.obstacle == .absent }.map(\.worker.id)) == Set(fit.prefix(2)))
            for worker in fit.prefix(2) {
                let refused = await refusal {
                    try await world.office.perform(ScheduleWorker(world.office).prepared(order.id, worker: worker, start: nil, by: holder))
                }
                #expect(refused?.code == "worker_absent" && refused?.pointer == "/worker")
            }
            let named = ScheduleWorker(world.office).prepared(order.id, worker: fit[2], start: nil, by: holder)
            #expect(try await world.office.perform(named).worker == fit[2])
        }
    }

    @Test(arguments: Backend.available)
    func `is scheduled only with somebody who can lift, where one comes alone and the elder has to be lifted`(backend: Backend) async throws {
        try await World.with(backend) { world in
            // 协助床椅转移
            let order = try await world.accept(try await world.place(World.request(World.ordinary, ItemCode("02027"))))
            let list = try await ReadWorkers(world.office)(order.id, by: try world.holder(order))
            #expect(list.contains { $0.obstacle == nil } && list.contains { $0.obstacle == .lifting })
            #expect(list.allSatisfy { $0.obstacle != nil || $0.worker.canLift })
            let weak = try #require(list.first { $0.obstacle == .lifting }?.worker.id)
            let naming = ScheduleWorker(world.office).prepared(order.id, worker: weak, start: nil, by: try world.holder(order))
            #expect(await refusal { try await world.office.perform(naming) }?.code == "worker_lifting")
        }
    }

    @Test(arguments: Backend.available)
    func `is not scheduled with a worker who is promised elsewhere at that time`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let first = try await world.order(in: .scheduled)
            let worker = try #require(first.worker)
            func accepted(_ request: OrderRequest) async throws -> Order {
                let placed = try await world.place(request)
                if placed.provider != first.provider {
                    _ = try await world.office.perform(
                        try OverrideProvider(world.office).prepared(placed.id, to: try #require(first.provider), reason: "同一家", by: World.desk))
                }
                return try await world.accept(try await world.find(placed.id))
            }
            func step(_ order: Order, _ name: WorkerID, and other: WorkerID? = nil) throws -> @Sendable (any Transaction) throws -> Order {
                ScheduleWorker(world.office).prepared(order.id, worker: name, second: other, start: nil, by: try world.holder(order))
            }
            // Half an hour of the other's time is enough, and it does not matter whether he is named first or second.
            let order = try await accepted(World.request(World.ordinary, minute: 690, twin: true))
            let busy = await refusal { try await world.office.perform(try step(order, worker)) }
            #expect(busy?.code == "worker_busy" && busy?.pointer == "/worker")
            #expect(busy?.message.contains("3 月 4 日 10:00 至 12:00 已安排工单 \(first.number)") == true, "\(busy?.message ?? "")")
            #expect(try await world.find(order.id).state == .accepted)
            let another = try #require(try world.workers(for: order).first { $0 != worker })
            let refused = await refusal { try await world.office.perform(try step(order, another, and: worker)) }
            #expect(refused?.code == "worker_busy" && refused?.pointer == "/second_worker")
            // From the end of the first on, and as often as the same order is named anew, he is free.
            let after = try await accepted(World.request(World.ordinary, minute: 720, twin: true))
            #expect(try await world.office.perform(try step(after, worker)).worker == worker)
            #expect(try await world.office.perform(try step(first, worker)).worker == worker)
        }
    }

    @Test(arguments: Backend.available)
    func `keeps both workers busy where two come`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await world.accept(try await world.place())
            let (caller, first) = (try world.holder(order), try world.worker(for: order))
            let provider = try #require(order.provider)
            let fit = world.office.reference.franchise.workers(of: provider).filter { $0.id != first && $0.isActive }.map(\.id)
            var second: WorkerID?
            for worker in fit where second == nil {
                let schedule = ScheduleWorker(world.office).prepared(order.id, worker: first, second: worker, start: nil, by: caller)
                if let scheduled = try? await world.office.perform(schedule) { second = scheduled.secondWorker }
            }
            let found = try await world.office.read { tx in try tx.loads.booked([provider], around: order.window) }
            #expect(Set(found.map(\.worker)) == [first, try #require(second)])
            #expect(found.allSatisfy { $0.window == order.window })
            #expect(try await world.find(order.id).secondWorker == second)
            let twice = ScheduleWorker(world.office).prepared(order.id, worker: first, second: first, start: nil, by: caller)
            #expect(await refusal { try await world.office.perform(twice) }?.code == "worker_twice")
        }
    }
}
