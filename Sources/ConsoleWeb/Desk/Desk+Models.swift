import Catalog
import Entitlement
import Intake
import Kernel
import Orders
import Registry
import Store
import Web
import Workflow

/// An order as a line of a list.
struct OrderLine: Sendable {
    let id: String
    let number: String
    let state: String
    let item: String
    let when: String
    let region: String
    let provider: String
    let elder: String
    let elderID: String
    let deadline: String
    /// Class of the row: `late`, `near` or nothing.
    let urgency: String
    let isOverdue: Bool
    /// Why nobody has been found.
    let note: String?
    let isUrgent: Bool

    init(_ order: Order, elder: String?, unmet: String? = nil, words: Words, now: Instant) {
        id = order.id.text
        number = order.number
        state = localized(term: order.state.name)
        item = words.item(order.item.text)
        when = Words.when(order.window.start)
        region = words.region(order.region)
        provider = words.provider(order.provider?.text)
        self.elder = elder.map { Masked.name($0) } ?? ""
        elderID = order.elder.text
        let left = order.timer.map { ($0.due - now).minutes }
        deadline = left.map { $0 < 0 ? localized("已超 \(Self.span(-$0))") : localized("还有 \(Self.span($0))") } ?? ""
        urgency = left.map { $0 < 0 || order.urgency == .emergency ? "late" : $0 < 10 ? "near" : "" } ?? ""
        isOverdue = left.map { $0 < 0 } ?? false
        note = unmet
        isUrgent = unmet == nil && order.urgency == .emergency
    }

    private static func span(_ minutes: Int) -> String {
        minutes < 120 ? localized("\(minutes) 分钟") : minutes < 2880 ? localized("\(minutes / 60) 小时") : localized("\(minutes / 1440) 天")
    }
}

struct BoardModel: Sendable {
    let rows: [OrderLine]
    let late: Int
    let hasLate: Bool

    init(_ waiting: [ReadDesk.Waiting], words: Words, now: Instant) {
        rows = waiting.map { OrderLine($0.order, elder: $0.elder, unmet: $0.unmet, words: words, now: now) }
        late = rows.count(where: \.isOverdue)
        hasLate = late > 0
    }
}

/// 老人卡片: what the operator sees before saying a word.
struct CardModel: Sendable {
    struct Balance: Sendable {
        let programme: String
        let left: String
        let granted: String
        /// The last day on which it may be drawn.
        let until: String
    }

    let id: String
    let name: String
    let surname: String
    let number: String
    let about: String
    let alerts: [String]
    let classes: [String]
    let facts: [Fact]
    let contacts: [Fact]
    let balances: [Balance]
    let open: [OrderLine]
    let last: [OrderLine]
    /// The last service as a draft of the next: JSON for the script, nil when there was none.
    let again: String?

    init(_ card: CallCard, words: Words, now: Instant) {
        let (elder, today) = (card.elder, now.localDate)
        id = elder.id.text
        name = elder.name
        surname = String(elder.name.prefix(1))
        number = elder.number
        about = Words.person(elder, on: today)
        alerts = card.alerts
        classes = elder.classes(on: today).map(words.elderClass)
        let callers = (card.openOrders + card.lastServices).compactMap(\.caller).filter { $0 != "本人" }
        let usual = Dictionary(grouping: callers, by: { $0 }).max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }?.key
        let street = words.region(elder.address.region)
        facts = Facts([
            "住址": elder.address.line, "街道": elder.address.line.hasPrefix(street) ? nil : street,
            "电话": elder.phones.map { "\($0.label) \($0.number.text)\($0.isWrong ? localized("（错号）") : "")" }.joined(separator: "；"),
            "常由谁打来": usual, "指定服务商": words.provider(elder.preferredProvider?.text),
        ]).all
        contacts = elder.contacts.map { Fact(name: $0.told(), value: $0.phone?.text ?? "") }
        balances = card.purses.map { purse in
            func shown(_ amount: Fen) -> String { purse.key.isCount ? localized("\(amount.amount) 次") : amount.yuan }
            return Balance(
                programme: words.programme(purse.key.programme), left: shown(purse.available), granted: shown(purse.granted),
                until: purse.until == today ? localized("今天") : localized("\(purse.until.monthOfYear) 月 \(purse.until.day) 日"))
        }
        open = card.openOrders.map { OrderLine($0, elder: nil, words: words, now: now) }
        last = card.lastServices.map { OrderLine($0, elder: nil, words: words, now: now) }
        again = (card.lastServices.first ?? card.openOrders.last).map { order in
            let time = order.window.start.clock
            let draft: JSON = [
                "item": JSON(order.item), "item_name": JSON(words.item(order.item.text)), "when": JSON("m\(time)"),
                "quantity": JSON(order.quantity.text), "provider": JSON(order.provider),
            ]
            return draft.text
        }
    }
}

/// A call on the desk: the line, and everyone on it.
struct CallModel: Sendable {
    struct Person: Sendable {
        let digit: Int
        let id: String
        let name: String
        let about: String
        let alerts: [String]
    }

    let id: String
    let line: String
    let rang: String
    let times: String
    let isUnknown: Bool
    let people: [Person]
    let card: CardModel?

    init(_ ringing: ReadDesk.Ringing, words: Words, now: Instant) {
        id = ringing.call.id
        line = ringing.call.from
        rang = ringing.call.rangAt.clock
        times = ringing.today > 1 || ringing.lastThirtyDays > 3 ? localized("今天第 \(ringing.today) 次，30 天内 \(ringing.lastThirtyDays) 次") : ""
        isUnknown = ringing.cards.isEmpty
        people =
            ringing.cards.count > 1
            ? ringing.cards.enumerated().map { index, card in
                Person(
                    digit: index + 1, id: card.elder.id.text, name: card.elder.name,
                    about: "\(Words.person(card.elder, on: now.localDate)) \(card.elder.address.masked)",
                    alerts: card.alerts)
            } : []
        card = ringing.cards.count == 1 ? CardModel(ringing.cards[0], words: words, now: now) : nil
    }
}
