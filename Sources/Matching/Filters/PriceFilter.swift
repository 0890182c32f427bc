import Catalog
import Kernel

/// There is a contract price on the day, and it is not above the government's guide price (政府指导价 is a cap; 协议价 and 市场价 are not bound).
struct PriceFilter: Filter {
    func refusal(_ candidate: Candidate, _ request: MatchRequest, _ facts: Facts) -> RefusalCode? {
        guard let price = facts.price else { return .priceNotValid }
        guard let guide = facts.guide else { return .itemNotPriced }
        return guide.type == .guided && price > guide.guide ? .priceOverGuide : nil
    }
}
