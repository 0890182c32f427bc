import Billing
import Catalog
import Entitlement
import Kernel
import Matching
import Orders
import Registry
import Store
import TestSupport
import Testing
import Workflow

@Suite struct `A provider named by hand` {
    @Test(arguments: Backend.available)
    func `takes the order with money and place, and naming the one from before undoes it`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await world.place()
            let first = try #require(order.provider)
            let reserved = try #require(try await world.subsidy()).reserved
            let decision = try #require(try await ReadOrders(world.office).decisions(order.id, by: World.desk).last?.decision)
            let second = try #require(decision.candidates.map(\.provider).first { $0 != first })
            let moved = try await world.office.perform(
                try OverrideProvider(world.office).prepared(order.id, to: second, reason: "家属要求", by: World.desk))
            #expect(moved.provider == second)
            #expect(moved.state == .offered)
            // What the other asks for is reserved in its place.
            #expect(try #require(try await world.subsidy()).reserved == moved.payable - moved.selfPay)
            let back = try await world.office.perform(
                try OverrideProvider(world.office).prepared(order.id, to: first, reason: "点错了", by: World.desk))
            #expect(back.provider == first)
            #expect(try #require(try await world.subsidy()).reserved == reserved)
            let file = try await ReadOrders(world.office).file(order.id, by: World.desk)
            #expect(file.attempts.map(\.provider) == [first, second, first])
            #expect(file.events.filter { $0.type == "order.overridden" }.map(\.actor) == ["desk", "desk"])
            #expect(file.events.first { $0.type == "order.overridden" }?.note?.contains("家属要求") == true)
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `may be one who has declined before, and is nobody whom the rules refuse`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await world.place()
            let first = try #require(order.provider)
            let next = try await DeclineOffer(world.office)(order.id, reason: "no_staff", by: try world.holder(order))
            let again = try await world.office.perform(
                try OverrideProvider(world.office).prepared(order.id, to: first, reason: "电话说好了", by: World.desk))
            #expect(again.provider == first && next.provider != first)
            // Of those who do not offer cleaning.
            let stranger = try #require(world.office.reference.franchise.providers.map(\.id).first { id in
                !world.office.reference.franchise.offers(of: World.cleaning.text).contains { $0.provider == id }
            })
            let override = OverrideProvider(world.office)
            let refused = try override.prepared(order.id, to: stranger, reason: "试试", by: World.desk)
            #expect(await refusal { try await world.office.perform(refused) }?.code == "provider_not_eligible")
            #expect(try await world.find(order.id).provider == first)
            #expect(await refusal { try override.prepared(order.id, to: ProviderID("P999"), reason: "x", by: World.desk) }?.code == "provider_unknown")
            #expect(await refusal { try override.prepared(order.id, to: first, reason: "", by: World.desk) }?.code == "reason_missing")
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `is not taken from an order that somebody else has changed since`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let seen = try await world.place()
            _ = try await world.accept(seen)
            let step = try OverrideProvider(world.office).prepared(seen.id, to: try #require(seen.provider), reason: "家属要求", by: World.desk)
            #expect(await refusal { try await world.office.perform(Office.unchanged(seen.id, since: seen.version, step)) }?.code == "order_changed")
            #expect(try await world.find(seen.id).state == .accepted)
        }
    }

    @Test(arguments: Backend.available)
    func `gives way when the order goes to another, who is never the same`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await world.place()
            let moved = try await world.office.perform(try ReassignOrder(world.office).prepared(order.id, reason: "worker_ill", by: World.desk))
            #expect(moved.provider != nil && moved.provider != order.provider)
            #expect(await refusal { try ReassignOrder(world.office).prepared(order.id, reason: "", by: World.desk) }?.code == "reason_missing")
            #expect(try await world.faults() == [])
        }
    }
}

@Suite struct `A complaint` {
    static func filed(_ world: World) async throws -> (order: Order, id: String) {
        let order = try await world.order(in: .closed)
        let filed = try await world.office.perform(try FileComplaint(world.office).prepared(order.id, text: "没有打扫干净", by: World.desk))
        let complaint = try #require(try await ReadComplaints(world.office).of(order.id).last)
        return (filed, complaint.id)
    }

    @Test(arguments: Backend.available)
    func `is taken by one person, answered, closed, and keeps the time of each step`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let (order, id) = try await Self.filed(world)
            let see = SeeToComplaint(world.office)
            let opened = world.now
            world.pass(.minutes(5))
            try await world.office.perform(see.take(id, by: World.quality))
            #expect(await refusal { try await world.office.perform(see.take(id, by: World.desk)) }?.code == "complaint_taken")
            world.pass(.minutes(5))
            try await world.office.perform(try see.answer(id, "已当面致歉，明天重做", by: World.quality))
            let open = try #require(try await ReadComplaints(world.office).page(isClosed: false, limit: 10).found.first)
            #expect(open.order.id == order.id)
            #expect(open.complaint.takenBy == "quality")
            #expect(open.complaint.takenAt == opened + .minutes(5))
            #expect(open.complaint.answeredAt == opened + .minutes(10))
            #expect(open.complaint.answer == "已当面致歉，明天重做")
            let settled = try await world.office.perform(
                try ResolveComplaint(world.office).prepared(id, resolution: "重做完成，老人满意", by: World.quality))
            #expect(!settled.hasOpenComplaint)
            #expect(try await ReadComplaints(world.office).page(isClosed: false, limit: 10).found.isEmpty)
            #expect(try await ReadComplaints(world.office).page(isClosed: true, limit: 10).found.map(\.complaint.id) == [id])
            let types = try await world.office.read { tx in try tx.events.about(order.id.text).map(\.type) }.filter { $0.hasPrefix("complaint.") }
            #expect(types == ["complaint.opened", "complaint.taken", "complaint.answered", "complaint.resolved"])
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `that is closed or was never made is nobody's to take, answer or close`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let (_, id) = try await Self.filed(world)
            try await world.office.perform(try SeeToComplaint(world.office).answer(id, "电话中已说明", by: World.desk))
            _ = try await world.office.perform(try ResolveComplaint(world.office).prepared(id, resolution: "说明后撤回", by: World.desk))
            for gone in [id, "none"] {
                let (see, resolve) = (SeeToComplaint(world.office), ResolveComplaint(world.office))
                let codes = [
                    await refusal { try await world.office.perform(see.take(gone, by: World.desk)) }?.code,
                    await refusal { try await world.office.perform(try see.answer(gone, "再次答复", by: World.desk)) }?.code,
                    await refusal { try await world.office.perform(try resolve.prepared(gone, resolution: "再次办结", by: World.desk)) }?.code,
                ]
                #expect(codes == Array(repeating: "complaint_unknown", count: 3))
            }
            #expect(await refusal { try SeeToComplaint(world.office).answer(id, "好", by: World.desk) }?.code == "resolution_text")
            #expect(await refusal { try FileComplaint(world.office).prepared(OrderID("x"), text: "", by: World.desk) }?.code == "complaint_text")
        }
    }

    @Test(arguments: Backend.available)
    func `leaves the order blocked while another one is open`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let (order, first) = try await Self.filed(world)
            _ = try await world.office.perform(try FileComplaint(world.office).prepared(order.id, text: "多收了十元", by: World.desk))
            let resolve = try ResolveComplaint(world.office).prepared(first, resolution: "重做完成", by: World.desk)
            #expect(try await world.office.perform(resolve).hasOpenComplaint)
            #expect(try await world.find(order.id).hasOpenComplaint)
        }
    }
}

@Suite struct `Paper for a power cut` {
    @Test(arguments: Backend.available)
    func `is numbered on from the last pad of the day, and from one on the next`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let downtime = Downtime(world.office)
            func pad(_ count: Int, _ caller: Caller) async throws -> [String] {
                let step = try downtime.reserve(count, by: caller)
                return try await world.office.perform(step)
            }
            let first = try await pad(2, World.desk)
            #expect(first == ["S260302-001", "S260302-002"])
            #expect(try await pad(1, World.quality) == ["S260302-003"])
            world.pass(.days(1))
            #expect(try await pad(1, World.desk) == ["S260303-001"])
            #expect(try await downtime.latest().map(\.number) == ["S260303-001", "S260302-003", "S260302-002", "S260302-001"])
            #expect(try await downtime.find("S260302-003").reservedBy == "quality")
            for count in [0, -1, Downtime.most + 1] {
                #expect(await refusal { try downtime.reserve(count, by: World.desk) }?.code == "quantity_out_of_range")
            }
        }
    }

    @Test(arguments: Backend.available)
    func `is entered once, behind its own time, and marked`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let downtime = Downtime(world.office)
            let number = try #require(try await world.office.perform(try downtime.reserve(1, by: World.desk)).first)
            let taken = world.now - .hours(1)
            var request = World.request()
            request.note = "轻敲门"
            let order = try await world.office.perform(try downtime.enter(number, request, takenAt: taken, by: World.desk))
            #expect(order.note == "应急单 \(number)：轻敲门")
            let slip = try await downtime.find(number)
            #expect(slip.order == order.id)
            #expect(slip.takenAt == taken && slip.enteredAt == world.now && slip.enteredBy == "desk")
            // Once more, from another desk: nothing is taken twice, and nothing is left of the attempt.
            let twice = try downtime.enter(number, World.request(World.lowIncome), takenAt: taken, by: World.quality)
            #expect(await refusal { try await world.office.perform(twice) }?.code == "slip_used")
            let orders = try await ReadOrders(world.office).page(state: nil, elder: nil, provider: nil, day: nil, before: nil, limit: 10)
            #expect(orders.map(\.id) == [order.id])
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `that was never printed, or is of another time, is refused`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let downtime = Downtime(world.office)
            #expect(await refusal { try await downtime.find("S260302-001") }?.code == "slip_unknown")
            let unknown = try downtime.enter("S260302-001", World.request(), takenAt: world.now, by: World.desk)
            #expect(await refusal { try await world.office.perform(unknown) }?.code == "slip_unknown")
            for taken in [world.now + .seconds(1), world.now - .days(31)] {
                #expect(await refusal { try downtime.enter("S260302-001", World.request(), takenAt: taken, by: World.desk) }?.code == "day_past")
            }
        }
    }
}

@Suite struct `A call` {
    @Test(arguments: Backend.available)
    func `that was given up is a duty until it is noted what became of it`(backend: Backend) async throws {
        try await World.with(backend) { world in
            for event in [CallEvent.newCall, .hangup] {
                _ = try await RecordCall(world.office)(event, id: "c1", from: "0931-8000002", to: "96000", at: world.now, by: World.desk)
            }
            #expect(try await ReadDuties(world.office)().calls.map(\.id) == ["c1"])
            try await NoteCall(world.office)("c1", elder: World.minimum, outcome: "called_back", by: World.desk)
            #expect(try await ReadDuties(world.office)().calls.isEmpty)
            let call = try #require(try await world.office.read { tx in try tx.calls.find("c1") })
            #expect(call.elder == World.minimum && call.outcome == "called_back")
            let note = NoteCall(world.office)
            #expect(await refusal { try await note("c2", elder: nil, outcome: "x", by: World.desk) }?.code == "call_unknown")
            #expect(await refusal { try await note("c1", elder: nil, outcome: "", by: World.desk) }?.code == "outcome_invalid")
        }
    }

    @Test(arguments: Backend.available)
    func `of somebody in danger is told to everybody`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let raise = RaiseEmergency(world.office)
            let seq = try await raise(elder: World.minimum, call: nil, by: World.desk)
            let event = try #require(try await world.office.read { tx in try tx.events.after(seq - 1, limit: 1).first })
            #expect(event.type == "emergency.raised" && event.subject == World.minimum.text && event.provider == nil)
            #expect(await refusal { try await raise(elder: ElderID("none"), call: nil, by: World.desk) }?.code == "elder_unknown")
            #expect(await refusal { try await raise(elder: nil, call: "none", by: World.desk) }?.code == "call_unknown")
        }
    }
}

@Suite struct `A look at a file` {
    @Test(arguments: Backend.available)
    func `is kept, and stands out when neither a call nor an order explains it`(backend: Backend) async throws {
        try await World.with(backend) { world in
            _ = try await world.place()
            let look = LookAtElder(world.office)
            for elder in [World.minimum, World.destitute] { try await look(elder, from: .desk, by: World.desk) }
            try await look(World.ordinary, from: .reveal, reason: "核对冬季取暖补贴地址", by: World.admin)
            #expect(try await look.latest(at: World.minimum, limit: 5).map(\.actor) == ["desk"])
            #expect(try await look.latest().looks.count == 3)
            let unexplained = try await look.unexplained(days: 7).looks.map(\.elder)
            #expect(unexplained.contains(World.destitute) && !unexplained.contains(World.minimum))
            let revealed = try await world.office.read { tx in try tx.events.about(World.ordinary.text) }.filter { $0.type == "elder.revealed" }
            #expect(revealed.count == 1)
            try await Self.turnsPages(world, look)
            #expect(await refusal { try await look(World.minimum, from: .reveal, reason: "看看", by: World.desk) }?.code == "reason_too_short")
            let long = String(repeating: "长", count: 201)
            #expect(await refusal { try await look(World.minimum, from: .desk, reason: long, by: World.desk) }?.code == "reason_too_long")
            #expect(await refusal { try await look(ElderID("none"), from: .desk, by: World.desk) }?.code == "elder_unknown")
        }
    }

    /// Page by page every look is shown once, however many fall on one moment; also where none of a stretch is left unexplained.
    private static func turnsPages(_ world: World, _ look: LookAtElder) async throws {
        world.pass(.days(3))
        for caller in ["甲~乙", "b", "c", "d"].map({ Caller(role: .admin, name: $0) }) {
            try await look([World.minimum, World.destitute], from: .registry, by: caller)
        }
        world.pass(.days(1))
        try await look(World.minimum, from: .call, by: World.desk)
        try await look(World.minimum, from: .desk, by: World.admin)
        let since = world.now - .days(2)
        func pages(_ read: @escaping @Sendable (AccessLogRepository, AccessLogRepository.Place?) throws -> AccessLogRepository.Page) async throws -> [[String]] {
            var (pages, place, isMore) = ([[String]](), AccessLogRepository.Place?.none, true)
            while isMore {
                let from = place
                let page = try await world.office.read { tx in try read(tx.accessLog, from) }
                pages.append(page.looks.map { "\($0.at.milliseconds) \($0.elder) \($0.actor) \($0.screen)" })
                place = page.older.flatMap { AccessLogRepository.Place($0.text) }
                isMore = page.older != nil
            }
            return pages
        }
        let all = try await pages { try $0.latest(before: $1, limit: 100) }
        let turned = try await pages { try $0.latest(before: $1, limit: 3) }
        #expect(all.count == 1 && all[0].count == 13 && turned.flatMap { $0 } == all[0])
        let open = try await pages { try $0.unexplained(since: since, before: $1, limit: 3, stretch: 100) }
        #expect(open.map(\.count) == [3, 3, 2] && Set(open.flatMap { $0 }).count == 8)
        let stretches = try await pages { try $0.unexplained(since: since, before: $1, limit: 3, stretch: 1) }
        #expect(stretches.first == [] && stretches.flatMap { $0 } == open.flatMap { $0 })
    }
}

@Suite struct `A provider's sheet` {
    @Test(arguments: Backend.available)
    func `shows what is proposed, and how the worker has checked in`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await world.place()
            let caller = try world.holder(order)
            let provider = try #require(order.provider)
            let sheet = { try await ReadSheet(world.office)(provider) }
            #expect(try await sheet().map(\.state) == ReadSheet.states)
            let later = order.window.start + .hours(2)
            _ = try await world.office.perform(try ProposeTime(world.office).prepared(order.id, start: later, note: "", by: caller))
            let offered = try #require(try await sheet().first { $0.state == .offered }?.entries.first)
            #expect(offered.proposal?.start == later)
            // Nothing of the elder before acceptance.
            #expect(offered.feed.elder == nil)
            _ = try await world.checkIn(try await world.schedule(try await world.accept(order)))
            let busy = try #require(try await sheet().first { $0.state == .inService }?.entries.first)
            #expect(busy.checkIn?.method == .app)
            #expect(busy.feed.elder?.id == World.minimum)
            #expect(try await ReadSheet(world.office)(ProviderID("P999")).allSatisfy { $0.entries.isEmpty })
        }
    }
}

@Suite struct `A provider that takes fewer` {
    @Test(arguments: Backend.available)
    func `is passed over once its windows are full, and takes as many as registered when the limit is gone`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let provider = try #require(try await world.place().provider)
            let manage = ManageProviders(world.office)
            let published = try #require(world.office.reference.franchise.provider(provider)).hours.map(\.capacity)
            func take(_ most: Int?) async throws -> Int? {
                let step = try manage.setCapacity(provider, most, by: World.caller(provider))
                return try await world.office.perform(step).capacity
            }
            #expect(try await take(1) == 1)
            try await HeedNotices(world.office)()
            #expect(world.office.reference.franchise.provider(provider)?.hours.allSatisfy { $0.capacity <= 1 } == true)
            var wish = World.request(World.lowIncome)
            wish.preferredProvider = provider
            #expect(try await world.place(wish).provider != provider)
            // Another day has room for one.
            wish = World.request(World.lowIncome, day: 3)
            wish.preferredProvider = provider
            #expect(try await world.place(wish).provider == provider)
            // Never above what is registered; nothing lifts the limit.
            #expect(try await take(9999) == 9999)
            try await HeedNotices(world.office)()
            #expect(world.office.reference.franchise.provider(provider)?.hours.map(\.capacity) == published)
            #expect(try await take(nil) == nil)
            for most in [-1, 10_001] {
                #expect(await refusal { try manage.setCapacity(provider, most, by: World.caller(provider)) }?.code == "capacity_out_of_range")
            }
            #expect(try await world.faults() == [])
        }
    }
}

@Suite struct `A file of the reference` {
    @Test(arguments: Backend.available)
    func `is shown line by line, refused with its faults, and in force at once when published`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let name = "catalog/parameters.csv"
            try await world.office.perform { tx in
                for (name, bytes) in try Shipped.files() { try tx.reference.publish(name, bytes, sha256: "", at: world.now) }
            }
            let revise = ReviseReference(world.office)
            let old = String(decoding: try #require(try await revise.files()[name]), as: UTF8.self)
            let new = Array((old + "fence_m,300,米,2026-01-01,样例\n").utf8)
            let preview = try await revise.preview(name, new)
            #expect(preview.faults == [] && preview.removed == [] && preview.added == ["fence_m,300,米,2026-01-01,样例"])
            let broken = Array((old + "fence_m,many,米,2026-01-01,样例\n").utf8)
            #expect(try await !revise.preview(name, broken).faults.isEmpty)
            await #expect(throws: (any Error).self) { try await revise.publish(name, broken, by: World.admin) }
            #expect(world.office.reference.evidence(on: World.monday).fence_m == 200)
            try await revise.publish(name, new, by: World.admin)
            #expect(world.office.reference.evidence(on: World.monday).fence_m == 300)
            #expect(await refusal { try await revise.preview("none.csv", []) }?.code == "file_unknown")
            #expect(await refusal { try await revise.publish("none.csv", [], by: World.admin) }?.code == "file_unknown")
        }
    }
}

@Suite struct `What is to be asked or answered` {
    /// Goes through a list page by page, whatever a page holds.
    private static func walk<Place: Hashable>(_ whole: [String], _ page: (Place?, Int) async throws -> ([String], Place?)) async throws {
        for limit in 1...whole.count + 1 {
            var (found, place) = ([String](), Place?.none)
            repeat {
                let (rows, next) = try await page(place, limit)
                #expect(rows.count <= limit && next != place || next == nil)
                found += rows
                place = next
            } while place != nil && found.count <= whole.count
            #expect(found == whole, "\(limit) a page")
        }
    }

    @Test(arguments: Backend.available)
    func `is gone through page by page: call-backs, samples first`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let read = ReadCallbacks(world.office)
            #expect(try await read.due(limit: 1).due.isEmpty)
            var orders: [Order] = []
            for day in 2..<5 { orders.append(try await world.order(in: .closed, World.request(day: day))) }
            let samples = try orders.map { (provider: try #require($0.provider), sample: Sample(subject: $0.id.text, reason: .random)) }
            // A meal has no order to call about; its sample is not shown, and hides nothing.
            let meal = (provider: samples[0].provider, sample: Sample(subject: "0meal", reason: .random))
            try await world.office.perform { tx in try tx.close.insert(samples + [meal], World.month, at: world.now) }
            for day in 5..<8 { orders.append(try await world.order(in: .done, World.request(day: day))) }
            let whole = try await read.due(limit: 100)
            #expect(whole.next == nil)
            #expect(Set(whole.due.map(\.order.id)) == Set(orders.map(\.id)))
            #expect(whole.due.map { if case .sample = $0.reason { true } else { false } } == [true, true, true, false, false, false])
            try await Self.walk(whole.due.map(\.order.id.text)) { place, limit in
                let page = try await read.due(after: place, limit: limit)
                return (page.due.map(\.order.id.text), page.next)
            }
        }
    }

    @Test(arguments: Backend.available)
    func `is gone through page by page: complaints, the oldest open one and the newest closed one first`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let read = ReadComplaints(world.office)
            for day in 2..<8 {
                let order = try await world.place(World.request(day: day))
                // Two at the same moment.
                if day != 4 { world.pass(.minutes(1)) }
                _ = try await world.office.perform(try FileComplaint(world.office).prepared(order.id, text: "没有人来", by: World.desk))
            }
            for complaint in try await read.page(isClosed: false, limit: 100).found.prefix(3) {
                _ = try await world.office.perform(
                    try ResolveComplaint(world.office).prepared(complaint.complaint.id, resolution: "已道歉并重排", by: World.quality))
            }
            for isClosed in [false, true] {
                let whole = try await read.page(isClosed: isClosed, limit: 100).found.map(\.complaint)
                #expect(whole.count == 3)
                let opened = whole.map(\.openedAt)
                #expect(opened == (isClosed ? opened.sorted(by: >) : opened.sorted()))
                try await Self.walk(whole.map(\.id)) { place, limit in
                    let page = try await read.page(isClosed: isClosed, after: place, limit: limit)
                    return (page.found.map(\.complaint.id), page.next)
                }
            }
        }
    }
}
