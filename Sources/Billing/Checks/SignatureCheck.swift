import Kernel

/// R17: the very same signature under the visits of different elders.
struct SignatureCheck: GroupCheck {
    let rule = Rule("R17", .hold, "不同老人的签名相同")
    let grouping = Grouping.signature

    func judge(_ group: [Trace], _: Terms, _ report: (Int, Finding) -> Void) {
        guard Set(group.map(\.elder)).count > 1 else { return }
        for (place, line) in group.enumerated() {
            // The neighbour in the list is evidence enough; one of another elder if there is one beside it.
            let other = group[place > 0 ? place - 1 : 1]
            report(place, Finding("R17", .hold, "签名与工单 \(other.number) 相同（\(group.count) 笔共用，\(line.elder == other.elder ? "含" : "属")其他老人）"))
        }
    }
}
