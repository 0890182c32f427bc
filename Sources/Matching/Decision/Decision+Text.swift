import Kernel
import Registry

/// Decisions as compact text, to be stored with every attempt.
///
/// ```
/// 1|2026-01|street|P007,1500,230,e,250.0.160.12.90.100;P003,1400,,,200.0.150.20.80.100|400:P001,P002;400000@840:P009
/// ```
/// Version, policy, reach; the candidates best first with price in fen, metres, `e` for the elder's choice and the points of the six
/// parts; the refused, grouped by codes (bits in hex) and the minute until which they are full. The score is not written: it is the sum.
/// `|batch` at the end marks a first place given by the plan of the day. Bytes that have a meaning here are written `%XX` inside ids and versions.
extension Decision {
    public func encoded() -> String {
        var out = DecisionWriter(capacity: 32 + candidates.count * 48 + refusals.count * 8)
        out.mark("1|")
        out.text(policyVersion)
        out.mark("|")
        out.text(reach.rawValue)
        out.mark("|")
        for index in candidates.indices {
            if index > 0 { out.mark(";") }
            out.candidate(candidates[index])
        }
        out.mark("|")
        // Most are refused for the same few reasons, so their codes are written once.
        let keys = refusals.map { UInt64($0.reasons.rawValue) << 16 | UInt64(min(max(-1, $0.fullUntil ?? -1), 1_440) + 1) }
        var last: UInt64?
        for index in keys.indices.sorted(by: { (keys[$0], $0) < (keys[$1], $1) }) {
            let isNew = keys[index] != last
            if isNew {
                if last != nil { out.mark(";") }
                out.hex(keys[index] >> 16)
                if let until = refusals[index].fullUntil {
                    out.mark("@")
                    out.number(until)
                }
            }
            out.mark(isNew ? ":" : ",")
            out.text(refusals[index].provider.text)
            last = keys[index]
        }
        if basis == .batch { out.mark("|batch") }
        return out.string
    }

    /// Nil for anything that ``encoded()`` could not have written.
    public init?(encoded text: String) {
        let fields = text.split(separator: "|", omittingEmptySubsequences: false)
        guard fields.count == 5 || (fields.count == 6 && fields[5] == Basis.batch.rawValue), fields[0] == "1", let version = DecisionReader.text(fields[1]),
            let reach = Reach(rawValue: String(fields[2]))
        else { return nil }
        var candidates: [RankedCandidate] = []
        for field in DecisionReader.list(fields[3], ";") {
            guard let candidate = DecisionReader.candidate(field) else { return nil }
            candidates.append(candidate)
        }
        var refusals: [Refusal] = []
        for group in DecisionReader.list(fields[4], ";") {
            guard let read = DecisionReader.refusals(group) else { return nil }
            refusals += read
        }
        self.init(
            policyVersion: version, reach: reach, candidates: candidates, refusals: refusals.sorted { $0.provider < $1.provider },
            basis: fields.count == 6 ? .batch : .online)
    }
}
