import Catalog
import Kernel
import Registry
import Testing

@testable import Matching

@Suite struct `The nearest time that would work` {
    /// Day after the Monday of the wish and time of day of the answer; nil for none.
    static func moment(_ world: World) -> (day: Int, clock: String)? {
        world.matcher.nearestTime(for: world.request, world.workload).map {
            (World.monday.days(to: $0.localDate), ClockTime.text($0.minuteOfDay))
        }
    }

    static let rows: [(String, @Sendable (inout World) -> Void, Int?, String)] = [
        ("the wish itself when it works", { _ in }, 0, "10:00"),
        ("a wish off the quarter is kept", { $0.request.start = Instant(World.monday, minute: 607) }, 0, "10:07"),
        ("the opening after a wish too early", { $0.request.start = Instant(World.monday, minute: 400) }, 0, "08:00"),
        ("the last quarter before a wish too late", { $0.request.start = Instant(World.monday, minute: 730) }, 0, "11:45"),
        ("the next day at the same time when this one is full", { $0.take(4) }, 1, "10:00"),
        (
            "the afternoon when the morning is full",
            {
                $0.take(4)
                $0.providers[0].hours.append(OpeningHours(days: [1], opens: 845, closes: 900, capacity: 1))
            }, 0, "14:15"
        ),
        ("over the weekend", { $0.request.start = Instant(World.monday.adding(days: 5), minute: 600) }, 4, "10:00"),
        (
            "never before now",
            {
                $0.request.now = Instant(World.monday, minute: 610)
                $0.request.start = Instant(World.monday, minute: 480)
            }, 0, "10:15"
        ),
        (
            "now when the rest of the window is too short for a quarter",
            {
                $0.request.now = Instant(World.monday, minute: 706)
                $0.request.start = Instant(World.monday, minute: 600)
            }, 1, "10:00"
        ),
        ("after a closed day", { $0.providers[0].closedDays = [World.monday] }, 1, "10:00"),
        ("on the fourteenth day", { $0.providers[0].closedDays = (0...13).map { World.monday.adding(days: $0) } }, 14, "10:00"),
        ("not on the fifteenth", { $0.providers[0].closedDays = (0...14).map { World.monday.adding(days: $0) } }, nil, ""),
        ("never at one that does not serve the street", { $0.providers[0].serviceRegions = [] }, nil, ""),
        ("once the contract begins", { $0.offers[0].span = DateSpan(from: World.monday.adding(days: 2)) }, 2, "10:00"),
        (
            "in a gap between bookings",
            { world in
                for id in ["P001A", "P001B"] { world.workload.busyWorkers[WorkerID(id)] = [World.visit(540, 640), World.visit(700, 720)] }
            }, 0, "08:00"
        ),
        (
            "after a booking when that is nearer",
            { world in
                for id in ["P001A", "P001B"] { world.workload.busyWorkers[WorkerID(id)] = [World.visit(480, 625)] }
            }, 0, "10:30"
        ),
        ("not an item that nobody offers", { $0.request.item = World.meal }, nil, ""),
    ]

    @Test(arguments: rows.indices)
    func `is found`(row: Int) throws {
        var world = try World()
        Self.rows[row].1(&world)
        let found = Self.moment(world)
        #expect(found?.day == Self.rows[row].2, "\(Self.rows[row].0)")
        #expect(found?.clock ?? "" == Self.rows[row].3, "\(Self.rows[row].0)")
    }

    @Test(arguments: UInt64(1)...30)
    func `is a time at which somebody can in fact be chosen`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var world = try World(providers: (11...16).map { "P0\($0)" })
        for index in world.providers.indices {
            let opens = 400 + random.below(400)
            let days = (1...7).filter { _ in random.chance(40) }
            world.providers[index].hours = [
                OpeningHours(days: Set(days), opens: opens, closes: opens + 20 + random.below(200), capacity: 1)
            ]
            for day in 0..<14 where random.chance(70) {
                world.workload.slotTaken[
                    SlotKey(provider: world.providers[index].id, date: World.monday.adding(days: day), opens: opens)] = 1
            }
        }
        let found = world.matcher.nearestTime(for: world.request, world.workload)
        if let found {
            world.request.end = found + .minutes(60)
            world.request.start = found
            #expect(world.decision.chosen != nil, "seed \(seed)")
        } else {
            #expect(world.decision.chosen == nil, "seed \(seed)")
        }
    }
}
