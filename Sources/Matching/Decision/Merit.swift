/// What speaks for a candidate beside the others, in plain words for an operator who has to say it (推荐理由).
public enum Merit: CaseIterable, Sendable {
    case elderChoice, known, nearest, cheapest, best, freest, fewestOrders

    /// The words on screen.
    public var term: String {
        switch self {
        case .elderChoice: "老人指定"
        case .known: "以前服务过"
        case .nearest: "离家最近"
        case .cheapest: "最便宜"
        case .best: "评价最好"
        case .freest: "最有空"
        case .fewestOrders: "近来派单少"
        }
    }
}

extension Decision {
    /// The first merit of each of the first candidates, as many as one looks at; nil for one that nothing sets apart from the others shown.
    public func merits(of count: Int = 5) -> [Merit?] {
        let shown = candidates.prefix(count)
        return shown.map { one in
            let others = shown.filter { $0.provider != one.provider }
            func leads(_ part: (Points) -> Int) -> Bool { !others.isEmpty && others.allSatisfy { part($0.points) < part(one.points) } }
            return Merit.allCases.first { merit in
                switch merit {
                case .elderChoice: one.isElderChoice
                case .known: one.points.continuity > 0
                case .nearest: leads(\.distance)
                case .cheapest: !others.isEmpty && others.allSatisfy { one.price < $0.price }
                case .best: leads(\.quality)
                case .freest: leads(\.load)
                case .fewestOrders: leads(\.fairShare)
                }
            }
        }
    }
}
