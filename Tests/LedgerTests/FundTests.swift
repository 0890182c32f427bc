import Entitlement
import Kernel
import Registry
import Store
import TestSupport
import Testing
import Workflow

@Suite struct `Money of the bureau of retired cadres` {
    static let second = Caller(role: .finance, name: "second")

    private func open(
        _ world: World, _ kind: FundKind, granted: Int64 = 0, monthly: Int64 = 0, first: String? = nil, holder: String = "市委老干部局"
    ) async throws -> FundAccountID {
        let opening = ManageFunds.Opening(
            kind: kind, holder: holder, year: 2026, granted: Fen(granted), monthly: Fen(monthly), firstMonth: first.flatMap { Month($0) },
            lastMonth: nil)
        return try await world.office.perform(try ManageFunds(world.office).open(opening, by: World.finance)).id
    }

    private func ask(_ world: World, _ id: FundAccountID, _ amount: Int64, _ person: String? = nil) async throws -> FundPayment {
        try await world.office.perform(
            try PayFunds(world.office).request(id, amount: Fen(amount), person: person, reason: "住院", by: World.finance))
    }

    private func decide(_ world: World, _ payment: FundPayment, approve: Bool = true, by caller: Caller = second) async throws -> FundPayment {
        try await world.office.perform(try PayFunds(world.office).decide(payment.id, approve: approve, opinion: "同意", by: caller))
    }

    private func account(_ world: World, _ id: FundAccountID) async throws -> FundAccount { try await ReadFunds(world.office).detail(id).account }

    @Test(arguments: Backend.available)
    func `goes out by two persons and stands in the ledger`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let id = try await open(world, .specialNeed, granted: 100_000)
            #expect(await refusal { try await open(world, .specialNeed, granted: 1) }?.code == "fund_exists")
            let payment = try await ask(world, id, 60_000, "e-ordinary")
            #expect(await refusal { try await decide(world, payment, by: World.finance) }?.code == "own_request")
            #expect(try await decide(world, payment).state == .paid)
            #expect(await refusal { try await decide(world, payment) }?.code == "already_decided")
            #expect(await refusal { try await ask(world, id, 40_001, "e-ordinary") }?.code == "fund_not_enough")
            // Two requests that both fit alone: the second is refused when it is decided.
            let (a, b) = (try await ask(world, id, 30_000, "e-ordinary"), try await ask(world, id, 30_000, "e-ordinary"))
            _ = try await decide(world, a)
            #expect(await refusal { try await decide(world, b) }?.code == "fund_not_enough")
            #expect(try await decide(world, b, approve: false).state == .rejected)
            #expect(try await account(world, id).available == Fen(10_000))
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `for medical bills is lent, comes back and is lent again`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let id = try await open(world, .medicalAdvance, granted: 100_000)
            _ = try await decide(world, try await ask(world, id, 70_000, "e-ordinary"))
            _ = try await decide(world, try await ask(world, id, 30_000, "e-destitute"))
            func repay(_ amount: Int64, _ person: String) async throws -> FundAccount {
                try await world.office.perform(
                    try PayFunds(world.office).repay(id, person: person, amount: Fen(amount), note: "医保已报", by: World.finance))
            }
            #expect(await refusal { try await repay(30_001, "e-destitute") }?.code == "repayment_too_large")
            #expect(try await repay(50_000, "e-ordinary").outstanding == Fen(50_000))
            let detail = try await ReadFunds(world.office).detail(id)
            #expect(detail.outstanding.map(\.person) == ["e-destitute", "e-ordinary"])
            #expect(detail.outstanding.map { $0.advanced - $0.repaid } == [Fen(30_000), Fen(20_000)])
            _ = try await decide(world, try await ask(world, id, 50_000, "e-minimum-living"))
            #expect(try await account(world, id).available == .zero)
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `as aid is given to a person once`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let id = try await open(world, .oneOffAid, granted: 100_000)
            let first = try await ask(world, id, 1000, "e-ordinary")
            #expect(await refusal { try await ask(world, id, 1000, "e-ordinary") }?.code == "aid_already_given")
            _ = try await decide(world, first, approve: false)
            _ = try await decide(world, try await ask(world, id, 1000, "e-ordinary"))
            #expect(await refusal { try await ask(world, id, 1000, "e-ordinary") }?.code == "aid_already_given")
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `as nursing fee is paid once a month until the person dies`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let id = try await open(world, .nursingFee, monthly: 250_000, first: "2026-02", holder: World.ordinary.text)
            #expect(await refusal { try await open(world, .nursingFee, monthly: 1, first: "2026-05", holder: World.ordinary.text) }?.code == "nursing_overlaps")
            func pay(_ month: String, by caller: Caller = Self.second) async throws -> PayNursingFees.Report {
                try await world.office.perform(try PayNursingFees(world.office).prepared(Month(month)!, by: caller))
            }
            // Whoever has opened it does not pay it.
            let own = try await pay("2026-02", by: World.finance)
            #expect(own.paid.isEmpty && own.waiting == [id])
            #expect(try await pay("2026-01").paid.isEmpty)
            #expect(try await pay("2026-02").paid.map(\.amount) == [Fen(250_000)])
            let again = try await pay("2026-02")
            #expect(again.paid.isEmpty)
            #expect(again.alreadyPaid == 1)
            #expect(try await pay("2026-02", by: World.finance).alreadyPaid == 1)
            #expect(await refusal { try await pay("2026-04") }?.code == "month_in_future")
            _ = try await world.office.perform(
                ManageElder(world.office).setStatus(World.ordinary, .deceased, since: World.monday, by: World.desk))
            // The month of death is still paid, the next is not.
            #expect(try await pay("2026-03").paid.count == 1)
            world.setClock(Instant(LocalDate("2026-04-02")!, minute: 600))
            #expect(try await pay("2026-04").stopped == [id])
            // Somebody else's is stopped and goes on with another amount; the first is not put back over the second.
            let old = try await open(world, .nursingFee, monthly: 100, first: "2026-01", holder: World.minimum.text)
            func stop(_ month: String) async throws {
                _ = try await world.office.perform(try ManageFunds(world.office).stopNursing(old, after: Month(month)!, by: World.finance))
            }
            try await stop("2026-02")
            try await stop("2026-03")
            _ = try await open(world, .nursingFee, monthly: 200, first: "2026-04", holder: World.minimum.text)
            #expect(await refusal { try await stop("2026-04") }?.code == "nursing_overlaps")
            try await stop("2026-01")
            try await stop("2026-03")
            #expect(try await pay("2026-03").paid.map(\.amount) == [Fen(100)])
            #expect(try await pay("2026-04").paid.map(\.amount) == [Fen(200)])
            #expect(try await pay("2026-04").alreadyPaid == 1)
            #expect(try await account(world, id).drawn == Fen(500_000))
            #expect(try await world.faults() == [])
        }
    }
}
