import Catalog
import Kernel

/// R20: goods or meals were handed over where a service is charged.
struct GoodsCheck: LineCheck {
    let rule = Rule("R20", .block, "以实物或餐食冲抵服务")

    func finding(_ line: Candidate, _ terms: Terms) -> Finding? {
        let item = terms.catalogue.item(line.item)
        if line.kind == .meal {
            return item?.category == .meals ? nil : Finding("R20", .block, "刷卡项目“\(item?.name ?? line.item.text)”不是餐食")
        }
        switch line.proof.received {
        case "goods": return Finding("R20", .block, "回访反映收到的是实物，不是服务")
        case "meal" where item?.category != .meals: return Finding("R20", .block, "回访反映收到的是餐食，不是“\(item?.name ?? line.item.text)”")
        default: return nil
        }
    }
}
