import Testing

@testable import Kernel

@Suite struct `A file of comma-separated values` {
    @Test(arguments: [
        ("a,b\n1,2\n", [["a", "b"], ["1", "2"]]), ("a,b\r\n1,2", [["a", "b"], ["1", "2"]]), ("\u{FEFF}a\n1\n", [["a"], ["1"]]),
        ("a,\"b,c\"\n", [["a", "b,c"]]), ("\"say \"\"hi\"\"\",x\n", [["say \"hi\"", "x"]]), ("\"two\nlines\",x\n", [["two\nlines", "x"]]),
        ("a\n\n\r\nb\n", [["a"], ["b"]]), (",\n", [["", ""]]), ("\"\",\"\"\n", [["", ""]]), ("老人,𠮷\n", [["老人", "𠮷"]]), ("", []),
    ])
    func `is read as RFC 4180 has it`(text: String, records: [[String]]) throws {
        #expect(try CSV.records(Array(text.utf8)).map(\.fields) == records)
    }

    @Test(arguments: [
        ("a\n\"open\nstill", 2, "引号没有闭合"), ("a\nb\nx\"y\n", 3, "引号出现在未加引号的字段中间"), ("\"a\"b\n", 1, "引号后面应是逗号或换行"),
        ("\"two\nlines\"x\n", 2, "引号后面应是逗号或换行"),
    ])
    func `tells a fault with its line`(text: String, line: Int, reason: String) {
        #expect(throws: CSV.Fault(line: line, reason: reason)) { try CSV.records(Array(text.utf8)) }
    }

    @Test func `is not taken in another encoding`() {
        #expect(throws: CSV.Fault(line: 2, reason: "不是 UTF-8 文字，请在表格软件里另存为“CSV UTF-8（逗号分隔）”")) { try CSV.records(Array("a\n".utf8) + [0xC0, 0xCF, 0x0A]) }
    }

    @Test func `knows the line of each record across quoted breaks`() throws {
        #expect(try CSV.records(Array("h\n\"a\nb\"\n\nc\n".utf8)).map(\.line) == [1, 2, 5])
    }

    @Test(arguments: [
        ("plain", "plain"), ("a,b", "\"a,b\""), ("say \"hi\"", "\"say \"\"hi\"\"\""), ("two\nlines", "\"two\nlines\""), ("=1+1", "'=1+1"),
        ("+8613812345678", "'+8613812345678"), ("-3.05", "-3.05"), ("-", "'-"), ("-2+3", "'-2+3"), ("@SUM(A1)", "'@SUM(A1)"),
        ("=A1,B1", "\"'=A1,B1\""), ("", ""), ("91350100M000100Y43", "91350100M000100Y43"),
    ])
    func `is written so that no spreadsheet runs a formula`(field: String, written: String) {
        #expect(CSV.line([field, "x"]) == written + ",x\r\n")
    }

    @Test(arguments: 0..<100 as Range<UInt64>)
    func `reads back as it was written`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let alphabet = Array("ab老人,\"\n 0")
        let rows = (0..<5).map { _ in (0..<3).map { _ in "x" + String((0..<random.below(6)).map { _ in random.pick(alphabet) }) } }
        #expect(try CSV.records(Array(rows.map(CSV.line).joined().utf8)).map(\.fields) == rows)
    }

    @Test(arguments: [("", "文件是空的，缺少表头"), ("a,a\n", "表头中“a”出现两次"), ("a\n1\n", "缺少列“b”")])
    func `needs the columns asked for, once each`(text: String, reason: String) {
        #expect(throws: CSV.Fault(line: 1, reason: reason)) { try CSVTable(Array(text.utf8), requiring: ["a", "b"]) }
    }

    @Test func `gives fields by the name of the column`() throws {
        let table = try CSVTable(Array("b,a\n1,2\n3\n".utf8), requiring: ["a", "b"])
        #expect(table.records.map { table.field($0, "a") } == ["2", ""])
        #expect(table.records.map { table.field($0, "b") } == ["1", "3"])
        #expect(table.field(table.records[0], "c") == "")
    }
}

@Suite struct `A table of whole numbers` {
    static func table(_ text: String) throws -> IntegerTable { try IntegerTable(Array(text.utf8), header: ["a", "b"]) }

    @Test(arguments: ["a,b\n1,-2\n30,4\n", "a,b\r\n1,-2\r\n30,4\r\n", "a,b\n1,-2\n30,4"])
    func `is read row by row`(text: String) throws {
        let table = try Self.table(text)
        #expect(table.values == [1, -2, 30, 4])
        #expect(table.rows == 2)
        #expect(table.value(1, 0) == 30)
        #expect(table.line(ofRow: 1) == 3)
    }

    @Test(arguments: ["a,b", "a,b\n"])
    func `may be empty`(text: String) throws { #expect(try Self.table(text).rows == 0) }

    @Test(arguments: [
        ("b,a\n1,2\n", 1), ("", 1), ("a,b,c\n1,2,3\n", 1), ("a,b\n1\n", 2), ("a,b\n1,2\n1,2,3\n", 3), ("a,b\n1,2\nx,2\n", 3), ("a,b\n1.5,2\n", 2),
        ("a,b\n1,\n", 2), ("a,b\n1,-\n", 2), ("a,b\n1,1234567890123456\n", 2), ("a,b\n1,2\n\n3,4\n", 3),
    ])
    func `tells a fault with its line`(text: String, line: Int) throws {
        let fault = try #require(throws: CSV.Fault.self) { try Self.table(text) }
        #expect(fault.line == line)
        #expect(!fault.reason.isEmpty)
    }
}

@Suite struct `A JSON document` {
    @Test(arguments: [
        ("plain", "\"plain\""), ("say \"hi\"", #""say \"hi\"""#), ("back\\slash", #""back\\slash""#), ("a\nb\rc\td", #""a\nb\rc\td""#),
        ("\u{0}\u{1}\u{1F}", #""\u0000\u0001\u001f""#), ("老人𠮷", "\"老人𠮷\""), ("</script>", "\"</script>\""),
    ])
    func `escapes what must be escaped`(text: String, written: String) { #expect(JSON.string(text).text == written) }

    @Test func `keeps the order of its fields`() {
        let document: JSON = ["z": 1, "a": [true, nil, "x"], "m": .raw("{\"k\":1}")]
        #expect(document.text == #"{"z":1,"a":[true,null,"x"],"m":{"k":1}}"#)
        #expect(document.adding(["b": JSON(Fen(5))]).text == #"{"z":1,"a":[true,null,"x"],"m":{"k":1},"b":5}"#)
        #expect(JSON.array([]).text == "[]" && JSON.object([]).text == "{}")
    }
}

@Suite struct `An identity` {
    @Test(arguments: 0..<100 as Range<UInt64>)
    func `sorts by the time it was made`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let first = Instant(milliseconds: 1_700_000_000_000 + Int64(random.below(1_000_000_000)))
        let later = first + .seconds(1 + random.below(1000))
        let (a, b) = (IDMaker.text(at: first, random: random.next()), IDMaker.text(at: later, random: random.next()))
        #expect(ID<Fen>(a) < ID<Fen>(b))
        #expect(a.utf8.count == 20)
        #expect(a.utf8.allSatisfy { "0123456789abcdefghjkmnpqrstvwxyz".utf8.contains($0) })
    }

    @Test func `differs by chance within a millisecond`() {
        let now = Instant(milliseconds: 1_772_326_800_000)
        #expect(IDMaker.text(at: now, random: 1) != IDMaker.text(at: now, random: 2))
        #expect(IDMaker.text(at: now, random: 0).prefix(9) == IDMaker.text(at: now, random: .max).prefix(9))
    }

    @Test func `of chance is the same on every machine`() {
        // First outputs of SplitMix64 for seed 1234567, as its authors publish them.
        var random = SeededRandom(seed: 1_234_567)
        #expect((0..<3).map { _ in random.next() } == [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423])
    }
}

@Suite struct `A place` {
    @Test(arguments: [
        (36.06, 103.83, 36.069, 103.83, 1001), (36.06, 103.83, 36.06, 103.83, 0), (0.0, 0.0, 0.0, 1.0, 111_195), (0.0, 179.5, 0.0, -179.5, 111_195),
    ])
    func `is so many metres from another`(latitude: Double, longitude: Double, toLatitude: Double, toLongitude: Double, metres: Int) throws {
        let a = try #require(Coordinate(latitude: latitude, longitude: longitude))
        let b = try #require(Coordinate(latitude: toLatitude, longitude: toLongitude))
        #expect(a.metres(to: b) == metres)
        #expect(b.metres(to: a) == metres)
    }

    @Test(arguments: [(90.1, 0.0), (0, 180.1), (-90.1, 0), (0, -180.1), (.nan, 0), (0, .nan), (.infinity, 0)])
    func `is on the earth`(latitude: Double, longitude: Double) { #expect(Coordinate(latitude: latitude, longitude: longitude) == nil) }
}

@Suite struct `A text` {
    @Test(arguments: [("", ""), (" \t\n", ""), ("a", "a"), (" 王 秀 \u{3000}", "王 秀"), ("\r\na\u{A0}", "a"), ("\u{3000}𠮷", "𠮷")])
    func `is taken without the white space at its ends`(text: String, trimmed: String) {
        #expect(text.trimmed == trimmed && Substring(text).trimmed == trimmed)
    }
}
