import Kernel

extension PackRepository {
    /// 预算: what each of the year bears, of which the services and cash payments of every month hold how much.
    static let budgets: [Table] = [
        Table("budgets", "fund year# category region granted_fen# extra_fen# reserved_fen# posted_fen#") { scope in
            let month = scope.month
            return """
            SELECT fund, year, category, region, granted_fen, extra_fen, reserved_fen, posted_fen FROM budget
            WHERE year = \(month.year) ORDER BY fund, year, category, region
            """
        },
        Table("budget_left", "budget left_fen#") { scope in
            "SELECT budget, left_fen FROM close_budget WHERE month = \(scope.month) ORDER BY budget"
        },
        Table("budget_use", "source budgets legs bonuses month state amount_fen# count#") { scope in
            let month = scope.month
            let (first, last) = (LocalDate(month.year, 1, 1), LocalDate(month.year, 12, 31))
            // Bills of a December are paid in the year after, from the budgets of their own.
            let year = "%:\(month.year):%"
            return """
                SELECT 'meal', budgets, legs, bonuses, SUBSTR(service_date, 1, 7), 'posted', CAST(SUM(payable_fen - self_pay_fen) AS BIGINT), COUNT(*)
                FROM meal_swipe
                WHERE service_date >= \(first) AND service_date <= \(last) AND is_reversed = 0 AND budgets <> ''
                GROUP BY budgets, legs, bonuses, SUBSTR(service_date, 1, 7)
                UNION ALL
                SELECT 'order', l.budgets, '', '', SUBSTR(o.service_date, 1, 7), l.state, CAST(SUM(l.amount_fen + l.bonus_fen) AS BIGINT), COUNT(*)
                FROM funding_leg l JOIN service_order o ON o.id = l.order_id
                WHERE o.service_date >= \(first) AND o.service_date <= \(last) AND l.state <> 'released' AND l.budgets <> ''
                GROUP BY l.budgets, SUBSTR(o.service_date, 1, 7), l.state
                UNION ALL
                SELECT 'correction', budgets, '', '', month, 'posted', CAST(SUM(amount_fen + bonus_fen) AS BIGINT), COUNT(*) FROM correction_leg
                WHERE budgets LIKE \(year)
                GROUP BY budgets, month
                UNION ALL
                SELECT 'payout', budgets, '', '', month, state, CAST(SUM(amount_fen) AS BIGINT), COUNT(*) FROM payout
                WHERE state <> 'released' AND budgets LIKE \(year)
                GROUP BY budgets, month, state
                UNION ALL
                SELECT 'reversal', p.budgets, '', '', r.month, 'posted', CAST(-SUM(p.amount_fen) AS BIGINT), COUNT(*)
                FROM payout_reversal r JOIN payout p ON p.id = r.payout_id
                WHERE r.month IS NOT NULL AND p.budgets LIKE \(year)
                GROUP BY p.budgets, r.month
                ORDER BY 1, 2, 3, 4, 5, 6
                """
        },
    ]
}
