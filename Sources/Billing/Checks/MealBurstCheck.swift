import Kernel

/// R22: a pile of cards drawn through one till.
struct MealBurstCheck: GroupCheck {
    let rule = Rule("R22", .hold, "短时间内集中刷卡")
    let grouping = Grouping.device

    func judge(_ group: [Trace], _ terms: Terms, _ report: (Int, Finding) -> Void) {
        let (cards, seconds) = (terms.policy.burstCards, terms.policy.burstSeconds)
        let finding = Finding("R22", .hold, "一台刷卡机在 \(seconds) 秒内刷了 \(cards) 张以上的卡")
        // A till's name is only its own within a canteen.
        for swipes in Dictionary(grouping: group.swipes, by: { group[$0.place].provider }).values {
            swipes.bursts(of: cards, within: .seconds(seconds)) { report($0, finding) }
        }
    }
}

/// R22: a pile of cards at one canteen, through however many tills: the names of devices are the canteen's to choose.
struct CanteenBurstCheck: GroupCheck {
    let rule = Rule("R22", .hold, "一家餐厅短时间内集中刷卡")
    let grouping = Grouping.provider

    func judge(_ group: [Trace], _ terms: Terms, _ report: (Int, Finding) -> Void) {
        let (cards, seconds) = (terms.policy.canteenBurstCards, terms.policy.canteenBurstSeconds)
        let finding = Finding("R22", .hold, "本餐厅在 \(seconds) 秒内刷了 \(cards) 张以上的卡")
        group.swipes.bursts(of: cards, within: .seconds(seconds)) { report($0, finding) }
    }
}

extension [Trace] {
    /// The places of those lines that are meals, in the order of the tills' clocks.
    fileprivate var swipes: [(place: Int, at: Instant)] { places { $0.kind == .meal ? $0.start : nil } }
}

extension [(place: Int, at: Instant)] {
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
