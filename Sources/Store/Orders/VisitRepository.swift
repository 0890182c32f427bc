import Kernel
import Orders
import Registry

public struct VisitRepository {
    let tx: any Transaction

    public func find(_ order: OrderID) throws -> Visit? { try find([order]).first }

    /// Those that there are, in no order.
    public func find(_ orders: [OrderID]) throws -> [Visit] {
        try orders.chunked(by: Chunk.keys).flatMap { part in
            try tx.rows(
                """
                SELECT order_id, provider_id, worker_id,
                    in_at_ms, in_received_ms, in_method, in_distance_m, in_accuracy_m, in_photo_sha256, in_reason_code,
                    out_at_ms, out_received_ms, out_method, out_distance_m, out_accuracy_m, out_photo_sha256, out_reason_code,
                    confirmed_by, confirmed_ms
                FROM visit WHERE order_id IN (\(list: part.map(\.text)))
                """
            ) { try Visit(row: &$0) }
        }
    }

    /// The visit that has just begun. One that failed before, of an order dispatched again, gives way to it; the log keeps its times.
    public func begin(_ visit: Visit) throws {
        let check = visit.checkIn
        try tx.execute(
            """
            INSERT INTO visit (order_id, provider_id, worker_id, in_at_ms, in_received_ms, in_method, in_distance_m, in_accuracy_m,
                in_photo_sha256, in_reason_code, in_device, is_mocked, is_location_off)
            VALUES (\(visit.order), \(visit.provider), \(visit.worker), \(check.at), \(check.receivedAt), \(check.method),
                \(check.distance_m), \(check.accuracy_m), \(check.photoSHA256), \(check.reasonCode),
                \(visit.traces.inDevice), \(visit.traces.isMocked), \(visit.traces.isLocationOff))
            ON CONFLICT (order_id) DO UPDATE
            SET provider_id = excluded.provider_id, worker_id = excluded.worker_id, in_at_ms = excluded.in_at_ms,
                in_received_ms = excluded.in_received_ms, in_method = excluded.in_method, in_distance_m = excluded.in_distance_m,
                in_accuracy_m = excluded.in_accuracy_m, in_photo_sha256 = excluded.in_photo_sha256,
                in_reason_code = excluded.in_reason_code, out_at_ms = NULL, out_received_ms = NULL, out_method = NULL,
                out_distance_m = NULL, out_accuracy_m = NULL, out_photo_sha256 = NULL, out_reason_code = NULL, confirmed_by = NULL,
                confirmed_ms = NULL, in_device = excluded.in_device, out_device = NULL, is_mocked = excluded.is_mocked,
                is_location_off = excluded.is_location_off, signature_sha256 = NULL, signed_by = NULL
            """)
        try noteReuse(check, of: visit.order)
    }

    public func saveCheckOut(_ visit: Visit) throws {
        guard let check = visit.checkOut else { return }
        try tx.execute(
            """
            UPDATE visit
            SET in_method = \(visit.checkIn.method), out_at_ms = \(check.at), out_received_ms = \(check.receivedAt), out_method = \(check.method),
                out_distance_m = \(check.distance_m), out_accuracy_m = \(check.accuracy_m), out_photo_sha256 = \(check.photoSHA256),
                out_reason_code = \(check.reasonCode), out_device = \(visit.traces.outDevice),
                is_mocked = CASE WHEN \(visit.traces.isMocked) = 1 THEN 1 ELSE is_mocked END,
                is_location_off = CASE WHEN \(visit.traces.isLocationOff) = 1 THEN 1 ELSE is_location_off END,
                signature_sha256 = \(visit.traces.signatureSHA256), signed_by = \(visit.traces.signedBy)
            WHERE order_id = \(visit.order)
            """)
        try noteReuse(check, of: visit.order)
    }

    public func saveConfirmation(_ visit: Visit) throws {
        try tx.execute(
            """
            UPDATE visit
            SET confirmed_by = \(visit.confirmedBy), confirmed_ms = \(visit.confirmedAt), in_method = \(visit.checkIn.method),
                out_method = \(visit.checkOut?.method.rawValue)
            WHERE order_id = \(visit.order)
            """)
    }
}

extension Visit {
    init(row: inout Row) throws {
        let (order, provider, worker) = (try row.id(Order.self), try row.id(Provider.self), try row.id(Worker.self))
        guard let checkIn = try Visit.check(&row) else { throw StoreFault.corrupt("visit \(order): no check-in") }
        self.init(
            order: order, provider: provider, worker: worker, checkIn: checkIn, checkOut: try Visit.check(&row),
            confirmedBy: row.optionalText(), confirmedAt: row.optionalInstant())
    }

    private static func check(_ row: inout Row) throws -> Check? {
        let (at, received, method) = (row.optionalInstant(), row.optionalInstant(), try row.optionalValue(CheckMethod.self))
        let (distance, accuracy) = (row.optionalInteger().map { Int($0) }, row.optionalInteger().map { Int($0) })
        let (photo, reason) = (row.optionalText(), row.optionalText())
        guard let at, let received, let method else { return nil }
        return Check(
            at: at, receivedAt: received, method: method, distance_m: distance, accuracy_m: accuracy, photoSHA256: photo, reasonCode: reason)
    }
}

extension Transaction {
    public var visits: VisitRepository { VisitRepository(tx: self) }
}
