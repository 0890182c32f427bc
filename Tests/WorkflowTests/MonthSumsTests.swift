import Billing
import Entitlement
import Kernel
import Orders
import Registry
import Store
import TestSupport
import Testing
import Workflow

/// 月度合计: what a scan of the tables adds up to, without any rule, is what the statements add up to before a rule takes from them.
@Suite struct `The sums of a month` {
    @Test(arguments: Backend.available)
    func `are those of its statements`(backend: Backend) async throws {
        try await World.with(backend) { world in
            for (elder, day) in [(World.minimum, 2), (World.lowIncome, 3), (World.destitute, 4)] {
                _ = try await world.order(in: .closed, World.request(elder, day: day))
            }
            _ = try await world.order(in: .done, World.request(day: 8))
            for (canteen, elder) in [("P001", World.ordinary), ("P001", World.minimum), ("P002", World.destitute)] {
                let noon = Instant(World.monday.adding(days: 9), minute: 700)
                world.setClock(noon)
                let swipe = SwipeRequest(elder: elder, canteen: ProviderID(canteen), slot: .lunch, at: noon, device: "till-1")
                _ = try await SwipeMeal(world.office)(swipe, by: World.caller(ProviderID(canteen)))
            }
            let lines = try await PreviewMonth(world.office)(World.month).flatMap(\.lines).map(\.candidate)
            try #require(lines.count == 6)
            // Visits by provider, and then meals.
            var expected: [[Int64]] = []
            for kind in [Candidate.Kind.order, .meal] {
                let all = Dictionary(grouping: lines.filter { $0.kind == kind }, by: \.provider)
                for (_, own) in all.sorted(by: { $0.key < $1.key }) {
                    let money = [own.map(\.gross).total, own.map(\.subsidy).total, own.map(\.selfPay).total]
                    expected.append([Int64(own.count)] + money.map(\.amount))
                }
            }
            let sums = try await world.office.read { tx in try tx.settlements.sums(World.month) }
            #expect(sums.map { [Int64($0.services), $0.gross.amount, $0.subsidy.amount, $0.selfPay.amount] } == expected)
            #expect(sums.suffix(2).map(\.provider.text) == ["P001", "P002"])
            #expect(try await world.office.read { tx in try tx.settlements.sums(World.month.adding(1)).count } == 0)
        }
    }
}
