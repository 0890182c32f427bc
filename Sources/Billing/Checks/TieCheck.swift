import Kernel
import Registry

/// R24: worker and elder are relatives, live together, or answer the same telephone.
struct TieCheck: LineCheck {
    let rule = Rule("R24", .hold, "服务人员与老人有亲属关系或共用电话、住址")

    func finding(_ line: Candidate, _ terms: Terms) -> Finding? {
        for id in line.workers {
            if let relation = terms.ties[Terms.Tie(worker: id, elder: line.elder)] {
                return Finding("R24", .hold, "服务人员 \(id) 与老人的关系：\(relation)")
            }
            if let phones = line.recipient?.phones, !phones.isEmpty, let staff = terms.staff(id), phones.contains(staff.phone) {
                return Finding("R24", .hold, "服务人员 \(id) 的电话就是老人或家属的电话")
            }
        }
        return nil
    }
}
