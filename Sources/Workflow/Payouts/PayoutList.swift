import Entitlement
import Kernel
import Store

/// 待审批名单: what waits for a second person of a programme in a month, and the fingerprint by which that person names what was seen.
///
/// A chain as over the lines of a month: SHA-256 of the link before, a line feed and the payment's row; it begins with
/// `vnh-payouts-1 PROGRAMME YYYY-MM`. The rows stand in the order of their ids; `payouts.csv` of the recompute pack holds the same columns.
public struct PayoutList: Sendable {
    public private(set) var count = 0
    public private(set) var amount = Fen.zero
    /// Who has put payments on it.
    public private(set) var makers: Set<String> = []
    private var chain: MonthChain

    public init(_ programme: String, _ month: Month) { chain = MonthChain(start: "vnh-payouts-1 \(programme) \(month)\n") }

    /// 64 hexadecimal digits.
    public var sha256: String { chain.root }

    static func read(_ tx: any Transaction, _ programme: String, _ month: Month) throws -> PayoutList {
        var list = PayoutList(programme, month)
        try tx.payouts.forEachWaiting(programme, month) { list.append($0) }
        return list
    }

    mutating func append(_ payment: CashPayment) {
        let (leg, bill) = (payment.leg, payment.bill)
        // CRLF is one character.
        chain.append(
            String(
                CSV.line([
                    payment.id, String(leg.version), payment.elder.text, payment.claimant, bill?.number ?? "", bill?.item ?? "",
                    bill?.date.description ?? "", bill.map { String($0.price.amount) } ?? "", String(leg.amount.amount),
                    LegRepository.encoded(leg.draws), leg.budgets.map(\.text).joined(separator: ";"), payment.madeBy,
                ]).dropLast()))
        count += 1
        amount += leg.amount
        makers.insert(payment.madeBy)
    }
}
