import Catalog
import Entitlement
import Intake
import Kernel
import Matching
import Orders
import Registry
import Workflow

/// 座席: an operator who works with what the screen shows and the caller says.
struct Desk: Sendable {
    let office: Office

    static let caller = Caller(role: .operator, name: "hotline")
    /// Above this an elder may think again. Fen.
    static let dear = Fen(15_000)

    func take(_ call: RecordedCall, _ cards: [CallCard], _ random: inout SeededRandom) async throws -> Fate {
        switch call.kind {
        case .wrongNumber: return Fate(outcome: .wrongNumber)
        case .silent, .abandoned: return try await callBack(call, cards, &random)
        case .request, .again, .cancellation, .complaint, .emergency: break
        }
        guard let (elder, isNew) = try await person(call, cards) else {
            return call.kind == .emergency
                ? Fate(outcome: .ambulance, detail: "来电人不在册，转 120 并通知值班长") : Fate(outcome: .unidentified)
        }
        var fate = try await serve(call, elder, &random)
        fate.elder = elder.id
        fate.isNew = isNew
        return fate
    }

    private func serve(_ call: RecordedCall, _ elder: Elder, _ random: inout SeededRandom) async throws -> Fate {
        switch call.kind {
        case .cancellation: return try await cancel(call, elder)
        case .complaint: return try await complain(call, elder)
        case .emergency: return try await help(call, elder)
        case .again:
            guard let last = try await latest(of: elder).first(where: { $0.state != .voided }) else {
                return Fate(outcome: .nothingToRepeat)
            }
            return try await order(call, elder, last.item, last.quantity, &random)
        default:
            guard let item = find(call.item) else { return Fate(outcome: .notInCatalogue, detail: "“\(call.item)”") }
            return try await order(call, elder, item.code, Quantity(call.quantity) ?? .one, &random)
        }
    }

    /// The item a caller means: the first that the search shows.
    private func find(_ words: String) -> Item? { office.reference.catalogue.search(words, limit: 1).first }

    private func latest(of elder: Elder) async throws -> [Order] {
        try await ReadOrders(office).page(state: nil, elder: elder.id, provider: nil, day: nil, before: nil, limit: 20)
    }
}

// MARK: Orders

extension Desk {
    private func order(
        _ call: RecordedCall, _ elder: Elder, _ item: ItemCode, _ quantity: Quantity, _ random: inout SeededRandom
    ) async throws -> Fate {
        guard let start = StartWords.instant(call.start, now: office.now) else {
            return Fate(outcome: .refused, detail: "听不清时间“\(call.start)”")
        }
        var request = OrderRequest(
            elder: elder.id, item: item, start: start, quantity: quantity, caller: call.caller, callID: call.id, note: call.note,
            source: "replay")
        do {
            let quote = try await QuoteOrder(office)(request)
            if let twin = quote.twin { return Fate(outcome: .duplicate, detail: "工单 \(twin.number)") }
            if let split = quote.split, split.selfPay > Self.dear, random.chance(20) {
                return Fate(outcome: .quoteDeclined, detail: "\(quote.item.name) 自付 \(split.selfPay)")
            }
            if quote.split == nil, let nearest = quote.nearestTime, nearest.localDate.month == start.localDate.month, random.chance(60) {
                request.start = nearest
            }
            let placed = try await PlaceOrder(office)(request, by: Self.caller)
            return Fate(
                outcome: placed.order.state == .offered ? .ordered : .unmet, order: placed.order,
                detail: placed.order.state == .offered ? quote.item.name : "\(quote.item.name)：\(placed.decision.summary())")
        } catch let error as any Rejecting where error.rejection.kind != .unavailable {
            return Fate(outcome: .refused, detail: error.rejection.message)
        }
    }

    /// 紧急: an ambulance is called first; somebody near is sent at the same time, whatever the quote says.
    private func help(_ call: RecordedCall, _ elder: Elder) async throws -> Fate {
        let said = find(call.item)
        guard
            let item = said.flatMap({ $0.tags.contains(.emergency) && $0.mode == .visit ? $0 : nil })
                ?? office.reference.catalogue.items.first(where: { $0.tags.contains(.emergency) && $0.mode == .visit })
        else { return Fate(outcome: .ambulance) }
        return try await send(item, to: elder, call, outcome: .emergencyOrdered)
    }

    private func send(_ item: Item, to elder: Elder, _ call: RecordedCall, outcome: CallOutcome) async throws -> Fate {
        let request = OrderRequest(
            elder: elder.id, item: item.code, start: office.now, caller: call.caller, callID: call.id, note: call.note, isEmergency: true,
            source: "replay")
        do {
            let placed = try await PlaceOrder(office)(request, by: Self.caller)
            let isSent = placed.order.state == .offered
            return Fate(
                outcome: isSent ? outcome : .unmet, elder: elder.id, order: placed.order,
                detail: isSent ? item.name : "\(item.name)，已通知值班长")
        } catch let error as any Rejecting where error.rejection.kind != .unavailable {
            let isTwin = error.rejection.code == "order_twin"
            return Fate(outcome: isTwin ? .duplicate : .ambulance, elder: elder.id, detail: error.rejection.message)
        }
    }

    private func cancel(_ call: RecordedCall, _ elder: Elder) async throws -> Fate {
        let open = try await latest(of: elder).filter { !$0.state.isEnd && $0.state != .done && $0.state != .inService }
        let wanted = call.item.isEmpty ? nil : find(call.item)?.code
        guard let order = open.filter({ wanted == nil || $0.item == wanted }).min(by: { ($0.window.start, $0.id) < ($1.window.start, $1.id) })
        else { return Fate(outcome: .nothingToCancel) }
        let ended = try await CancelOrder(office)(order.id, reason: "elder_cancelled", by: Self.caller)
        return Fate(outcome: .cancelled, detail: "工单 \(ended.number)（原\(order.state.name)）")
    }

    private func complain(_ call: RecordedCall, _ elder: Elder) async throws -> Fate {
        let now = office.now
        let orders = try await latest(of: elder).filter { order in
            [.closed, .done, .failed, .inService].contains(order.state)
                || ([.accepted, .scheduled].contains(order.state) && order.window.start < now)
        }
        guard let order = orders.first else { return Fate(outcome: .nothingToComplain) }
        let text = call.note.isEmpty ? "来电投诉" : call.note
        let filed = try await office.perform(FileComplaint(office).prepared(order.id, text: text, by: Self.caller))
        return Fate(outcome: .complaint, detail: "工单 \(filed.number)")
    }

    /// Rings back whoever could not speak or did not wait; goes on to a welfare check where the duty says so.
    private func callBack(_ call: RecordedCall, _ cards: [CallCard], _ random: inout SeededRandom) async throws -> Fate {
        guard !call.from.isEmpty else { return Fate(outcome: .notReached, detail: "未显示号码") }
        // Several people on the line: the frailest is thought of first.
        let elder = cards.map(\.elder).max { a, b in
            (a.livesAlone ? 1 : 0, a.abilityLevel, b.id.text) < (b.livesAlone ? 1 : 0, b.abilityLevel, a.id.text)
        }
        if random.chance(call.kind == .silent ? 70 : 80) { return Fate(outcome: .calledBack, elder: elder?.id) }
        guard call.kind.duty(for: elder) == .welfareCheck, let elder else { return Fate(outcome: .notReached, elder: elder?.id) }
        if !elder.contacts.isEmpty, random.chance(70) {
            return Fate(outcome: .welfareChecked, elder: elder.id, detail: "已联系\(elder.contacts[0].relation)")
        }
        guard let item = office.reference.catalogue.items.first(where: { $0.tags.contains(.emergency) && $0.mode == .visit }) else {
            return Fate(outcome: .ambulance, elder: elder.id)
        }
        return try await send(item, to: elder, call, outcome: .welfareSent)
    }
}
