import Catalog
import Kernel
import Registry

/// R09: the unit price is above the guide price or the agreement price of the day, or there was no price that day.
struct PriceCheck: LineCheck {
    let rule = Rule("R09", .block, "单价高于指导价或协议价，或当日没有价格")

    func finding(_ line: Candidate, _ terms: Terms) -> Finding? {
        guard let price = terms.catalogue.price(of: line.item, on: line.date) else {
            return Finding("R09", .block, "服务当日没有有效的指导价")
        }
        if price.type == .guided || price.type == .agreed, line.unitPrice > price.guide {
            return Finding("R09", .block, "单价 \(line.unitPrice) 高于指导价 \(price.guide)")
        }
        guard let agreed = terms.franchise.offer(line.provider, line.item.text, on: line.date), line.unitPrice > agreed.price else { return nil }
        return Finding("R09", .block, "单价 \(line.unitPrice) 高于协议价 \(agreed.price)")
    }
}
