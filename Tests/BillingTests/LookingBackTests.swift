import Billing
import Kernel
import Registry
import Testing

/// A service that was settled with a month before comes first, whenever it was ordered; and it is not judged again.
@Suite struct `What is settled` {
    /// What is found on lines that stand beside settled ones.
    private static func codes(settled: [Candidate], _ lines: [Candidate]) throws -> [String: [String]] {
        var traces = Traces()
        for line in settled { traces.add(line, isContext: true) }
        for line in lines { traces.add(line) }
        #expect(settled.allSatisfy { !traces.subjects.contains($0.subject) } && lines.allSatisfy { traces.subjects.contains($0.subject) })
        return traces.findings(try World.terms()).mapValues { $0.map(\.code) }
    }

    /// Sunday, half past eleven in the evening, for an hour: ordered after everything else.
    private static let night = altered(World.line("night", World.market, day: -1, minute: 1410)) { $0.createdAt = Instant(World.monday.adding(days: 9)) }

    private static func at(_ minute: Int, _ elder: String = "E1", _ worker: String = "W001") -> Candidate {
        altered(World.line("new", World.market, minute: minute)) { ($0.elder, $0.worker) = (ElderID(elder), WorkerID(worker)) }
    }

    @Test func `holds elder and worker past midnight`() throws {
        #expect(try Self.codes(settled: [Self.night], [Self.at(15)]) == ["new": ["R03", "R04"]])
        #expect(try Self.codes(settled: [Self.night], [Self.at(15, "E2")]) == ["new": ["R04"]])
        #expect(try Self.codes(settled: [Self.night], [Self.at(15, "E1", "W002")]) == ["new": ["R03"]])
        // At half past twelve the night visit is over.
        #expect(try Self.codes(settled: [Self.night], [Self.at(30)]).isEmpty)
        #expect(try Self.codes(settled: [Self.night], []).isEmpty)
    }

    @Test func `comes before a late service of its own day that was ordered earlier`() throws {
        let late = altered(World.line("late", World.market, day: -1, minute: 1400)) { $0.createdAt = Instant(World.monday.adding(days: -20)) }
        #expect(try Self.codes(settled: [Self.night], [late]) == ["late": ["R03", "R04"]])
    }

    @Test(arguments: [(31, ["R05"]), (45, [])])
    func `is where the way to the next home begins`(minute: Int, codes: [String]) throws {
        // Ten kilometres north, which takes ten minutes.
        let far = altered(Self.at(minute, "E2")) { $0.recipient?.place = Coordinate(latitude: 36.146, longitude: 103.833) }
        let found = try Self.codes(settled: [Self.night], [far])
        #expect(found["new", default: []] == codes)
    }

    @Test func `is where the way from a late service ends, which is then asked`() throws {
        let late = altered(World.line("late", World.market, day: -1, minute: 1349)) {
            $0.elder = ElderID("E2")
            $0.recipient?.place = Coordinate(latitude: 36.146, longitude: 103.833)
        }
        var traces = Traces()
        traces.add(Self.night, isContext: true)
        traces.add(late)
        let found = traces.findings(try World.terms())
        #expect(found.keys.sorted() == ["late"])
        #expect(found["late"]?.map(\.sentence) == ["1 分钟后到达工单 260504-night，相距 10008 米"])
    }

    @Test func `has used up hours of the day and caps of the week`() throws {
        let long = World.line("long", World.market, minute: 600, lasting: 590)
        let early = altered(World.line("early", World.market, minute: 420, lasting: 20)) { $0.elder = ElderID("E2") }
        #expect(try Self.codes(settled: [long], [early]) == ["early": ["R16"]])
        // A late service on Monday does not go before the one on Wednesday that has been paid.
        let (paid, late) = (World.line("paid", World.weekly, day: 2), World.line("late", World.weekly))
        #expect(try Self.codes(settled: [paid], [late]) == ["late": ["R02"]])
        // What the elder has paid alone uses up nothing.
        let own = altered(paid) { ($0.funding, $0.selfPay) = ([], $0.gross) }
        #expect(try Self.codes(settled: [own], [late]).isEmpty)
    }

    @Test func `counts for no quota and no habit of this month`() throws {
        let settled = (0..<9).map { World.line("old\($0)", World.market, day: -9 + $0) }
        let slips = (0..<2).map { day in
            altered(World.line("new\(day)", World.market, day: day)) { $0.isManual = true }
        }
        // With the nine before it would be the eleventh visit of the same length.
        #expect(try Self.codes(settled: settled, slips).isEmpty)
    }
}
