import Billing
import Entitlement
import Kernel
import Registry

/// 冲正的资金: what each correction of a line has taken from programmes, elders and budgets, or given back to them.
public struct CorrectionRepository {
    let tx: any Transaction

    /// What corrections add to what the services of a month take from budgets.
    typealias Borne = (month: Month, budgets: [BudgetKey], amount: Fen, services: Int)

    /// - Parameter month: of the service, whose budgets bear it.
    public func insert(_ change: FundingChange, of id: String, elder: ElderID, month: Month) throws {
        let sign: Int64 = change.isTaken ? 1 : -1
        for (index, leg) in change.legs.enumerated() {
            try tx.execute(
                """
                INSERT INTO correction_leg (adjustment_id, ordinal, elder_id, month, fund, programme, version, amount_fen, bonus_fen, draws, budgets,
                    services)
                VALUES (\(id), \(index + 1), \(elder), \(month), \(leg.fund), \(leg.programme), \(leg.version), \(Fen(sign * leg.amount.amount)),
                    \(Fen(sign * leg.bonus.amount)), \(LegRepository.encoded(leg.draws)), \(leg.budgets.encoded), \(change.services[index]))
                """)
        }
    }

    /// Notes that a correction has moved its funding.
    ///
    /// - Parameter moved: what the line itself was owed under the month of its service, and is no longer.
    public func setFunded(_ id: String, moved: Fen) throws {
        try tx.execute("UPDATE adjustment SET is_funded = 1, moved_fen = \(moved) WHERE id = \(id)")
    }

    func borne(in year: Int) throws -> [Borne] {
        try tx.rows(
            """
            SELECT month, budgets, CAST(SUM(amount_fen + bonus_fen) AS BIGINT), CAST(SUM(services) AS BIGINT) FROM correction_leg
            WHERE month >= \(Month(year, 1)) AND month <= \(Month(year, 12)) AND budgets <> '' GROUP BY month, budgets ORDER BY month, budgets
            """
        ) { (try $0.month(), try [BudgetKey](encoded: try $0.text()), try $0.fen(), try $0.int()) }
    }

    // MARK: Books of before

    /// Books anew, by linked entries, what was booked before corrections were owed under the month of the statement that pays them: then they
    /// stood under the month in which they were approved, the debt of a held line stood beside its correction, and what one payment could not
    /// bear stayed under its own month. Nothing is edited; what those corrections had not taken from programmes and elders stays so, and is told
    /// by whoever checks the books.
    func rebook() throws {
        guard case let now?? = try tx.first("SELECT MAX(at_ms) FROM posting", { $0.optionalInstant() }) else { return }
        let booked = try tx.rows(
            """
            SELECT a.month, a.statement_month, p.seq, p.subject, p.debit, p.credit, p.amount_fen
            FROM adjustment a CROSS JOIN posting p
            WHERE a.rule = '' AND a.approved_by IS NOT NULL AND p.subject = a.subject
                AND (p.debit = 'correction/' || a.month OR p.credit = 'correction/' || a.month)
            ORDER BY p.seq
            """
        ) { row in
            let (month, pays, seq) = (try row.month(), row.optionalText().flatMap { Month($0) }, row.optionalInteger())
            let old = Ledger.Posting(
                .reverse, subject: try row.text(), debit: try row.text(), credit: try row.text(), amount: try row.fen(), reverses: seq)
            return (AccountName.correction(month), pays, old)
        }
        for (correction, pays, old) in booked {
            let account = old.debit == correction ? old.credit : old.debit
            let right = pays.map { "\(account.dropLast(7))\($0)" }
            guard right != account else { continue }
            var entries = [
                Ledger.Posting(.reverse, subject: old.subject, debit: old.credit, credit: old.debit, amount: old.amount, reverses: old.reverses),
            ]
            if let right {
                let isAdded = old.credit == correction
                entries.append(
                    Ledger.Posting(
                        .reverse, subject: old.subject, debit: isAdded ? right : correction, credit: isAdded ? correction : right, amount: old.amount,
                        reverses: old.reverses))
            }
            try tx.ledger.append(entries, at: now)
        }
        try rebookHeld(at: now)
        for carried in try tx.close.carried() { try tx.ledger.append([carried], at: now) }
    }

    private func rebookHeld(at now: Instant) throws {
        let held = try tx.rows(
            """
            SELECT a.id, a.month, a.subject, l.provider_id, SUBSTR(l.service_date, 1, 7), CAST(SUM(
                CASE WHEN p.debit = 'payable/' || l.provider_id || '/' || SUBSTR(l.service_date, 1, 7) THEN p.amount_fen ELSE -p.amount_fen END) AS BIGINT)
            FROM adjustment a CROSS JOIN statement_line l CROSS JOIN posting p
            WHERE a.rule = '' AND a.approved_by IS NOT NULL AND l.subject = a.subject AND l.month = a.month AND l.verdict = 'held'
                AND NOT EXISTS (SELECT 1 FROM line_decision d WHERE d.month = a.month AND d.subject = a.subject)
                AND p.subject = a.subject
                AND (p.debit = 'payable/' || l.provider_id || '/' || SUBSTR(l.service_date, 1, 7)
                    OR p.credit = 'payable/' || l.provider_id || '/' || SUBSTR(l.service_date, 1, 7))
            GROUP BY a.id, a.month, a.subject, l.provider_id, SUBSTR(l.service_date, 1, 7) ORDER BY a.id
            """
        ) { (id: try $0.text(), month: try $0.month(), subject: try $0.text(), provider: try $0.text(), served: try $0.month(), owed: try $0.fen()) }
        for line in held where line.owed > .zero {
            try tx.ledger.append(
                [
                    Ledger.Posting(
                        .reverse, subject: line.subject, debit: AccountName.correction(line.month), credit: AccountName.payable(line.provider, line.served),
                        amount: line.owed, reverses: try tx.ledger.lastPosting(of: line.subject))
                ], at: now)
            try tx.execute("UPDATE adjustment SET moved_fen = \(line.owed) WHERE id = \(line.id)")
        }
    }
}

extension CloseRepository {
    /// 结转: what the payment of a month could not bear, as an entry from that month to the one whose statement takes it.
    func carried() throws -> [Ledger.Posting] {
        try tx.rows(
            """
            SELECT subject, provider_id, month, statement_month, -amount_fen FROM adjustment
            WHERE rule = 'CARRY' AND statement_month IS NOT NULL ORDER BY id
            """
        ) { row in
            let (subject, provider) = (try row.text(), try row.text())
            let (from, to) = (try row.month(), try row.month())
            return Ledger.carried(subject, provider, from: from, to: to, try row.fen())
        }
    }
}

extension Ledger {
    /// What the payment of one month could not bear is taken from the next.
    public static func carried(_ subject: String, _ provider: String, from month: Month, to next: Month, _ amount: Fen) -> Posting {
        Posting(
            .reverse, subject: subject, debit: Account.payable(provider, month), credit: Account.payable(provider, next), amount: amount)
    }
}

extension Transaction {
    public var corrections: CorrectionRepository { CorrectionRepository(tx: self) }
}
