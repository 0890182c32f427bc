import Catalog
import Intake
import Kernel
import Registry
import Testing

@Suite struct `A plan of standing orders` {
    static func day(_ text: String) -> LocalDate { LocalDate(text) ?? LocalDate(dayNumber: 0) }

    static let holidays = Holidays([
        day("2026-05-01"): .statutory, day("2026-05-02"): .statutory, day("2026-05-03"): .shiftedRest, day("2026-05-04"): .shiftedRest,
        day("2026-05-05"): .shiftedRest, day("2026-05-09"): .shiftedWork, day("2026-05-12"): .localEvent,
    ])

    static func plan(_ rule: String, _ policy: HolidayPolicy, from: String = "2026-04-20") throws -> StandingPlan {
        StandingPlan(recurrence: Recurrence(try Recurrence.Pattern(rule)), start: 600, span: DateSpan(from: day(from)), holidays: policy)
    }

    static func days(_ plan: StandingPlan, _ from: String, _ until: String) -> [String] {
        plan.instances(from: day(from), until: day(until), holidays, LunarCalendar([])).map { planned in
            planned.day.map { $0 == planned.occurrence ? "\($0)" : "\(planned.occurrence)→\($0)" } ?? "\(planned.occurrence)×"
        }
    }

    @Test(arguments: [
        (HolidayPolicy.asUsual, ["2026-05-01", "2026-05-08"]), (.skip, ["2026-05-01×", "2026-05-08"]),
        (.dayBefore, ["2026-05-01→2026-04-30", "2026-05-08"]), (.dayAfter, ["2026-05-01→2026-05-06", "2026-05-08"]),
    ])
    func `goes round holidays as it says`(policy: HolidayPolicy, days: [String]) throws {
        #expect(Self.days(try Self.plan("FREQ=WEEKLY;BYDAY=FR", policy), "2026-04-30", "2026-05-10") == days)
    }

    @Test func `does not take a weekend or a local event for a holiday`() throws {
        let plan = try Self.plan("FREQ=WEEKLY;BYDAY=SA,TU", .skip)
        #expect(Self.days(plan, "2026-05-09", "2026-05-12") == ["2026-05-09", "2026-05-12"])
    }

    @Test func `never has two services on a day because one was moved`() throws {
        let daily = try Self.plan("FREQ=DAILY", .dayAfter)
        #expect(
            Self.days(daily, "2026-04-30", "2026-05-07")
                == ["2026-04-30", "2026-05-01×", "2026-05-02×", "2026-05-03×", "2026-05-04×", "2026-05-05×", "2026-05-06", "2026-05-07"])
        let two = try Self.plan("FREQ=WEEKLY;BYDAY=FR,SA", .dayBefore)
        #expect(Self.days(two, "2026-04-29", "2026-05-03") == ["2026-05-01→2026-04-30", "2026-05-02×"])
    }

    @Test func `has each moved day in exactly one of two windows that meet`() throws {
        for policy in HolidayPolicy.allCases {
            let plan = try Self.plan("FREQ=DAILY;INTERVAL=3", policy)
            for cut in 0..<20 {
                let middle = Self.day("2026-04-24").adding(days: cut)
                let whole = plan.instances(from: Self.day("2026-04-22"), until: Self.day("2026-05-15"), Self.holidays, LunarCalendar([]))
                let parts = plan.instances(from: Self.day("2026-04-22"), until: middle, Self.holidays, LunarCalendar([]))
                    + plan.instances(from: middle.adding(days: 1), until: Self.day("2026-05-15"), Self.holidays, LunarCalendar([]))
                #expect(parts.sorted { $0.occurrence < $1.occurrence } == whole, "\(policy) cut at \(middle)")
            }
        }
    }

    @Test func `refuses what cannot be`() throws {
        func code(_ change: (inout StandingPlan) -> Void) throws -> String? {
            var plan = try Self.plan("FREQ=DAILY", .asUsual)
            change(&plan)
            do { try plan.check(LunarCalendar([])) } catch { return (error as? any Rejecting)?.rejection.code }
            return nil
        }
        #expect(try code { _ in } == nil)
        #expect(try code { $0.quantity = Quantity(0) } == "quantity_out_of_range")
        #expect(try code { $0.end = 540 } == "end_before_start")
        #expect(try code { $0.start = 1440 } == "time_invalid")
        #expect(try code { $0.span = DateSpan(from: $0.span.from, until: $0.span.from.adding(days: -1)) } == "valid_until_before_from")
        #expect(try code { $0.note = String(repeating: "长", count: 501) } == "note_too_long")
        #expect(try code { plan in plan.recurrence.exdates = Set((0..<500).map { plan.span.from.adding(days: $0) }) } == "too_many_dates")
    }
}

@Suite struct `A lunar date` {
    /// Two lunar years, made up: the first with a leap month 2 of 29 days, the second without.
    static let calendar: LunarCalendar = {
        var months: [LunarCalendar.Month] = []
        var first = LocalDate("2030-02-03") ?? LocalDate(dayNumber: 0)
        let lengths: [(Int, Bool, Int)] =
            [(1, false, 30), (2, false, 30), (2, true, 29)] + (3...12).map { ($0, false, $0 % 2 == 0 ? 30 : 29) } + (1...12).map { ($0, false, 29) }
        for (number, isLeap, length) in lengths {
            months.append(LunarCalendar.Month(number: number, isLeap: isLeap, first: first, length: length))
            first = first.adding(days: length)
        }
        return LunarCalendar(months)
    }()

    @Test func `keeps the conventions of birthdays`() throws {
        let leap = try #require(LunarDate(month: 2, day: 30, isLeap: true))
        // The leap month of 29 days has no day 30; the year after has no leap month, and its month 2 has 29 days.
        #expect(Self.calendar.day(of: leap, in: 2030)?.description == "2030-05-02")
        #expect(Self.calendar.day(of: leap, in: 2031)?.description == Self.calendar.day(of: try #require(LunarDate(month: 2, day: 29)), in: 2031)?.description)
        #expect(Self.calendar.day(of: try #require(LunarDate(month: 2, day: 30)), in: 2030)?.description == "2030-04-03")
        #expect(Self.calendar.leapMonth(of: 2030) == 2)
        #expect(Self.calendar.day(of: leap, in: 2050) == nil)
    }

    @Test func `is found again from its day`() throws {
        for days in 0..<700 {
            let day = try #require(LocalDate("2030-02-03")).adding(days: days)
            let lunar = try #require(Self.calendar.lunar(day))
            // The first of the two years has thirteen months, 384 days.
            #expect(Self.calendar.day(of: lunar, in: days < 384 ? 2030 : 2031) == day)
        }
    }

    @Test(arguments: [("LUNAR:9/9", "农历九月初九"), ("lunar:6/15;leap", "农历闰六月十五"), ("LUNAR:12/30", "农历腊月三十"), ("LUNAR:1/20", "农历正月二十"), ("LUNAR:11/25", "农历冬月廿五")])
    func `is written and said`(text: String, name: String) throws {
        let date = try LunarDate(text)
        #expect(date.name == name)
        #expect(try LunarDate(date.description) == date)
    }

    @Test(arguments: ["LUNAR:", "LUNAR:13/1", "LUNAR:1/31", "LUNAR:0/1", "LUNAR:1-1", "LUNAR:1/1/1", "LUNAR:a/b", "LUNAR:6/15;LEAPED"])
    func `that is malformed is refused`(text: String) {
        #expect(throws: Rejection.self) { try LunarDate(text) }
    }
}

@Suite struct `An absence` {
    static func absence(_ from: Int, _ until: Int?, ended: Bool) -> Absence {
        Absence(
            id: AbsenceID("a"), elder: .init("e"), kind: .hospital, from: LocalDate(dayNumber: Int32(from)),
            until: until.map { LocalDate(dayNumber: Int32($0)) }, note: "", createdAt: Instant(milliseconds: 0), createdBy: "",
            endedAt: ended ? Instant(milliseconds: 0) : nil)
    }

    /// Day 100 is today.
    @Test(arguments: [
        (102, 105, false, [101: (false, false), 102: (true, true), 105: (true, true), 106: (true, false), 120: (true, false)]),
        (90, 99, false, [100: (true, true), 101: (true, true), 102: (true, false)]),
        (90, nil, false, [89: (false, false), 100: (true, true), 200: (true, true)]),
        (90, 105, true, [100: (true, true), 105: (true, true), 106: (false, false)]),
        (102, 101, true, [102: (false, false), 110: (false, false)]),
    ] as [(Int, Int?, Bool, [Int: (Bool, Bool)])])
    func `stops and takes back the right days`(from: Int, until: Int?, ended: Bool, days: [Int: (Bool, Bool)]) {
        let absence = Self.absence(from, until, ended: ended)
        for (day, (stops, takesBack)) in days {
            #expect(absence.stops(LocalDate(dayNumber: Int32(day))) == stops, "day \(day)")
            #expect(absence.takesBack(LocalDate(dayNumber: Int32(day)), today: LocalDate(dayNumber: 100)) == takesBack, "day \(day)")
        }
    }
}
