import Billing
import HTTPTypes
import Hummingbird
import Kernel
import Orders
import Registry
import Store
import Web
import Workflow

/// 回访 and 投诉: what the house asks afterwards, and what it owes whoever complained.
///
/// | path | what |
/// |---|---|
/// | GET /console/callbacks?after= | whom to ask, samples of the close first, a hundred a page; where many card numbers were wrong |
/// | GET /console/callbacks/{order} | the questions; once answered, the answers beside what is recorded |
/// | POST /console/callbacks/{order} | the answers |
/// | POST /console/callbacks/{order}/sample | the sample has passed, or failed and refuses its line |
/// | GET, POST /console/callbacks/meals/{swipe} | a drawn meal: whether it was eaten there, and with that the sample's result |
/// | GET /console/complaints?state=closed&after= | open ones with their age; closed ones with their times; a hundred a page |
/// | POST /console/complaints/{id}/take, answer, close | one after the other |
public struct CarePages: PageGroup {
    public let site: Site
    public init(_ site: Site) { self.site = site }

    public func add(to group: RouterGroup<DeskContext>) {
        group.get("callbacks", use: callbacks)
        group.get("callbacks/meals/:id", use: meal)
        group.post("callbacks/meals/:id", use: mealAnswer)
        group.get("callbacks/:id", use: questions)
        group.post("callbacks/:id", use: answer)
        group.post("callbacks/:id/sample", use: sample)
        group.get("complaints", use: complaints)
        group.post("complaints/:id/take", use: take)
        group.post("complaints/:id/answer", use: reply)
        group.post("complaints/:id/close", use: close)
    }

    // MARK: Call-backs

    @Sendable func callbacks(_ request: Request, _ context: DeskContext) async throws -> Response {
        let place = try request.query("after").map { try ReadCallbacks.Place(key: try Cursor.key($0, in: CallbacksModel.address)) }
        let page = try await ReadCallbacks(office).due(after: place, limit: CallbacksModel.limit)
        // They stand on the first page only.
        let misses = place == nil ? try await ReadCardMisses(office)() : []
        return try pages.page("callbacks", .console("回访", request, context), CallbacksModel(page, misses, isLater: place != nil, words: words))
    }

    @Sendable func meal(_ request: Request, _ context: DeskContext) async throws -> Response {
        let found = try await ReadCallbacks(office).meal(SwipeID(try context.parameters.require("id")))
        try await LookAtElder(office)(found.elder.id, from: .desk, reason: "就餐回访 \(found.swipe.date)", by: context.caller)
        return try pages.page(
            "callback-meal", .console("回访", request, context), MealCallbackModel(found, once: exchange.newFormKey, words: words))
    }

    @Sendable func mealAnswer(_ request: Request, _ context: DeskContext) async throws -> Response {
        let id = SwipeID(try context.parameters.require("id"))
        let month = try await ReadCallbacks(office).meal(id).month
        return try await judge(id.text, of: month, request, context)
    }

    @Sendable func questions(_ request: Request, _ context: DeskContext) async throws -> Response {
        let found = try await ReadCallbacks(office).questions(try context.id())
        try await LookAtElder(office)(found.elder.id, from: .desk, reason: "回访 \(found.order.number)", by: context.caller)
        return try pages.page(
            "callback", .console("回访", request, context), CallbackModel(found, once: exchange.newFormKey, words: words, now: office.now))
    }

    struct Answers: Decodable, Sendable {
        let came: String
        /// The time of day on the day of service, `HH:MM`; empty when the elder does not know.
        let at: String?
        let minutes: String?
        let did: String?
        /// Yuan, with or without jiao and fen.
        let extra: String?
        let satisfaction: String?
        let answered_by: String?
    }

    @Sendable func answer(_ request: Request, _ context: DeskContext) async throws -> Response {
        let id = try context.id()
        let day = try await ReadCallbacks(office).questions(id).order.window.start.localDate
        return try await exchange.formOnce(Answers.self, request, context) { form in
            func given(_ text: String?) -> String? { text.flatMap { $0.isEmpty ? nil : $0 } }
            let at = try given(form.at).map { text in
                guard let minute = ClockTime.minutes(text) else {
                    throw Rejection(.invalid, "time_invalid", "几点来的请写成 09:30 的样子，不记得就留空。", pointer: "/at")
                }
                return Instant(day, minute: minute)
            }
            let extra = try given(form.extra).map { text in
                guard let amount = Fen(pasted: text) else {
                    throw Rejection(.invalid, "amount_invalid", "多付的钱请写成元，例如 10 或 10.50。", pointer: "/extra")
                }
                return amount
            }
            let step = try RecordCallback(office).prepared(
                id, came: form.came == "yes", cameAt: at, did: form.did ?? "", minutes: given(form.minutes).flatMap { Int($0) },
                paidExtra: extra ?? .zero, satisfaction: given(form.satisfaction).flatMap { Int($0) },
                answeredBy: given(form.answered_by) ?? "elder", by: context.caller)
            return { tx in
                _ = try step(tx)
                return "/console/callbacks/\(id)"
            }
        }
    }

    struct Verdict: Decodable, Sendable {
        let result: String
        let note: String?
    }

    /// The result of a sample that was asked about, a visit's or a meal's.
    private func judge(_ subject: String, of month: Month, _ request: Request, _ context: DeskContext) async throws -> Response {
        return try await exchange.formOnce(Verdict.self, request, context, keeping: IdempotencyKey.forMoney) { form in
            guard let result = Sample.Result(rawValue: form.result) else {
                throw Rejection(.invalid, "result_unknown", "结果应为合格或不合格。", pointer: "/result")
            }
            let step = try AnswerSample(office).prepared(month, subject, result, note: form.note ?? "", by: context.caller)
            return { tx in
                _ = try step(tx)
                return "/console/callbacks"
            }
        }
    }

    @Sendable func sample(_ request: Request, _ context: DeskContext) async throws -> Response {
        let id = try context.id()
        let found = try await ReadCallbacks(office).questions(id)
        guard let month = found.sample?.month else {
            throw Rejection(.missing, "sample_unknown", "抽查名单中没有这一单，或已有结果。")
        }
        guard !found.answers.isEmpty else {
            throw Rejection(.refused, "finding_missing", "请先打电话问清事实、记下答复，再给抽查结果。")
        }
        return try await judge(id.text, of: month, request, context)
    }

    // MARK: Complaints

    @Sendable func complaints(_ request: Request, _ context: DeskContext) async throws -> Response {
        let isClosed = request.query("state") == "closed"
        let list = ComplaintsModel.address(isClosed: isClosed)
        let place = try request.query("after").map { try QualityRepository.ComplaintPlace(key: try Cursor.key($0, in: list)) }
        let page = try await ReadComplaints(office).page(isClosed: isClosed, after: place, limit: ComplaintsModel.limit)
        return try pages.page(
            "complaints", .console("投诉", request, context),
            ComplaintsModel(page, isClosed: isClosed, after: request.query("after"), once: exchange.newFormKey, words: words, now: office.now))
    }

    struct Taken: Decodable, Sendable { let after: String? }

    struct Text: Decodable, Sendable {
        let text: String
        let after: String?
    }

    @Sendable func take(_ request: Request, _ context: DeskContext) async throws -> Response {
        let id = try context.parameters.require("id")
        return try await exchange.formOnce(Taken.self, request, context) { form in
            try Self.back(to: id, form.after, SeeToComplaint(office).take(id, by: context.caller))
        }
    }

    @Sendable func reply(_ request: Request, _ context: DeskContext) async throws -> Response {
        let id = try context.parameters.require("id")
        return try await exchange.formOnce(Text.self, request, context) { form in
            try Self.back(to: id, form.after, try SeeToComplaint(office).answer(id, form.text, by: context.caller))
        }
    }

    @Sendable func close(_ request: Request, _ context: DeskContext) async throws -> Response {
        let id = try context.parameters.require("id")
        return try await exchange.formOnce(Text.self, request, context) { form in
            try Self.back(to: id, form.after, try ResolveComplaint(office).prepared(id, resolution: form.text, by: context.caller))
        }
    }

    /// To the page and the complaint where the hands were.
    ///
    /// - Parameter after: the cursor of the page; nil or empty on the first one.
    private static func back<T>(
        to id: String, _ after: String?, _ step: @escaping @Sendable (any Transaction) throws -> T
    ) throws -> @Sendable (any Transaction) throws -> String {
        let list = ComplaintsModel.address(isClosed: false)
        // Only a cursor of this list goes back into an address.
        var place = ""
        if let after, !after.isEmpty {
            _ = try Cursor.key(after, in: list)
            place = "?after=\(after)"
        }
        let address = "\(list)\(place)#complaint-\(id)"
        return { tx in
            _ = try step(tx)
            return address
        }
    }
}
