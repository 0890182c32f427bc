import Registry
import Testing

@Suite struct `The life of a franchise` {
    /// Every row of the table in domain terms: from, and all that may follow.
    static let table: [(FranchiseState, Set<FranchiseState>)] = [
        (.intent, [.applied, .exited]),
        (.applied, [.documentReview, .exited]),
        (.documentReview, [.siteVisit, .applied, .exited]),
        (.siteVisit, [.published, .documentReview, .exited]),
        (.published, [.probation, .siteVisit, .exited]),
        (.probation, [.active, .rectifying, .suspended, .frozen, .exited, .blacklisted]),
        (.active, [.rectifying, .suspended, .frozen, .exited, .blacklisted]),
        (.rectifying, [.probation, .active, .suspended, .frozen, .exited, .blacklisted]),
        (.suspended, [.rectifying, .active, .frozen, .exited, .blacklisted]),
        (.frozen, [.active, .rectifying, .suspended, .exited, .blacklisted]),
        (.exited, [.applied, .blacklisted]),
        (.blacklisted, []),
    ]

    @Test(arguments: table)
    func `goes on only as the table says`(from: FranchiseState, allowed: Set<FranchiseState>) {
        for next in FranchiseState.allCases { #expect(from.mayBecome(next) == allowed.contains(next), "\(from) → \(next)") }
    }

    @Test func `has a row for every state and never stays where it is by a step`() {
        #expect(Set(Self.table.map(\.0)) == Set(FranchiseState.allCases))
        for state in FranchiseState.allCases { #expect(!state.mayBecome(state)) }
    }

    @Test(arguments: FranchiseState.allCases)
    func `brings orders and money only under contract`(state: FranchiseState) {
        #expect(state.mayReceiveOrders == [.probation, .active, .rectifying].contains(state))
        #expect(state.mayBePaid == [.probation, .active, .rectifying, .suspended, .exited].contains(state))
        #expect(!state.term.isEmpty)
    }

    @Test func `reaches the contract only through the public notice`() {
        for state in FranchiseState.allCases where !state.mayReceiveOrders && state.mayBecome(.probation) {
            #expect(state == .published)
        }
    }
}
