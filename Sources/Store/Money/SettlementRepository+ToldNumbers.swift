import Billing
import Catalog
import Kernel
import Registry

extension SettlementRepository {
    /// Meals on a canteen's statement that would be paid on the strength of a number that was told, in its order.
    public func told(_ month: Month, _ canteen: ProviderID) throws -> [Sampling.Line] {
        try tx.rows(
            """
            SELECT l.subject, l.gross_fen, l.evidence FROM statement_line l JOIN meal_swipe m ON m.id = l.subject
            WHERE l.month = \(month) AND l.provider_id = \(canteen) AND l.kind = 'meal' AND l.verdict = 'paid' AND l.evidence = 1
                AND m.entry IN ('typed', 'elder')
            ORDER BY l.ordinal
            """
        ) {
            Sampling.Line(
                subject: try $0.text(), gross: try $0.fen(), evidence: try $0.value(), isConfirmed: false,
                isTold: true)
        }
    }
}
