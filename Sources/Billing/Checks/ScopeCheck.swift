import Catalog
import Kernel
import Registry

/// R11: the item is outside what the provider had agreed to offer that day.
///
/// A street outside its own is only noted: when nobody nearer fits, the platform itself sends a provider farther.
struct ScopeCheck: LineCheck {
    let rule = Rule("R11", .block, "项目或街道不在服务商的签约范围")

    func finding(_ line: Candidate, _ terms: Terms) -> Finding? {
        guard terms.franchise.offer(line.provider, line.item.text, on: line.date) != nil else {
            return Finding("R11", .block, "服务商当日未签约该项目")
        }
        guard terms.catalogue.mode(of: line.item) == .visit, let region = line.recipient?.region(on: line.date),
            terms.franchise.serves(line.provider, region) == false
        else { return nil }
        return Finding("R11", .warn, "老人所在街道 \(region) 不在签约街道，由平台跨街道派单")
    }
}
