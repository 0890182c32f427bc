import Catalog
import Entitlement
import Kernel
import Matching
import Orders
import Registry
import Web
import Workflow

/// 报价: who could come and who pays what, with the sentence to be read to the elder.
struct QuoteModel: Sendable {
    struct Leg: Sendable {
        let name: String
        let amount: String
    }

    struct Candidate: Sendable {
        let rank: Int
        let id: String
        let name: String
        let distance: String
        /// What the whole order would cost there; nil where it is the price of the first.
        let price: String?
        /// Why this one, in a word; nil when nothing sets it apart.
        let merit: String?
        /// The points that give it its place, for whoever asks why.
        let points: String
        let isChosen: Bool
    }

    let item: String
    let when: String
    let say: String
    let payable: String
    let selfPay: String
    let legs: [Leg]
    let notes: [String]
    let candidates: [Candidate]
    let summary: String
    let isPossible: Bool
    let nearest: String?
    let nearestTyped: String?
    let twin: String?
    /// The order as the API takes it.
    let order: String

    /// As many candidates as one looks at.
    private static let shown = 5

    init(_ quote: Quote, _ request: OrderRequest, elder: Elder, words: Words, now: Instant) {
        item = quote.item.name
        when = Words.span(quote.window)
        payable = quote.split?.payable.yuan ?? ""
        selfPay = quote.split?.selfPay.yuan ?? ""
        legs = (quote.split?.legs ?? []).map { Leg(name: words.programme($0.programme), amount: $0.amount.yuan) }
        notes = (quote.split?.notes ?? []).map(\.message)
        let merits = quote.decision.merits(of: Self.shown)
        candidates = quote.decision.candidates.prefix(Self.shown).enumerated().map { index, candidate in
            Candidate(
                rank: index + 1, id: candidate.provider.text, name: words.provider(candidate.provider.text),
                distance: candidate.distance_m.map { $0 < 1000 ? localized("\($0) 米") : localized("\($0 / 1000).\($0 % 1000 / 100) 公里") } ?? "",
                price: candidate.price == quote.decision.chosen?.price ? nil : candidate.price.times(request.quantity).yuan,
                merit: merits[index].map { localized(term: $0.term) },
                points: candidate.parts.map { "\(localized(term: $0.term)) \($0.points)" }.joined(separator: localized("，")),
                isChosen: index == 0)
        }
        summary = quote.decision.summary()
        isPossible = quote.decision.chosen != nil
        nearest = quote.nearestTime.map { Words.when($0) }
        nearestTyped = quote.nearestTime.map { "\($0.localDate) \($0.clock)" }
        twin = quote.twin.map { localized("\($0.number)（\(localized(term: $0.state.name))，\(Words.when($0.window.start))）") }
        say = Self.sentence(quote, elder: elder, words: words, now: now)
        let order: JSON = [
            "elder_id": JSON(request.elder), "item_code": JSON(request.item), "start": JSON(quote.window.start),
            "quantity": JSON(request.quantity.text), "caller": JSON(request.caller), "call_id": JSON(request.callID), "note": JSON(request.note),
            "preferred_provider": JSON(request.preferredProvider), "emergency": JSON(request.isEmergency),
            "allow_twin": JSON(request.allowsTwin),
        ]
        self.order = order.text
    }

    /// What is read to the elder before the order is placed.
    private static func sentence(_ quote: Quote, elder: Elder, words: Words, now: Instant) -> String {
        let address = Words.address(elder)
        guard let chosen = quote.decision.chosen else {
            let instead = quote.nearestTime.map { "最早\(Words.spoken($0, now: now))可以，您看行吗？" } ?? "我们登记下来，找到人马上给您回电话。"
            return "\(address)，这个时间暂时没有人能来。\(instead)"
        }
        let price = quote.split.map { $0.selfPay == .zero ? "您不用付钱" : "您付\(spoken($0.selfPay))" } ?? ""
        let when = Words.spoken(quote.window.start, now: now)
        return "\(address)，给您订\(when)的\(quote.item.name)，\(words.coming(quote.item.mode, chosen.provider.text))，\(price)，对吗？"
    }

    /// 八元五角 as it is said: 8元5角.
    static func spoken(_ fen: Fen) -> String {
        let (yuan, jiao, rest) = (fen.amount / 100, fen.amount / 10 % 10, fen.amount % 10)
        return (yuan > 0 ? "\(yuan)元" : "") + (jiao > 0 ? "\(jiao)角" : yuan > 0 && rest > 0 ? "零" : "") + (rest > 0 ? "\(rest)分" : "")
    }
}

/// 复述: what has been ordered, in large type, to be read to the elder.
struct PlacedModel: Sendable {
    let id: String
    let number: String
    let say: String
    let isWaiting: Bool
    let state: String
    let provider: String
    let code: String

    init(_ order: Order, elder: Elder, words: Words, now: Instant) {
        id = order.id.text
        number = order.number
        state = localized(term: order.state.name)
        provider = words.provider(order.provider?.text)
        code = order.visitCode
        isWaiting = order.state == .received
        let item = words.item(order.item.text)
        guard !isWaiting else {
            say = "\(Words.address(elder))，您要的\(item)登记好了，我们正在找人，一有消息就给您打电话。"
            return
        }
        let pay = order.selfPay == .zero ? "您不用付钱" : "您付\(QuoteModel.spoken(order.selfPay))"
        let door = order.mode == .visit ? "到时候请把门码 \(order.visitCode) 告诉来的人。" : ""
        let (when, coming) = (Words.spoken(order.window.start, now: now), words.coming(order.mode, order.provider?.text))
        say = "\(Words.address(elder))，订好了：\(when)，\(item)，\(coming)，\(pay)。\(door)"
    }
}

struct FindModel: Sendable {
    struct Row: Sendable {
        let digit: String
        let kind: String
        let title: String
        let detail: String
        /// What the script opens: `elder:ID`, or an address.
        let opens: String
    }

    let rows: [Row]
    let query: String

    init(_ query: String, _ found: FindAnything.Found, words: Words, today: LocalDate) {
        let (elders, orders, items) = (found.elders, found.orders, found.items)
        self.query = query
        var rows: [(String, String, String, String)] = elders.map { elder in
            (
                localized("老人"), elder.name,
                "\(elder.number) \(Words.person(elder, on: today)) \(words.place(elder.address))",
                "elder:\(elder.id)"
            )
        }
        rows += orders.map {
            let what = "\(words.item($0.item.text)) \(localized(term: $0.state.name)) \(Words.when($0.window.start))"
            return (localized("工单"), $0.number, what, "/console/orders/\($0.id)")
        }
        rows += items.map {
            let what = "\($0.code) \(localized(term: $0.category.name)) \(localized(term: $0.mode.rawValue))"
            return (localized("项目"), $0.name, what, "/console/items/\($0.code)")
        }
        rows += found.articles.map {
            (localized(term: $0.kind), $0.title, String($0.text.prefix { !$0.isNewline }.prefix(40)), "/console/knowledge/\($0.code)")
        }
        self.rows = rows.prefix(14).enumerated().map { index, row in
            Row(digit: index < 9 ? "\(index + 1)" : "", kind: row.0, title: row.1, detail: row.2, opens: row.3)
        }
    }
}

struct ItemsModel: Sendable {
    struct Row: Sendable {
        let digit: String
        let code: String
        let name: String
        let detail: String
        let pays: String
        let questions: [String]
    }

    let rows: [Row]

    init(_ items: [Item], splits: [ItemCode: FundingSplit]) {
        rows = items.enumerated().map { index, item in
            let split = splits[item.code]
            return Row(
                digit: index < 9 ? "\(index + 1)" : "", code: item.code.text, name: item.name,
                detail: Words.about(item),
                pays: split.map { localized("约 \($0.payable.yuan)，自付 \($0.selfPay.yuan)") } ?? "",
                questions: item.questions)
        }
    }
}
