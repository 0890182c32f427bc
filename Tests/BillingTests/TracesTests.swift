import Billing
import Kernel
import Registry
import Testing

@Suite struct `Lines of a month` {
    private static let hash = String(repeating: "a1B9", count: 16)

    private static let lines: [Candidate] = {
        func line(_ subject: String, minute: Int, _ change: (inout Candidate) -> Void) -> Candidate {
            var line = `A settlement rule`.elsewhere(subject, minute: minute)
            change(&line)
            return line
        }
        return [
            line("s1", minute: 540) { $0.proof.signature = hash.lowercased() }, line("s2", minute: 660) { $0.proof.photos = [hash] },
            line("s3", minute: 780) { $0.proof.photos = [hash.lowercased(), String(repeating: "z", count: 64)] },
            line("s4", minute: 900) { $0.proof.signature = hash },
        ]
    }()

    /// Where two come, both are in one place at a time: whichever of them checked in, and whichever visit it is that clashes.
    @Test(arguments: [false, true], [false, true])
    func `of two workers are compared for both`(isSecondThere: Bool, isInParts: Bool) throws {
        var (pair, alone) = (`A settlement rule`.elsewhere("s1", minute: 540), `A settlement rule`.elsewhere("s2", minute: 560))
        (pair.worker, pair.second) = (WorkerID("W0008"), WorkerID("W0009"))
        alone.worker = isSecondThere ? WorkerID("W0009") : WorkerID("W0007")
        alone.elder = ElderID("another")
        var (traces, more) = (Traces(), Traces())
        isInParts ? more.add(pair) : traces.add(pair)
        traces.add(alone)
        traces.add(more)
        let found = traces.findings(by: .worker, try World.terms()).mapValues { $0.map(\.code) }
        #expect(found["s2", default: []].contains("R04") == isSecondThere)
        #expect(found["s1"] == nil)
    }

    /// A close reads day by day, on several threads, and puts together what each has read.
    @Test(arguments: 0...4)
    func `gathered in two parts are compared as if in one`(cut: Int) throws {
        let terms = try World.terms()
        var (whole, front, back) = (Traces(), Traces(), Traces())
        for (place, line) in Self.lines.enumerated() {
            whole.add(line)
            place < cut ? front.add(line) : back.add(line)
        }
        front.add(back)
        let found = front.findings(terms)
        #expect(found == whole.findings(terms))
        #expect(found.mapValues { $0.map(\.code) } == ["s1": ["R17"], "s2": ["R19"], "s3": ["R19"], "s4": ["R17"]])
        #expect(front.count == 4 && front.subjects.contains("s3") && !front.subjects.contains("s9"))
    }
}
