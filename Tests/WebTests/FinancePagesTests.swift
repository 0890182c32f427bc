@testable import FinanceWeb
import Billing
import Entitlement
import Kernel
import Orders
import Registry
import Store
import TestSupport
import Testing
import Web
import Workflow

/// Pages of the finance desk over months that were brought to some step by the very steps people take.
@Suite("The pages of finance, as they were found right")
struct FinancePagesTests {
    private static let reviewer = Caller(role: .operator, name: "reviewer")

    /// A paid visit, one on paper that waits for a decision, and a lunch; the month is closed on the second of the next.
    private static func closed(_ world: World) async throws -> (paid: Order, held: Order) {
        let paid = try await world.order(in: .closed)
        let held = try await onPaper(world)
        world.setClock(Instant(World.month.last.adding(days: 2), minute: 600))
        _ = try await CloseMonth(world.office)(World.month, by: World.finance)
        return (paid, held)
    }

    /// A visit that is proven by paper alone: held.
    private static func onPaper(_ world: World) async throws -> Order {
        var held = try await world.order(in: .scheduled, World.request(World.destitute, day: 3))
        world.setClock(held.window.start)
        let paper = { CheckReport(at: world.now, method: .paper, reasonCode: "no_signal") }
        held = try await world.office.perform(CheckIn(world.office).prepared(held.id, paper(), by: try world.holder(held)))
        world.setClock(held.window.end)
        held = try await world.office.perform(CheckOut(world.office).prepared(held.id, paper(), by: try world.holder(held)))
        return try await world.office.perform(
            try RecordCallback(world.office).prepared(
                held.id, came: true, cameAt: nil, did: "打扫", minutes: 100, paidExtra: .zero, satisfaction: 4, answeredBy: "child", by: World.desk))
    }

    private static func month(_ world: World, _ glance: ReadMonth.Glance, by caller: Caller = World.admin) async throws -> MonthModel {
        MonthModel(
            World.month, try await ReadClose(world.office).signing(World.month, by: caller), glance, once: "once", caller: caller,
            reference: world.office.reference, now: world.now)
    }

    private static func money(_ world: World, by caller: Caller = World.admin) async throws -> MoneyModel {
        MoneyModel(
            World.month, try await ReadClose(world.office).money(World.month, by: caller), try await ReadMonth(world.office)(World.month).sums,
            once: "once", caller: caller, reference: world.office.reference)
    }

    /// A sample that nobody has looked at is answered, so that the platform can sign.
    private static func answerSamples(_ world: World) async throws {
        for (sample, _) in try await ReadClose(world.office).samples(World.month) where sample.result == nil {
            _ = try await world.office.perform(
                try AnswerSample(world.office).prepared(World.month, sample.subject, .passed, note: "", by: World.quality))
        }
    }

    @Test func `a running month: its shadow of last night, and as it would close now`() async throws {
        try await World.with(.memory) { world in
            _ = try await world.order(in: .closed)
            try Golden.page("month", as: "month@new", try await Self.month(world, try await ReadMonth(world.office)(World.month)))
            _ = try await ShadowMonth(world.office)(World.month)
            world.pass(.days(1))
            try Golden.page("month", as: "month@now", try await Self.month(world, try await ReadMonth(world.office).now(World.month)))
        }
    }

    @Test func `a running month, one provider: nothing noted yet, and what the last shadow stopped`() async throws {
        try await World.with(.memory) { world in
            let id = try #require(try await Self.onPaper(world).provider)
            let reference = world.office.reference
            let provider = try #require(reference.franchise.provider(id))
            func model() async throws -> RunningModel {
                RunningModel(World.month, provider, try await ReadStopped(world.office)(World.month, of: id), reference: reference)
            }
            try Golden.page("running", as: "running@new", try await model())
            _ = try await ShadowMonth(world.office)(World.month)
            try Golden.page("running", try await model())
        }
    }

    @Test func `a closed month, its list, its statement and its held lines`() async throws {
        try await World.with(.memory) { world in
            let (paid, held) = try await Self.closed(world)
            let reference = world.office.reference
            try Golden.page("month", try await Self.month(world, try await ReadMonth(world.office)(World.month)))
            world.pass(.days(8))
            try Golden.page("months", MonthsModel(try await ReadMonth(world.office).milestones(), now: world.now))
            let provider = try #require(paid.provider)
            func statement(_ filter: LineFilter, by caller: Caller = World.finance) async throws -> StatementModel {
                let page = try await ReadMonth(world.office).page(World.month, provider, filter, after: 0)
                return StatementModel(try #require(page), caller: caller, reference: reference)
            }
            try Golden.page("statement", try await statement(.all))
            try Golden.page("statement", as: "statement@blocked", try await statement(.blocked))
            // Whoever reviews from the hotline's desk finds the orders, and no way to the papers.
            try Golden.page("statement", as: "statement@desk", try await statement(.all, by: Self.reviewer))
            let desk = try await Self.month(world, try await ReadMonth(world.office)(World.month), by: Self.reviewer)
            try Golden.page("month", as: "month@desk", desk)
            #expect(!desk.mayClose && !desk.leadsToMoney)
            for (name, caller) in [("held", Self.reviewer), ("held@look", World.finance)] {
                let (lines, count, obstacle) = try await ReadHeld(world.office)(World.month, by: caller)
                try Golden.page(
                    "held", as: name, HeldModel(
                        World.month, lines, count: count, obstacle: obstacle, once: "once", caller: caller, reference: reference,
                        vocabulary: try Golden.pages.get().vocabulary(.chinese)))
            }
            let decided = try DecideLine(world.office).prepared(World.month, held.id.text, .refuse, reason: "R12 核验等级不够", by: Self.reviewer)
            _ = try await world.office.perform(decided)
            try Golden.page("month", as: "month@decided", try await Self.month(world, try await ReadMonth(world.office)(World.month)))
        }
    }

    @Test func `the papers of a month, and one of them`() async throws {
        try await World.with(.memory) { world in
            _ = try await Self.closed(world)
            let reference = world.office.reference
            let glance = try await ReadMonth(world.office)(World.month)
            try Golden.page("documents", PapersModel(World.month, glance.sums, isClosed: glance.isClosed, reference: reference))
            let wanted = DocumentRequest(month: World.month, kind: .summary, scope: DocumentScope())
            try Golden.page("document", DocumentModel(try await wanted.document(world.office), wanted))
        }
    }

    @Test func `invoices, payments and corrections`() async throws {
        try await World.with(.memory) { world in
            let (paid, _) = try await Self.closed(world)
            let (office, treasurer, cashier) = (world.office, Caller(role: .finance, name: "treasurer"), Caller(role: .finance, name: "cashier"))
            let objection = AnswerStatement.Objection(subject: paid.id.text, reason: "数量不对", evidence: String(repeating: "a", count: 64))
            try await office.perform(try AnswerStatement(office).dispute(World.month, [objection], by: try world.holder(paid)))
            // Whoever has not the right reads why, and by whom it is done.
            try Golden.page("month", as: "month@disputed", try await Self.month(world, try await ReadMonth(office)(World.month), by: World.finance))
            try await office.perform(try AnswerStatement(office).reply(World.month, paid.id.text, "已核对", by: World.quality))
            try await Self.answerSamples(world)
            world.pass(.days(10))
            for (right, name) in [(CloseRight.street, "street"), (.district, "district")] {
                try await office.perform(try ManageRoster(office).grant(right, to: name, street: "all", by: World.admin))
            }
            for signer in [Self.reviewer, Caller(role: .finance, name: "street"), Caller(role: .finance, name: "district"), treasurer] {
                _ = try await office.perform(try SignMonth(office).prepared(World.month, .approve, opinion: "同意", by: signer))
            }
            try Golden.page("month", as: "month@signed", try await Self.month(world, try await ReadMonth(office)(World.month), by: treasurer))
            try Golden.page("money", try await Self.money(world, by: cashier))
            let statements = try await ReadMonth(office)(World.month).sums.filter { $0.due > .zero }
            for statement in statements {
                let party = try #require(office.reference.franchise.provider(statement.provider))
                let invoice = Invoice(
                    number: "INV-\(statement.provider)", date: world.now.localDate, amount: statement.due, seller: party.name,
                    creditCode: party.creditCode.text)
                _ = try await office.perform(try RecordInvoice(office).prepared(World.month, statement.provider, invoice, by: World.finance))
            }
            // Who has approved does not pay.
            #expect(try await Self.money(world, by: treasurer).mayPay == false)
            try Golden.page("money", as: "money@invoiced", try await Self.money(world, by: cashier))
            // An account is changed after the approval: asked about before anything is sent.
            let reference = office.reference
            let account = try #require(statements.first.flatMap { reference.franchise.provider($0.provider) }).bankAccount
            try world.changeReference("providers/providers.csv") { $0.replacing(account, with: "6217000000000000007") }
            try Golden.page("money", as: "money@changed", try await Self.money(world, by: treasurer))
            office.shelf.replace(with: reference)
            let payments = try await office.perform(PayMonth(office).prepared(World.month, by: cashier))
            try Golden.page("money", as: "money@paying", try await Self.money(world, by: cashier))
            let lines = payments.map { BankLine(reference: $0.reference, amount: $0.amount, isPaid: true, note: "") }
            _ = try await office.perform(PayMonth(office).answered(World.month, lines, by: cashier))
            try Golden.page("money", as: "money@paid", try await Self.money(world, by: cashier))
        }
    }

    @Test func `special funds: asked for by one, decided by another, owed and paid back`() async throws {
        try await World.with(.memory) { world in
            let (office, second) = (world.office, Caller(role: .finance, name: "second"))
            world.setClock(Instant(World.monday, minute: 600))
            func list(_ name: String, by caller: Caller, fault: String? = nil, done: String? = nil) async throws {
                let typed = fault.map { _ in FundPages.Opening(kind: "one_off_aid", holder: "某<单位>", year: "x", amount: "12", first: "", last: nil) }
                let model = FundsModel(
                    try await ReadFundAccounts(office).all(for: caller), typed: typed, fault: fault, done: done, once: "once", caller: caller,
                    today: world.now.localDate)
                try Golden.page("funds", as: name, model)
            }
            try await list("funds@none", by: World.finance)
            func open(_ kind: FundKind, _ holder: String, granted: Int64 = 0, monthly: Int64 = 0) async throws -> FundAccountID {
                let opening = ManageFunds.Opening(
                    kind: kind, holder: holder, year: 2026, granted: Fen(granted), monthly: Fen(monthly), firstMonth: World.month, lastMonth: nil)
                return try await office.perform(try ManageFunds(office).open(opening, by: World.finance)).id
            }
            let loan = try await open(.medicalAdvance, "市委老干部局", granted: 200_000_00)
            let nursing = try await open(.nursingFee, World.minimum.text, monthly: 300_00)
            let read = ReadFundAccounts(office)
            // A card number stands for a person; a dependant is written by name; a number of nobody's is refused.
            let card = try #require(try await office.read { tx in try tx.elders.facts(World.ordinary) }).number
            #expect(try await read.person(" \(card.lowercased()) ") == World.ordinary.text)
            #expect(try await read.person("王示例之妻") == "王示例之妻")
            #expect(await refusal { try await read.person("LZ99999999") }?.code == "card_unknown")
            func ask(_ amount: Int64, _ person: String) async throws -> FundPayment {
                try await office.perform(try PayFunds(office).request(loan, amount: Fen(amount), person: person, reason: "住院押金", by: World.finance))
            }
            let (first, other) = (try await ask(5_000_00, World.ordinary.text), try await ask(800_00, "王示例之妻"))
            func account(_ id: FundAccountID, _ name: String, by caller: Caller) async throws {
                let model = FundModel(try await read.one(id, for: caller), once: "once", caller: caller)
                try Golden.page("fund", as: name, model)
            }
            // Whoever asked reads that somebody else decides; the second person has the buttons; the auditor has none.
            try await list("funds", by: World.finance, done: "2026-03~2~0~1~0")
            try await list("funds@second", by: second)
            try await list("funds@refused", by: second, fault: "年度应为 2000 到 2399。")
            try await account(loan, "fund@asked", by: second)
            #expect(try await read.all(for: World.finance).waiting.allSatisfy(\.isOwn))
            world.pass(.hours(1))
            _ = try await office.perform(try PayFunds(office).decide(first.id, approve: true, opinion: "同意", by: second))
            _ = try await office.perform(try PayFunds(office).decide(other.id, approve: false, opinion: "材料不全", by: second))
            world.pass(.hours(1))
            _ = try await office.perform(try PayFunds(office).repay(loan, person: World.ordinary.text, amount: Fen(2_000_00), note: "医保已报", by: World.finance))
            let page = try await read.one(loan, for: World.finance)
            #expect(page.entries.map(\.balance) == [Fen(200_000_00), Fen(195_000_00), Fen(197_000_00)])
            #expect(page.entries.last?.balance == page.account.available && page.outstanding.map(\.owed) == [Fen(3_000_00)])
            try await account(loan, "fund", by: World.finance)
            try await account(loan, "fund@look", by: Caller(role: .auditor, name: "auditor"))
            _ = try await office.perform(try PayNursingFees(office).prepared(World.month, by: second))
            try await account(nursing, "fund@nursing", by: World.finance)
        }
    }

    @Test func `late swipes that wait for a person, one that could not be booked, and none`() async throws {
        try await World.with(.memory) { world in
            let office = world.office
            let noon = Instant(World.monday, minute: 11 * 60 + 40)
            world.setClock(noon + .hours(5))
            func swipe(_ number: Int, _ canteen: String) -> SwipeRequest {
                SwipeRequest(
                    elder: World.ordinary, canteen: ProviderID(canteen), slot: .lunch, at: noon + .minutes(number), device: "till-1",
                    deviceSwipe: "s\(number)")
            }
            _ = try await UploadSwipes(office)([swipe(1, "P001"), swipe(2, "P002")], by: World.desk)
            func page(_ name: String, by caller: Caller = World.finance, typed: (id: String, opinion: String)? = nil, fault: String? = nil) async throws {
                let (held, elders) = try await DecideHeldSwipe(office).waiting()
                let model = SwipesModel(
                    held, elders, typed: typed, fault: fault, once: "once", caller: caller, reference: office.reference)
                try Golden.page("swipes", as: name, model)
            }
            try await page("swipes")
            let held = try #require(try await DecideHeldSwipe(office).waiting().held.first)
            try await page("swipes@refused", typed: (held.id.text, "已核实<b>"), fault: held.sentence)
            try await page("swipes@look", by: Caller(role: .auditor, name: "auditor"))
            _ = try await office.perform(try DecideHeldSwipe(office).prepared(held, accept: false, opinion: "重复", by: World.finance))
            try await page("swipes@none", typed: (held.id.text, "已核实"), fault: "该申请已经审批，不能再次审批。")
        }
    }

    @Test func `a month in which nobody is due anything`() async throws {
        try await World.with(.memory) { world in
            _ = try await world.order(in: .offered)
            world.setClock(Instant(World.month.last.adding(days: 2), minute: 600))
            _ = try await CloseMonth(world.office)(World.month, by: World.finance)
            for (right, name) in [(CloseRight.street, "street"), (.district, "district")] {
                try await world.office.perform(try ManageRoster(world.office).grant(right, to: name, street: "all", by: World.admin))
            }
            for name in ["reviewer", "street", "district", "treasurer"] {
                let signer = Caller(role: name == "reviewer" ? .operator : .finance, name: name)
                _ = try await world.office.perform(try SignMonth(world.office).prepared(World.month, .approve, opinion: "同意", by: signer))
            }
            try Golden.page("money", as: "money@nothing", try await Self.money(world, by: Caller(role: .finance, name: "cashier")))
        }
    }

    @Test func `budgets of a year, and one burning down`() async throws {
        try await World.with(.memory) { world in
            let key = BudgetKey(fund: .districtSubsidy, year: World.monday.year)
            try await world.grant(key, Fen(50_000))
            _ = try await world.order(in: .closed)
            _ = try await world.office.perform(
                try OverrideBudget(world.office).request(key, amount: Fen(120_050), reason: "失能老人增加", by: World.finance))
            let read = ReadBudgets(world.office)
            try Golden.page(
                "budgets", BudgetsModel(
                    key.year, try await read.all(year: key.year), pending: try await read.pending(), once: "once", caller: World.admin))
            try Golden.page("budget", BudgetModel(try await read.burnDown(key), once: "once", caller: World.admin, title: "结余逐月"))
        }
    }

    @Test func `allowances drawn up and paid, and balances that lapse`() async throws {
        try await World.with(.memory) { world in
            let old = try await world.office.read { tx in try tx.elders.require(World.minimum) }
            try await world.office.perform { tx in
                var elder = old
                (elder.id, elder.number, elder.idNumber, elder.birthday) = (ElderID("e-old"), "LZ00000091", nil, World.monday.adding(days: -91 * 366))
                try tx.elders.insert(elder)
            }
            _ = try await world.order(in: .closed)
            _ = try await DrawUpAllowances(world.office)("AGE", World.month, by: World.finance)
            func payouts(_ caller: Caller) async throws -> PayoutsModel {
                PayoutsModel(World.month, try await ReadPayouts(world.office)(World.month), now: world.now, once: "once", caller: caller)
            }
            try Golden.page("payouts", try await payouts(World.admin))
            let read = ReadPayouts(world.office)
            func list(_ caller: Caller) async throws -> PayoutListModel {
                PayoutListModel(
                    World.month, try await read.page("AGE", World.month, after: nil, limit: 200), isFull: false, reference: world.office.reference,
                    once: "once", caller: caller)
            }
            try Golden.page("payout-list", try await list(World.admin))
            let seen = try await read(World.month).first { $0.programme.code == "AGE" }?.waiting.sha256
            _ = try await DecidePayouts(world.office)("AGE", World.month, list: seen, approve: true, opinion: "同意", by: World.admin)
            try Golden.page("payout-list", as: "payout-list@paid", try await list(World.admin))
            let payment = try await read.page("AGE", World.month, after: nil, limit: 1).payments[0]
            _ = try await world.office.perform(try ReversePayout(world.office).request(payment.id, reason: "已故", by: World.finance))
            try Golden.page("payout-list", as: "payout-list@asked", try await list(World.admin))
            try Golden.page("payouts", as: "payouts@paid", try await payouts(Caller(role: .auditor, name: "auditor")))
            let lapsed = LapsedModel(World.month, try await ReadLapses(world.office)(World.month), reference: world.office.reference)
            try Golden.page("lapsed", lapsed)
            try Golden.page("lapsed", as: "lapsed@en", lapsed, in: .english)
        }
    }

    @Test func `where a yuan came from and went to, and a number that leads nowhere`() async throws {
        try await World.with(.memory) { world in
            let (_, held) = try await Self.closed(world)
            guard case .service(let trace) = try await TraceMoney(world.office)(held.number) else { throw StoreFault.failed("no service") }
            try Golden.page(
                "trace", TraceModel(
                    query: held.number, trace, reference: world.office.reference, vocabulary: try Golden.pages.get().vocabulary(.chinese)))
            try Golden.page("trace", as: "trace@none", TraceModel(query: "1", fault: "没有找到“1”。"))
        }
    }
}
