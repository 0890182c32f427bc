import Entitlement
import Kernel
import Orders

/// 资金分摊: which programme pays how much of an order, as stored with the attempt it was reserved for.
public struct LegRepository {
    let tx: any Transaction

    public typealias State = LegState

    public struct Stored: Sendable {
        public let leg: FundingLeg
        public let attempt: Int
        public let state: State
    }

    public func insert(_ legs: [FundingLeg], order: OrderID, attempt: Int) throws {
        guard !legs.isEmpty else { return }
        let rows = legs.enumerated().map { index, leg -> [SQL.Value] in
            [
                .text(order.text), .integer(Int64(attempt)), .integer(Int64(index + 1)), .text(leg.fund.rawValue), .text(leg.programme),
                .integer(Int64(leg.version)), .integer(leg.amount.amount), .text(Self.encoded(leg.draws)),
                .text(State.reserved.rawValue), .text(leg.budgets.encoded), .integer(leg.bonus.amount),
            ]
        }
        try tx.execute(
            """
            INSERT INTO funding_leg (order_id, attempt, ordinal, fund, programme, version, amount_fen, draws, state, budgets, bonus_fen)
            VALUES \(rows: rows)
            """)
    }

    public func all(_ order: OrderID) throws -> [Stored] {
        try tx.rows(
            """
            SELECT attempt, fund, programme, version, amount_fen, bonus_fen, draws, budgets, state FROM funding_leg
            WHERE order_id = \(order) ORDER BY attempt, ordinal
            """
        ) { row in
            let attempt = try row.int()
            let leg = FundingLeg(
                fund: try row.value(), programme: try row.text(), version: try row.int(), amount: try row.fen(), bonus: try row.fen(),
                draws: try Self.draws(try row.text()), budgets: try [BudgetKey](encoded: try row.text()))
            return Stored(leg: leg, attempt: attempt, state: try row.value())
        }
    }

    /// The legs that hold or have spent money now.
    public func live(_ order: OrderID) throws -> [Stored] { try all(order).filter { $0.state != .released } }

    public func set(_ state: State, from old: State, order: OrderID) throws {
        try tx.execute("UPDATE funding_leg SET state = \(state) WHERE order_id = \(order) AND state = \(old)")
    }

    /// `programme|period|granted|amount` joined by `;`.
    public static func encoded(_ draws: [Draw]) -> String {
        draws.map { "\($0.key.programme)|\($0.key.period)|\($0.granted.amount)|\($0.amount.amount)" }.joined(separator: ";")
    }

    public static func draws(_ text: String) throws -> [Draw] {
        try text.split(separator: ";").map { part in
            let fields = part.split(separator: "|")
            guard fields.count == 4, let granted = Int64(fields[2]), let amount = Int64(fields[3]) else { throw unreadable(part) }
            return Draw(
                key: BalanceKey(programme: String(fields[0]), period: String(fields[1])), granted: Fen(granted), amount: Fen(amount))
        }
    }
}

private func unreadable(_ part: Substring) -> StoreFault { .corrupt("funding_leg.draws: \(part)") }

extension Transaction {
    public var legs: LegRepository { LegRepository(tx: self) }
}
