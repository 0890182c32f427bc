import Kernel
import Registry

/// 收款账户: where the money of a provider goes, as the register has it.
public struct Payee: Hashable, Sendable {
    /// 户名
    public let name: String
    /// 开户行
    public let bank: String
    /// 账号
    public let account: String

    public init(name: String, bank: String, account: String) {
        (self.name, self.bank, self.account) = (name, bank, account)
    }

    public init(_ provider: Provider) {
        self.init(name: provider.name, bank: provider.bank, account: provider.bankAccount)
    }

    /// As it is read aloud to whoever is asked about it.
    public var words: String { [name, bank, account].filter { !$0.isEmpty }.joined(separator: " ") }

    /// 审核时账户: the one that finance had before it when it approved a batch, or that a person has confirmed since.
    public struct Approved: Hashable, Sendable {
        public let payee: Payee
        /// Who approved the batch, or confirmed the change.
        public let by: String

        public init(payee: Payee, by: String) {
            (self.payee, self.by) = (payee, by)
        }
    }

    /// 变更: an account to which a payment file may not send anything before a person has asked the provider about it: it is another than
    /// finance approved, or nobody knows which that was.
    public struct Change: Hashable, Sendable {
        public let provider: ProviderID
        /// Nil in a batch that was approved before accounts were kept.
        public let approved: Payee?
        public let now: Payee

        public init?(_ provider: ProviderID, approved: Approved?, now: Payee) {
            guard approved?.payee != now else { return nil }
            (self.provider, self.approved, self.now) = (provider, approved?.payee, now)
        }
    }

    /// 付款与确认分离: whoever has confirmed an account sends no money to it.
    ///
    /// - Parameters:
    ///   - names: all under which the person acts who orders the transfers.
    ///   - changes: those of the transfers that nobody has confirmed.
    /// - Throws: `payee_changed`, which names the first of them; `own_entry`.
    public static func check(_ changes: [Change], approved: [Approved], by names: Set<String>) throws(Rejection) {
        if let first = changes.first {
            let before = first.approved.map { "审核时为“\($0.words)”" } ?? "审核时没有留存"
            throw Rejection(
                .conflict, "payee_changed",
                "\(changes.count) 家服务商的收款账户在财务审核之后有变动：\(first.provider) \(before)，现为“\(first.now.words)”。请先向服务商核实，由另一人确认账户，再生成付款文件。")
        }
        guard !approved.contains(where: { names.contains($0.by) }) else {
            throw Rejection(.forbidden, "own_entry", "您已确认其中的收款账户，付款文件须由另一人生成。")
        }
    }
}
