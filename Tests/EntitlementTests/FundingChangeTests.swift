import Entitlement
import Kernel
import Testing

/// 冲正的资金分摊
@Suite struct `A correction of what programmes pay` {
    static let first = BudgetKey(fund: .districtSubsidy, year: 2026)
    static let second = BudgetKey(fund: .voucher, year: 2026)

    static func draw(_ programme: String, _ period: String, _ amount: Int64) -> Draw {
        Draw(key: BalanceKey(programme: programme, period: period), granted: Fen(9_000), amount: Fen(amount))
    }

    /// Six yuan by the first, of which two are left over from February, and once a week; three by the second, and one more by the third, both of
    /// one budget.
    static let legs = [
        FundingLeg(
            fund: .voucher, programme: "A", version: 1, amount: Fen(600), bonus: Fen(50),
            draws: [draw("A", "2026-02", 200), draw("A", "2026-03", 400), draw("A", "2026-03-05", 600), draw("A", "n/2026-03-02w", 1)], budgets: [second]),
        FundingLeg(fund: .districtSubsidy, programme: "B", version: 2, amount: Fen(300), draws: [draw("B", "2026-03", 300)], budgets: [first]),
        FundingLeg(fund: .districtSubsidy, programme: "C", version: 1, amount: Fen(100), draws: [], budgets: [first]),
    ]

    static func told(_ change: FundingChange) -> [String] {
        zip(change.legs, change.services).map { leg, services in
            let draws = leg.draws.map { "\($0.key.period)=\($0.amount.amount)" }.joined(separator: ",")
            return "\(leg.programme) \(leg.amount.amount)+\(leg.bonus.amount) \(draws) \(services)"
        }
    }

    @Test(arguments: [
        (0, 1000, ["A 600+50 2026-02=200,2026-03=400,2026-03-05=600,n/2026-03-02w=1 1", "B 300+0 2026-03=300 1", "C 100+0  0"]),
        (0, 250, ["A 250+50 2026-02=200,2026-03=50,2026-03-05=250,n/2026-03-02w=1 1"]),
        (1000, 950, ["C 50+0  0"]), (1000, 800, ["B 100+0 2026-03=100 0", "C 100+0  0"]),
        (1000, 600, ["B 300+0 2026-03=300 -1", "C 100+0  0"]),
        (1000, 100, ["A 500+50 2026-02=100,2026-03=400,2026-03-05=500 0", "B 300+0 2026-03=300 -1", "C 100+0  0"]),
        (1000, 0, ["A 600+50 2026-02=200,2026-03=400,2026-03-05=600,n/2026-03-02w=1 -1", "B 300+0 2026-03=300 -1", "C 100+0  0"]),
        (700, 700, []),
    ] as [(Int64, Int64, [String])])
    func `pays from the first payer on and takes back from the last`(old: Int64, new: Int64, moved: [String]) {
        let change = FundingChange(Self.legs, from: Fen(old), to: Fen(new), bonus: true)
        #expect(Self.told(change) == moved)
        #expect(change.isTaken == (new > old))
        #expect(FundingChange(Self.legs, from: Fen(old), to: Fen(new), bonus: false).legs.map(\.bonus).total == .zero)
    }
}
