import Testing

@testable import Kernel

@Suite struct `Money` {
    @Test(arguments: [("15", 1500), ("15.5", 1550), ("0.05", 5), ("-3.05", -305), ("1000000000", 100_000_000_000)] as [(String, Int64)])
    func `is read as people write it`(text: String, fen: Int64) { #expect(Fen(yuan: text) == Fen(fen)) }

    @Test(arguments: ["", "-", ".5", "1.", "1.234", "1,000", "¥5", " 5", "1e3", "１５", "1000000000.01", "99999999999999999999"])
    func `is not guessed`(text: String) { #expect(Fen(yuan: text) == nil) }

    @Test(arguments: [(333, 150, 500), (1, 50, 1), (-1, 50, -1), (-5, 50, -3), (101, 49, 49), (100, 100, 100)] as [(Int64, Int64, Int64)])
    func `of a quantity is rounded half away from zero`(price: Int64, hundredths: Int64, fen: Int64) {
        #expect(Fen(price).times(Quantity(hundredths: hundredths)) == Fen(fen))
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `reads back what it writes`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let fen = Fen(Int64(random.below(200_000_000)) - 100_000_000)
        #expect(Fen(yuan: fen.yuan) == fen)
        #expect(fen.share(basisPoints: 10_000) == fen)
    }
}

@Suite struct `A day` {
    @Test(arguments: 0..<200 as Range<UInt64>)
    func `keeps its number through year, month and day`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let day = LocalDate(dayNumber: Int32(random.below(150_000) - 60_000))
        #expect(LocalDate(day.year, day.monthOfYear, day.day) == day)
        #expect(LocalDate(day.description) == day)
        #expect(day.adding(days: 7).weekday == day.weekday)
        #expect(day.month.contains(day))
        #expect(day.month.first.adding(days: day.month.length - 1) == day.month.last)
    }

    @Test(arguments: ["2026-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "26-01-01", "2026/01/01", "2026-04-31", "1900-02-29", ""])
    func `that does not exist is not read`(text: String) { #expect(LocalDate(text) == nil) }

    @Test func `of a leap-day birthday counts a year from 1 March`() throws {
        let born = try #require(LocalDate("1948-02-29"))
        #expect(try #require(LocalDate("2026-02-28")).years(since: born) == 77)
        #expect(try #require(LocalDate("2026-03-01")).years(since: born) == 78)
    }
}

@Suite struct `A moment` {
    @Test(arguments: [
        ("2026-03-01T09:00:00+08:00", "2026-03-01T09:00:00+08:00"), ("2026-03-01T01:00:00Z", "2026-03-01T09:00:00+08:00"),
        ("2026-02-28T23:59:59.25Z", "2026-03-01T07:59:59.250+08:00"), ("1969-12-31T16:00:00Z", "1970-01-01T00:00:00+08:00"),
    ])
    func `is read with any offset and written in Lanzhou's`(text: String, written: String) { #expect(Instant(text)?.description == written) }

    @Test(arguments: ["2026-03-01T09:00:00", "2026-03-01", "2026-03-01T24:00:00Z", "2026-03-01T09:00:60Z", "2026-03-01T09:00:00+8:00", ""])
    func `without an offset or out of range is not read`(text: String) { #expect(Instant(text) == nil) }
}

@Suite struct `A table of comma-separated values` {
    @Test(arguments: 0..<200 as Range<UInt64>)
    func `reads back every field it writes`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let pieces = ["a", "老人", "\"", ",", "\r\n", "\n", "𠮷", " ", "1"]
        let fields = (0..<(2 + random.below(5))).map { _ in "x" + (0..<random.below(6)).map { _ in random.pick(pieces) }.joined() }
        #expect(try CSV.records(Array(CSV.line(fields).utf8)).map(\.fields) == [fields])
    }

    @Test(arguments: ["=1+1", "+cmd", "-x", "@sum"])
    func `never writes a formula`(field: String) { #expect(CSV.line([field, "b"]) == "'\(field),b\r\n") }

    @Test func `writes negative amounts as numbers`() { #expect(CSV.line(["-3.50", "b"]) == "-3.50,b\r\n") }

    @Test(arguments: [("a,b\n\"x,1\n", 2), ("a,b\nx\"y,1\n", 2), ("a,b\n1,2\n\"x\"y,1\n", 3)])
    func `names the line of a fault`(text: String, line: Int) {
        #expect(throws: CSV.Fault.self) { try CSV.records(Array(text.utf8)) }
        do { _ = try CSV.records(Array(text.utf8)) } catch { #expect(error.line == line) }
    }

    @Test func `refuses bytes that are no text, a column missing and a column twice`() {
        #expect(throws: CSV.Fault.self) { try CSV.records([0x61, 0x2C, 0xFF, 0x0A]) }
        #expect(throws: CSV.Fault(line: 1, reason: "缺少列“b”")) { try CSVTable(Array("a,c\n1,2\n".utf8), requiring: ["a", "b"]) }
        #expect(throws: CSV.Fault(line: 1, reason: "表头中“a”出现两次")) { try CSVTable(Array("a,a\n1,2\n".utf8), requiring: ["a"]) }
    }
}

@Suite struct `A JSON document` {
    @Test func `keeps the order of its fields and escapes what must be`() {
        let json: JSON = ["b": 1, "a": "x\"\\\n\u{01}老𠮷", "c": [true, nil], "d": .raw("{}")]
        #expect(json.text == #"{"b":1,"a":"x\"\\\n\u0001老𠮷","c":[true,null],"d":{}}"#)
    }
}

@Suite struct `An id` {
    @Test(arguments: 0..<200 as Range<UInt64>)
    func `sorts by the time it was made`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let early = Instant(milliseconds: 1_700_000_000_000 + Int64(random.below(1_000_000_000)))
        let late = early + .seconds(1 + random.below(10_000))
        let (a, b) = (IDMaker.text(at: early, random: random.next()), IDMaker.text(at: late, random: random.next()))
        #expect(a < b)
        #expect(a.utf8.count == 20)
    }
}
