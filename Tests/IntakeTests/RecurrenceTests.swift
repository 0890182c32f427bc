import Intake
import Kernel
import Testing

@Suite struct `A recurrence rule` {
    static func days(_ rule: String, _ start: String, _ limit: Int = 100, exdates: [String] = [], rdates: [String] = []) throws -> [String] {
        let first = try #require(LocalDate(start))
        let recurrence = Recurrence(
            try Recurrence.Pattern(rule), exdates: Set(exdates.compactMap { LocalDate($0) }), rdates: Set(rdates.compactMap { LocalDate($0) }))
        return recurrence.days(start: first, from: first, until: nil, limit: limit, LunarCalendar([])).map(\.description)
    }

    /// Examples of RFC 5545 §3.8.5.3 among them; the dates are the RFC's.
    static let table: [(rule: String, start: String, days: [String])] = [
        ("FREQ=DAILY;COUNT=3", "1997-09-02", ["1997-09-02", "1997-09-03", "1997-09-04"]),
        ("FREQ=DAILY;INTERVAL=10;COUNT=5", "1997-09-02", ["1997-09-02", "1997-09-12", "1997-09-22", "1997-10-02", "1997-10-12"]),
        ("FREQ=WEEKLY;UNTIL=19970916", "1997-09-02", ["1997-09-02", "1997-09-09", "1997-09-16"]),
        ("FREQ=WEEKLY;INTERVAL=2;WKST=SU;COUNT=4;BYDAY=TU,TH", "1997-09-02", ["1997-09-02", "1997-09-04", "1997-09-16", "1997-09-18"]),
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "1997-08-05", ["1997-08-05", "1997-08-10", "1997-08-19", "1997-08-24"]),
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "1997-08-05", ["1997-08-05", "1997-08-17", "1997-08-19", "1997-08-31"]),
        ("FREQ=MONTHLY;COUNT=3;BYDAY=1FR", "1997-09-05", ["1997-09-05", "1997-10-03", "1997-11-07"]),
        ("FREQ=MONTHLY;COUNT=3;BYDAY=-2MO", "1997-09-22", ["1997-09-22", "1997-10-20", "1997-11-17"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-3;COUNT=3", "1997-09-28", ["1997-09-28", "1997-10-29", "1997-11-28"]),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;COUNT=3", "1997-09-03", ["1998-02-13", "1998-03-13", "1998-11-13"]),
        ("FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "1997-09-04", ["1997-09-04", "1997-10-07", "1997-11-06"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2;COUNT=3", "1997-09-29", ["1997-09-29", "1997-10-30", "1997-11-27"]),
        ("FREQ=YEARLY;INTERVAL=2;BYMONTH=1;COUNT=2", "1997-01-10", ["1997-01-10", "1999-01-10"]),
        ("FREQ=YEARLY;BYDAY=20MO;COUNT=2", "1997-05-19", ["1997-05-19", "1998-05-18"]),
        ("FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8;COUNT=3", "1996-11-05", ["1996-11-05", "2000-11-07", "2004-11-02"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;COUNT=2", "2026-03-01", ["2028-02-29", "2032-02-29"]),
        ("FREQ=MONTHLY;BYMONTHDAY=31;COUNT=3", "2026-01-31", ["2026-01-31", "2026-03-31", "2026-05-31"]),
        ("rrule:freq=monthly;byday=mo,1tu;count=3", "2026-06-01", ["2026-06-01", "2026-06-02", "2026-06-08"]),
    ]

    @Test(arguments: table)
    func `gives the days of the RFC`(rule: String, start: String, days: [String]) throws {
        #expect(try Self.days(rule, start) == days)
    }

    @Test(arguments: table)
    func `is written so that it reads back as the same`(rule: String, start: String, days: [String]) throws {
        let read = try RecurrenceRule(rule)
        #expect(try RecurrenceRule(read.description) == read)
        #expect(!read.words.isEmpty)
    }

    @Test func `counts days that are left out, and takes days that are put in`() throws {
        let days = try Self.days(
            "FREQ=DAILY;COUNT=4", "2026-03-02", exdates: ["2026-03-03", "2026-03-20"], rdates: ["2026-03-10", "2026-03-20", "2026-03-04"])
        #expect(days == ["2026-03-02", "2026-03-04", "2026-03-05", "2026-03-10"])
    }

    @Test(arguments: [
        ("", "字符"), ("FREQ=HOURLY", "FREQ=HOURLY"), ("BYDAY=MO", "FREQ"), ("FREQ=DAILY;INTERVAL=0", "INTERVAL=0"),
        ("FREQ=DAILY;COUNT=x", "COUNT=X"), ("FREQ=DAILY;COUNT=2;UNTIL=20260101", "COUNT"), ("FREQ=DAILY;UNTIL=20260230", "UNTIL"),
        ("FREQ=WEEKLY;BYDAY=XX", "XX"), ("FREQ=WEEKLY;BYDAY=1MO", "BYDAY"), ("FREQ=WEEKLY;BYMONTHDAY=3", "BYMONTHDAY"),
        ("FREQ=MONTHLY;BYDAY=6MO", "6"), ("FREQ=MONTHLY;BYDAY=0MO", "0MO"), ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY"), ("FREQ=YEARLY;BYMONTH=13", "BYMONTH"), ("FREQ=YEARLY;BYMONTH=-1", "BYMONTH"),
        ("FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS"), ("FREQ=DAILY;FREQ=DAILY", "两次"), ("FREQ=DAILY;WKST=X", "WKST"),
        ("FREQ=DAILY;BYHOUR=9", "BYHOUR"), ("FREQ=DAILY;COLOUR=RED", "COLOUR"), ("FREQ=DAILY;COUNT", "COUNT"), ("FREQ=YEARLY;BYDAY=54MO", "54MO"),
        ("FREQ=DAILY;BYMONTH=" + String(repeating: "1,", count: 300) + "1", "字符"),
    ])
    func `that is malformed is refused with the part at fault`(rule: String, part: String) {
        #expect {
            try RecurrenceRule(rule)
        } throws: { error in
            let rejection = error as? Rejection
            return rejection?.code == "rrule_invalid" && rejection?.message.contains(part) == true
        }
    }

    @Test(arguments: ["FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=31", "FREQ=DAILY;BYMONTH=4;BYMONTHDAY=31", "FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=30",
                      "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;UNTIL=20260101", "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6"])
    func `that never fires ends and is refused`(rule: String) throws {
        let start = try #require(LocalDate("2026-02-03"))
        let recurrence = Recurrence(try Recurrence.Pattern(rule))
        #expect(throws: Rejection.self) { try recurrence.check(start: start, until: nil, LunarCalendar([])) }
    }

    /// Jumping ahead in an old rule must give what walking there gives.
    @Test(arguments: 0..<200 as Range<UInt64>)
    func `gives the same days wherever one begins to look`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let rules = [
            "FREQ=DAILY;INTERVAL=\(1 + random.below(9))", "FREQ=WEEKLY;INTERVAL=\(1 + random.below(5));BYDAY=MO,SU;WKST=\(random.pick(["MO", "SU", "WE"]))",
            "FREQ=MONTHLY;INTERVAL=\(1 + random.below(7));BYMONTHDAY=-1,15", "FREQ=YEARLY;INTERVAL=\(1 + random.below(3));BYDAY=MO;BYSETPOS=1,-1",
        ]
        let rule = try RecurrenceRule(random.pick(rules))
        let start = LocalDate(dayNumber: Int32(18_000 + random.below(2000)))
        let from = start.adding(days: random.below(3000))
        let walked = Occurrences(rule, start: start).lazy.drop { $0 < from }.prefix(20)
        let jumped = Occurrences(rule, start: start, from: from).lazy.drop { $0 < from }.prefix(20)
        #expect(Array(walked) == Array(jumped), "seed \(seed): \(rule) from \(start)")
    }
}
