import Billing
import Catalog
import Entitlement
import Kernel
import Orders
import Registry
import Store
import TestSupport
import Testing
import Workflow

/// Services on both sides of the end of a month, and those that are paid later than the others of their day.
@Suite struct `At the end of a month` {
    private static let (last, next) = (World.month.last, World.month.adding(1))
    /// Days from the Monday of the tests.
    private static let lastDay = World.monday.days(to: last)

    private static func close(_ world: World, _ month: Month) async throws -> [StatementLine] {
        world.setClock(Instant(month.last.adding(days: 1), minute: 60))
        return try await CloseMonth(world.office)(month, by: World.finance).statements.flatMap(\.lines)
    }

    /// Lets the telephone of a worker tell other times than were agreed.
    private static func tell(_ world: World, _ order: Order, worker: WorkerID? = nil, from: Instant, minutes: Int) async throws {
        _ = try await world.office.perform { tx in
            try tx.execute("UPDATE visit SET in_at_ms = \(from), out_at_ms = \(from + .minutes(minutes)) WHERE order_id = \(order.id)")
            if let worker { try tx.execute("UPDATE visit SET worker_id = \(worker) WHERE order_id = \(order.id)") }
        }
    }

    private static func codes(_ lines: [StatementLine], _ order: Order) throws -> Set<String> {
        Set(try #require(lines.first { $0.candidate.subject == order.id.text }).findings.map(\.code)).intersection(["R01", "R02", "R03", "R04", "R05", "R16"])
    }

    @Test(arguments: Backend.available)
    func `a visit past midnight is compared with those of the first morning`(backend: Backend) async throws {
        try await World.with(backend) { world in
            world.setClock(Instant(Self.last.adding(days: -2), minute: 540))
            let evening = try await world.order(in: .closed, World.request(day: Self.lastDay))
            world.setClock(Instant(Self.last, minute: 1000))
            let morning = try await world.order(in: .closed, World.request(day: Self.lastDay + 1))
            let other = try await world.order(in: .closed, World.request(World.lowIncome, day: Self.lastDay + 1, minute: 840))
            let worker = try #require(evening.worker)
            try await Self.tell(world, evening, from: Instant(Self.last, minute: 1410), minutes: 60)
            try await Self.tell(world, morning, worker: WorkerID("another"), from: Instant(Self.next.first, minute: 15), minutes: 120)
            // Of the same worker, far away, a minute after the night visit.
            try await Self.tell(world, other, worker: worker, from: Instant(Self.next.first, minute: 31), minutes: 120)
            _ = try await world.office.perform { tx in
                try tx.execute("UPDATE elder SET latitude_e6 = latitude_e6 + 90000 WHERE id = \(World.lowIncome)")
            }
            let before = try await Self.close(world, World.month)
            #expect(try Self.codes(before, evening).isEmpty)
            let lines = try await Self.close(world, Self.next)
            #expect(lines.count == 2)
            #expect(try Self.codes(lines, morning).contains("R03"))
            #expect(try Self.codes(lines, other).contains("R05"))
        }
    }

    /// What is confirmed after the close of its month is paid by the next one: not beside what has been paid for the same hour.
    @Test(arguments: Backend.available)
    func `a late visit is compared with those that were paid in time`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let late = try await world.order(in: .done, World.request(day: 8))
            let paid = try await world.order(in: .closed, World.request(day: 8, minute: 840))
            let apart = try await world.order(in: .done, World.request(World.lowIncome, day: 9))
            try await Self.tell(world, late, from: paid.window.start, minutes: 120)
            let before = try await Self.close(world, World.month)
            #expect(try Self.codes(before, paid).isEmpty)
            for order in [late, apart] {
                _ = try await world.office.perform(
                    try RecordCallback(world.office).prepared(
                        order.id, came: true, cameAt: nil, did: "打扫", minutes: nil, paidExtra: .zero, satisfaction: 5, answeredBy: "elder",
                        by: World.desk))
            }
            let preview = try await PreviewMonth(world.office)(Self.next).flatMap(\.lines)
            let lines = try await Self.close(world, Self.next)
            for found in [preview, lines] {
                #expect(found.count == 2)
                #expect(try Self.codes(found, late).contains("R03"))
                #expect(try Self.codes(found, apart).isEmpty)
            }
        }
    }

    /// Help with dressing is paid for once a day: the second time is not because it comes late.
    @Test(arguments: Backend.available)
    func `a late visit counts with those of its day that were paid`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let dressing = ItemCode("02001")
            let late = try await world.order(in: .done, World.request(World.destitute, dressing, day: 8, hours: 1))
            let paid = try await world.order(in: .closed, World.request(World.destitute, dressing, day: 9, hours: 1))
            // Somebody moves the first to the day of the second, behind the back of every check.
            _ = try await world.office.perform { tx in
                try tx.execute(
                    """
                    UPDATE service_order SET service_date = \(paid.serviceDate), start_ms = \(paid.window.end), end_ms = \(paid.window.end + .minutes(30))
                    WHERE id = \(late.id)
                    """)
            }
            try await Self.tell(world, late, from: paid.window.end, minutes: 30)
            let line = try #require(try await Self.close(world, World.month).first { $0.candidate.subject == paid.id.text })
            try #require(line.candidate.subsidy > .zero)
            _ = try await world.office.perform(
                try RecordCallback(world.office).prepared(
                    late.id, came: true, cameAt: nil, did: "穿衣", minutes: nil, paidExtra: .zero, satisfaction: 5, answeredBy: "elder", by: World.desk))
            let lines = try await Self.close(world, Self.next)
            #expect(try Self.codes(lines, late).contains("R01"))
        }
    }

    /// A till was off for weeks: its lunch is one too many for the day, a birthday noodle for the year, though another year pays it.
    @Test(arguments: Backend.available)
    func `a late meal counts with those of its day and its year that were paid`(backend: Backend) async throws {
        for (item, day, month, code) in [("01001", 4, Self.next, "R01"), ("01023", 6, Month(World.month.year + 1, 1), "R02")] {
            try await World.with(backend) { world in
                let canteen = ProviderID("P001")
                world.setClock(Instant(World.monday.adding(days: 4), minute: 700))
                let lunch = SwipeRequest(elder: World.ordinary, canteen: canteen, slot: .lunch, at: world.now, device: "till-1")
                let paid = try await SwipeMeal(world.office)(lunch, by: World.caller(canteen)).swipe
                #expect(try await Self.close(world, World.month).first { $0.candidate.subject == paid.id.text }?.verdict == .paid)
                let swipe = SwipeRequest(
                    elder: World.ordinary, canteen: canteen, slot: .lunch, at: Instant(World.monday.adding(days: 6), minute: 700), device: "till-1",
                    deviceSwipe: "s1")
                let result = try await UploadSwipes(world.office)([swipe], by: World.desk)
                guard case .held(let held) = try #require(result.first) else { Issue.record("was not held"); return }
                let late = try #require(
                    try await world.office.perform(try DecideHeldSwipe(world.office).prepared(held, accept: true, opinion: "停电", by: World.finance)))
                    .swipe
                try #require(late.legs.map(\.amount).total > .zero)
                // What was eaten, and when, is said behind the back of every check.
                try await world.office.perform { tx in
                    try tx.execute("UPDATE statement_line SET item_code = \(item) WHERE subject = \(paid.id)")
                    try tx.execute("UPDATE meal_swipe SET item_code = \(item)")
                    try tx.execute("UPDATE meal_swipe SET service_date = \(World.monday.adding(days: day)), slot = 'supper' WHERE id = \(late.id)")
                }
                let lines = try await Self.close(world, month)
                let line = try #require(lines.first { $0.candidate.subject == late.id.text })
                #expect(line.findings.contains { $0.code == code && $0.severity == .block }, "\(line.findings)")
            }
        }
    }

    /// A week that began in December: what is decided on a line after the close began is not known to it, and in the pack neither.
    @Test(arguments: Backend.available)
    func `counts what was paid when the close began`(backend: Backend) async throws {
        try await World.with(backend) { world in
            // Washing hair is paid for twice a week; the next month begins on a Wednesday.
            let hair = ItemCode("02008")
            world.setClock(Instant(Self.last.adding(days: -3), minute: 540))
            var before: [Order] = []
            for day in [Self.lastDay - 1, Self.lastDay] {
                before.append(try await world.order(in: .closed, World.request(World.destitute, hair, day: day, hours: 1)))
            }
            world.setClock(Instant(Self.last, minute: 1000))
            let third = try await world.order(in: .closed, World.request(World.lowIncome, hair, day: Self.lastDay + 1, hours: 1))
            // It was somebody else's when it was taken: the call would have refused a third one of the week.
            try await world.office.perform { tx in
                try tx.execute("UPDATE service_order SET elder_id = \(World.destitute) WHERE id = \(third.id)")
                try tx.execute("UPDATE entitlement SET elder_id = \(World.destitute) WHERE elder_id = \(World.lowIncome)")
            }
            try #require(try await Self.close(world, World.month).allSatisfy { $0.candidate.subsidy > .zero && $0.verdict == .paid })
            func counted() async throws -> Set<String> {
                try await world.office.read { tx in
                    let scope = PackRepository.Scope(Self.next, isClosed: true, began: try tx.settlements.began(Self.next))
                    let reader = tx.settlements.candidates(
                        try tx.settlements.recipients(Self.next), evidence: world.office.reference.evidence(on: Self.next.last))
                    return Set(try reader.earlierPaid(world.office.reference.catalogue, scope).map(\.subject))
                }
            }
            let lines = try await Self.close(world, Self.next)
            #expect(try Self.codes(lines, third).contains("R02"))
            #expect(try await counted() == Set(before.map(\.id.text)))
            for (order, at, left) in [(before[0], world.now + .minutes(1), 2), (before[1], world.now - .minutes(1), 1)] {
                _ = try await world.office.perform { tx in
                    try tx.execute(
                        """
                        INSERT INTO line_decision (month, provider_id, subject, kind, reason, by_name, at_ms)
                        VALUES (\(World.month), \(order.provider), \(order.id), 'refuse', '', '', \(at))
                        """)
                }
                #expect(try await counted().count == left)
            }
        }
    }

    /// Washing hair is paid for twice a week: one that was paid in time and one that came late are two, by whichever road the first is found.
    @Test(arguments: Backend.available)
    func `a late visit counts once with what was paid in its week`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let hair = ItemCode("02008")
            world.setClock(Instant(Self.last.adding(days: -3), minute: 540))
            let late = try await world.order(in: .done, World.request(World.destitute, hair, day: Self.lastDay - 1, hours: 1))
            let paid = try await world.order(in: .closed, World.request(World.destitute, hair, day: Self.lastDay, hours: 1))
            try #require(try await Self.close(world, World.month).map { $0.candidate.subject } == [paid.id.text])
            _ = try await world.office.perform(
                try RecordCallback(world.office).prepared(
                    late.id, came: true, cameAt: nil, did: "洗头", minutes: nil, paidExtra: .zero, satisfaction: 5, answeredBy: "elder", by: World.desk))
            let counted = try await world.office.read { tx in
                let scope = PackRepository.Scope(Self.next, isClosed: false, began: nil)
                let reader = tx.settlements.candidates(
                    try tx.settlements.recipients(Self.next), evidence: world.office.reference.evidence(on: Self.next.last))
                return try reader.earlierPaid(world.office.reference.catalogue, scope).map(\.subject)
            }
            #expect(counted == [paid.id.text])
            let lines = try await Self.close(world, Self.next)
            #expect(lines.map { $0.candidate.subject } == [late.id.text])
            #expect(try Self.codes(lines, late).isEmpty)
        }
    }

    /// The second of two workers: somebody else, whose own visits at the same hour are found, and nobody when he has made the visit himself.
    @Test(arguments: Backend.available)
    func `a worker who came in another's place is not compared with himself`(backend: Backend) async throws {
        try await World.with(backend) { world in
            world.setClock(Instant(Self.last.adding(days: -2), minute: 540))
            let first = try await world.order(in: .closed, World.request(day: Self.lastDay))
            let second = try await world.order(in: .closed, World.request(World.lowIncome, day: Self.lastDay, minute: 840))
            func come(_ worker: WorkerID) async throws {
                _ = try await world.office.perform { tx in
                    try tx.execute("UPDATE service_order SET second_worker_id = \(worker) WHERE id = \(first.id)")
                }
            }
            func seen() async throws -> [WorkerID?] {
                try await world.office.read { tx in
                    let reader = tx.settlements.candidates(
                        try tx.settlements.recipients(Self.next), evidence: world.office.reference.evidence(on: Self.next.last))
                    let around = try reader.around(try tx.orders.require(first.id))
                    let earlier = try reader.earlierVisits(PackRepository.Scope(Self.next, isClosed: false, began: nil))
                    return (around + earlier).filter { $0.subject == first.id.text }.map(\.second)
                }
            }
            let (worker, other) = (try #require(first.worker), WorkerID("another"))
            try await Self.tell(world, second, worker: other, from: first.window.start, minutes: 120)
            try await come(worker)
            #expect(try await seen() == [nil, nil])
            func found() async throws -> Set<String> {
                let lines = try await PreviewMonth(world.office)(World.month).flatMap(\.lines)
                return try Self.codes(lines, first).union(try Self.codes(lines, second))
            }
            #expect(try await found().isEmpty)
            try await come(other)
            #expect(try await seen() == [other, other])
            #expect(try await found().contains("R04"))
        }
    }

    /// A photograph of one month is shown again in the next: found whichever of the two arrived first.
    @Test(arguments: Backend.available)
    func `a photograph of a month before is known again`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let (office, photo) = (world.office, String(repeating: "ab", count: 32))
            func seen(_ order: Order, _ photo: String, isOut: Bool = false) async throws {
                try await office.perform { tx in
                    var visit = try #require(try tx.visits.find(order.id))
                    let check = Check(
                        at: visit.checkIn.at, receivedAt: world.now, method: visit.checkIn.method, distance_m: nil, accuracy_m: nil, photoSHA256: photo,
                        reasonCode: nil)
                    if isOut { visit.checkOut = check } else { visit.checkIn = check }
                    try isOut ? tx.visits.saveCheckOut(visit) : tx.visits.begin(visit)
                    try tx.visits.saveConfirmation(visit)
                }
            }
            let march = try await world.order(in: .closed, World.request(day: 8))
            try await seen(march, photo, isOut: true)
            #expect(try await Self.close(world, World.month).allSatisfy { line in !line.findings.contains { $0.code == "R19" } })

            world.setClock(Instant(Self.next.first, minute: 540))
            let days = World.monday.days(to: Self.next.first)
            let again = try await world.order(in: .closed, World.request(day: days + 3))
            let other = try await world.order(in: .closed, World.request(World.lowIncome, day: days + 5))
            try await seen(again, photo, isOut: true)
            try await seen(other, String(repeating: "cd", count: 32), isOut: true)
            let early = try await office.read { tx in try CheckVisit.findings(tx, office.reference, try tx.orders.require(again.id)) }
            #expect(early.contains { $0.code == "R19" })
            let lines = try await Self.close(world, Self.next)
            func sentences(_ order: Order) throws -> [String] {
                try #require(lines.first { $0.candidate.subject == order.id.text }).findings.filter { $0.code == "R19" }.map(\.sentence)
            }
            #expect(try sentences(again) == ["照片与 \(march.serviceDate) 的工单 \(march.number) 相同"])
            #expect(try sentences(other).isEmpty)
            // What is uploaded only afterwards was not known to the close, nor is it to the pack.
            world.pass(.minutes(10))
            try await seen(march, String(repeating: "cd", count: 32))
            let (known, now) = try await office.read { tx in
                (try tx.visits.reused(Self.next, began: try tx.settlements.began(Self.next)), try tx.visits.reused(Self.next, began: nil))
            }
            #expect(known.map(\.subject) == [again.id.text] && Set(now.map(\.subject)) == [again.id.text, other.id.text])
        }
    }

    /// The budget of a street bears what was served while the elder lived there, and nothing after the move.
    @Test(arguments: Backend.available)
    func `a service counts in the street of its day`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let before = try await world.order(in: .closed, World.request(day: 8))
            let planned = try await world.order(in: .scheduled, World.request(day: 17))
            world.setClock(Instant(World.monday.adding(days: 15), minute: 540))
            let old = try await world.office.read { tx in try tx.elders.require(World.minimum) }.address.region
            let streets = world.office.reference.catalogue.regions.map(\.code.text)
            let new = try #require(streets.first { $0.count == 9 && $0.hasPrefix(old.prefix(6)) && $0 != old })
            let move = ManageElder(world.office).update(World.minimum, expecting: nil, by: World.desk) { $0.address.region = new }
            _ = try await world.office.perform(move)
            let after = try await world.checkOut(try await world.checkIn(planned))
            // Granted when both had been served, and too small for either.
            _ = try await world.office.perform { tx in
                // As those stand that were entered when what had been spent before did not count yet.
                try tx.execute(
                    """
                    INSERT INTO budget (fund, year, category, region, granted_fen, extra_fen, reserved_fen, posted_fen, level)
                    VALUES ('district_subsidy', \(World.month.year), '', \(old), 1, 0, 0, 0, 'open')
                    """)
            }
            func held(_ lines: [StatementLine], _ order: Order) throws -> Bool {
                try #require(lines.first { $0.candidate.subject == order.id.text }).findings.contains { $0.code == "R25" }
            }
            let lines = try await PreviewMonth(world.office)(World.month).flatMap(\.lines)
            #expect(try held(lines, before))
            #expect(try !held(lines, after))
        }
    }
}
