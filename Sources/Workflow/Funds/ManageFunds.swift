import Entitlement
import Kernel
import Store

/// 专项账户: opened and topped up by finance; money goes out only by two persons, and every movement is an entry in the ledger.
public struct ManageFunds: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// What an officer opens.
    public struct Opening: Sendable {
        public let kind: FundKind
        /// A unit; for a nursing fee the person.
        public let holder: String
        public let year: Int?
        public let granted: Fen
        public let monthly: Fen
        public let firstMonth: Month?
        public let lastMonth: Month?

        public init(kind: FundKind, holder: String, year: Int?, granted: Fen, monthly: Fen, firstMonth: Month?, lastMonth: Month?) {
            self.kind = kind
            self.holder = holder
            self.year = year
            self.granted = granted
            self.monthly = monthly
            self.firstMonth = firstMonth
            self.lastMonth = lastMonth
        }

        func check() throws {
            guard (1...64).contains(holder.count) else { throw Rejection(.invalid, "holder_missing", "请填写账户所属单位或个人。", pointer: "/holder") }
            guard granted >= .zero, granted <= .limit, monthly >= .zero, monthly <= .limit else { throw FundRefusal.amountInvalid }
            guard year.map({ (2000...2399).contains($0) }) ?? true else {
                throw Rejection(.invalid, "year_invalid", "年度应为 2000 到 2399。", pointer: "/year")
            }
            if kind == .nursingFee {
                guard monthly > .zero, let firstMonth else {
                    throw Rejection(.refused, "nursing_incomplete", "护理费账户应填写每月金额和起始月份。", pointer: "/monthly_fen")
                }
                guard lastMonth.map({ firstMonth <= $0 }) ?? true else {
                    throw Rejection(.refused, "months_reversed", "停发月份不能早于起始月份。", pointer: "/last_month")
                }
            } else if kind != .medicalAdvance {
                guard year != nil else { throw Rejection(.refused, "year_missing", "请填写额度年度。", pointer: "/year") }
            }
        }
    }

    static func check(_ caller: Caller) throws {
        guard caller.role == .finance || caller.role == .admin else { throw Rejection(.forbidden, "role_forbidden", "只有财务和管理员可以办理专项资金。") }
    }

    public func open(_ opening: Opening, by caller: Caller) throws -> @Sendable (any Transaction) throws -> FundAccount {
        try Self.check(caller)
        try opening.check()
        let now = office.now
        let isNursing = opening.kind == .nursingFee
        let account = FundAccount(
            id: office.newID(at: now), kind: opening.kind, holder: opening.holder,
            year: isNursing || opening.kind == .medicalAdvance ? nil : opening.year, granted: isNursing ? .zero : opening.granted,
            monthly: isNursing ? opening.monthly : .zero, firstMonth: isNursing ? opening.firstMonth : nil,
            lastMonth: isNursing ? opening.lastMonth : nil)
        return { tx in
            if isNursing, let first = account.firstMonth {
                try Self.refuseOverlap(tx, account, from: first, until: account.lastMonth)
            }
            guard try tx.funds.insert(account) else {
                throw Rejection(.conflict, "fund_exists", "该单位本年度已有\(account.kind.name)账户，请追加额度。")
            }
            try Self.grant(tx, account, account.granted, by: caller, at: now)
            try Self.tell(tx, "fund.opened", account, by: caller, at: now, ["granted_fen": JSON(account.granted)])
            return account
        }
    }

    /// 追加额度
    public func topUp(_ id: FundAccountID, by amount: Fen, _ caller: Caller) throws -> @Sendable (any Transaction) throws -> FundAccount {
        try Self.check(caller)
        guard amount > .zero, amount <= .limit else { throw FundRefusal.amountInvalid }
        let now = office.now
        return { tx in
            var account = try tx.funds.require(id)
            guard account.kind != .nursingFee else { throw FundRefusal.notByRequest }
            account.granted += amount
            try tx.funds.save(account)
            try Self.grant(tx, account, amount, by: caller, at: now)
            try Self.tell(tx, "fund.topped_up", account, by: caller, at: now, ["amount_fen": JSON(amount)])
            return account
        }
    }

    /// 停发: the last month for which a nursing fee is paid.
    public func stopNursing(_ id: FundAccountID, after month: Month, by caller: Caller) throws -> @Sendable (any Transaction) throws -> FundAccount {
        try Self.check(caller)
        let now = office.now
        return { tx in
            var account = try tx.funds.require(id)
            guard account.kind == .nursingFee, let first = account.firstMonth else {
                throw Rejection(.refused, "fund_not_nursing", "只有护理费账户可以停发。")
            }
            // A later month than before may be one that another account pays.
            if first <= month { try Self.refuseOverlap(tx, account, from: first, until: month) }
            account.lastMonth = month
            try tx.funds.save(account)
            try Self.tell(tx, "fund.stopped", account, by: caller, at: now, ["last_month": JSON(month.description)])
            return account
        }
    }

    /// Nobody is paid for a month by two accounts.
    private static func refuseOverlap(_ tx: any Transaction, _ account: FundAccount, from first: Month, until last: Month?) throws {
        let isFree = try tx.funds.nursing(of: account.holder).allSatisfy { other in
            other.id == account.id || other.lastMonth.map { $0 < first } ?? false || last.map { end in other.firstMonth.map { end < $0 } ?? true } ?? false
        }
        guard isFree else { throw Rejection(.conflict, "nursing_overlaps", "该对象已有护理费账户在同一时段发放，请先填写它的停发月份。") }
    }

    static func grant(_ tx: any Transaction, _ account: FundAccount, _ amount: Fen, by caller: Caller, at now: Instant) throws {
        try tx.ledger.append(
            [
                Ledger.Posting(
                    .post, subject: account.id.text, debit: AccountName.fund(account.id.text), credit: AccountName.treasury(account.kind),
                    amount: amount)
            ], at: now)
    }

    static func tell(
        _ tx: any Transaction, _ type: String, _ account: FundAccount, by caller: Caller, at now: Instant, _ data: JSON
    ) throws {
        try tx.events.append(type, subject: account.id.text, subjectSeq: 1, by: caller.name, at: now, data: data.text)
    }
}
