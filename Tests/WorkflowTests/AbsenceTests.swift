import Catalog
import Entitlement
import Intake
import Kernel
import Orders
import Registry
import Store
import TestSupport
import Testing
import Workflow

@Suite struct `An elder who is away` {
    @Test(arguments: Backend.available)
    func `gets no visits in the range, and gets them again once the return is confirmed`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let standing = try await world.standing(try World.plan("FREQ=DAILY", from: 1)).order
            let reserved = try #require(try await world.subsidy()).reserved
            let away = try await world.away(from: 3, until: 6)
            #expect(away.report.withdrawn == 4)
            #expect(try #require(try await world.subsidy()).reserved <= reserved)
            let shown = try await world.instances(standing)
            #expect(shown.filter { $0.state == .away && $0.code == "absence_hospital" }.count >= 4)
            #expect(shown.filter { $0.state == .made }.count == 10)
            // The range is over and nobody has confirmed: today's and tomorrow's visits are taken back, too, later ones wait.
            world.setClock(Instant(World.monday.adding(days: 7), minute: 6 * 60))
            let waiting = try await MakeInstances(world.office)()
            #expect(waiting.made == 0)
            #expect(waiting.withdrawn == 2)
            let resume = ManageAbsences(world.office).resume(away.absence.id, of: World.minimum, from: World.monday.adding(days: 7), by: World.desk)
            let back = try await world.office.perform(resume)
            #expect(back.absence.until == World.monday.adding(days: 6))
            // Today and tomorrow again, and the week that came up meanwhile.
            #expect(back.report.made == 9)
            #expect(await refusal { try await world.office.perform(resume) }?.code == "absence_ended")
            #expect(try await world.instances(standing, days: 14).allSatisfy { $0.state == .made })
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `is noted once for a range`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let first = try await world.away(from: 3, until: 6)
            #expect(await refusal { try await world.away(from: 6, until: 8) }?.code == "absence_overlaps")
            #expect(await refusal { try await world.away(from: 1, until: nil) }?.code == "absence_overlaps")
            #expect(await refusal { try await world.away(from: 9, until: 8) }?.code == "absence_range")
            #expect(await refusal { try await world.away(ElderID("none"), from: 9, until: 9) }?.code == "elder_unknown")
            _ = try await world.away(from: 7, until: 8)
            // Back before having left: as if it had never been.
            let manage = ManageAbsences(world.office)
            _ = try await world.office.perform(manage.resume(first.absence.id, of: World.minimum, from: nil, by: World.desk))
            _ = try await world.away(from: 3, until: 6)
            #expect(await refusal { try await world.office.perform(manage.resume(AbsenceID("none"), of: World.minimum, from: nil, by: World.desk)) }?.code == "absence_unknown")
        }
    }

    @Test(arguments: Backend.available)
    func `by status gets no visits, and gets them again on return`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let standing = try await world.standing(try World.plan("FREQ=DAILY", from: 1)).order
            func set(_ status: ElderStatus) async throws -> [OrderID] {
                try await world.office.perform(
                    ManageElder(world.office).setStatus(World.minimum, status, since: World.monday, by: World.desk)
                ).cancelled
            }
            #expect(try await set(.hospital).count == 14)
            #expect(try await MakeInstances(world.office)().made == 0)
            #expect(try await world.instances(standing, days: 14).filter { $0.state == .refused }.allSatisfy { $0.code == "elder_absent" })
            #expect(try await set(.active).isEmpty)
            #expect(try await world.instances(standing, days: 14).filter { $0.state == .made && $0.order?.state == .offered }.count == 14)
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `for ever has no standing orders from the same day on`(backend: Backend) async throws {
        try await World.with(backend) { world in
            // More open orders than one page of them holds.
            var plans: [StandingOrder] = []
            for minute in stride(from: 480, through: 1020, by: 60) {
                plans.append(try await world.standing(try World.plan("FREQ=DAILY", from: 1, minute: minute), World.ordinary, ItemCode("06001")).order)
            }
            let open = try await world.orders(of: World.ordinary).count { !$0.state.isEnd }
            #expect(open > 100)
            let step = ManageElder(world.office).setStatus(World.ordinary, .deathReported, since: World.monday, by: World.desk)
            #expect(try await world.office.perform(step).cancelled.count == open)
            for plan in plans { #expect(try await ReadStandingOrders(world.office).find(plan.id).state == .ended) }
            #expect(try await world.orders(of: World.ordinary).allSatisfy { $0.state == .cancelled })
            #expect(try await MakeInstances(world.office)() == InstanceReport())
            #expect(await refusal { try await world.standing(try World.plan(), World.ordinary) }?.code == "elder_not_registered")
            #expect(try await world.faults() == [])
        }
    }

    @Test func `can be read from a file, whole or not at all`() async throws {
        try await World.with(.memory) { world in
            _ = try await world.standing(try World.plan("FREQ=DAILY", from: 1))
            let number = try await world.office.read { tx in try tx.elders.require(World.minimum).number }
            func load(_ rows: [String], dryRun: Bool = false, skipBad: Bool = false) async throws -> ImportReport {
                let text = "number,kind,from,until,note\n" + rows.joined(separator: "\n") + "\n"
                return try await ImportAbsences(world.office)(
                    Array(text.utf8), dryRun: dryRun, skipBad: skipBad, by: World.desk, progress: { _, _ in })
            }
            let good = "\(number),住院,2026-03-04,2026-03-06,"
            #expect(try await load([good], dryRun: true).inserted == 1)
            #expect(try await ManageAbsences(world.office).list(of: World.minimum).isEmpty)
            let bad = ["X,travel,2026-03-04,,", "\(number),mars,2026-03-20,,", "\(number),travel,2026-13-04,,", "\(number),travel,2026-03-05,2026-03-05,"]
            let report = try await load([good] + bad)
            #expect(report.faults.map(\.line) == [3, 4, 5, 6])
            #expect(report.faults.map(\.code) == ["elder_unknown", "absence_kind", "date_invalid", "absence_overlaps"])
            #expect(try await ManageAbsences(world.office).list(of: World.minimum).isEmpty)
            #expect(try await load([good] + bad, skipBad: true).inserted == 1)
            #expect(try await load([good]).unchanged == 1)
            #expect(try await load(["\(number),住院,2026-03-04,2026-03-08,"]).updated == 1)
            #expect(try await world.orders().count { $0.state == .cancelled } == 5)
        }
    }
}

@Suite struct `The lunar calendar of China` {
    /// Days of the festivals, and leap months, as published (domain research, table of lunar dates).
    @Test(arguments: [
        (2026, "02-17 03-03 06-19 09-25 10-18", "2027-01-15", nil), (2027, "02-06 02-20 06-09 09-15 10-08", "2028-01-04", nil),
        (2028, "01-26 02-09 05-28 10-03 10-26", "2029-01-22", 5), (2029, "02-13 02-27 06-16 09-22 10-16", "2030-01-11", nil),
        (2030, "02-03 02-17 06-05 09-12 10-05", "2031-01-01", nil), (2031, "01-23 02-06 06-24 10-01 10-24", "2032-01-20", 3),
    ] as [(Int, String, String, Int?)])
    func `has the festivals on their days`(year: Int, days: String, laba: String, leap: Int?) throws {
        let festivals = [(1, 1), (1, 15), (5, 5), (8, 15), (9, 9), (12, 8)].compactMap { LunarDate(month: $0, day: $1) }
        let expected = days.split(separator: " ").map { "\(year)-\($0)" } + [laba]
        #expect(festivals.map { LunarCalendar.china.day(of: $0, in: year)?.description } == expected)
        #expect(LunarCalendar.china.leapMonth(of: year) == leap)
    }

    @Test func `has the leap eleventh month of 2033`() throws {
        #expect(LunarCalendar.china.leapMonth(of: 2033) == 11)
        #expect(LunarCalendar.china.leapMonth(of: 2034) == nil)
        #expect(LunarCalendar.china.day(of: try #require(LunarDate(month: 1, day: 1)), in: 2034)?.description == "2034-02-19")
        #expect(LunarCalendar.china.day(of: try #require(LunarDate(month: 11, day: 15, isLeap: true)), in: 2033)?.description == "2034-01-05")
    }

    @Test func `lets a date at the turn of the year fall twice or never in a civil year`() throws {
        let winter = try #require(LunarDate(month: 11, day: 25))
        let counts = (2026...2040).map { year in
            LunarCalendar.china.days(of: winter, from: Month(year, 1).first, until: Month(year, 12).last).count
        }
        #expect(counts.contains(2))
        #expect(counts.contains(0))
        #expect(counts.reduce(0, +) >= 14)
    }
}
