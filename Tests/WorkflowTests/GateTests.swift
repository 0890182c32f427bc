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

/// What a canteen, or whoever has its token, could make up: cards, tills, and numbers found by trying.
@Suite struct `A till` {
    static let canteen = ProviderID("P001")
    static let noon = Instant(World.monday, minute: 11 * 60 + 40)

    /// Elders with numbers that follow one another.
    private static func guests(_ world: World, _ count: Int) async throws -> [Elder] {
        let elders = try (0..<count).map { index in
            var elder = try world.elder(ElderID("e-guest-\(index)"), class: "ordinary", order: index % 10)
            (elder.number, elder.idNumber) = ("LZ000010\(10 + index)", nil)
            return elder
        }
        try await world.office.perform { tx in for elder in elders { try tx.elders.insert(elder) } }
        return elders
    }

    private static func swipe(
        _ world: World, card: String, device: String = "till-1", number: String? = nil, isRead: Bool = false, after seconds: Int = 0
    ) async throws -> MealSwipe {
        let at = noon + .seconds(seconds)
        world.setClock(max(world.now, at))
        let request = SwipeRequest(
            card: card, canteen: canteen, slot: .lunch, at: at, device: device, deviceSwipe: number, isRead: isRead)
        return try await SwipeMeal(world.office)(request, by: World.caller(canteen)).swipe
    }

    private static func lines(_ world: World) async throws -> [StatementLine] {
        world.setClock(Instant(World.month.last.adding(days: 2), minute: 600))
        _ = try await CloseMonth(world.office)(World.month, by: World.finance)
        return try await world.office.read { tx in try tx.settlements.lines(World.month, canteen) }
    }

    @Test(arguments: Backend.available)
    func `that is made up serves the elder and is not paid unseen`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let guests = try await Self.guests(world, 40)
            for (index, elder) in guests.enumerated() {
                let swipe = try await Self.swipe(world, card: elder.number, device: "made-up-\(index % 8)")
                #expect(swipe.doubt == .till && swipe.entry == .typed)
            }
            let lines = try await Self.lines(world)
            #expect(lines.count == 40)
            #expect(lines.allSatisfy { $0.verdict == .held && $0.findings.contains { $0.code == "R22" } })
            // A person has asked: one was eaten and is paid, another was not and may be eaten elsewhere; the rest waits.
            for (index, kind) in [LineDecision.Kind.release, .refuse].enumerated() {
                _ = try await world.office.perform(
                    try DecideLine(world.office).prepared(World.month, lines[index].candidate.subject, kind, reason: "已电话核实", by: World.desk))
            }
            func state(_ line: StatementLine) async throws -> String? {
                try await world.office.read { tx in
                    try tx.first("SELECT settlement, is_reversed FROM meal_swipe WHERE id = \(line.candidate.subject)") { "\(try $0.text()) \(try $0.int())" }
                }
            }
            #expect(try await state(lines[0]) == "in_statement 0")
            #expect(try await state(lines[1]) == "reversed 1")
            #expect(try await state(lines[2]) == "ready 0")
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `of the canteen's own is paid for cards it has read, and for numbers up to the quota`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let guests = try await Self.guests(world, 40)
            for (index, elder) in guests.enumerated() { _ = try await Self.swipe(world, card: elder.number, isRead: index >= 20, after: 20 * index) }
            let lines = try await Self.lines(world)
            // Five may always be told; a tenth of forty is less.
            #expect(lines.count { $0.verdict == .held } == 15)
            #expect(lines.filter { $0.verdict == .held }.allSatisfy { $0.candidate.evidence == .slip && $0.findings.map(\.code) == ["R22"] })
            #expect(lines.count { $0.candidate.evidence == .partial } == 20)
            // A fifth of those that are paid is asked about.
            let read = ReadCallbacks(world.office)
            let due = try #require(try await read.due(limit: 10).meals.first)
            #expect(try await read.due(limit: 10).meals.count == 1 && due.reason == .weakEvidence && due.swipe.entry == .typed)
            #expect(try await read.meal(due.swipe.id).elder.id == due.elder.id)
            _ = try await world.office.perform(
                try AnswerSample(world.office).prepared(World.month, due.swipe.id.text, .failed, note: "那天没有去", by: World.quality))
            #expect(try await read.due(limit: 10).meals.isEmpty)
            #expect(await refusal { try await read.meal(due.swipe.id) }?.code == "sample_unknown")
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `that names too many who are nobody gets no further with numbers, and its day is looked at`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let guests = try await Self.guests(world, 3)
            _ = try await Self.swipe(world, card: guests[0].number, number: "s1")
            for index in 0..<19 {
                #expect(await refusal { try await Self.swipe(world, card: "LZ0099\(index)", after: 7 * index) }?.code == "card_unknown")
            }
            // The same once more is no other number.
            #expect(await refusal { try await Self.swipe(world, card: "LZ009918", after: 140) }?.code == "card_unknown")
            #expect(await refusal { try await Self.swipe(world, card: "LZ009999", after: 140) }?.code == "numbers_refused")
            // Right and wrong numbers hear the same, so that nothing more is learnt.
            #expect(await refusal { try await Self.swipe(world, card: guests[1].number) }?.code == "numbers_refused")
            #expect(await refusal { try await Self.swipe(world, card: "LZ009998") }?.code == "numbers_refused")
            // What was booked is still told to a till that asks again; whoever has a card eats.
            #expect(try await Self.swipe(world, card: guests[0].number, number: "s1").elder == guests[0].id)
            #expect(try await Self.swipe(world, card: guests[2].number, isRead: true).doubt == nil)
            let misses = try await ReadCardMisses(world.office)()
            #expect(misses.map(\.canteen) == [Self.canteen] && misses.map(\.count) == [20])
            let told = try await world.office.read { tx in try tx.events.about("\(Self.canteen)/\(World.monday)") }
            #expect(told.map(\.type) == ["meal.numbers_refused"])
            let lines = try await Self.lines(world)
            #expect(Dictionary(uniqueKeysWithValues: lines.map { ($0.candidate.elder, $0.verdict) }) == [guests[0].id: .held, guests[2].id: .paid])
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.concurrent)
    func `counts every wrong number though many come at once`(backend: Backend) async throws {
        try await World.with(backend) { world in
            try world.changeReference("catalog/parameters.csv") { $0.replacing("card_miss_minute_limit,10,", with: "card_miss_minute_limit,1000,") }
            let codes = await withTaskGroup(of: String?.self) { group in
                for index in 0..<60 { group.addTask { await refusal { try await Self.swipe(world, card: "LZ0077\(index)") }?.code } }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(codes.count { $0 == "card_unknown" } == 19 && codes.count { $0 == "numbers_refused" } == 41)
        }
    }

    @Test(arguments: Backend.available)
    func `that says its wrong numbers are of days past has no more of them`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let guests = try await Self.guests(world, 2)
            world.setClock(Self.noon)
            func late(_ card: String, days: Int) -> SwipeRequest {
                SwipeRequest(
                    card: card, canteen: Self.canteen, slot: .lunch, at: Self.noon - .days(days), device: "till-1", deviceSwipe: "\(card)-\(days)")
            }
            func upload(_ requests: [SwipeRequest]) async throws -> [String] {
                try await UploadSwipes(world.office)(requests, by: World.caller(Self.canteen)).map { result in
                    switch result {
                    case .served: "served"
                    case .held(let held): "held \(held.code)"
                    case .refused(let rejection): rejection.code
                    }
                }
            }
            // One that was guessed right, for a day before.
            #expect(try await upload([late(guests[0].number, days: 2)]) == ["served"])
            let tries = (0..<20).map { late("LZ0055\($0)", days: 1 + $0 % 3) }
            let told = try await upload(tries)
            #expect(told.count { $0 == "card_unknown" } == 19 && told.count { $0.hasSuffix("numbers_refused") } == 1)
            // The whole file once more counts nothing, and what comes in now waits for a person, whichever day it is of.
            #expect(try await upload([late(guests[1].number, days: 1)]) == ["held numbers_refused"])
            #expect(try await ReadCardMisses(world.office)().map(\.count) == [20])
            #expect(try await ReadCardMisses(world.office)().map(\.day) == [World.monday])
            let doubts = try await world.office.read { tx in
                try tx.rows("SELECT doubt FROM meal_swipe WHERE elder_id = \(guests[0].id)") { try $0.text() }
            }
            #expect(doubts == ["guessing"])
            // Another day of the platform's is another count.
            world.setClock(Self.noon + .days(1))
            #expect(try await upload([late(guests[1].number, days: 0)]) == ["served"])
        }
    }

    @Test(arguments: Backend.available)
    func `that names wrong numbers fast waits for a minute, cards or not, and an offline one does not`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let guests = try await Self.guests(world, 3)
            // Each twice, which is no more than once.
            for index in 0..<19 {
                #expect(await refusal { try await Self.swipe(world, card: "LZ0066\(index / 2)", after: index / 2) }?.code == "card_unknown")
            }
            #expect(await refusal { try await Self.swipe(world, card: guests[0].number, isRead: true, after: 12) }?.code == "cards_too_fast")
            #expect(await refusal { try await Self.swipe(world, card: guests[0].number, after: 59) }?.code == "cards_too_fast")
            // One that has swiped an hour ago and says so only now.
            let kept = SwipeRequest(card: guests[1].number, canteen: Self.canteen, slot: .lunch, at: Self.noon - .hours(1), device: "till-1")
            let late = try await SwipeMeal(world.office)(kept, by: World.caller(Self.canteen))
            #expect(late.swipe.elder == guests[1].id)
            // A pass cannot be counted through.
            let pass = try await world.office.perform(try MealPasses(world.office).issue(guests[2].id, days: 2, by: World.desk))
            let shown = SwipeRequest(qr: pass.0, canteen: Self.canteen, slot: .lunch, at: world.now, device: "till-1")
            let eaten = try await SwipeMeal(world.office)(shown, by: World.caller(Self.canteen))
            #expect(eaten.swipe.entry == .pass)
            #expect(try await Self.swipe(world, card: guests[0].number, isRead: true, after: 70).elder == guests[0].id)
        }
    }

    @Test(arguments: Backend.available)
    func `at lunch serves three hundred in ten minutes`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let guests = try await Self.guests(world, 300)
            for (index, guest) in guests.enumerated() {
                #expect(try await Self.swipe(world, card: guest.number, isRead: index % 12 > 0, after: 2 * index).doubt == nil)
            }
        }
    }

    @Test(arguments: Backend.available)
    func `that has read what is nobody's is believed no more that day`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let guests = try await Self.guests(world, 4)
            func read(_ card: String, _ device: String = "till-1", after seconds: Int) async throws -> MealEntry? {
                try await Self.swipe(world, card: card, device: device, isRead: true, after: seconds).entry
            }
            for index in 0..<4 { _ = await refusal { try await read("LZ0044\(index)", after: 10 * index) } }
            // A number that was told is not the reader's fault.
            for index in 0..<3 { _ = await refusal { try await Self.swipe(world, card: "LZ0033\(index)", after: 40 + 10 * index) } }
            #expect(try await read(guests[0].number, after: 80) == .read)
            _ = await refusal { try await read("LZ00444", after: 90) }
            #expect(try await read(guests[1].number, after: 100) == .typed)
            #expect(try await read(guests[2].number, "till", after: 110) == .read)
            #expect(try await read(guests[3].number, after: 24 * 3600) == .read)
        }
    }

    @Test(arguments: Backend.available)
    func `cannot be replaced by declaring relatives: wrong numbers there count too`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let guest = try await Self.guests(world, 1)[0]
            let worker = try #require(world.office.reference.franchise.workers(of: Self.canteen).first).id
            func tie(_ card: String) async throws {
                try await world.office.perform(
                    try ManageRoster(world.office).tie(worker, elderNumber: card, relation: "女儿", by: World.caller(Self.canteen)))
            }
            func declare(_ card: String, after seconds: Int = 0) async -> String? {
                world.setClock(max(world.now, Self.noon + .seconds(seconds)))
                return await refusal { try await tie(card) }?.code
            }
            world.setClock(Self.noon)
            try await tie(guest.number)
            #expect(await declare("LZ123456789012") == "elder_unknown")
            for index in 0..<10 { #expect(await declare("LZ0088\(index)") == "elder_unknown") }
            #expect(await declare(guest.number) == "cards_too_fast")
            for index in 10..<19 { #expect(await declare("LZ0088\(index)", after: 60 + 7 * index) == "elder_unknown") }
            #expect(await declare("LZ008819", after: 300) == "numbers_refused")
            #expect(await declare(guest.number, after: 400) == "numbers_refused")
        }
    }

    @Test(arguments: Backend.available)
    func `is the canteen's by the platform's word, until that ends`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let guests = try await Self.guests(world, 3)
            let manage = ManageTills(world.office)
            func register(_ device: String, by caller: Caller = World.admin, at canteen: ProviderID = Self.canteen) async throws {
                try await world.office.perform(try manage.register(device, at: canteen, by: caller))
            }
            #expect(try await Self.swipe(world, card: guests[0].number, device: "till-9", isRead: true).doubt == .till)
            #expect(try await manage.all(of: Self.canteen).unregistered.map(\.device) == ["till-9"])
            try await register("till-9")
            #expect(await refusal { try await register("till-9") }?.code == "till_known")
            #expect(await refusal { try await register("till-8", by: World.caller(Self.canteen)) }?.code == "role_forbidden")
            #expect(await refusal { try await register("", by: World.admin) }?.code == "device_missing")
            #expect(await refusal { try await register("till-8", at: ProviderID("none")) }?.code == "provider_unknown")
            #expect(try await Self.swipe(world, card: guests[1].number, device: "till-9", isRead: true).doubt == nil)
            try await world.office.perform(try manage.end("till-9", at: Self.canteen, by: World.admin))
            let ended = await refusal { try await world.office.perform(try manage.end("till-9", at: Self.canteen, by: World.admin)) }
            #expect(ended?.code == "till_unknown")
            #expect(try await Self.swipe(world, card: guests[2].number, device: "till-9", isRead: true).doubt == .till)
            #expect(try await manage.all(of: Self.canteen).tills.map(\.device) == ["till", "till-1"])
        }
    }

    @Test(arguments: Backend.available)
    func `knows a number that was mistyped from one that is nobody's, and takes old ones as read until cards are exchanged`(
        backend: Backend
    ) async throws {
        try await World.with(backend) { world in
            var draft = try world.elder(World.ordinary, class: "ordinary", order: 9)
            (draft.number, draft.idNumber) = ("", nil)
            let manage = ManageElder(world.office)
            let wish = draft
            let elder = try await world.office.perform(try manage.register(wish, by: World.desk))
            let other = try await world.office.perform(try manage.register(wish, by: World.desk))
            #expect(CardNumber.isChecked(elder.number) && CardNumber.isChecked(other.number) && elder.number != other.number)
            let last = elder.number.last == "0" ? "1" : "0"
            #expect(await refusal { try await Self.swipe(world, card: elder.number.dropLast() + last) }?.code == "card_mistyped")
            #expect(try await ReadCardMisses(world.office)().isEmpty)
            try world.changeReference("catalog/parameters.csv") {
                $0.replacing("read_needs_checked_card,0,0或1,2020-01-01", with: "read_needs_checked_card,1,0或1,2020-01-01")
            }
            let old = try await Self.guests(world, 1)[0]
            #expect(try await Self.swipe(world, card: elder.number, isRead: true).entry == .read)
            #expect(try await Self.swipe(world, card: old.number, isRead: true).entry == .typed)
        }
    }

    @Test(arguments: Backend.available)
    func `that was offline hands numbers in for a person to decide when none are taken any more`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let guest = try await Self.guests(world, 1)[0]
            for index in 0..<20 { _ = await refusal { try await Self.swipe(world, card: "LZ0099\(index)", after: 7 * index) } }
            world.setClock(Self.noon + .hours(3))
            let late = SwipeRequest(card: guest.number, canteen: Self.canteen, slot: .lunch, at: Self.noon, device: "till-1", deviceSwipe: "s7")
            guard case .held(let held) = try await UploadSwipes(world.office)([late], by: World.caller(Self.canteen))[0] else {
                Issue.record("not held")
                return
            }
            #expect(held.code == "numbers_refused")
            let decide = DecideHeldSwipe(world.office)
            let served = try await world.office.perform(try decide.prepared(held, accept: true, opinion: "已致电核实", by: World.finance))
            #expect(served?.swipe.elder == guest.id)
            #expect(try await world.faults() == [])
        }
    }
}

/// 门码: four digits are soon tried.
@Suite struct `A door code` {
    private static func order(_ world: World) async throws -> Order {
        let order = try await world.order(in: .scheduled)
        world.setClock(order.window.start)
        return order
    }

    private static func code(_ number: Int, not right: String) -> String {
        let text = String(String(10_000 + number).dropFirst())
        return text == right ? "9999" : text
    }

    private static func checkIn(_ world: World, _ order: Order, _ code: String?, _ method: CheckMethod = .code) async throws -> Order {
        let report = CheckReport(at: world.now, method: method, place: try await world.door(order), accuracy_m: 20, code: code)
        return try await world.office.perform(CheckIn(world.office).prepared(order.id, report, by: try world.holder(order)))
    }

    @Test(arguments: Backend.available)
    func `is taken no more after five wrong ones, nor is the card, until the hotline gives a new one`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await Self.order(world)
            func code(_ text: String?, _ method: CheckMethod = .code) async -> String? {
                await refusal { try await Self.checkIn(world, order, text, method) }?.code
            }
            for number in 0..<3 { #expect(await code(Self.code(number, not: order.visitCode)) == "code_wrong") }
            // Nothing told, or the same once more, is no try.
            #expect(await code(nil) == "code_wrong")
            #expect(await code(Self.code(2, not: order.visitCode)) == "code_wrong")
            #expect(await code("LZ99999999", .card) == "card_wrong")
            #expect(await code(Self.code(5, not: order.visitCode)) == "code_locked")
            #expect(await code(order.visitCode) == "code_locked")
            #expect(await code("LZ00000002", .card) == "code_locked")
            let told = try await ReadOrders(world.office).file(order.id, by: World.desk)
            #expect(told.events.count { $0.type == "order.code_locked" } == 1)
            #expect(told.doorTries?.wrong == 5 && told.doorTries?.isLocked == true)
            #expect(try await ReadEscalations(world.office)(from: .shiftLeader).map(\.reason) == [.codeLocked])
            #expect(try await ReadDuties(world.office)().locked.map(\.id) == [order.id])

            let renew = RenewDoorCode(world.office)
            let provider = try world.holder(order)
            #expect(await refusal { try renew.prepared(order.id, reason: "x", by: provider) }?.code == "not_allowed")
            #expect(await refusal { try renew.prepared(order.id, reason: "", by: World.desk) }?.code == "reason_missing")
            let renewed = try await world.office.perform(try renew.prepared(order.id, reason: "老人来电", by: World.desk))
            #expect(try await ReadEscalations(world.office)(from: .shiftLeader).isEmpty)
            let started = try await Self.checkIn(world, order, renewed.visitCode)
            #expect(started.state == .inService)
            let closed = try await world.checkOut(try await world.office.read { tx in try tx.orders.require(order.id) })
            #expect(closed.verification == .verified)
            #expect(await refusal { try await world.office.perform(try renew.prepared(order.id, reason: "x", by: World.desk)) }?.code == "code_not_wanted")
            // Somebody looks before it is paid.
            world.setClock(Instant(World.month.last.adding(days: 2), minute: 600))
            _ = try await CloseMonth(world.office)(World.month, by: World.finance)
            let provided = try #require(order.provider)
            let line = try #require(try await world.office.read { tx in try tx.settlements.lines(World.month, provided) }.first)
            #expect(line.verdict == .held && line.findings.map(\.code) == ["R17"])
            #expect(line.candidate.evidence == .full)
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `that was tried out proves nothing that was shown before`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await Self.order(world)
            _ = try await Self.checkIn(world, order, order.visitCode)
            let started = try await world.office.read { tx in try tx.orders.require(order.id) }
            for number in 0..<5 {
                world.setClock(order.window.end)
                let report = CheckReport(at: world.now, method: .code, code: Self.code(number, not: order.visitCode))
                _ = await refusal { try await world.office.perform(CheckOut(world.office).prepared(order.id, report, by: try world.holder(order))) }
            }
            _ = try await world.checkOut(started, withCode: false)
            let closed = try await world.office.perform(
                try RecordCallback(world.office).prepared(
                    order.id, came: true, cameAt: nil, did: "打扫", minutes: nil, paidExtra: .zero, satisfaction: 5, answeredBy: "elder",
                    by: World.desk))
            // In the fence at both ends and confirmed, but what was shown does not count: the second rung, not the third.
            world.setClock(Instant(World.month.last.adding(days: 2), minute: 600))
            _ = try await CloseMonth(world.office)(World.month, by: World.finance)
            let provided = try #require(closed.provider)
            let line = try #require(try await world.office.read { tx in try tx.settlements.lines(World.month, provided) }.first)
            #expect(line.candidate.evidence == .partial && line.verdict == .held)
        }
    }

    @Test(arguments: Backend.concurrent)
    func `is tried five times and no more, though two hundred come at once`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await Self.order(world)
            let codes = await withTaskGroup(of: String?.self) { group in
                for number in 0..<200 {
                    group.addTask { await refusal { try await Self.checkIn(world, order, Self.code(number, not: order.visitCode)) }?.code }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(codes.count { $0 == "code_wrong" } == 4 && codes.count { $0 == "code_locked" } == 196)
            #expect(try await ReadOrders(world.office).file(order.id, by: World.desk).doorTries?.wrong == 5)
        }
    }
}
