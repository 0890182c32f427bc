import Entitlement
import Kernel
import Orders
import Registry

/// What each elder may still draw from each programme in each period.
///
/// The schema refuses a row in which reserved + posted exceeds granted, whatever the code above it believes.
public struct EntitlementRepository {
    let tx: any Transaction

    public func balances(of elder: ElderID, _ keys: [BalanceKey]) throws -> [BalanceKey: Balance] {
        var result: [BalanceKey: Balance] = [:]
        for key in keys {
            result[key] = try tx.first(
                """
                SELECT granted_fen, reserved_fen, posted_fen FROM entitlement
                WHERE elder_id = \(elder) AND programme = \(key.programme) AND period = \(key.period)
                """
            ) { Balance(granted: try $0.fen(), reserved: try $0.fen(), posted: try $0.fen()) }
        }
        return result
    }

    /// Everything an elder has drawn on, newest period first.
    public func all(of elder: ElderID) throws -> [(key: BalanceKey, balance: Balance)] {
        try tx.rows(
            """
            SELECT programme, period, granted_fen, reserved_fen, posted_fen FROM entitlement
            WHERE elder_id = \(elder) ORDER BY period DESC, programme LIMIT 100
            """
        ) {
            (
                BalanceKey(programme: try $0.text(), period: try $0.text()),
                Balance(granted: try $0.fen(), reserved: try $0.fen(), posted: try $0.fen())
            )
        }
    }

    /// Sets an amount aside (预占).
    ///
    /// - Throws: `entitlement_exhausted` when the period has less left, so that nothing can be overspent even if two calls agreed on the same balance.
    public func reserve(_ draw: Draw, for elder: ElderID) throws {
        let changed = try tx.execute(
            """
            INSERT INTO entitlement (elder_id, programme, period, granted_fen, reserved_fen, posted_fen)
            VALUES (\(elder), \(draw.key.programme), \(draw.key.period), \(draw.granted), \(draw.amount), 0)
            ON CONFLICT (elder_id, programme, period) DO UPDATE
            SET reserved_fen = entitlement.reserved_fen + excluded.reserved_fen
            WHERE entitlement.reserved_fen + entitlement.posted_fen + excluded.reserved_fen <= entitlement.granted_fen
            """)
        guard changed == 1, draw.amount <= draw.granted else {
            throw Rejection(.conflict, "entitlement_exhausted", "补贴余额不足，请重新报价。")
        }
    }

    /// Turns what was reserved into what is spent (确认).
    public func post(_ draw: Draw, for elder: ElderID) throws {
        try move(draw, elder, reserved: -draw.amount, posted: draw.amount)
    }

    /// Gives back what was reserved (释放).
    public func release(_ draw: Draw, for elder: ElderID) throws {
        try move(draw, elder, reserved: -draw.amount, posted: .zero)
    }

    /// Gives back what was spent (冲正).
    public func reverse(_ draw: Draw, for elder: ElderID) throws {
        try move(draw, elder, reserved: .zero, posted: -draw.amount)
    }

    /// Reserves and posts in one step, for a swipe that is served and settled at once.
    public func spend(_ draw: Draw, for elder: ElderID) throws {
        let changed = try tx.execute(
            """
            INSERT INTO entitlement (elder_id, programme, period, granted_fen, reserved_fen, posted_fen)
            VALUES (\(elder), \(draw.key.programme), \(draw.key.period), \(draw.granted), 0, \(draw.amount))
            ON CONFLICT (elder_id, programme, period) DO UPDATE
            SET posted_fen = entitlement.posted_fen + excluded.posted_fen
            WHERE entitlement.reserved_fen + entitlement.posted_fen + excluded.posted_fen <= entitlement.granted_fen
            """)
        guard changed == 1, draw.amount <= draw.granted else {
            throw Rejection(.conflict, "entitlement_exhausted", "补贴余额不足，请重新刷卡。")
        }
    }

    private func move(_ draw: Draw, _ elder: ElderID, reserved: Fen, posted: Fen) throws {
        let changed = try tx.execute(
            """
            UPDATE entitlement SET reserved_fen = reserved_fen + \(reserved), posted_fen = posted_fen + \(posted)
            WHERE elder_id = \(elder) AND programme = \(draw.key.programme) AND period = \(draw.key.period)
            """)
        guard changed == 1 else { throw StoreFault.corrupt("no entitlement \(draw.key.programme) \(draw.key.period) of elder \(elder)") }
    }
}

extension Transaction {
    public var entitlements: EntitlementRepository { EntitlementRepository(tx: self) }
}
