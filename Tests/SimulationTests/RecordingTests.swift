import Intake
import Kernel
import Rehearsal
import Testing

@Suite struct `A recording` {
    @Test func `comes back from its file as it was`() throws {
        let calls = [
            RecordedCall(
                at: Instant(LocalDate(2026, 3, 10)!, minute: 481), id: "a", from: "0931-8123456", kind: .request, caller: "女儿", name: "王秀英",
                idNumber: "123X", item: "送饭, 少盐", start: "tomorrow 11:30", quantity: "1.5", note: "说“软一点”"),
            RecordedCall(at: Instant(LocalDate(2026, 3, 10)!, minute: 480), id: "b", from: "", kind: .silent),
        ]
        #expect(try CallFile.calls(Array(CallFile.text(calls).utf8)) == [calls[1], calls[0]])
    }

    @Test(arguments: [
        ("2026-03-10,a,1,request", "at"), ("2026-03-10T08:00:00+08:00,a,1,dance", "kind"), ("2026-03-10T08:00:00+08:00,,1,silent", "call_id"),
    ])
    func `with a fault is refused with its line`(row: String, word: String) {
        let text = "at,call_id,from,kind\r\n2026-03-10T08:00:00+08:00,x,1,silent\r\n\(row)\r\n"
        let fault = #expect(throws: CSV.Fault.self) { try CallFile.calls(Array(text.utf8)) }
        #expect(fault?.line == 3)
        #expect(fault?.reason.contains(word) == true)
    }

    @Test func `with the same id twice is refused`() {
        let row = "2026-03-10T08:00:00+08:00,x,1,silent\r\n"
        #expect(throws: CSV.Fault.self) { try CallFile.calls(Array("at,call_id,from,kind\r\n\(row)\(row)".utf8)) }
    }

    @Test(arguments: [
        ("now", "2026-03-10T08:10:30+08:00"), ("2h", "2026-03-10T10:00:00+08:00"), ("today 15:30", "2026-03-10T15:30:00+08:00"),
        ("tomorrow 09:00", "2026-03-11T09:00:00+08:00"), ("22d 09:00", "2026-04-01T09:00:00+08:00"),
    ])
    func `says when in words`(words: String, expected: String) {
        #expect(StartWords.instant(words, now: Instant("2026-03-10T08:10:30+08:00")!)?.description == expected)
    }

    @Test(arguments: ["", "soon", "0h", "25h", "today", "today 25:00", "99d 09:00", "yesterday 09:00"])
    func `says nothing in other words`(words: String) {
        #expect(StartWords.instant(words, now: Instant(milliseconds: 0)) == nil)
    }

    @Test func `is the same for the same seed, and busy in the morning`() async throws {
        let district = try await SmallDistrict(elders: 300)
        let day = LocalDate(2026, 3, 10)!
        let office = Stage(start: Instant(day), seed: 1).office(district.database, district.shelf)
        var (a, b) = (
            try await Recorder(office, people: 100, from: day, seed: 5), try await Recorder(office, people: 100, from: day, seed: 5)
        )
        let calls = a.calls(400, on: day)
        #expect(b.calls(400, on: day) == calls)
        #expect(calls.map(\.at) == calls.map(\.at).sorted())
        #expect(Set(calls.map(\.kind)) == Set(CallKind.allCases))
        #expect(calls.count { (8..<12).contains($0.at.minuteOfDay / 60) } > 120)
    }
}
