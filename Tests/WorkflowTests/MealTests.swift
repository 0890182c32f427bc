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

@Suite struct `A meal at a canteen` {
    static let canteen = ProviderID("P001")
    static let noon = Instant(World.monday, minute: 11 * 60 + 40)

    private func swipe(_ world: World, _ elder: ElderID, at: Instant = noon, canteen: ProviderID = canteen) async throws -> Fen {
        world.setClock(max(at, world.now))
        let request = SwipeRequest(elder: elder, canteen: canteen, slot: .lunch, at: at, device: "till-1")
        let swipe = try await SwipeMeal(world.office)(request, by: World.caller(canteen)).swipe
        #expect(swipe.legs.map(\.amount).total + swipe.selfPay == swipe.payable)
        return swipe.legs.map(\.amount).total
    }

    @Test(arguments: Backend.available)
    func `is paid for by class: Lanzhou's 15, 12, 10 and 7 yuan`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let table = [(World.destitute, 15), (World.minimum, 12), (World.lowIncome, 10), (World.ordinary, 7)]
            for (elder, yuan) in table {
                let price = try #require(world.office.reference.franchise.offer(Self.canteen, "01001", on: World.monday)).price
                #expect(try await swipe(world, elder) == min(price, Fen(Int64(yuan) * 100)))
            }
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `is paid for once, whichever canteen and however often the card is swiped`(backend: Backend) async throws {
        try await World.with(backend) { world in
            _ = try await swipe(world, World.ordinary)
            #expect(await refusal { try await swipe(world, World.ordinary) }?.code == "meal_already_taken")
            let elsewhere = await refusal { try await swipe(world, World.ordinary, canteen: ProviderID("P002")) }
            #expect(elsewhere?.code == "meal_already_taken")
            let name = try #require(world.office.reference.franchise.provider(Self.canteen)).name
            #expect(elsewhere?.message.contains(name) == true)
            #expect(try await swipe(world, World.ordinary, at: Self.noon + .days(1)) > .zero)
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `is had so often a day as the district says`(backend: Backend) async throws {
        try await World.with(backend) { world in
            try world.changeReference("catalog/parameters.csv") { $0.replacing("meal_slots_a_day,3", with: "meal_slots_a_day,1") }
            _ = try await swipe(world, World.ordinary)
            world.setClock(Self.noon + .hours(6))
            let supper = SwipeRequest(elder: World.ordinary, canteen: Self.canteen, slot: .supper, at: world.now, device: "till-1")
            let refused = await refusal { try await SwipeMeal(world.office)(supper, by: World.caller(Self.canteen)) }
            #expect(refused?.code == "meal_day_limit" && refused?.message.hasPrefix("您今天已用餐 1 次") == true)
            #expect(try await swipe(world, World.ordinary, at: Self.noon + .days(1)) > .zero)
        }
    }

    /// 停用: a card is good on the days before its elder died or left, whenever the swipe comes; where nobody knows when, on none.
    @Test(arguments: Backend.available)
    func `is had on the days on which the card is good`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let since = World.monday
            func isGood(_ status: ElderStatus, _ day: LocalDate?) async throws -> [Bool] {
                try await world.office.perform { tx in
                    try tx.execute("UPDATE elder SET status = \(status), status_since = \(day), death_date = \(day) WHERE id = \(World.ordinary)")
                    let diner = try #require(try tx.meals.diner(World.ordinary))
                    return [since.adding(days: -1), since, since.adding(days: 1)].map { diner.isRegistered(on: $0) }
                }
            }
            for status in ElderStatus.allCases {
                let isLiving = [.active, .away, .hospital, .institution].contains(status)
                let (known, unknown) = (try await isGood(status, since), try await isGood(status, nil))
                #expect(known == [true, isLiving, isLiving] && unknown == [isLiving, isLiving, isLiving], "\(status)")
            }
        }
    }

    /// Six signs are what people read out: they name a swipe of the day, or none rather than one of two.
    @Test(arguments: Backend.available)
    func `is found by the end of its number when that is one alone`(backend: Backend) async throws {
        try await World.with(backend) { world in
            for elder in [World.ordinary, World.lowIncome] { _ = try await swipe(world, elder) }
            let ids = try await world.office.read { tx in try tx.rows("SELECT id FROM meal_swipe ORDER BY id") { try $0.text() } }
            func found(_ tail: String, on day: LocalDate = World.monday) async throws -> String? {
                try await world.office.read { tx in try tx.meals.find(on: day, endingWith: tail)?.text }
            }
            for id in ids { #expect(try await found(String(id.suffix(6))) == id) }
            #expect(try await found(String(ids[0].suffix(6)), on: World.monday.adding(days: 1)) == nil)
            #expect(try await found("") == nil)
        }
    }

    @Test(arguments: Backend.available)
    func `is refused with a sentence for every wrong swipe`(backend: Backend) async throws {
        try await World.with(backend) { world in
            world.setClock(Self.noon)
            func code(_ change: (inout SwipeRequest) -> Void, by caller: Caller = World.desk) async -> String? {
                var request = SwipeRequest(elder: World.ordinary, canteen: Self.canteen, slot: .lunch, at: Self.noon, device: "till-1")
                change(&request)
                let wrong = request
                return await refusal { try await SwipeMeal(world.office)(wrong, by: caller) }?.code
            }
            #expect(await code { $0.elder = nil; $0.card = "LZ-none" } == "card_unknown")
            #expect(await code { $0.canteen = ProviderID("none") } == "canteen_unknown")
            #expect(await code { $0.item = ItemCode("none") } == "item_unknown")
            #expect(await code { $0.item = World.cleaning } == "item_unknown")
            #expect(await code { $0.at = Self.noon + .minutes(11) } == "device_time_in_future")
            #expect(await code { $0.at = Self.noon - .days(4) } == "swipe_too_late")
            #expect(await code { $0.device = "" } == "device_missing")
            #expect(await code({ _ in }, by: World.caller(ProviderID("P002"))) == "not_your_canteen")
        }
    }
}
