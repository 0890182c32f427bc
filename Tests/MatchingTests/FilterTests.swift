import Catalog
import Kernel
import Registry
import Testing

@testable import Matching

@Suite struct `The hard filters` {
    @Test(arguments: FilterTables.all)
    func `refuse for exactly the reason that is there`(row: FilterCase) throws {
        var world = try World()
        try row.change(&world)
        let decision = world.decision
        #expect(decision.refused.first?.codes ?? [] == row.codes)
        #expect(decision.candidates.count == (row.codes.isEmpty ? 1 : 0))
    }

    @Test(arguments: FranchiseState.allCases)
    func `let only those work who may receive orders`(state: FranchiseState) throws {
        var world = try World()
        world.providers[0].state = state
        #expect((world.decision.chosen != nil) == state.mayReceiveOrders)
        #expect(world.decision.refusals.first?.codes == (state.mayReceiveOrders ? nil : [.notInFranchise]))
    }

    @Test func `are all asked, so that every reason is known`() throws {
        var world = try World()
        world.providers[0].serviceRegions = []
        world.providers[0].state = .suspended
        world.offers[0].price = Fen(20_000)
        world.workers = []
        world.take(4)
        world.request.alreadyAsked = [FilterTables.p1]
        #expect(
            world.decision.refused.first?.codes == [
                .priceOverGuide, .notInFranchise, .doesNotServeStreet, .noWorker, .slotFull, .alreadyAsked,
            ])
    }

    @Test func `trust no paper that the catalogue does not know`() throws {
        var world = try World()
        // A kind without an entry of its own, and a credential without a type.
        world.ask(for: Item(code: World.bath.code, category: .dailyCare, name: "助浴", kinds: [ID("care"), ID("unheard")]))
        world.providers[0].kinds = ["unheard"]
        #expect(world.decision.refused.first?.codes == [.credentialMissing])
        world.providers[0].kinds = ["unheard", "care"]
        #expect(world.decision.chosen != nil)
        world.ask(for: Item(code: World.bath.code, category: .dailyCare, name: "助浴", kinds: [ID("care")], credentials: [ID("unheard")]))
        #expect(world.decision.refused.first?.codes == [.credentialMissing])
    }

    @Test func `know nobody for an item outside the catalogue`() throws {
        var world = try World()
        world.offers[0].item = "99999"
        world.request.item = Item(code: ItemCode("99999"), category: .dailyCare, name: "目录外")
        #expect(world.decision.candidates.isEmpty)
        #expect(world.decision.refusals.isEmpty)
    }

    @Test func `have a code, a position, a phrase and a sentence each`() {
        let all = RefusalCode.allCases
        #expect(Set(all.map(\.rawValue)).count == all.count)
        #expect(Set(all.map(\.position)) == Set(0..<UInt32(all.count)))
        #expect(Set(all.map(\.phrase)).count == all.count)
        #expect(Set(all.map(\.sentence)).count == all.count)
        #expect(all.allSatisfy { $0.sentence.hasSuffix("。") && !$0.phrase.hasSuffix("。") })
        for code in all {
            #expect(RefusalCodes(code).codes == [code])
            #expect(RefusalCodes(code).main == code)
        }
    }

    @Test func `fire, every one of them, somewhere in these tables`() {
        let fired = Set(FilterTables.all.flatMap(\.codes))
        // A firm's own state and an item it does not offer have tests of their own.
        #expect(Set(RefusalCode.allCases).subtracting(fired) == [.itemNotOffered])
    }
}
