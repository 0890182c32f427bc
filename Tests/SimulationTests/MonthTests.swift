import Billing
import Kernel
import Orders
import Registry
import Rehearsal
import Store
import Testing
import Workflow

@Suite struct `A month of calls` {
    @Test(arguments: [1, 2, 3, 5, 8] as [UInt64])
    func `leaves books that balance and no call without an outcome`(seed: UInt64) async throws {
        let district = try await SmallDistrict(elders: 400, seed: seed)
        let result = try await district.month(calls: 45, days: [0, 1, 4, 9], meals: 40, seed: seed)
        #expect(result.faults == [])
        #expect(result.calls.count == 180)
        let orders = result.calls.compactMap(\.order)
        #expect(orders.count > 80)
        #expect(orders.allSatisfy { $0.state.isEnd || $0.state == .done })
        #expect(Set(orders.map(\.number)).count == orders.count)
        #expect(result.tally.meals > 60)

        let paid = result.statements.flatMap(\.lines).filter { $0.verdict == .paid }
        #expect(!paid.isEmpty)
        #expect(Set(paid.map(\.candidate.subject)).count == paid.count)
        let byID = Dictionary(uniqueKeysWithValues: orders.map { ($0.id.text, $0) })
        for line in paid where line.candidate.kind == .order {
            let order = try #require(byID[line.candidate.subject])
            #expect(order.state == .closed && order.settlement == .inStatement)
            #expect(line.candidate.end != nil || order.verification == .verified)
            #expect(line.candidate.subsidy + line.candidate.selfPay == order.payable)
        }
        let balance = try await district.database.read { tx in try tx.ledger.trialBalance() }
        #expect(balance.difference == .zero && balance.wrongAccounts.isEmpty)
    }

    @Test func `gives every kind of call, and no provider is asked twice after saying no`() async throws {
        let district = try await SmallDistrict(elders: 400)
        let result = try await district.month(calls: 130, days: [0, 2], meals: 0, seed: 11)
        #expect(result.faults == [])
        #expect(Set(result.calls.map(\.call.kind)).count == 8)
        #expect(result.tally.newElders > 0)
        var answers: Set<Attempt.State> = []
        for order in result.calls.compactMap(\.order) {
            let attempts = try await district.database.read { tx in try tx.attempts.all(order.id) }
            let refused = attempts.filter { $0.state == .declined || $0.state == .expired }.map(\.provider)
            #expect(Set(refused).count == refused.count)
            #expect(attempts.map(\.ordinal) == Array(1..<(attempts.count + 1)))
            answers.formUnion(attempts.map(\.state))
        }
        #expect(answers.isSuperset(of: [.accepted, .declined, .expired, .withdrawn]))
    }

    @Test func `is the same to the byte for the same seed, and another for another`() async throws {
        func text(_ seed: UInt64) async throws -> String {
            let district = try await SmallDistrict(elders: 300)
            let result = try await district.month(calls: 60, days: [0, 1], meals: 30, seed: seed)
            return RehearsalReport(result, franchise: district.shelf.current.franchise).text
        }
        let first = try await text(21)
        #expect(try await text(21) == first)
        #expect(try await text(22) != first)
        #expect(first.contains("演练通过"))
    }

    @Test func `shows no name and no whole number`() async throws {
        let district = try await SmallDistrict(elders: 300)
        let result = try await district.month(calls: 100, days: [0], meals: 0, seed: 4)
        let text = RehearsalReport(result, franchise: district.shelf.current.franchise).text
        for call in result.calls.map(\.call) where !call.from.isEmpty { #expect(!text.contains(call.from)) }
        for name in Set(result.calls.map(\.call.name)) where name.count > 2 { #expect(!text.contains(name)) }
    }
}
