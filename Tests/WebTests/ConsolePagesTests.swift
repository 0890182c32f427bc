@testable import ConsoleWeb
import Catalog
import Entitlement
import Intake
import Kernel
import Matching
import Orders
import Registry
import Store
import TestSupport
import Testing
import Web
import Workflow

/// Pages of the operators' desk, each over a house that was brought to some state by the very steps people take.
@Suite("The pages of the desk, as they were found right")
struct ConsolePagesTests {
    private static func with(_ body: (World, Words) async throws -> Void) async throws {
        try await World.with(.memory) { world in try await body(world, Words(world.office.reference)) }
    }

    // MARK: During a call

    /// The wife of 王示例2 lives with him and has the same telephone.
    private static func couple(_ world: World) async throws {
        var wife = try world.elder(ElderID("e-wife"), class: "ordinary", order: 4)
        wife.phones = [Phone(number: try NormalisedPhone("0931-8000002"), label: "家里")]
        let elder = wife
        try await world.office.perform { tx in try tx.elders.insert(elder) }
        _ = try await world.order(in: .closed)
        world.setClock(Instant(World.monday.adding(days: 3), minute: 540))
        _ = try await world.place(World.request(day: 4))
    }

    @Test func `a ringing line with two people, one, or nobody`() async throws {
        try await Self.with { world, words in
            try await Self.couple(world)
            for (id, line) in [("c-two", "0931-8000002"), ("c-one", "0931 8000003"), ("c-nobody", "13900000000")] {
                _ = try await RecordCall(world.office)(.newCall, id: id, from: line, to: "96345", at: world.now, by: World.desk)
                try Golden.piece(
                    "call", as: "call@\(id.dropFirst(2))", CallModel(try await ReadDesk(world.office).call(id), words: words, now: world.now))
            }
            let card = CardModel(try await ReadCallCard(world.office)(World.minimum), words: words, now: world.now)
            try Golden.piece("elder", card)
            try Golden.page("elder-page", card)
        }
    }

    @Test func `what is found, priced, quoted and read back`() async throws {
        try await Self.with { world, words in
            let order = try await world.place()
            let found = try await FindAnything(world.office)("wsl")
            try Golden.piece("find", FindModel("wsl", found, words: words, today: world.now.localDate))
            try Golden.piece("find", as: "find@none", FindModel("zz", try await FindAnything(world.office)("没有这样的"), words: words, today: world.now.localDate))
            let elder = try await FindElders(world.office).card(World.minimum)
            let items = Array(world.office.reference.catalogue.search("bj", limit: 3))
            try Golden.piece("items", ItemsModel(items, splits: try await ExplainItems(world.office)(items, for: elder)))
            for (name, wish) in [("quote", World.request(twin: true)), ("quote@nobody", World.request(World.minimum, ItemCode("08010")))] {
                let quote = try await QuoteOrder(world.office)(wish)
                try Golden.piece("quote", as: name, QuoteModel(quote, wish, elder: elder, words: words, now: world.now))
            }
            try Golden.piece("quote-refused", DeskPages.RefusedModel(code: "when_unclear", message: "看不懂时间“m”。"))
            try Golden.piece("placed", PlacedModel(order, elder: elder, words: words, now: world.now))
        }
    }

    @Test func `the desk with what waits, the most overdue first`() async throws {
        try await Self.with { world, words in
            _ = try await world.place(World.request(World.ordinary, day: 5))
            _ = try await world.order(in: .accepted, World.request(day: 3))
            world.pass(.hours(30))
            let waiting = try await ReadDesk(world.office).waiting(limit: 40)
            let board = BoardModel(waiting, words: words, now: world.now)
            try Golden.piece("board", board)
            let streets = [Choice(value: "620102001", name: "城关区 酒泉路街道")]
            try Golden.page("desk", DeskPages.DeskModel(board: board, regions: streets, today: "2026-03-03"))
            let filter = DispatchFilter(state: nil, region: "620102001", category: nil, isLate: true)
            let rows = try await ReadDesk(world.office).board(filter.stored(at: world.now), limit: DispatchModel.limit)
            try Golden.page("orders", DispatchModel(filter, rows, words: words, now: world.now))
        }
    }

    // MARK: One order

    private static func file(
        _ world: World, _ order: Order, _ words: Words, unsent: OrderModel.Unsent? = nil, isAlone: Bool = false
    ) async throws -> OrderModel {
        let read = ReadOrders(world.office)
        return OrderModel(
            try await read.file(order.id, by: World.desk), try await isAlone ? [] : read.decisions(order.id, by: World.desk),
            try await ReadComplaints(world.office).of(order.id), unsent: unsent, once: "once", caller: World.desk, words: words,
            vocabulary: try Golden.pages.get().vocabulary(.chinese), now: world.now)
    }

    @Test func `an order chosen by hand, and the same with a form that came too late`() async throws {
        try await Self.with { world, words in
            let order = try await world.place()
            let decisions = try await ReadOrders(world.office).decisions(order.id, by: World.desk)
            let other = try #require(decisions.last?.decision.candidates.map(\.provider).first { $0 != order.provider })
            _ = try await world.office.perform(
                try OverrideProvider(world.office).prepared(order.id, to: other, reason: "家属要求换一家", by: World.desk))
            _ = try await world.office.perform(try FileComplaint(world.office).prepared(order.id, text: "电话打不通", by: World.desk))
            try Golden.page("order", try await Self.file(world, order, words))
            // Where nobody else could come there is nothing to choose, and no button that leads nowhere.
            let alone = try await Self.file(world, order, words, isAlone: true)
            #expect(alone.mayReassign && !alone.mayOverride)
            let unsent = OrderModel.Unsent(action: "cancel", reason: "老人改主意", provider: "", seen: 2, why: "这张工单刚被别人改动过，没有保存。")
            try Golden.page("order", as: "order@late", try await Self.file(world, order, words, unsent: unsent))
        }
    }

    // MARK: Afterwards

    @Test func `duties and the hand-over`() async throws {
        try await Self.with { world, words in
            for (event, id) in [(CallEvent.newCall, "c1"), (.hangup, "c1"), (.newCall, "c2"), (.answer, "c2"), (.hangup, "c2")] {
                _ = try await RecordCall(world.office)(event, id: id, from: "0931-8000001", to: "96345", at: world.now, by: World.desk)
            }
            let order = try await world.place()
            _ = try await world.office.perform(try FileComplaint(world.office).prepared(order.id, text: "来晚了<b>", by: World.desk))
            world.pass(.hours(26))
            let model = DutyPages.DutiesModel(try await ReadDuties(world.office)(), by: "张三", once: "key", words: words)
            try Golden.page("duties", model)
            try Golden.page("handover", model)
        }
    }

    @Test func `a call-back before and after the answers`() async throws {
        try await Self.with { world, words in
            let order = try await world.order(in: .done)
            try Golden.page("callbacks", CallbacksModel(try await ReadCallbacks(world.office).due(limit: 10), words: words))
            func model() async throws -> CallbackModel {
                CallbackModel(try await ReadCallbacks(world.office).questions(order.id), once: "once", words: words, now: world.now)
            }
            try Golden.page("callback", try await model())
            _ = try await world.order(in: .done, World.request(World.destitute, day: 3))
            let first = try await ReadCallbacks(world.office).due(limit: 1)
            try Golden.page("callbacks", as: "callbacks@later", CallbacksModel(first, isLater: true, words: words))
            _ = try await world.office.perform(
                try RecordCallback(world.office).prepared(
                    order.id, came: true, cameAt: nil, did: "擦窗", minutes: 20, paidExtra: Fen(1000), satisfaction: 2, answeredBy: "child", by: World.desk))
            try Golden.page("callback", as: "callback@answered", try await model())
        }
    }

    @Test func `a meal by a number that was told, to be asked about`() async throws {
        try await Self.with { world, words in
            let noon = Instant(World.monday, minute: 11 * 60 + 40)
            world.setClock(noon)
            _ = try await SwipeMeal(world.office)(
                SwipeRequest(elder: World.ordinary, canteen: ProviderID("P001"), slot: .lunch, at: noon, device: "till-1"), by: World.desk)
            world.setClock(Instant(World.month.last.adding(days: 2), minute: 600))
            _ = try await CloseMonth(world.office)(World.month, by: World.finance)
            let due = try await ReadCallbacks(world.office).due(limit: 10)
            try Golden.page("callbacks", as: "callbacks@meal", CallbacksModel(due, words: words))
            let swipe = try #require(due.meals.first).swipe.id
            try Golden.page("callback-meal", MealCallbackModel(try await ReadCallbacks(world.office).meal(swipe), once: "once", words: words))
        }
    }

    @Test func `a place in a list is what its address says, and nothing made up is one`() throws {
        let waiting = OrderRepository.Place(due: Instant(World.monday, minute: 600), id: OrderID("o1"))
        for place in [ReadCallbacks.Place.sample(.init(month: World.month, provider: ProviderID("P009"), subject: "o1")), .unconfirmed(waiting)] {
            #expect(try ReadCallbacks.Place(key: place.key) == place)
        }
        let complaint = QualityRepository.ComplaintPlace(openedAt: Instant(World.monday, minute: 600), id: "c1")
        #expect(try QualityRepository.ComplaintPlace(key: complaint.key) == complaint)
        for text in ["", "order~1", "order", "sample~2026-03~P009", "sample~2026-13~P009~o1", "other~1~2", "a~b"] {
            #expect(throws: Rejection.self) { try ReadCallbacks.Place(key: text) }
            #expect(throws: Rejection.self) { try QualityRepository.ComplaintPlace(key: text) }
        }
    }

    @Test func `complaints, open with their age and closed with their outcome`() async throws {
        try await Self.with { world, words in
            let order = try await world.place()
            _ = try await world.office.perform(try FileComplaint(world.office).prepared(order.id, text: "来晚了", by: World.desk))
            let read = ReadComplaints(world.office)
            let first = try #require(try await read.page(isClosed: false, limit: 1).found.first).complaint.id
            _ = try await world.office.perform(SeeToComplaint(world.office).take(first, by: World.desk))
            world.pass(.hours(25))
            func model(_ isClosed: Bool) async throws -> ComplaintsModel {
                ComplaintsModel(
                    try await read.page(isClosed: isClosed, limit: 9), isClosed: isClosed, once: "once", words: words, now: world.now)
            }
            try Golden.page("complaints", try await model(false))
            _ = try await world.office.perform(try ResolveComplaint(world.office).prepared(first, resolution: "已道歉并重排", by: World.desk))
            try Golden.page("complaints", as: "complaints@closed", try await model(true))
        }
    }

    @Test func `standing orders of an elder who is away, and one of them day by day`() async throws {
        try await Self.with { world, words in
            let catalogue = world.office.reference.catalogue
            let plan = StandingPlan(
                recurrence: Recurrence(try Recurrence.Pattern("FREQ=WEEKLY;BYDAY=MO,TH")), start: 600, quantity: Quantity(2),
                span: DateSpan(from: World.monday), holidays: .skip)
            let taken = try await world.office.perform(
                try ManageStandingOrders(world.office).create(World.minimum, item: World.cleaning, plan, by: World.desk)).order
            _ = try await world.office.perform(
                try ManageAbsences(world.office).open(
                    World.minimum, .hospital, from: World.monday.adding(days: 3), until: nil, note: "骨折", by: World.desk))
            let elder = try await FindElders(world.office).card(World.minimum)
            let item = try #require(catalogue.item(World.cleaning))
            let days = try ReadStandingOrders(world.office).preview(plan, from: World.monday, limit: 4)
            try Golden.page(
                "standing-list",
                StandingListModel(
                    elder, try await ReadStandingOrders(world.office).of(World.minimum), try await ManageAbsences(world.office).list(of: World.minimum),
                    form: StandingForm(), preview: .init(plan, item: item, days: days, elder: elder, now: world.now), fault: nil, once: "once",
                    words: words, today: world.now.localDate))
            let instances = try await ReadStandingOrders(world.office).instances(
                taken.id, from: World.monday, until: World.monday.adding(days: 24))
            try Golden.page("standing", StandingModel(taken, instances, elder: elder, once: "once", words: words))
        }
    }

    @Test func `paper for a power cut`() async throws {
        try await Self.with { world, _ in
            let numbers = try await world.office.perform(try Downtime(world.office).reserve(2, by: World.desk))
            _ = try await world.office.perform(
                try Downtime(world.office).enter(numbers[0], World.request(day: 1), takenAt: world.now, by: World.desk))
            try Golden.page("downtime", DowntimePages.ListModel(try await Downtime(world.office).latest(), once: "once"))
            try Golden.page("slips", DowntimePages.PrintModel(numbers: numbers))
            try Golden.page(
                "slip", DowntimePages.FormModel(
                    number: numbers[1], once: "once", fault: "没有找到“王”，请写卡号。", form: .init(card: "王", item: "保洁", day: "2026-03-03", at: "09:00")))
        }
    }

    // MARK: Looked up

    @Test func `elders, services and what is written down to be said`() async throws {
        try await Self.with { world, words in
            let found = try await FindElders(world.office)("wsl", limit: 20)
            try Golden.page("elders", ElderPages.SearchModel("wsl", found, words: words, today: world.now.localDate))
            let knowledge = world.office.reference.knowledge
            let articles = Array(knowledge.articles.prefix(2))
            try Golden.page("knowledge", KnowledgePages.ListModel("", articles))
            try Golden.page("article", KnowledgePages.ArticleModel(try #require(articles.first)))
            let catalogue = world.office.reference.catalogue
            let item = try #require(catalogue.item(World.cleaning))
            try Golden.page("item", KnowledgePages.ItemModel(item, price: catalogue.price(of: item.code, on: World.monday)))
        }
    }

    // MARK: The wall

    @Test func `the wall board and the rows behind a figure`() async throws {
        try await Self.with { world, words in
            let messages = try Golden.pages.get().messages
            _ = try await world.order(in: .inService, World.request(day: 2))
            _ = try await world.place(World.request(World.ordinary, day: 3))
            world.pass(.hours(3))
            let read = ReadWall(world.office)
            let wall = WallModel(try await read(), words: words, messages: messages, language: .chinese)
            try Golden.piece("wall", wall)
            try Golden.page("wall-page", wall)
            let (count, rows) = try await read.rows(.open)
            try Golden.page("figure", FigureModel(.open, count: count, rows, words: words, messages: messages, language: .chinese))
        }
    }
}
