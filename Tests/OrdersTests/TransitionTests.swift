import Kernel
import Orders
import Registry
import Testing

/// What every action makes of every state, as the owner of the rules would draw it: a dot is a refusal.
/// Kept apart from the product's own table, so that a row changed there must be changed here too.
private let drawn = """
    state      offer   exhaust  accept   decline  expire   schedule  check_in   check_out confirm cancel    reassign fail   reopen   void
    received   offered received .        .        .        .         .          .         .       cancelled .        .      .        voided
    offered    .       .        accepted received received .         .          .         .       cancelled received .      .        voided
    accepted   .       .        .        received .        scheduled .          .         .       cancelled received failed .        voided
    scheduled  .       .        .        .        .        scheduled in_service .         .       cancelled received failed .        voided
    in_service .       .        .        .        .        .         .          done      .       cancelled .        failed .        voided
    done       .       .        .        .        .        .         .          .         closed  cancelled .        failed .        voided
    closed     .       .        .        .        .        .         .          .         .       .         .        .      done     voided
    cancelled  .       .        .        .        .        .         .          .         .       .         .        .      .        .
    failed     .       .        .        .        .        .         .          .         .       cancelled .        .      received voided
    voided     .       .        .        .        .        .         .          .         .       .         .        .      .        .
    """

/// Who may: o operator, p provider, s system, e elder, q quality, a admin.
private let mayDo = """
    state      offer exhaust accept decline expire schedule check_in check_out confirm cancel reassign fail reopen void
    received   os    os      .      .       .      .        .        .         .       oea    .        .    .      a
    offered    .     .       po     po      s      .        .        .         .       oea    oa       .    .      a
    accepted   .     .       .      p       .      po       .        .         .       oepa   oa       pos  .      a
    scheduled  .     .       .      .       .      po       p        .         .       oepa   oa       pos  .      a
    in_service .     .       .      .       .      .        .        p         .       oa     .        pos  .      a
    done       .     .       .      .       .      .        .        .         eoq     oa     .        oq   .      a
    closed     .     .       .      .       .      .        .        .         .       .      .        .    qa     a
    cancelled  .     .       .      .       .      .        .        .         .       .      .        .    .      .
    failed     .     .       .      .       .      .        .        .         .       oea    .        .    oa     a
    voided     .     .       .      .       .      .        .        .         .       .      .        .    .      .
    """

struct Cell: Sendable, CustomTestStringConvertible {
    let state: OrderState
    let action: OrderAction
    let target: OrderState?
    let actors: Set<Actor>
    var testDescription: String { "\(state.rawValue) \(action.rawValue)" }

    static let all: [Cell] = {
        func rows(_ table: String) -> [[String]] { table.split(separator: "\n").map { $0.split(separator: " ").map(String.init) } }
        let (targets, letters) = (rows(drawn), rows(mayDo))
        let initial: [Character: Actor] = ["o": .operator, "p": .provider, "s": .system, "e": .elder, "q": .quality, "a": .admin]
        return (1..<targets.count).flatMap { row in
            (1..<targets[0].count).map { column in
                Cell(
                    state: OrderState(rawValue: targets[row][0])!, action: OrderAction(rawValue: targets[0][column])!,
                    target: OrderState(rawValue: targets[row][column]), actors: Set(letters[row][column].compactMap { initial[$0] }))
            }
        }
    }()
}

@Suite struct `The table of transitions` {
    @Test func `is drawn whole`() {
        #expect(Cell.all.count == OrderState.allCases.count * OrderAction.allCases.count)
        #expect(Cell.all.count { $0.target != nil } == Transition.table.count)
        #expect(Cell.all.allSatisfy { ($0.target == nil) == $0.actors.isEmpty })
    }

    @Test(arguments: Cell.all)
    func `lets each action through or refuses it`(cell: Cell) throws {
        let order = Sample.order(cell.state)
        for actor in Actor.allCases {
            let result = Result { () throws(OrderRejection) in
                try order.after(cell.action, by: actor, at: Sample.now, timers: TimerPolicy())
            }
            switch (cell.target, cell.actors.contains(actor)) {
            case (nil, _): #expect(result.map(\.state) == .failure(.illegalTransition(from: cell.state, action: cell.action)))
            case (_, false): #expect(result.map(\.state) == .failure(.notAllowed(actor, cell.action)))
            case (let target?, true): #expect(result.map(\.state) == .success(target))
            }
        }
    }

    @Test(arguments: Cell.all.filter { $0.target != nil })
    func `counts the change and sets the timer of the new state`(cell: Cell) throws {
        let order = Sample.order(cell.state)
        let after = try order.after(cell.action, by: try #require(cell.actors.first), at: Sample.now, timers: TimerPolicy())
        #expect(after.version == order.version + 1)
        #expect((after.timer == nil) == after.state.isEnd)
        #expect(after.attempts == order.attempts)
        #expect(after.number == order.number)
    }

    @Test(arguments: [
        (OrderState.offered, OrderAction.decline, Actor.provider), (.offered, .expire, .system), (.offered, .reassign, .operator),
        (.accepted, .decline, .provider), (.accepted, .reassign, .admin), (.scheduled, .reassign, .operator), (.failed, .reopen, .operator),
    ])
    func `takes the order out of the provider's hands`(state: OrderState, action: OrderAction, actor: Actor) throws {
        let after = try Sample.order(state).after(action, by: actor, at: Sample.now, timers: TimerPolicy())
        #expect(after.state == .received)
        #expect(after.provider == nil)
        #expect(after.worker == nil)
    }

    @Test(arguments: [(OrderState.accepted, OrderAction.cancel), (.inService, .fail), (.closed, .void), (.offered, .accept)])
    func `keeps the provider for the record`(state: OrderState, action: OrderAction) throws {
        let actor = try #require(Transition.of(action, from: state)?.actors.first)
        let after = try Sample.order(state).after(action, by: actor, at: Sample.now, timers: TimerPolicy())
        #expect(after.provider == ProviderID("P001"))
        #expect(after.worker == WorkerID("W001"))
    }

    @Test func `takes money and proof back when an order is voided or reopened`() throws {
        let voided = try Sample.order(.closed).after(.void, by: .admin, at: Sample.now, timers: TimerPolicy())
        #expect(voided.settlement == .notReady)
        #expect(voided.verification == .refused)
        let complained = try Sample.order(.closed).after(.reopen, by: .quality, at: Sample.now, timers: TimerPolicy())
        #expect(complained.state == .done)
        #expect(complained.settlement == .notReady)
        #expect(complained.verification == .unverified)
        #expect(complained.provider == ProviderID("P001"))
    }

    @Test func `leads every order to an end and every state into view`() {
        for state in OrderState.allCases {
            #expect(state == .received || Transition.table.contains { $0.to == state && $0.from != state })
            #expect(state.isEnd || Transition.table.contains { $0.from == state && $0.to == .cancelled })
            #expect(!state.name.isEmpty)
        }
    }

    @Test(arguments: OrderAction.allCases)
    func `explains a refusal in words with a stable code`(action: OrderAction) {
        let clash = OrderRejection.illegalTransition(from: .voided, action: action).rejection
        #expect(clash.kind == .conflict)
        #expect(clash.code == "illegal_transition")
        #expect(clash.message.contains("作废") && clash.message.contains(action.name))
        let forbidden = OrderRejection.notAllowed(.elder, action).rejection
        #expect(forbidden.kind == .forbidden)
        #expect(forbidden.code == "not_allowed")
        #expect(forbidden.message.contains(action.name))
    }
}
