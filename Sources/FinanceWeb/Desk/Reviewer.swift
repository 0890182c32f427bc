import Billing
import Web
import Workflow

/// 平台复核 is a right of the desk's people too: at the pages of a month they find what it takes, and no way to what is finance's own.
extension Caller {
    /// Whether papers, payments, budgets and the trace open to them.
    var isOfFinance: Bool { FinanceContext.roles.contains(role) }

    /// Where a line is looked into: at the trace of its money or, from the desk, at its order; nil for a meal, which only the trace shows.
    func address(of line: Candidate) -> String? {
        if isOfFinance { return "/finance/audit?q=\(line.subject)" }
        return line.kind == .order ? "/console/orders/\(line.subject)" : nil
    }

    /// Where an objection of a provider is looked into.
    func address(ofObjection subject: String, to month: String, _ provider: String) -> String {
        isOfFinance ? "/finance/audit?q=\(subject)" : "/finance/\(month)/\(provider)"
    }
}
