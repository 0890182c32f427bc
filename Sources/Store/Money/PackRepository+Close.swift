extension PackRepository {
    /// 经办: who took which step of the close on which fingerprint, what persons entered meanwhile, invoices and payments, and what corrections took
    /// from programmes or gave back to them. No accounts of firms.
    static let close: [Table] = [
        Table("steps", "seq# from action to by at_ms# opinion hash street") { scope in
            let month = scope.month
            return """
            SELECT seq, from_step, action, to_step, by_name, at_ms, opinion, batch_sha256, street
            FROM close_entry WHERE month = \(month) ORDER BY seq
            """
        },
        Table("samples", "provider subject reason result note by at_ms#") { scope in
            let month = scope.month
            return """
            SELECT provider_id, subject, reason, result, note, by_name, at_ms FROM sample WHERE month = \(month) ORDER BY provider_id, subject
            """
        },
        Table("answers", "provider ordinal# answer by at_ms# sha256 due_fen# new_due_fen# reason undone_by undone_ms#") { scope in
            let month = scope.month
            return """
            SELECT provider_id, ordinal, answer, by_name, at_ms, sha256, due_fen, new_due_fen, reason, undone_by, undone_ms FROM answer_undone
            WHERE month = \(month)
            UNION ALL
            SELECT a.provider_id, (SELECT COUNT(*) + 1 FROM answer_undone u WHERE u.month = a.month AND u.provider_id = a.provider_id), a.answer,
                a.by_name, a.at_ms, a.sha256, a.due_fen, NULL, NULL, NULL, NULL
            FROM statement_answer a WHERE a.month = \(month)
            ORDER BY 1, 2
            """
        },
        Table("invoices", "provider number issued amount_fen# seller credit_code recorded_by at_ms#") { scope in
            let month = scope.month
            return """
            SELECT provider_id, number, issued, amount_fen, seller, credit_code, recorded_by, at_ms FROM invoice
            WHERE month = \(month) ORDER BY provider_id
            """
        },
        Table("persons", "name login person") { scope in
            let month = scope.month
            // 同一人, as AccessRepository.names(of:) has it: a token is its owner's, and logins with one 工号 are one person's.
            return """
            WITH acting AS (
                SELECT by_name AS name FROM close_entry WHERE month = \(month)
                UNION SELECT by_name FROM line_decision WHERE month = \(month)
                UNION SELECT by_name FROM sample WHERE month = \(month) AND by_name IS NOT NULL
                UNION SELECT entered_by FROM adjustment WHERE month = \(month) OR statement_month = \(month)
                UNION SELECT approved_by FROM adjustment WHERE approved_by IS NOT NULL AND (month = \(month) OR statement_month = \(month))
                UNION SELECT recorded_by FROM invoice WHERE month = \(month)
                UNION SELECT made_by FROM payout WHERE month = \(month)
                UNION SELECT by_name FROM payout_decision WHERE month = \(month)
                UNION SELECT requested_by FROM payout_reversal WHERE month = \(month)
                UNION SELECT decided_by FROM payout_reversal WHERE month = \(month)
            )
            SELECT a.name, COALESCE(MIN(t.owner), a.name), MIN(l.person) FROM acting a
            LEFT JOIN api_token t ON t.name = a.name AND t.owner IS NOT NULL AND t.role <> 'provider'
            LEFT JOIN login l ON l.name = COALESCE(t.owner, a.name)
            GROUP BY a.name HAVING MIN(t.owner) IS NOT NULL OR MIN(l.person) IS NOT NULL ORDER BY a.name
            """
        },
        Table("payments", "reference provider amount_fen# invoice state ordered_ms# answered_ms#") { scope in
            let month = scope.month
            return """
            SELECT reference, provider_id, amount_fen, invoice, state, ordered_ms, answered_ms FROM payment WHERE month = \(month) ORDER BY reference
            """
        },
        Table(
            "corrections", "adjustment ordinal# subject elder month fund programme version# amount_fen# bonus_fen# draws budgets services#"
        ) { scope in
            let month = scope.month
            return """
            SELECT c.adjustment_id, c.ordinal, a.subject, c.elder_id, c.month, c.fund, c.programme, c.version, c.amount_fen, c.bonus_fen, c.draws, c.budgets,
                c.services
            FROM correction_leg c JOIN adjustment a ON a.id = c.adjustment_id
            WHERE a.month = \(month) OR a.statement_month = \(month) OR c.month = \(month) ORDER BY c.adjustment_id, c.ordinal
            """
        },
    ]
}
