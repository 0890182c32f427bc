import Catalog
import Kernel

/// R20: goods or meals were handed over where a service is charged.
struct GoodsCheck: LineCheck {
    let rule = Rule("R20", .block, "以实物或餐食冲抵服务")

    func finding(_ line: Candidate, _ terms: Terms) -> Finding? {
        var isMeal: Bool { terms.catalogue.category(of: line.item) == .meals }
        var name: String { terms.catalogue.name(of: line.item) ?? line.item.text }
        if line.kind == .meal { return isMeal ? nil : Finding("R20", .block, "刷卡项目“\(name)”不是餐食") }
        switch line.proof.received {
        case "goods": return Finding("R20", .block, "回访反映收到的是实物，不是服务")
        case "meal" where !isMeal: return Finding("R20", .block, "回访反映收到的是餐食，不是“\(name)”")
        default: return nil
        }
    }
}
