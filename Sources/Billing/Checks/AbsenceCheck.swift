import Catalog
import Kernel
import Registry

/// R07: a visit at home while the elder lay in hospital, lived in an institution or was out of town.
///
/// The day of going is at home for a part, as is the day of coming back, the one after the last day away; only the days between are refused.
/// Who accompanies an elder to or in the hospital works there.
struct AbsenceCheck: LineCheck {
    let rule = Rule("R07", .block, "老人住院、入住机构或外出期间上门")

    func finding(_ line: Candidate, _ terms: Terms) -> Finding? {
        guard terms.catalogue.mode(of: line.item) == .visit, let stays = line.recipient?.stays else { return nil }
        for stay in stays where stay.span.from < line.date && stay.span.contains(line.date) {
            if stay.kind == .hospital, terms.catalogue.category(of: line.item) == .accompaniment { continue }
            return Finding("R07", .block, "老人自 \(stay.span.from) 起“\(stay.kind.name)”，\(line.date) 不在家")
        }
        return nil
    }
}
