import Kernel
import Registry

extension Decision {
    /// The whole decision in one line for an operator: “12家提供，9家不服务该街道，3家14:00前已满”.
    ///
    /// Every provider that offers the item is counted once, so that the figures add up; those refused under the first of their codes.
    public func summary() -> String {
        let offering = refusals.filter { $0.reasons.main != .itemNotOffered }
        let total = candidates.count + offering.count
        var phrases = [total == 0 ? "没有服务商提供该项目" : "\(total)家提供"]
        if !candidates.isEmpty { phrases.append("\(candidates.count)家可派") }
        for code in RefusalCode.allCases where code != .itemNotOffered {
            let hit = offering.filter { $0.reasons.main == code }
            if code == .slotFull {
                phrases += Decision.fullPhrases(hit)
            } else if !hit.isEmpty {
                phrases.append("\(hit.count)家\(code.phrase)")
            }
        }
        if offering.count < refusals.count { phrases.append("老人指定的服务商\(RefusalCode.itemNotOffered.phrase)") }
        if reach != .street { phrases.append(reach.term) }
        return phrases.joined(separator: "，")
    }

    /// Those that are full, by the time until which they are.
    private static func fullPhrases(_ full: [Refusal]) -> [String] {
        Dictionary(grouping: full, by: { $0.fullUntil ?? -1 }).sorted { $0.key < $1.key }.map { minute, hit in
            minute < 0 ? "\(hit.count)家\(RefusalCode.slotFull.phrase)" : "\(hit.count)家\(ClockTime.text(minute))前已满"
        }
    }

    /// The answer to a provider that asks “why not me?”: everything about itself, nothing about any other.
    public func explanation(for provider: ProviderID) -> String {
        if let index = candidates.firstIndex(where: { $0.provider == provider }) { return placeExplained(index) }
        guard let refusal = refusals.first(where: { $0.provider == provider }) else { return RefusalCode.itemNotOffered.sentence }
        return refusal.codes.map { code in
            guard code == .slotFull, let until = refusal.fullUntil else { return code.sentence }
            return "贵单位\(ClockTime.text(until))前的接单数已满。"
        }.joined()
    }

    private func placeExplained(_ index: Int) -> String {
        let own = candidates[index]
        let parts = own.parts.map { "\($0.term)\($0.points)" }.joined(separator: "、")
        let score = "得分\(own.score)（\(parts)）"
        if own.isElderChoice { return "老人指定由贵单位服务，排在第一位；\(score)。" }
        if index == 0 { return basis == .batch ? "全天统一派单把本单排给贵单位；\(score)。" : "贵单位符合条件，排在第一位；\(score)。" }
        let why = index == 1 && candidates[0].isElderChoice ? "老人指定了其他服务商" : basis == .batch ? "全天统一派单把本单排给另一家" : "按总分和并列规则，另有服务商在前"
        return "贵单位符合条件，排在第\(index + 1)位：\(why)；\(score)。"
    }
}
