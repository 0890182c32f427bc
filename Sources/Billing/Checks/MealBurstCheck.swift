import Kernel

/// R22: a pile of cards drawn through one till, or at one canteen through however many: the names of tills are the canteen's to choose.
///
/// A meal is told of once, whichever pile it is in; the pile at a till says more.
struct MealBurstCheck: GroupCheck {
    let rule = Rule("R22", .hold, "短时间内集中刷卡", version: 2)
    let grouping = Grouping.provider

    func judge(_ group: [Trace], _ terms: Terms, _ report: (Int, Finding) -> Void) {
        let swipes = group.places { $0.kind == .meal ? $0.start : nil }
        var told: Set<Int> = []
        func tell(_ swipes: Swipes, _ whose: String, _ cards: Int, _ seconds: Int) {
            let finding = Finding("R22", .hold, "\(whose)在 \(seconds) 秒内刷了 \(cards) 张以上的卡")
            swipes.bursts(of: cards, within: .seconds(seconds)) { if told.insert($0).inserted { report($0, finding) } }
        }
        for (device, ofTill) in Dictionary(grouping: swipes, by: { group[$0.place].device }) where device != nil {
            tell(ofTill, "一台刷卡机", terms.policy.burstCards, terms.policy.burstSeconds)
        }
        tell(swipes, "本餐厅", terms.policy.canteenBurstCards, terms.policy.canteenBurstSeconds)
    }
}

/// Meals by their places in the group, in the order of the tills' clocks.
private typealias Swipes = [(place: Int, at: Instant)]

extension Swipes {
    /// Shows each that is one of so many within a span, once.
    fileprivate func bursts(of count: Int, within span: Span, _ body: (Int) -> Void) {
        var (first, reported) = (0, 0)
        for (last, swipe) in enumerated() {
            while swipe.at - self[first].at > span { first += 1 }
            guard last - first + 1 >= count else { continue }
            for index in Swift.max(first, reported)...last { body(self[index].place) }
            reported = last + 1
        }
    }
}
