import Kernel

/// 冲正的资金分摊: which legs of a service move when more or less of it is paid after its month was closed.
///
/// Whatever is paid of a service is filled from the first payer on, as when it was split: care insurance, voucher, directed funds, district
/// subsidy, meal subsidy. A correction that pays a part therefore takes the first legs, and one that takes a part back gives back the last ones
/// first, so that after every correction the legs stand as if the service had cost no more. Within a leg the periods that were drawn on first are
/// given back last; a count of services is drawn with the first fen of its leg and given back with it. The bonus beside the price moves only with
/// the whole.
public struct FundingChange: Hashable, Sendable {
    /// What moves, in the order of payers: amounts, bonuses and draws are parts of those of the service.
    public let legs: [FundingLeg]
    /// Taken from the programmes once more; otherwise given back to them.
    public let isTaken: Bool
    /// By how much the number of services grows or shrinks that hold money of a leg's budgets, leg by leg; it stands with the first of those legs
    /// that name the same budgets.
    public let services: [Int]

    /// - Parameters:
    ///   - all: the legs of the service as they were split, in the order of payers.
    ///   - old: how much of them is paid now, in fen; 0 … all of them.
    ///   - new: how much of them is to be paid.
    ///   - bonus: whether the bonus beside the price moves with them.
    public init(_ all: [FundingLeg], from old: Fen, to new: Fen, bonus: Bool) {
        isTaken = new > old
        let moved = all.part(min(old, new).amount..<max(old, new).amount, bonus: bonus)
        func holds(_ paid: Fen, _ budgets: [BudgetKey]) -> Bool {
            all.part(0..<paid.amount, bonus: false).contains { $0.budgets == budgets }
        }
        services = moved.enumerated().map { index, leg in
            guard !moved[..<index].contains(where: { $0.budgets == leg.budgets }) else { return 0 }
            return (holds(new, leg.budgets) ? 1 : 0) - (holds(old, leg.budgets) ? 1 : 0)
        }
        legs = moved
    }
}

extension [FundingLeg] {
    /// What some of their fen are made of, counted from the first payer on.
    func part(_ range: Range<Int64>, bonus: Bool) -> [FundingLeg] {
        var start: Int64 = 0
        return compactMap { leg in
            defer { start += leg.amount.amount }
            return leg.part((range.lowerBound - start)..<(range.upperBound - start), bonus: bonus)
        }
    }
}

extension FundingLeg {
    /// Nil when none of these fen are its own.
    fileprivate func part(_ range: Range<Int64>, bonus isWithBonus: Bool) -> FundingLeg? {
        let taken = range.clamped(to: 0..<amount.amount)
        guard !taken.isEmpty else { return nil }
        // Every grant of a programme is drawn on with the whole amount, over the periods that carry over.
        var place: Int64 = 0
        let draws = draws.compactMap { draw -> Draw? in
            if draw.key.isCount { return taken.lowerBound == 0 ? draw : nil }
            let part = taken.clamped(to: place..<(place + draw.amount.amount))
            place += draw.amount.amount
            if place >= amount.amount { place = 0 }
            return part.isEmpty ? nil : Draw(key: draw.key, granted: draw.granted, amount: Fen(Int64(part.count)))
        }
        return FundingLeg(
            fund: fund, programme: programme, version: version, amount: Fen(Int64(taken.count)), bonus: isWithBonus ? bonus : .zero, draws: draws,
            budgets: budgets)
    }
}
