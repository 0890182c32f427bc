import Billing
import Kernel
import Orders

/// Photographs that stand under more than one visit.
extension VisitRepository {
    /// One that is there already, whenever that was.
    func noteReuse(_ check: Check, of order: OrderID) throws {
        guard let photo = check.photoSHA256 else { return }
        try tx.execute(
            """
            INSERT INTO photo_reuse (order_id, sha256, other_id, at_ms)
            SELECT \(order), \(photo), u.order_id, \(check.receivedAt)
            FROM (
                SELECT order_id FROM visit WHERE in_photo_sha256 = \(photo)
                UNION
                SELECT order_id FROM visit WHERE out_photo_sha256 = \(photo)) u
            WHERE u.order_id <> \(order)
            ORDER BY u.order_id
            LIMIT 1
            ON CONFLICT DO NOTHING
            """)
    }

    /// What a month's visits, and late ones of the year before it, have in common with visits of other days before the month; by order and
    /// photograph.
    ///
    /// - Parameter began: when the close began, which knows nothing that came later; nil before.
    public func reused(_ month: Month, began: Instant?) throws -> [PhotoReuse] {
        try tx.rows(
            """
            WITH pair AS (
                SELECT order_id, sha256, other_id, at_ms FROM photo_reuse
                UNION
                SELECT other_id, sha256, order_id, at_ms FROM photo_reuse)
            SELECT p.order_id, p.sha256, MIN(b.number), MIN(b.service_date)
            FROM pair p
            JOIN service_order o ON o.id = p.order_id
            JOIN visit v ON v.order_id = p.order_id AND p.sha256 IN (v.in_photo_sha256, v.out_photo_sha256)
            JOIN service_order b ON b.id = p.other_id
            WHERE p.at_ms <= \(began ?? Instant(milliseconds: Int64.max)) AND b.service_date < \(month.first)
                AND o.service_date >= \(month.adding(-12).first) AND o.service_date <= \(month.last)
            GROUP BY p.order_id, p.sha256
            ORDER BY p.order_id, p.sha256
            """, reuse)
    }

    /// The same of one visit, with whichever day's.
    public func reused(_ order: OrderID) throws -> [PhotoReuse] {
        try tx.rows(
            """
            SELECT p.order_id, p.sha256, b.number, b.service_date
            FROM photo_reuse p JOIN service_order b ON b.id = p.other_id
            WHERE p.order_id = \(order) ORDER BY p.sha256
            """, reuse)
    }

    private func reuse(_ row: inout Row) throws -> PhotoReuse {
        PhotoReuse(subject: try row.text(), photo: try row.text(), number: try row.text(), date: try row.date())
    }
}
