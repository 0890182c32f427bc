import Catalog
import Kernel

/// R12: the evidence is below what the item asks for, or the order itself is held.
struct EvidenceCheck: LineCheck {
    let rule = Rule("R12", .hold, "核验等级低于项目要求")

    func finding(_ line: Candidate, _ terms: Terms) -> Finding? {
        guard line.kind == .order else { return nil }
        if let needed = terms.catalogue.evidence(of: line.item), line.evidence < needed {
            return Finding("R12", .hold, "核验等级 L\(line.evidence.rawValue)，项目要求 L\(needed.rawValue)")
        }
        return line.proof.isReady ? nil : Finding("R12", .hold, "工单核验未通过，尚不可结算")
    }
}
