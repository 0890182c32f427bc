import Entitlement
import Kernel
import Registry
import Store
import TestSupport
import Testing
import Workflow

@Suite struct `Swipes kept by an offline till` {
    static let first = ProviderID("P001")
    static let second = ProviderID("P002")
    static let noon = Instant(World.monday, minute: 11 * 60 + 40)

    private static func swipe(_ number: Int, _ elder: ElderID = World.ordinary, at: Instant = noon, canteen: ProviderID = first) -> SwipeRequest {
        SwipeRequest(elder: elder, canteen: canteen, slot: .lunch, at: at, device: "till-1", deviceSwipe: "s\(number)")
    }

    private func upload(_ world: World, _ swipes: [SwipeRequest], by caller: Caller = World.desk) async throws -> [UploadSwipes.Result] {
        try await UploadSwipes(world.office)(swipes, by: caller)
    }

    private func words(_ result: UploadSwipes.Result) -> String {
        switch result {
        case .served(let served): served.isReplayed ? "replayed" : "served"
        case .held(let held): "held \(held.code)"
        case .refused(let rejection): "refused \(rejection.code)"
        }
    }

    @Test(arguments: Backend.available)
    func `are booked once, however often they are sent, with both clocks kept`(backend: Backend) async throws {
        try await World.with(backend) { world in
            world.setClock(Self.noon + .hours(5))
            let swipes = [Self.swipe(1), Self.swipe(2, World.destitute), Self.swipe(3, World.minimum)]
            #expect(try await upload(world, swipes).map(words) == ["served", "served", "served"])
            #expect(try await upload(world, swipes).map(words) == ["replayed", "replayed", "replayed"])
            let report = try await ReadMealReport(world.office)(World.month)
            #expect(report.meals == 3)
            guard case .served(let served) = try await upload(world, [Self.swipe(1)])[0] else {
                Issue.record("not served")
                return
            }
            #expect(served.swipe.deviceAt == Self.noon)
            #expect(served.swipe.receivedAt == Self.noon + .hours(5))
            let other = try await upload(world, [Self.swipe(1, World.lowIncome)])
            #expect(other.map(words) == ["refused device_swipe_reused"])
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `are judged earliest first, and the later of two is held with the words`(backend: Backend) async throws {
        try await World.with(backend) { world in
            world.setClock(Self.noon + .hours(5))
            let late = Self.swipe(1, at: Self.noon + .minutes(20), canteen: Self.second)
            let results = try await upload(world, [late, Self.swipe(2)])
            #expect(results.map(words) == ["held meal_already_taken", "served"])
            guard case .held(let held) = results[0] else {
                Issue.record("not held")
                return
            }
            #expect(held.sentence.contains("11:40"))
            #expect(try await upload(world, [late]).map(words) == ["held meal_already_taken"])
            #expect(try await DecideHeldSwipe(world.office).all(.held).count == 1)
            // Booking it would pay twice; turning it down ends it.
            let decide = DecideHeldSwipe(world.office)
            let accepted = await refusal {
                try await world.office.perform(try decide.prepared(held, accept: true, opinion: "x", by: World.finance))
            }
            #expect(accepted?.code == "meal_already_taken")
            _ = try await world.office.perform(try decide.prepared(held, accept: false, opinion: "重复", by: World.finance))
            #expect(try await decide.all(.held).isEmpty)
            #expect(try await ReadMealReport(world.office)(World.month).meals == 1)
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `wait for a person after the grace, and are booked on their own day`(backend: Backend) async throws {
        try await World.with(backend) { world in
            world.setClock(Self.noon + .hours(73))
            #expect(try await upload(world, [Self.swipe(1)]).map(words) == ["held swipe_too_late"])
            let decide = DecideHeldSwipe(world.office)
            let held = try #require(try await decide.all(.held).first)
            #expect(try await decide.find(held.id) == held && held.elder == World.ordinary && held.deviceAt == Self.noon)
            #expect(await refusal { try await decide.find(SwipeID("nothing")) }?.code == "held_unknown")
            let till = await refusal { try await world.office.perform(try decide.prepared(held, accept: true, opinion: "x", by: World.desk)) }
            #expect(till?.code == "role_forbidden")
            let step = try decide.prepared(held, accept: true, opinion: "停电", by: World.finance)
            let served = try #require(try await world.office.perform(step))
            #expect(served.swipe.date == World.monday)
            #expect(served.swipe.legs.map(\.amount).total > .zero)
            #expect(await refusal { try await world.office.perform(step) }?.code == "already_decided")
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `of somebody who died in between are meals if they were eaten before`(backend: Backend) async throws {
        try await World.with(backend) { world in
            _ = try await world.office.perform(
                ManageElder(world.office).setStatus(World.ordinary, .deceased, since: World.monday, by: World.desk))
            world.setClock(Self.noon + .hours(5))
            let before = Self.swipe(1, at: Self.noon - .days(1))
            #expect(try await upload(world, [before, Self.swipe(2)]).map(words) == ["served", "held elder_not_registered"])
        }
    }

    @Test(arguments: Backend.available)
    func `are refused one by one and not all together`(backend: Backend) async throws {
        try await World.with(backend) { world in
            world.setClock(Self.noon + .hours(1))
            var strange = Self.swipe(1)
            (strange.elder, strange.card) = (nil, "LZ-none")
            let foreign = Self.swipe(2, canteen: Self.second)
            let results = try await upload(world, [strange, foreign, Self.swipe(3)], by: World.caller(Self.first))
            #expect(results.map(words) == ["refused card_unknown", "refused not_your_canteen", "served"])
            #expect(await refusal { try await upload(world, []) }?.code == "upload_empty")
            #expect(await refusal { try await upload(world, Array(repeating: strange, count: 501)) }?.code == "upload_too_long")
        }
    }
}

@Suite struct `A meal` {
    static let noon = Instant(World.monday, minute: 11 * 60 + 40)

    private func swipe(_ world: World, _ change: (inout SwipeRequest) -> Void = { _ in }) async throws -> ServedMeal {
        var request = SwipeRequest(elder: World.ordinary, canteen: ProviderID("P001"), slot: .lunch, at: Self.noon, device: "till")
        change(&request)
        world.setClock(max(world.now, request.at))
        return try await SwipeMeal(world.office)(request, by: World.desk)
    }

    @Test(arguments: Backend.available)
    func `is taken back by entries the other way and may then be eaten again`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let first = try await swipe(world).swipe
            func reverse() async throws -> MealSwipe {
                try await world.office.perform(try ReverseMeal(world.office).prepared(first.id, reason: "刷错", by: World.desk))
            }
            #expect(try await reverse().id == first.id)
            #expect(await refusal { try await reverse() }?.code == "swipe_settled")
            #expect(try await swipe(world).swipe.id != first.id)
            #expect(try await ReadMealReport(world.office)(World.month).meals == 1)
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `is had by a pass of the community until it ends`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let (code, until) = try await world.office.perform(try MealPasses(world.office).issue(World.ordinary, days: 2, by: World.desk))
            func byCode(_ code: String, at: Instant) async throws -> ServedMeal {
                try await swipe(world) { ($0.elder, $0.qr, $0.at) = (nil, code, at) }
            }
            #expect(try await byCode(code, at: Self.noon).swipe.elder == World.ordinary)
            #expect(await refusal { try await byCode("MPnone", at: Self.noon) }?.code == "qr_unknown")
            #expect(await refusal { try await byCode(code, at: until + .days(1)) }?.code == "qr_expired")
            let (other, _) = try await world.office.perform(try MealPasses(world.office).issue(World.destitute, days: 30, by: World.desk))
            #expect(try await world.office.perform(MealPasses(world.office).revoke(World.destitute, by: World.desk)) == 1)
            #expect(await refusal { try await byCode(other, at: world.now + .minutes(5)) }?.code == "qr_expired")
        }
    }

    @Test(arguments: Backend.available)
    func `of the month is reported by canteen, day and class, totals to the fen`(backend: Backend) async throws {
        try await World.with(backend) { world in
            for (elder, day) in [(World.ordinary, 0), (World.destitute, 0), (World.ordinary, 1)] {
                _ = try await swipe(world) { ($0.elder, $0.at) = (elder, Self.noon + .days(day)) }
            }
            let report = try await ReadMealReport(world.office)(World.month)
            #expect(report.lines.map(\.classCode) == ["destitute", "ordinary", "ordinary"])
            #expect(report.lines.map(\.meals) == [1, 1, 1])
            let csv = report.csv(world.office.reference)
            #expect(csv.split(separator: "\r\n").count == 5)
            #expect(csv.contains("合计,,,,,3,\(report.subsidy.yuan),\(report.selfPay.yuan)"))
        }
    }
}
