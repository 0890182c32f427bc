import Catalog
import Kernel
import Registry

/// R10: the provider, its worker or its cars had no valid credential on the service date, or it may not be paid at all.
struct CredentialCheck: LineCheck {
    let rule = Rule("R10", .block, "服务商或人员在服务当日停业或证照过期")

    func finding(_ line: Candidate, _ terms: Terms) -> Finding? {
        guard let state = terms.franchise.state(of: line.provider) else { return Finding("R10", .block, "服务商不在加盟名录") }
        guard state.mayBePaid else { return Finding("R10", .block, "服务商状态为“\(state.term)”") }
        guard terms.catalogue.contains(line.item) else { return Finding("R10", .block, "项目不在目录") }
        let staff = line.workers.map { terms.staff($0) }
        if staff.contains(where: { $0?.provider != line.provider }) {
            let strangers = line.workers.filter { terms.staff($0)?.provider != line.provider }
            return Finding("R10", .block, "服务人员 \(strangers.map(\.text).joined(separator: "、")) 不在该服务商的名册")
        }
        for type in terms.catalogue.credentials(of: line.item) {
            let isHeld: Bool
            switch type.holder {
            case .provider: isHeld = terms.franchise.credentials(of: line.provider).cover(type.code.text, on: line.date)
            case .worker:
                // At a counter nobody in particular serves; the canteen answers for its people.
                guard line.kind == .order else { continue }
                isHeld = !staff.isEmpty && staff.allSatisfy { $0?.credentials.cover(type.code.text, on: line.date) == true }
            case .vehicle: isHeld = terms.franchise.vehicles(of: line.provider).contains { $0.credentials.cover(type.code.text, on: line.date) }
            }
            guard isHeld else { return Finding("R10", .block, "服务当日没有有效的“\(type.name)”") }
        }
        return nil
    }
}
