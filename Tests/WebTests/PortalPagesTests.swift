@testable import PortalWeb
import Billing
import Catalog
import Kernel
import Matching
import Orders
import Registry
import Store
import TestSupport
import Testing
import Web
import Workflow

/// Pages of the provider's telephone, each over a house that was brought to some state by the very steps people take.
@Suite("The pages of the provider, as they were found right")
struct PortalPagesTests {
    private static let firm = ProviderID("P092")
    private static let caller = World.caller(firm)

    /// An order of the firm, the more minutes the later in the day.
    private static func placed(_ world: World, _ elder: ElderID = World.minimum, minute: Int = 600) async throws -> Order {
        var request = World.request(elder, minute: minute, twin: true)
        request.preferredProvider = firm
        let order = try await world.place(request)
        try #require(order.provider == firm)
        return order
    }

    private static func sheet(_ world: World) async throws -> SheetModel {
        SheetModel(
            try await ReadSheet(world.office)(firm), stalePlans: [], provider: firm, reference: world.office.reference,
            vocabulary: try Golden.pages.get().vocabulary(.chinese), now: world.now)
    }

    @Test func `offers, what is accepted, and who is at work with a call that nobody heard`() async throws {
        try await World.with(.memory) { world in
            let busy = try await world.schedule(try await world.accept(try await Self.placed(world)))
            world.setClock(busy.window.start)
            _ = try await world.office.perform(
                CheckIn(world.office).prepared(busy.id, CheckReport(at: world.now, method: .landline), by: Self.caller))
            _ = try await world.accept(try await Self.placed(world, World.ordinary, minute: 840))
            let offered = try await Self.placed(world, World.lowIncome, minute: 900)
            _ = try await world.office.perform(
                try ProposeTime(world.office).prepared(offered.id, start: offered.window.start + .hours(1), note: "那时有空", by: Self.caller))
            world.pass(.minutes(2))
            let model = try await Self.sheet(world)
            try Golden.piece("sheet", model)
            try Golden.page("portal", model)
            let vocabulary = try Golden.pages.get().vocabulary(.chinese)
            let latest = try await ReadFeed(world.office).latest(Self.firm, limit: 50)
            try Golden.page("news", PortalPages.NewsModel(latest, world.office.reference.catalogue, vocabulary))
        }
    }

    @Test func `nothing to do`() async throws {
        try await World.with(.memory) { world in try Golden.piece("sheet", as: "sheet@empty", try await Self.sheet(world)) }
    }

    @Test func `its people, papers and hours, with a day closed and fewer orders taken`() async throws {
        try await World.with(.memory) { world in
            let manage = ManageProviders(world.office)
            let closing = try manage.setClosedDays(Self.firm, closing: [World.monday.adding(days: 9)], opening: [], by: Self.caller)
            _ = try await world.office.perform(closing)
            _ = try await world.office.perform(try manage.setCapacity(Self.firm, 3, by: Self.caller))
            try await HeedNotices(world.office)()
            let reference = world.office.reference
            let provider = try #require(reference.franchise.provider(Self.firm))
            try Golden.page("means", MeansModel(provider, limit: 3, reference: reference, today: World.monday))
        }
    }

    @Test func `a day before and after it is planned, and the sheet in the pocket`() async throws {
        try await World.with(.memory) { world in
            let day = World.monday.adding(days: 2)
            var model = PlanModel(day, today: World.monday)
            model.isUnplanned = true
            try Golden.page("plan", as: "plan@none", model)
            _ = try await world.accept(try await Self.placed(world))
            _ = try await world.office.perform(try await PlanDay(world.office, steps: 200).prepared(Self.firm, on: day, by: Self.caller))
            // Taken since: the plan says that it is no longer whole.
            _ = try await world.accept(try await Self.placed(world, World.ordinary, minute: 840))
            let sheet = DaySheet(try await ReadPlan(world.office)(Self.firm, on: day), world.office.reference)
            model = PlanModel(day, today: World.monday)
            model.show(sheet)
            try Golden.page("plan", model)
            let worker = try #require(sheet.workers.first)
            try Golden.page("daysheet", PlanModel.Route(worker, day, sheet.rows(of: worker.id)))
        }
    }

    @Test func `why me, its figures, and a question about an order that is not there`() async throws {
        try await World.with(.memory) { world in
            let order = try await Self.placed(world)
            let own = try await ReadDecisions(world.office)(order.number, for: Self.firm)
            try Golden.page("why", WhyModel(order: order.number, own: own, fault: nil))
            try Golden.page("why", as: "why@none", WhyModel(order: "<1>", own: nil, fault: "没有这个工单，请核对编号。"))
            _ = try await world.checkOut(try await world.checkIn(try await world.schedule(try await world.accept(order))))
            try Golden.page("quality", QualityModel(try await ReadOwnQuality(world.office)(Self.firm)))
            // A month that was assessed: what was given last counts, with what it takes.
            world.setClock(Instant(World.month.last.adding(days: 2), minute: 600))
            _ = try await CloseMonth(world.office)(World.month, by: World.finance)
            for score in [95, 75] {
                _ = try await world.office.perform(try ScoreProvider(world.office).prepared(World.month, Self.firm, score: score, by: World.quality))
            }
            let quality = try await ReadOwnQuality(world.office)(Self.firm)
            let assessed = try #require(quality.assessments.first)
            #expect(quality.assessments.count == 1 && assessed.score == 75 && assessed.percent < 100 && assessed.deducted > .zero)
            #expect(quality.points == quality.most * quality.score / 1000)
            try Golden.page("quality", as: "quality@assessed", QualityModel(quality))
        }
    }

    @Test func `a statement to be confirmed, one objected to, and one that has changed meanwhile`() async throws {
        try await World.with(.memory) { world in
            let order = try await Self.placed(world)
            _ = try await world.checkOut(try await world.checkIn(try await world.schedule(try await world.accept(order))))
            world.setClock(Instant(World.month.last.adding(days: 2), minute: 600))
            _ = try await CloseMonth(world.office)(World.month, by: World.finance)
            let sums = try await world.office.read { tx in try tx.settlements.sealed(of: Self.firm) }
            try Golden.page("own-statements", OwnStatementsModel(sums, [:], open: [World.month]))
            try Golden.page("own-statements", as: "own-statements@confirmed", OwnStatementsModel(sums, [World.month: true], open: [World.month]))
            let lines = try #require(try await world.office.read { tx in try tx.settlements.page(World.month, Self.firm, .all, after: 0) })
            let catalogue = world.office.reference.catalogue
            func page(_ name: String, typed: FiguresPages.DisputeForm? = nil, fault: String? = nil) async throws {
                let way = try await world.office.read { tx in try StatementWay(tx, World.month, Self.firm) }
                let disputes = try await world.office.read { tx in try tx.close.disputes(World.month, on: [order.id.text]) }
                let model = OwnStatementModel(
                    lines, sha256: "abc", way: way, disputes: disputes, catalogue: catalogue, typed: typed, fault: fault)
                try Golden.page("own-statement", as: name, model)
            }
            try await page("own-statement")
            let typed = FiguresPages.DisputeForm(subject: order.id.text, reason: "两小时只算了一小时<b>")
            try await page("own-statement@stale", typed: typed, fault: "结算单已变化，请核对后再确认。")
            try await world.office.perform(
                try AnswerStatement(world.office).dispute(World.month, [.init(subject: order.id.text, reason: typed.reason)], by: Self.caller))
            try await page("own-statement@disputed")
        }
    }

    /// The way of a statement to the money, as each step leaves it.
    @Test func `a statement on its way to payment: signed, invoiced, sent back by the bank, paid`() async throws {
        try await World.with(.memory) { world in
            let (office, order) = (world.office, try await world.order(in: .closed))
            let firm = try #require(order.provider)
            world.setClock(Instant(World.month.last.adding(days: 2), minute: 600))
            _ = try await CloseMonth(office)(World.month, by: World.finance)
            func page(_ name: String) async throws {
                let (way, lines) = try await office.read { tx in
                    (try StatementWay(tx, World.month, firm), try tx.settlements.page(World.month, firm, .all, after: 0))
                }
                let model = OwnStatementModel(
                    try #require(lines), sha256: "abc", way: way, disputes: [], catalogue: office.reference.catalogue, typed: nil, fault: nil)
                try Golden.page("own-statement", as: "own-statement@\(name)", model)
            }
            try await office.perform(try AnswerStatement(office).confirm(World.month, seen: nil, by: try world.holder(order)))
            for (sample, _) in try await ReadClose(office).samples(World.month) where sample.result == nil {
                _ = try await office.perform(try AnswerSample(office).prepared(World.month, sample.subject, .passed, note: "", by: World.quality))
            }
            world.pass(.days(10))
            for (right, name) in [(CloseRight.street, "street"), (.district, "district")] {
                try await office.perform(try ManageRoster(office).grant(right, to: name, street: "all", by: World.admin))
            }
            let (treasurer, cashier) = (Caller(role: .finance, name: "treasurer"), Caller(role: .finance, name: "cashier"))
            let offices = ["street", "district"].map { Caller(role: .finance, name: $0) }
            for signer in [Caller(role: .operator, name: "reviewer")] + offices + [treasurer] {
                _ = try await office.perform(try SignMonth(office).prepared(World.month, .approve, opinion: "同意", by: signer))
            }
            try await page("signed")
            for sums in try await ReadMonth(office)(World.month).sums where sums.due > .zero {
                let party = try #require(office.reference.franchise.provider(sums.provider))
                let invoice = Invoice(
                    number: "INV-\(sums.provider)", date: world.now.localDate, amount: sums.due, seller: party.name, creditCode: party.creditCode.text)
                _ = try await office.perform(try RecordInvoice(office).prepared(World.month, sums.provider, invoice, by: World.finance))
            }
            try await page("invoiced")
            func answer(_ payments: [Payment], isPaid: Bool, _ note: String) async throws {
                let lines = payments.map { BankLine(reference: $0.reference, amount: $0.amount, isPaid: isPaid, note: note) }
                _ = try await office.perform(PayMonth(office).answered(World.month, lines, by: cashier))
            }
            try await answer(try await office.perform(PayMonth(office).prepared(World.month, by: cashier)), isPaid: false, "户名不符")
            try await page("bounced")
            try await answer(try await office.perform(PayMonth(office).prepared(World.month, by: cashier)), isPaid: true, "")
            try await page("paid")
        }
    }
}
