import Billing
import Catalog
import Kernel
import Orders
import Registry

/// The first reading of a month: a third of the columns, as lines are only compared with each other.
extension CandidateReader {
    /// Adds every candidate of a slice, as far as it is compared with others.
    ///
    /// - Parameter size: how many orders, or meals, make a page.
    /// - Returns: the pages in which it is to be judged and written.
    public func add(_ slice: Slice, to traces: inout Traces, pagesOf size: Int) throws -> [MonthPage] {
        var paging = MonthPaging(slice, size: size)
        guard case .day(let day) = slice else {
            try forEachLate { line in
                traces.add(line)
                paging.add(line)
            }
            return paging.pages
        }
        if let ids = try all(.order, on: day) {
            var legs = try legs(on: day, ids)
            try tx.forEachRow(Self.compared(on: day)) { row in
                var line = try compared(&row, day)
                line.funding = legs.take(line.subject)
                traces.add(line)
                paging.add(line)
            }
        }
        if let ids = try all(.meal, on: day) {
            try forEachMeal(on: day, ids) { line in
                traces.add(line)
                paging.add(line)
            }
        }
        return paging.pages
    }

    private static func compared(on day: LocalDate) -> SQL {
        """
        SELECT o.id, o.number, v.provider_id, o.elder_id, o.item_code, o.created_ms, v.in_at_ms, v.out_at_ms, v.worker_id, o.second_worker_id,
            v.in_method, v.out_method, v.in_device, v.out_device, v.in_photo_sha256, v.out_photo_sha256, v.signature_sha256
        FROM service_order o
        JOIN visit v ON v.order_id = o.id
        WHERE o.service_date = \(day) AND o.state = 'closed'
        ORDER BY o.id
        """
    }

    private func compared(_ row: inout Row, _ day: LocalDate) throws -> Candidate {
        var line = Candidate(
            kind: .order, subject: try row.text(), number: try row.text(), provider: try row.id(), elder: try row.id(), item: try row.id(),
            date: day, createdAt: try row.instant(), quantity: .one, unitPrice: .zero, gross: .zero, funding: [], selfPay: .zero,
            begin: try row.instant(), end: row.optionalInstant(), worker: try row.id(), evidence: .none)
        line.accompany(by: row.optionalID())
        let methods: [CheckMethod?] = [try row.value(), try row.optionalValue()]
        line.isManual = methods.contains { $0?.isManual == true }
        let devices = [row.optionalText(), row.optionalText()]
        line.proof.device = devices[0] ?? devices[1]
        line.proof.photos = [row.optionalText(), row.optionalText()].compactMap { $0 }
        line.proof.signature = row.optionalText()
        let person = try recipients.person(line.elder, tx)
        line.elder = person.id
        line.recipient = person.recipient
        return line
    }
}
