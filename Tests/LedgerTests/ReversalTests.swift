import Billing
import Entitlement
import Kernel
import Registry
import Store
import TestSupport
import Testing
import Workflow

/// 发放冲正: a cash payment that was wrong is taken back whole by two persons, in the open month, and leaves nothing behind but its trace.
@Suite struct `A cash payment that was wrong` {
    private typealias Cash = `Money paid in cash`
    private static let april = World.month.adding(1)
    private static let allowances = BudgetKey(fund: .directed, year: 2026)
    private static let meals = BudgetKey(fund: .mealSubsidy, year: 2026, category: "01")

    private static func request(_ world: World, _ id: String, reason: String = "重复", by caller: Caller = World.finance) async throws -> PayoutReversal {
        try await world.office.perform(try ReversePayout(world.office).request(id, reason: reason, by: caller))
    }

    private static func decide(
        _ world: World, _ id: String, approve: Bool = true, opinion: String = "属实", by caller: Caller = Cash.second
    ) async throws -> PayoutReversal {
        try await world.office.perform(try ReversePayout(world.office).decide(id, approve: approve, opinion: opinion, by: caller))
    }

    private static func used(_ world: World, _ key: BudgetKey) async throws -> [Int64] {
        let stored = try await world.office.read { tx in try tx.budgets.require(key) }
        return [stored.reserved.amount, stored.posted.amount]
    }

    private static func bill(_ world: World, _ number: String, price: Int64 = 1_500, on day: String = "2026-03-31") async throws -> CashPayment {
        let bill = Bill(number: number, item: "01001", date: LocalDate(day)!, price: Fen(price))
        return try await world.office.perform(
            try FileClaim(world.office).one("BILLS", claimant: ProviderID("P001"), FileClaim.Entry(elder: World.ordinary, bill: bill), by: World.finance))
    }

    /// A world in which allowances of March are paid.
    private static func paid(_ world: World) async throws -> [CashPayment] {
        try world.changeProgrammes { $0 + Cash.programmes }
        try await world.office.perform { tx in
            try tx.budgets.set(allowances, granted: Fen(60_000))
            try tx.budgets.set(meals, granted: Fen(5_000))
        }
        _ = try await DrawUpAllowances(world.office)("AGED", World.month, by: World.finance)
        _ = try await world.decide("AGED", World.month, approve: true, by: Cash.second)
        return try await world.office.read { tx in try tx.payouts.all(World.month) }
    }

    @Test(arguments: Backend.available)
    func `is taken back by two persons, in the open month, by a linked entry`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let payments = try await Self.paid(world)
            #expect(payments.count == 4)
            let wrong = payments[0]
            world.setClock(Instant(Self.april.first, minute: 600))
            #expect(await refusal { try await Self.request(world, wrong.id, reason: "") }?.code == "reason_missing")
            #expect(await refusal { try await Self.request(world, "nothing") }?.code == "payout_unknown")
            #expect(await refusal { try await Self.request(world, wrong.id, by: World.desk) }?.code == "role_forbidden")
            // Turned down with a reason, it stands as it stood, and may be asked for again.
            let first = try await Self.request(world, wrong.id)
            #expect(first.state == .requested && first.payment == wrong)
            #expect(await refusal { try await Self.request(world, wrong.id, by: World.admin) }?.code == "reversal_known")
            #expect(await refusal { try await Self.decide(world, first.id, by: World.finance) }?.code == "own_request")
            #expect(await refusal { try await Self.decide(world, first.id, approve: false, opinion: "") }?.code == "reason_missing")
            #expect(await refusal { try await Self.decide(world, first.id, opinion: String(repeating: "长", count: 201)) }?.code == "opinion_too_long")
            #expect(await refusal { try await Self.decide(world, "nothing") }?.code == "reversal_unknown")
            #expect(try await Self.decide(world, first.id, approve: false, opinion: "并无重复").state == .rejected)
            #expect(try await Self.used(world, Self.allowances) == [0, 60_000])
            #expect(await refusal { try await Self.decide(world, first.id) }?.code == "already_decided")
            let asked = try await Self.request(world, wrong.id, reason: "三月前已去世")
            #expect(try await ReadPayouts(world.office).reversals(in: nil) == [asked])
            let back = try await Self.decide(world, asked.id)
            #expect(back.state == .approved && back.decidedBy == "second" && back.payment.reversedIn == Self.april)
            #expect(await refusal { try await Self.decide(world, asked.id) }?.code == "already_decided")
            #expect(await refusal { try await Self.request(world, wrong.id) }?.code == "reversal_known")
            #expect(try await Self.used(world, Self.allowances) == [0, 45_000])
            // Of April, and linked to the entry that paid it; March stays as it was signed.
            let postings = try await world.office.read { tx in try tx.ledger.of(wrong.id) }
            #expect(postings.map(\.kind) == [.reserve, .post, .reverse])
            let last = try #require(postings.last)
            #expect(last.debit == "budget/AGED/2026-04" && last.credit == "cash/AGED/2026-04" && last.amount == wrong.leg.amount)
            let posted = try await world.office.read { tx in try tx.ledger.lastPosting(of: wrong.id) }
            #expect(last.reverses == posted && posted != nil)
            let months = try await ReadBudgets(world.office).burnDown(Self.allowances).months
            #expect(months.map(\.posted) == [Fen(45_000)] && months.map(\.month) == [World.month])
            // On the papers of both months, on the list, in the log.
            let march = try await ReadPapers(world.office).document(World.month, .payouts, DocumentScope())
            #expect(march.totals.contains(.amount(Fen(60_000))) && march.csv.contains("已发放，2026-04 冲正"))
            let april = try await ReadPapers(world.office).document(Self.april, .payouts, DocumentScope())
            #expect(april.rows.count == 1 && april.totals.contains(.amount(Fen(-15_000))) && april.csv.contains("冲正（原 2026-03）"))
            #expect(april.notes == ["合计：-150.00 元，大写：负壹佰伍拾元整"])
            let line = try #require(try await ReadPayouts(world.office)(Self.april).first { $0.programme.code == "AGED" })
            #expect(line.reversed.count == 1 && line.reversed.amount == Fen(15_000) && line.paid.count == 0)
            let page = try await ReadPayouts(world.office).page("AGED", World.month, after: nil, limit: 3)
            #expect(page.payments.count == 3 && page.payments.filter { $0.reversedIn == Self.april }.map(\.id) == [wrong.id] && page.elders.count == 3)
            #expect(try await ReadPayouts(world.office).page("AGED", World.month, after: page.payments[2].id, limit: 3).payments.count == 1)
            let told = try await world.office.read { tx in try tx.events.after(0, limit: 1_000).map(\.type).filter { $0.hasPrefix("payout.rever") } }
            #expect(told == [
                "payout.reversal_requested", "payout.reversal_rejected", "payout.reversal_requested", "payout.reversed",
            ])
            // The month may be paid anew to whom it is due: the same four are missing one.
            #expect(try await DrawUpAllowances(world.office)("AGED", World.month, by: World.finance).drawn == 1)
            #expect(try await world.decide("AGED", World.month, approve: true, by: Cash.second).count == 1)
            #expect(try await Self.used(world, Self.allowances) == [0, 60_000])
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `frees its bill for the true claim, within the grant that it gave back`(backend: Backend) async throws {
        try await World.with(backend) { world in
            _ = try await Self.paid(world)
            world.setClock(Instant(Self.april.first, minute: 600))
            let wrong = try await Self.bill(world, "7", price: 500)
            #expect(await refusal { try await Self.request(world, wrong.id) }?.code == "payout_not_paid")
            _ = try await world.decide("BILLS", Self.april, approve: true, by: Cash.second)
            let others = [try await Self.bill(world, "8"), try await Self.bill(world, "9")]
            #expect(others.map(\.leg.amount) == [Fen(500), Fen(200)])
            #expect(await refusal { try await Self.bill(world, "7", price: 100) }?.code == "bill_known")
            let asked = try await Self.request(world, wrong.id, reason: "票据金额录错")
            _ = try await Self.decide(world, asked.id)
            let right = try await Self.bill(world, "7", price: 100)
            #expect(right.leg.amount == Fen(100))
            #expect(await refusal { try await Self.bill(world, "7", price: 100) }?.code == "bill_known")
            _ = try await world.decide("BILLS", Self.april, approve: true, by: Cash.second)
            #expect(try await Self.used(world, Self.meals) == [0, 800])
            let paper = try await ReadPapers(world.office).document(Self.april, .payouts, DocumentScope(provider: ProviderID("P001")))
            #expect(paper.rows.count == 5 && paper.totals.contains(.amount(Fen(800))))
            #expect(try await world.faults() == [])
        }
    }

    /// Paid of a quarter that has lapsed since and of a budget year that is over: the money goes back where it came from, and nowhere else.
    @Test(arguments: Backend.available)
    func `goes back to the year and the period it was taken from, and a lapsed one stays lapsed`(backend: Backend) async throws {
        try await World.with(backend) { world in
            _ = try await Self.paid(world)
            world.setClock(Instant(LocalDate("2027-01-20")!, minute: 600))
            try await world.office.perform { tx in try tx.budgets.set(BudgetKey(fund: .mealSubsidy, year: 2027, category: "01"), granted: Fen(100)) }
            let wrong = try await Self.bill(world, "1", on: "2026-12-31")
            #expect(wrong.month == Month(2027, 1) && wrong.leg.budgets == [Self.meals])
            _ = try await world.decide("BILLS", Month(2027, 1), approve: true, by: Cash.second)
            func quarters() async throws -> [String: Fen] {
                try await world.office.read { tx in
                    let own = try tx.entitlements.all(of: World.ordinary).filter { $0.key.programme == "BILLS" }
                    return Dictionary(uniqueKeysWithValues: own.map { ($0.key.period, $0.balance.used) })
                }
            }
            #expect(try await quarters() == ["2026-Q4": Fen(500)])
            world.setClock(Instant(LocalDate("2027-02-03")!, minute: 600))
            let asked = try await Self.request(world, wrong.id)
            _ = try await Self.decide(world, asked.id)
            #expect(try await Self.used(world, Self.meals) == [0, 0])
            #expect(try await quarters() == ["2026-Q4": .zero])
            // The number is free, and the period of claims is over: that is what the desk hears.
            let refused = await refusal { try await Self.bill(world, "1", on: "2026-12-31") }
            #expect(refused?.code == "claim_closed" && refused?.message.contains("2027-01-01 至 2027-01-31 受理") == true)
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `is named by whoever examines the books when nothing of its taking back was entered`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let wrong = try await Self.paid(world)[0]
            #expect(try await world.office.read { tx in try tx.audit.unexplained() } == [])
            _ = try await world.office.perform { tx in try tx.execute("UPDATE payout SET is_reversed = 1 WHERE id = \(wrong.id)") }
            let (cash, paid) = (Fen(60_000), Fen(60_000) - wrong.leg.amount)
            #expect(try await world.office.read { tx in try tx.audit.unexplained() } == [
                "现金科目 \(cash)，已发放 \(paid)", "1 笔现金支付的冲正没有对应的记录或分录",
            ])
        }
    }

    /// Four press the button at the last fen of a year, while others want it: given back once, and spent once.
    @Test(arguments: Backend.available)
    func `is taken back once when many approve at once, and its fen are spent once`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let payments = try await Self.paid(world)
            _ = try await world.office.perform(
                ManageElder(world.office).setStatus(payments[0].elder, .deceased, since: World.monday.adding(days: -10), by: World.desk))
            world.setClock(Instant(LocalDate("2026-12-31")!, minute: 600))
            // The budget of the year is used up.
            #expect(try await DrawUpAllowances(world.office)("AGED", Month(2026, 12), by: World.finance).told == [0, 0, 0, 3])
            let asked = await withTaskGroup(of: PayoutReversal?.self) { group in
                for _ in 0..<4 { group.addTask { try? await Self.request(world, payments[0].id) } }
                return await group.reduce(into: []) { $0 += [$1].compactMap(\.self) }
            }
            #expect(asked.count == 1)
            let done = await withTaskGroup(of: Bool.self) { group in
                for caller in [Cash.second, World.admin, Cash.second, World.admin] {
                    group.addTask { (try? await Self.decide(world, asked[0].id, by: caller)) != nil }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(done == 1)
            #expect(try await Self.used(world, Self.allowances) == [0, 45_000])
            let drawn = try await withThrowingTaskGroup(of: DrawUpAllowances.Report.self) { group in
                for _ in 0..<3 { group.addTask { try await DrawUpAllowances(world.office)("AGED", Month(2026, 12), by: World.finance) } }
                return try await group.reduce(0) { $0 + $1.drawn }
            }
            #expect(drawn == 1)
            #expect(try await Self.used(world, Self.allowances) == [15_000, 45_000])
            #expect(try await world.faults() == [])
        }
    }
}
