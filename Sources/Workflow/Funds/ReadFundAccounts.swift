import Entitlement
import Kernel
import Registry
import Store

/// 专项账户 as the officer reads them: every account with what waits for a second person, and one with each of its entries.
public struct ReadFundAccounts: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// Who is meant by the ids that stand in accounts and payments; a dependant is no elder and stands as written.
    public typealias People = [String: Elder]

    public struct Waiting: Sendable {
        public let payment: FundPayment
        public let account: FundAccount
        /// Whether the reader asked for it, under whatever name.
        public let isOwn: Bool
    }

    public struct Overview: Sendable {
        public let accounts: [FundAccount]
        public let waiting: [Waiting]
        public let people: People
    }

    public struct Page: Sendable {
        public let account: FundAccount
        public let entries: [FundRepository.Entry]
        public let payments: [FundPayment]
        public let outstanding: [(person: String, owed: Fen)]
        /// Names under which the reader acts: what they asked for they do not decide.
        public let own: Set<String>
        public let people: People
    }

    public func all(for caller: Caller) async throws -> Overview {
        try await office.read { tx in
            let accounts = try tx.funds.all()
            let byID = Dictionary(accounts.map { ($0.id, $0) }) { first, _ in first }
            let own = try tx.access.names(of: caller.name)
            let waiting = try tx.funds.requested().compactMap { payment in
                byID[payment.account].map { Waiting(payment: payment, account: $0, isOwn: own.contains(payment.requestedBy)) }
            }
            let holders = accounts.filter { $0.kind == .nursingFee }.map(\.holder)
            return Overview(accounts: accounts, waiting: waiting, people: try Self.people(tx, holders + waiting.compactMap(\.payment.person)))
        }
    }

    /// - Throws: `fund_unknown`.
    public func one(_ id: FundAccountID, for caller: Caller) async throws -> Page {
        try await office.read { tx in
            let account = try tx.funds.require(id)
            let (entries, payments) = (try tx.funds.entries(of: id), try tx.funds.payments(of: id))
            let outstanding = account.kind.isLoan ? try tx.funds.outstanding(id).map { (person: $0.person, owed: $0.advanced - $0.repaid) } : []
            let persons = entries.compactMap(\.person) + payments.compactMap(\.person) + outstanding.map(\.person)
            return Page(
                account: account, entries: entries, payments: payments, outstanding: outstanding, own: try tx.access.names(of: caller.name),
                people: try Self.people(tx, persons + (account.kind == .nursingFee ? [account.holder] : [])))
        }
    }

    private static func people(_ tx: any Transaction, _ ids: [String]) throws -> People {
        let ids = Set(ids).sorted().map { ElderID($0) }
        return Dictionary(try tx.elders.facts(ids).map { ($0.id.text, $0) }) { first, _ in first }
    }

    /// The id that a typed card number stands for; of a dependant, who has no card, the name that was typed.
    ///
    /// - Throws: `card_unknown` for a number that is nobody's.
    public func person(_ typed: String) async throws -> String {
        let typed = typed.trimmed
        let elder = try await office.read { tx in try tx.elders.byNumber(typed.uppercased()) ?? tx.elders.facts(ElderID(typed)) }
        if let elder { return elder.id.text }
        guard !(typed.utf8.allSatisfy { $0 < 0x80 } && typed.contains(where: \.isNumber)) else {
            throw Rejection(.missing, "card_unknown", "没有卡号 \(typed.prefix(20))，请核对；家属没有卡号，请写姓名。", pointer: "/person")
        }
        return typed
    }
}
