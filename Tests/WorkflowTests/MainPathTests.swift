import Billing
import Entitlement
import Intake
import Kernel
import Matching
import Orders
import Registry
import Store
import TestSupport
import Testing
import Workflow

@Suite struct `A call becomes a line on a closed month's statement` {
    @Test(arguments: Backend.available)
    func `along the whole path, with the money reserved, posted and owed`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let cards = try await RecordCall(world.office)(
                .newCall, id: "call-1", from: "0931 8000002", to: "12349", at: world.now, by: World.desk)
            #expect(cards.map(\.elder.id) == [World.minimum])

            let quote = try await QuoteOrder(world.office)(World.request())
            let quoted = try #require(quote.split)
            #expect(quoted.legs.map(\.programme) == ["SERVICE"])
            #expect(try await world.subsidy() == nil)

            let offered = try await world.place()
            #expect(offered.state == .offered)
            #expect(offered.provider == quote.decision.chosen?.provider)
            #expect(offered.payable == quoted.payable)
            #expect(offered.selfPay == quoted.selfPay)
            let part = quoted.legs.map(\.amount).total
            #expect(try await world.subsidy()?.reserved == part)

            let inService = try await world.checkIn(try await world.schedule(try await world.accept(offered)))
            #expect(inService.state == .inService)
            #expect(try await world.subsidy()?.posted == .zero)
            let closed = try await world.checkOut(inService)
            #expect(closed.state == .closed)
            #expect(closed.verification == .verified)
            #expect(closed.settlement == .ready)
            let balance = try #require(try await world.subsidy())
            #expect(balance.reserved == .zero)
            #expect(balance.posted == part)

            world.setClock(Instant(World.month.last.adding(days: 1), minute: 60))
            let result = try await CloseMonth(world.office)(World.month, by: World.finance)
            let provider = try #require(closed.provider)
            #expect(result.statements.map(\.provider) == [provider])
            let line = try #require(result.statements.first?.lines.first)
            #expect(line.candidate.subject == closed.id.text)
            #expect(line.findings.isEmpty)
            #expect(line.candidate.subsidy == part)
            #expect(result.statements.first?.payable == part)
            #expect(try await world.find(closed.id).settlement == .inStatement)
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `and its history stands in the log without a gap`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await world.order(in: .closed)
            let file = try await ReadOrders(world.office).file(order.id, by: World.desk)
            #expect(
                file.events.map(\.type) == [
                    "order.received", "order.offered", "order.accepted", "order.scheduled", "order.checked_in", "order.checked_out",
                    "order.closed",
                ])
            let all = try await world.office.read { tx in try tx.events.after(0, limit: 100) }
            #expect(all.map(\.seq) == Array(1...Int64(all.count)))
            let provider = try #require(order.provider)
            let mine = try await world.office.read { tx in try tx.events.of(provider, after: 0, limit: 100) }
            #expect(mine.compactMap(\.providerSeq) == Array(1...Int64(mine.count)))
        }
    }

    @Test(arguments: Backend.available)
    func `once: closing again changes nothing, and a month that still runs is refused`(backend: Backend) async throws {
        try await World.with(backend) { world in
            _ = try await world.order(in: .closed)
            #expect(await refusal { try await CloseMonth(world.office)(World.month, by: World.finance) }?.code == "month_not_over")
            world.setClock(Instant(World.month.last.adding(days: 1), minute: 60))
            let first = try await CloseMonth(world.office)(World.month, by: World.finance)
            let before = try await world.office.read { tx in try tx.events.last() }
            let second = try await CloseMonth(world.office)(World.month, by: World.finance)
            #expect(!first.wasClosed)
            #expect(second.wasClosed)
            #expect(second.statements.map(\.payable) == first.statements.map(\.payable))
            #expect(second.statements.map { $0.lines.map(\.candidate.subject) } == first.statements.map { $0.lines.map(\.candidate.subject) })
            #expect(try await world.office.read { tx in try tx.events.last() } == before)
        }
    }
}
