import Billing
import Kernel
import Registry
import Store

/// Where a month stands: its step, its fingerprint, everything done so far and what still keeps it.
public struct ReadClose: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public struct Standing: Sendable {
        public let step: CloseStep
        public let hash: String
        public let history: [CloseEntry]
        public let openSamples: Int
        public let openDisputes: Int
        public let unanswered: [ProviderID]
        /// When a confirmation was last set back to a smaller sum that waits for an answer.
        public let lowered: Instant?
        /// From the platform's signature on, by code.
        public let streets: [Street]
    }

    /// The next signature: who may give it, and why the caller may not, if so.
    public struct Next: Sendable {
        public let move: CloseMove
        public let obstacle: String?
        /// Whether the caller may send the batch back instead.
        public let mayReject: Bool
        public let roles: Set<Caller.Role>
        /// Beyond the roles, those to whom the right was given by name.
        public let names: [String]
    }

    /// A month as the page of its signatures shows it.
    public struct Signing: Sendable {
        public let standing: Standing
        /// Nil when nobody has to sign.
        public let next: Next?
        /// Those that wait for an answer, at most ``ReadClose/limit`` of them.
        public let disputes: [CloseRepository.Dispute]
        /// Why the caller may not answer them, if so.
        public let disputeObstacle: String?
    }

    /// A street with money in a month that waits for its signature or has it.
    public struct Street: Sendable {
        public let code: String
        public let signature: CloseEntry?
    }

    public typealias Paid = (payment: Payment, state: CloseRepository.PaymentState, note: String)

    /// 发票、付款、冲正 of a month.
    public struct Money: Sendable {
        public let step: CloseStep
        public let invoices: [ProviderID: Invoice]
        public let payments: [Paid]
        /// The first of them, those that wait for a second person before the others: a month's deductions by rule are hundreds.
        public let corrections: [Adjustment]
        public let correctionCount: Int
        /// Why the caller may not pay, if so.
        public let obstacle: String?
        /// The accounts that were approved or confirmed.
        public let payees: [ProviderID: Payee.Approved]
        /// Whether the caller may record invoices and confirm accounts.
        public let mayEnter: Bool
        /// Why the caller, who otherwise may, records no invoice of this month.
        public let recorderObstacle: String?
    }

    /// What machines are told beyond where it stands.
    public struct Details: Sendable {
        public let disputes: [CloseRepository.Dispute]
        public let payments: [Paid]
        public let corrections: [Adjustment]
    }

    /// Corrections on a page.
    public static let limit = 50

    public func callAsFunction(_ month: Month) async throws -> Standing { try await office.read { tx in try Self.standing(tx, month) } }

    private static func standing(_ tx: any Transaction, _ month: Month) throws -> Standing {
        let (step, history) = try Batch.standing(tx, month)
        let signed = CloseEntry.ofStreets(history)
        let streets = try tx.close.streets(month).sorted().map { code in
            Street(code: code, signature: signed.first { $0.street == code || $0.street == CloseEntry.allStreets })
        }
        return Standing(
            step: step, hash: try Batch.hash(tx, month, after: history), history: history, openSamples: try tx.close.openSamples(month),
            openDisputes: try tx.close.openDisputes(month), unanswered: try tx.close.unanswered(month) + ConfirmationWatch.stale(tx, month),
            lowered: try tx.close.lowered(month), streets: step == .frozen ? [] : streets)
    }

    /// - Parameter caller: whoever looks at the page, and may be the one to sign.
    public func signing(_ month: Month, by caller: Caller) async throws -> Signing {
        let (now, reference) = (office.now, office.reference)
        return try await office.read { tx in
            let standing = try Self.standing(tx, month)
            let move = CloseMove.table.first { $0.from == standing.step && $0.action == .approve }
            let next = try move.map { move in
                let holders = try Batch.holders(of: move.right, tx)
                return Next(
                    move: move,
                    obstacle: try Batch.obstacle { try SignMonth.check(move, tx, month, standing.history, reference, by: caller, now: now) },
                    mayReject: try CloseMove.table.contains { $0.from == standing.step && $0.action == .reject }
                        && Batch.obstacle { try Batch.require(move.right, caller, tx) } == nil,
                    roles: holders.roles, names: holders.names)
            }
            return Signing(
                standing: standing, next: next,
                disputes: standing.openDisputes == 0 ? [] : Array(try tx.close.disputes(month).filter { $0.answer == nil }.prefix(Self.limit)),
                disputeObstacle: try Batch.obstacle {
                    try Batch.requireOpen(tx, month)
                    try Batch.require(.review, caller, tx)
                })
        }
    }

    public func detailed(_ month: Month) async throws -> (standing: Standing, details: Details) {
        try await office.read { tx in
            let details = Details(
                disputes: try tx.close.disputes(month), payments: try tx.close.payments(month), corrections: try tx.close.adjustments(of: month))
            return (try Self.standing(tx, month), details)
        }
    }

    public func money(_ month: Month, by caller: Caller) async throws -> Money {
        try await office.read { tx in
            let (corrections, count) = try tx.close.adjustments(of: month, limit: Self.limit)
            let (step, history) = try Batch.standing(tx, month)
            let pay = CloseMove.table.first { $0.from == step && ($0.action == .pay || $0.action == .settle) }
            return Money(
                step: step, invoices: try tx.close.invoices(month), payments: try tx.close.payments(month),
                corrections: corrections, correctionCount: count,
                obstacle: try pay.flatMap { move in try Batch.obstacle { try PayMonth.check(move, tx, month, history, by: caller) } },
                payees: try tx.close.payees(month), mayEnter: try Batch.obstacle { try Batch.require(.pay, caller, tx) } == nil,
                recorderObstacle: !step.takesInvoices ? nil : try Batch.obstacle {
                    try CloseEntry.checkRecorder(try tx.access.names(of: caller.name), history: history)
                })
        }
    }

    /// 付款文件: what the bank is to transfer, with the accounts of firms; for whoever may pay, and the auditor.
    ///
    /// - Throws: `role_forbidden`.
    public func bankFile(_ month: Month, by caller: Caller) async throws -> [Payment] {
        try await office.read { tx in
            guard try caller.role == .auditor || Batch.obstacle({ try Batch.require(.pay, caller, tx) }) == nil else {
                throw Rejection(.forbidden, "role_forbidden", "付款文件含有收款账号，只有经办支付的人员和审计可以读取。")
            }
            return try tx.close.payments(month).filter { $0.state == .ordered }.map(\.payment)
        }
    }

    public func payments(_ month: Month) async throws -> [Paid] { try await office.read { tx in try tx.close.payments(month) } }

    public func samples(_ month: Month) async throws -> [(sample: Sample, provider: ProviderID)] {
        try await office.read { tx in try tx.close.samples(month) }
    }
}
