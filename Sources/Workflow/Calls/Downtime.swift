import Kernel
import Orders
import Store

/// 停电断网: slips with reserved numbers are printed while all is well, filled in by hand when it is not, and entered afterwards, each once.
public struct Downtime: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// A pad of paper.
    public static let most = 100

    /// Reserves the next numbers of today: `S261125-001` …
    ///
    /// - Throws: `quantity_out_of_range`
    public func reserve(_ count: Int, by caller: Caller) throws -> @Sendable (any Transaction) throws -> [String] {
        guard (1...Self.most).contains(count) else {
            throw Rejection(.refused, "quantity_out_of_range", "一次可以保留 1 到 \(Self.most) 个号。", pointer: "/count")
        }
        let now = office.now
        let prefix = "S\(now.localDate.description.filter(\.isNumber).dropFirst(2))-"
        return { tx in
            let last = try tx.slips.last(prefix).flatMap { Int($0.dropFirst(prefix.count)) } ?? 0
            let numbers = (last + 1...last + count).map { "\(prefix)\(String(1000 + $0).dropFirst(last + count > 999 ? 0 : 1))" }
            for number in numbers { try tx.slips.insert(number, by: caller.name, at: now) }
            return numbers
        }
    }

    public func latest(limit: Int = 200) async throws -> [SlipRepository.Slip] { try await office.read { tx in try tx.slips.latest(limit: limit) } }

    /// - Throws: `slip_unknown`
    public func find(_ number: String) async throws -> SlipRepository.Slip {
        try await office.read { tx in
            guard let slip = try tx.slips.find(number) else { throw Self.unknown }
            return slip
        }
    }

    /// 补录: the order of a slip enters the books, marked as entered later.
    ///
    /// - Parameter takenAt: When the slip was filled in; not after now, at most thirty days ago.
    /// - Throws: `slip_unknown`, `slip_used`, `day_past`, and what ``PlaceOrder`` refuses.
    public func enter(
        _ number: String, _ request: OrderRequest, takenAt: Instant, by caller: Caller
    ) throws -> @Sendable (any Transaction) throws -> Order {
        let now = office.now
        guard takenAt <= now, takenAt > now - .days(30) else {
            throw Rejection(.refused, "day_past", "填单时间应在过去 30 天之内，不能晚于现在。", pointer: "/taken")
        }
        var request = request
        request.source = OrderRequest.paper
        request.note = "应急单 \(number)" + (request.note.isEmpty ? "" : "：\(request.note)")
        let place = try PlaceOrder(office).prepared(request, by: caller)
        return { tx in
            guard let slip = try tx.slips.find(number) else { throw Self.unknown }
            guard slip.order == nil else {
                throw Rejection(.conflict, "slip_used", "应急单 \(number) 已由 \(slip.enteredBy ?? "") 补录过，一号只能用一次；请核对号码。")
            }
            let placed = try place(tx)
            _ = try tx.slips.use(number, for: placed.order.id, takenAt: takenAt, by: caller.name, at: now)
            return placed.order
        }
    }

    private static let unknown = Rejection(.missing, "slip_unknown", "没有保留过这个应急单号，请核对。")
}
