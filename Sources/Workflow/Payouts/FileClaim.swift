import Catalog
import Entitlement
import Kernel
import Registry
import Store

/// 报销申请: paper bills of a period, handed in by whoever has advanced the money; judged by the programme as services are, within its grants.
public struct FileClaim: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// One bill as it was written down: whose service it was, by id or by the number on the card, and what the bill says.
    public struct Entry: Sendable {
        public let elder: ElderID
        public let bill: Bill

        /// The number is kept in one way of writing, so that the same bill is not another one for a blank or a small letter.
        public init(elder: ElderID, bill: Bill) {
            self.elder = elder
            self.bill = Bill(number: PaperNumber.normalised(bill.number), item: bill.item, date: bill.date, price: bill.price)
        }
    }

    /// One bill at a desk, where somebody waits for the answer: what is not paid is refused with the reason.
    ///
    /// - Throws: `claim_not_payable`, and what ``prepared(_:claimant:_:by:)`` throws.
    public func one(
        _ code: String, claimant: ProviderID?, _ entry: Entry, by caller: Caller
    ) throws -> @Sendable (any Transaction) throws -> CashPayment {
        let step = try prepared(code, claimant: claimant, [entry], by: caller)
        return { tx in
            let judged = try step(tx)[0]
            guard let payment = judged.payment else {
                let words = judged.notes.map(\.message).joined(separator: "；")
                throw Rejection(.refused, "claim_not_payable", "这张票据不能报销：\(words.isEmpty ? "不在项目的范围内" : words)。", pointer: "/number")
            }
            return payment
        }
    }

    /// What becomes of a bill.
    public struct Judged: Sendable {
        public let entry: Entry
        /// Nil when the programme pays nothing of it.
        public let payment: CashPayment?
        public let notes: [FundingNote]
    }

    /// The most bills of one claim.
    public static let limit = 1000

    /// All bills are taken or, when one is not a bill of the programme, none.
    ///
    /// - Parameter claimant: a provider; nil when each elder has paid for themselves.
    /// - Throws: `payout_programme_unknown`, `bills_missing`, `bill_invalid`, `item_unknown`, `elder_unknown`, `provider_unknown`, `claim_closed`,
    ///   `bill_known`.
    public func prepared(
        _ code: String, claimant: ProviderID?, _ entries: [Entry], by caller: Caller
    ) throws -> @Sendable (any Transaction) throws -> [Judged] {
        try ManageFunds.check(caller)
        let (now, office, reference) = (office.now, office, office.reference)
        let programme = try reference.paidOut(code)
        guard (1...Self.limit).contains(entries.count) else {
            throw Rejection(.invalid, "bills_missing", "请填写 1 到 \(Self.limit) 张票据。", pointer: "/bills")
        }
        if let claimant, reference.franchise.provider(claimant) == nil {
            throw Rejection(.missing, "provider_unknown", "没有服务商 \(claimant)，请核对编号。", pointer: "/provider")
        }
        let items = try entries.enumerated().map { try Self.item($1.bill, $0, programme, reference, today: now.localDate) }
        return { tx in
            let books = Payouts(tx, reference, by: caller, now: now)
            let judged = try zip(entries, items).enumerated().map { index, asked in
                let (entry, item) = asked
                guard let elder = try tx.meals.diner(entry.elder) ?? tx.meals.diner(card: entry.elder.text) else {
                    throw Rejection(.missing, "elder_unknown", "第 \(index + 1) 张票据的老人不在册，请核对编号。", pointer: "/bills/\(index)/elder")
                }
                let claimant = claimant?.text ?? elder.id.text
                guard try !tx.payouts.isKnown(entry.bill, of: elder.id, by: claimant) else {
                    throw Rejection(.conflict, "bill_known", "票据 \(entry.bill.number) 已经报销过或重复填写，请核对。", pointer: "/bills/\(index)/number")
                }
                // A bill tells no hour: noon lies within every programme's.
                let request = FundingRequest(
                    item: item, date: entry.bill.date, minuteOfDay: 720, payable: entry.bill.price,
                    beneficiary: elder.beneficiary(on: entry.bill.date))
                let split = try reference.split(request, of: elder.id, by: reference.programmes.claims(of: programme), tx)
                guard elder.isRegistered(on: entry.bill.date), let leg = split.legs.first else {
                    return Judged(entry: entry, payment: nil, notes: split.notes)
                }
                let id: ID<CashPayment> = office.newID(at: now)
                let payment = CashPayment(
                    id: id.text, leg: leg, month: now.localDate.month, elder: elder.id, claimant: claimant, bill: entry.bill,
                    madeBy: caller.name, madeAt: now)
                guard try books.reserve(payment) else { throw StoreFault.failed("claim not inserted") }
                return Judged(entry: entry, payment: payment, notes: split.notes)
            }
            let paid = judged.compactMap(\.payment)
            if !paid.isEmpty {
                try tx.events.append(
                    "payout.claimed", subject: "\(code)/\(now.localDate.month)", subjectSeq: 1, by: caller.name, at: now,
                    data: (["count": JSON(paid.count), "amount_fen": JSON(paid.map(\.leg.amount).total)] as JSON).text)
            }
            return judged
        }
    }

    private static func item(_ bill: Bill, _ index: Int, _ programme: Programme, _ reference: Reference, today: LocalDate) throws -> Item {
        guard (1...40).contains(bill.number.count), bill.price > .zero, bill.price <= .limit else {
            throw Rejection(.invalid, "bill_invalid", "第 \(index + 1) 张票据应有号码（1 到 40 个字）和大于零的金额。", pointer: "/bills/\(index)")
        }
        guard let item = reference.catalogue.item(ItemCode(bill.item)) else {
            throw Rejection(.missing, "item_unknown", "第 \(index + 1) 张票据的服务项目不在目录中。", pointer: "/bills/\(index)/item")
        }
        guard let period = reference.programmes.claimPeriod(programme, of: bill.date), period.isOpen(on: today) else {
            let words = reference.programmes.claimPeriod(programme, of: bill.date).map { "\($0.last.adding(days: 1)) 至 \($0.until) 受理" } ?? "该项目不凭据报销"
            throw Rejection(.refused, "claim_closed", "第 \(index + 1) 张票据（\(bill.date)）现在不能报销：\(words)。", pointer: "/bills/\(index)/date")
        }
        return item
    }
}
