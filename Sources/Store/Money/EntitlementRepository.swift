import Entitlement
import Kernel
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

    /// Moves what a leg takes from one account: sets aside, confirms, gives back.
    ///
    /// - Throws: `entitlement_exhausted` when the period has less left, so that nothing can be overspent even if two calls agreed on the same balance.
    public func move(_ move: FundMove, _ draw: Draw, for elder: ElderID) throws {
        move == .reserve || move == .spend ? try take(move, draw, elder) : try shift(move, draw, elder)
    }

    /// Opens the account if there is none, raises its grant if a better class has begun, and takes the amount.
    private func take(_ move: FundMove, _ draw: Draw, _ elder: ElderID) throws {
        let (reserved, posted) = (Fen(move.reserved * draw.amount.amount), Fen(move.posted * draw.amount.amount))
        let changed = try tx.execute(
            """
            INSERT INTO entitlement (elder_id, programme, period, granted_fen, reserved_fen, posted_fen)
            VALUES (\(elder), \(draw.key.programme), \(draw.key.period), \(draw.granted), \(reserved), \(posted))
            ON CONFLICT (elder_id, programme, period) DO UPDATE
            SET reserved_fen = entitlement.reserved_fen + excluded.reserved_fen, posted_fen = entitlement.posted_fen + excluded.posted_fen,
                granted_fen = CASE WHEN excluded.granted_fen > entitlement.granted_fen THEN excluded.granted_fen ELSE entitlement.granted_fen END
            WHERE entitlement.reserved_fen + entitlement.posted_fen + excluded.reserved_fen + excluded.posted_fen
                <= CASE WHEN excluded.granted_fen > entitlement.granted_fen THEN excluded.granted_fen ELSE entitlement.granted_fen END
            """)
        guard changed == 1, draw.amount <= draw.granted else { throw Rejection(.conflict, "entitlement_exhausted", "补贴余额不足，请重新报价或重新刷卡。") }
    }

    private func shift(_ move: FundMove, _ draw: Draw, _ elder: ElderID) throws {
        let changed = try tx.execute(
            """
            UPDATE entitlement SET reserved_fen = reserved_fen + \(Fen(move.reserved * draw.amount.amount)),
                posted_fen = posted_fen + \(Fen(move.posted * draw.amount.amount))
            WHERE elder_id = \(elder) AND programme = \(draw.key.programme) AND period = \(draw.key.period)
            """)
        guard changed == 1 else { throw StoreFault.corrupt("no entitlement \(draw.key.programme) \(draw.key.period) of elder \(elder)") }
    }
}

extension Transaction {
    public var entitlements: EntitlementRepository { EntitlementRepository(tx: self) }
}
