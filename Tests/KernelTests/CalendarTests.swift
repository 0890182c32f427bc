import Kernel
import Testing

@Suite struct `A day of the calendar` {
    @Test(arguments: [
        ("1970-01-01", 0, 4), ("1969-12-31", -1, 3), ("2000-02-29", 11_016, 2), ("2026-05-04", 20_577, 1), ("2026-05-10", 20_583, 7),
        ("1900-03-01", -25_508, 4), ("2400-12-31", 157_419, 7),
    ])
    func `has its number and weekday`(text: String, number: Int32, weekday: Int) {
        #expect(LocalDate(text)?.dayNumber == number)
        #expect(LocalDate(text)?.weekday == weekday)
        #expect(LocalDate(dayNumber: number).description == text)
    }

    @Test(arguments: [
        "2026-02-29", "1900-02-29", "2100-02-29", "2026-13-01", "2026-00-01", "2026-04-31", "2026-01-00", "2026-01-32", "1799-12-31", "2401-01-01",
        "2026-1-1", "2026/01/01", "20260101", "2026-01-01 ", " 2026-01-01", "２０２６-01-01", "", "2026-01-0a",
    ])
    func `is refused when there is no such day`(text: String) { #expect(LocalDate(text) == nil) }

    @Test(arguments: ["2024-02-29", "2000-02-29", "2028-02-29", "2026-12-31", "1800-01-01", "2400-12-31"])
    func `is taken when there is`(text: String) { #expect(LocalDate(text)?.description == text) }

    @Test func `follows the day before it for six hundred years`() throws {
        let first = try #require(LocalDate(1800, 1, 1))
        let last = try #require(LocalDate(2400, 12, 31))
        var before = first
        for number in (first.dayNumber + 1)...last.dayNumber {
            let day = LocalDate(dayNumber: number)
            let isNextDay = day.day == before.day + 1 && day.month == before.month
            let isNextMonth = day.day == 1 && before.day == before.month.length && day.month == before.month.adding(1)
            guard isNextDay || isNextMonth, LocalDate(day.year, day.monthOfYear, day.day) == day, day.weekday == before.weekday % 7 + 1 else {
                Issue.record("\(day) after \(before)")
                return
            }
            before = day
        }
        #expect(before == last)
    }

    @Test(arguments: [
        ("1950-05-04", "2026-05-03", 75), ("1950-05-04", "2026-05-04", 76), ("1952-02-29", "2026-02-28", 73), ("1952-02-29", "2026-03-01", 74),
        ("1952-02-29", "2028-02-29", 76), ("2026-05-04", "2026-05-04", 0),
    ])
    func `tells full years of age`(birthday: String, day: String, years: Int) throws {
        #expect(try #require(LocalDate(day)).years(since: try #require(LocalDate(birthday))) == years)
    }

    @Test(arguments: [
        ("2026-01", "2026-01-31", "2026-02", "2025-12"), ("2026-02", "2026-02-28", "2026-03", "2026-01"), ("2028-02", "2028-02-29", "2028-03", "2028-01"),
        ("2100-02", "2100-02-28", "2100-03", "2100-01"), ("2026-12", "2026-12-31", "2027-01", "2026-11"), ("2026-04", "2026-04-30", "2026-05", "2026-03"),
    ])
    func `lies in a month`(text: String, last: String, next: String, previous: String) throws {
        let month = try #require(Month(text))
        #expect(month.last == LocalDate(last))
        #expect(month.first.month == month)
        #expect(month.adding(1).description == next)
        #expect(month.adding(-1).description == previous)
        #expect(month.contains(month.last) && !month.contains(month.last.adding(days: 1)) && !month.contains(month.first.adding(days: -1)))
    }

    @Test(arguments: ["2026-00", "2026-13", "2026-1", "2026", "2026-01-01", "0000-01", "2400-01", ""])
    func `is in no month that does not exist`(text: String) { #expect(Month(text) == nil) }

    /// Two spans, both ends included → do they share a day?
    @Test(arguments: [
        ("2026-01-01", "2026-01-31", "2026-01-31", nil, true), ("2026-01-01", "2026-01-31", "2026-02-01", nil, false),
        ("2026-02-01", nil, "2026-01-01", "2026-01-31", false), ("2026-02-01", nil, "2026-01-01", "2026-02-01", true),
        ("2026-01-01", nil, "2030-01-01", nil, true),
    ] as [(String, String?, String, String?, Bool)])
    func `belongs to a span with both its ends`(from: String, until: String?, otherFrom: String, otherUntil: String?, overlaps: Bool) throws {
        let span = DateSpan(from: try #require(LocalDate(from)), until: until.flatMap { LocalDate($0) })
        let other = DateSpan(from: try #require(LocalDate(otherFrom)), until: otherUntil.flatMap { LocalDate($0) })
        #expect(span.overlaps(other) == overlaps)
        #expect(other.overlaps(span) == overlaps)
        #expect(span.contains(span.from) && !span.contains(span.from.adding(days: -1)))
        if let until = span.until { #expect(span.contains(until) && !span.contains(until.adding(days: 1))) }
    }
}

@Suite struct `A moment` {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0, "1970-01-01T08:00:00+08:00"), ("2026-03-01T09:00:00+08:00", 1_772_326_800_000, "2026-03-01T09:00:00+08:00"),
        ("2026-03-01T01:00:00Z", 1_772_326_800_000, "2026-03-01T09:00:00+08:00"), ("2026-02-28T20:00:00-05:00", 1_772_326_800_000, "2026-03-01T09:00:00+08:00"),
        ("2026-03-01t01:00:00.5z", 1_772_326_800_500, "2026-03-01T09:00:00.500+08:00"),
        ("2026-03-01 01:00:00.123456789Z", 1_772_326_800_123, "2026-03-01T09:00:00.123+08:00"),
        ("1969-12-31T23:59:59.999Z", -1, "1970-01-01T07:59:59.999+08:00"),
    ] as [(String, Int64, String)])
    func `is read with its offset and shown at +08`(text: String, milliseconds: Int64, shown: String) {
        #expect(Instant(text) == Instant(milliseconds: milliseconds))
        #expect(Instant(milliseconds: milliseconds).description == shown)
        #expect(Instant(shown) == Instant(milliseconds: milliseconds))
    }

    @Test(arguments: [
        "", "2026-03-01", "2026-03-01T09:00:00", "2026-03-01T24:00:00Z", "2026-03-01T09:60:00Z", "2026-03-01T09:00:60Z", "2026-02-29T09:00:00Z",
        "2026-03-01T09:00Z", "2026-03-01T09:00:00.Z", "2026-03-01T09:00:00+0800", "2026-03-01T09:00:00+24:00", "2026-03-01T09:00:00Zx",
        "2026-03-01_09:00:00Z", "2026-03-01T09:00:00.1234567890Z",
    ])
    func `is not guessed without one`(text: String) { #expect(Instant(text) == nil) }

    /// UTC → the day and minute on a wall in Lanzhou.
    @Test(arguments: [
        ("2026-02-28T15:59:59Z", "2026-02-28", 1439), ("2026-02-28T16:00:00Z", "2026-03-01", 0), ("2028-02-28T16:00:00Z", "2028-02-29", 0),
        ("1969-12-31T15:59:00Z", "1969-12-31", 1439), ("1969-12-31T16:00:00Z", "1970-01-01", 0),
    ])
    func `has the day and minute of China Standard Time`(text: String, day: String, minute: Int) throws {
        let instant = try #require(Instant(text))
        #expect(instant.localDate == LocalDate(day))
        #expect(instant.minuteOfDay == minute)
        #expect(Instant(instant.localDate, minute: minute) <= instant)
        #expect(instant - Instant(instant.localDate, minute: minute) < .minutes(1))
    }

    @Test func `starts a half-open window`() throws {
        let start = try #require(Instant("2026-03-01T09:00:00+08:00"))
        let window = TimeWindow(start: start, lasting: .hours(1))
        #expect(window.contains(start) && !window.contains(window.end))
        #expect(!window.overlaps(TimeWindow(start: window.end, lasting: .minutes(1))))
        #expect(window.overlaps(TimeWindow(start: window.end - .minutes(1), lasting: .hours(9))))
        #expect(TimeWindow(start: start, end: start) == nil)
        #expect((window.end - start).minutes == 60)
    }

    @Test(arguments: [("00:00", 0), ("09:05", 545), ("23:59", 1439), ("24:00", 1440), ("24:01", nil), ("25:00", nil), ("9:00", nil), ("12:60", nil), ("12-00", nil)] as [(String, Int?)])
    func `of a day is read as hours and minutes`(text: String, minutes: Int?) {
        #expect(ClockTime.minutes(text) == minutes)
        if let minutes { #expect(ClockTime.text(minutes) == text) }
    }
}
