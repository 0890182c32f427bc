import Entitlement
import Kernel

/// R22: one elder, one slot of one day, two swipes: at two canteens or twice at the same.
struct MealSlotCheck: GroupCheck {
    let rule = Rule("R22", .block, "同一餐次重复刷卡")
    let grouping = Grouping.elder

    func judge(_ group: [Trace], _: Terms, _ report: (Int, Finding) -> Void) {
        var first: [String: Int] = [:]
        for (place, line) in group.enumerated() {
            guard line.kind == .meal, let slot = line.slot else { continue }
            let key = "\(line.date) \(slot.rawValue)"
            guard let earlier = first[key] else {
                first[key] = place
                continue
            }
            let words = group[earlier].provider == line.provider ? "同一餐次在本餐厅刷过卡" : "同一餐次已在餐厅 \(group[earlier].provider) 刷过卡"
            report(place, Finding("R22", .block, "\(line.date) \(words)"))
        }
    }
}
