import Billing
import Kernel
import Registry
import Store

/// 确认收款账户: a provider's account was changed after finance had approved the batch; a person who has asked the provider says that it is
/// right, and another one then makes the payment file.
public struct ConfirmPayee: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// - Parameters:
    ///   - account: 账号 that the person has confirmed; one that has changed meanwhile is not confirmed.
    ///   - opinion: how it was checked; 1 to 500 characters.
    /// - Throws: `reason_missing`, `close_out_of_order`, `right_missing`, `statement_unknown`, `payee_known` when there is nothing to confirm,
    ///   `payee_changed` when the register has another account by now.
    public func prepared(
        _ month: Month, _ provider: ProviderID, account: String, opinion: String, by caller: Caller
    ) throws -> @Sendable (any Transaction) throws -> Payee {
        guard (1...500).contains(opinion.count) else {
            throw Rejection(.invalid, "reason_missing", "请用 1 到 500 个字写明怎样核实的，例如“电话向负责人核实”。", pointer: "/opinion")
        }
        let (now, reference) = (office.now, office.reference)
        return { tx in
            try Batch.require(.pay, caller, tx)
            let step = try Batch.standing(tx, month).step
            guard step == .finance else {
                throw Rejection(.conflict, "close_out_of_order", "\(month) 当前为“\(step.name)”，财务审核之后、生成付款文件之前才能确认收款账户。")
            }
            guard try tx.settlements.sealed(month, provider) != nil, let party = reference.franchise.provider(provider) else {
                throw Rejection(.missing, "statement_unknown", "该服务商本月没有结算单。", pointer: "/provider")
            }
            guard let change = Payee.Change(provider, approved: try tx.close.payees(month)[provider], now: Payee(party)) else {
                throw Rejection(.conflict, "payee_known", "收款账户与审核时相同，不需要确认。")
            }
            guard account == change.now.account else {
                throw Rejection(.conflict, "payee_changed", "收款账户又有变动，现为“\(change.now.words)”，请重新核实。", pointer: "/account")
            }
            try tx.close.keep(change.now, month, provider, by: caller.name, at: now)
            try tx.events.append(
                "payee.confirmed", subject: "\(month)/\(provider)", subjectSeq: try tx.events.count(about: "\(month)/\(provider)") + 1, to: provider,
                by: caller.name, at: now, data: "{\"month\":\"\(month)\"}", note: opinion)
            return change.now
        }
    }
}
