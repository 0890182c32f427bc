import Entitlement
import Hummingbird
import Kernel
import Web
import Workflow

/// 专项资金: cadre funds, medical advances and aid, which are paid by the case; what goes out is asked for by one person and decided by another.
///
/// | path | what |
/// |---|---|
/// | GET /finance/funds | every account, and what waits for a decision |
/// | POST /finance/funds | opens one |
/// | GET /finance/funds/{id} | one with its entries, payments and, of a loan, who owes it |
/// | POST /finance/funds/{id}/top-up, stop | more money; the last month of a nursing fee |
/// | POST /finance/funds/{id}/payments | asks for a payment |
/// | POST /finance/funds/{id}/repayments | an advance comes back |
/// | POST /finance/fund-payments/{id}/approve, reject | by another person than the one who asked |
/// | POST /finance/nursing-fees | every nursing fee of a month, once |
public struct FundPages: PageGroup {
    public let site: Site
    let read: ReadFundAccounts

    public init(_ site: Site) {
        self.site = site
        read = ReadFundAccounts(site.office)
    }

    public func add(to group: RouterGroup<FinanceContext>) {
        group.get("funds") { try await list($0, $1) }
        group.post("funds", use: open)
        group.get("funds/:id") { try await account($0, $1) }
        group.post("funds/:id/top-up", use: topUp)
        group.post("funds/:id/stop", use: stop)
        group.post("funds/:id/payments", use: ask)
        group.post("funds/:id/repayments", use: repay)
        group.post("fund-payments/:id/approve") { try await decide(true, $0, $1) }
        group.post("fund-payments/:id/reject") { try await decide(false, $0, $1) }
        group.post("nursing-fees", use: payNursing)
    }

    private func id(_ context: FinanceContext) throws -> FundAccountID { FundAccountID(try context.parameters.require("id")) }

    private func list(
        _ request: Request, _ context: FinanceContext, typed: Opening? = nil, fault: Rejection? = nil
    ) async throws -> Response {
        let model = FundsModel(
            try await read.all(for: context.caller), typed: typed, fault: fault?.message, done: request.query("done"), once: exchange.newFormKey,
            caller: context.caller, today: office.now.localDate)
        return try pages.page(
            "funds", .finance("专项资金", request, context), model, status: fault == nil ? .ok : .unprocessableContent)
    }

    private func account(
        _ request: Request, _ context: FinanceContext, typed: FundModel.Typed = .init(), fault: Rejection? = nil
    ) async throws -> Response {
        let model = FundModel(
            try await read.one(try id(context), for: context.caller), typed: typed, fault: fault?.message, once: exchange.newFormKey,
            caller: context.caller)
        return try pages.page(
            "fund", .finance("专项账户", request, context), model, status: fault == nil ? .ok : .unprocessableContent)
    }

    // MARK: Accounts

    struct Opening: Decodable, Sendable {
        let kind: String
        let holder: String
        let year: String?
        let amount: String?
        let first: String?
        let last: String?

        /// - Parameter holder: the id of whoever is meant.
        func opening(holder: String) throws -> ManageFunds.Opening {
            guard let kind = FundKind(rawValue: kind) else {
                throw Rejection(.invalid, "fund_kind_unknown", "请选择资金种类。", pointer: "/kind")
            }
            let year = try filled(year).map { text in
                guard let year = Int(text) else { throw Rejection(.invalid, "year_invalid", "年度应为 2000 到 2399。", pointer: "/year") }
                return year
            }
            let amount = try filled(amount).map(BudgetPages.yuan) ?? .zero
            let isMonthly = kind == .nursingFee
            return ManageFunds.Opening(
                kind: kind, holder: holder, year: year, granted: isMonthly ? .zero : amount, monthly: isMonthly ? amount : .zero,
                firstMonth: try filled(first).map { try .read($0, at: "/first") }, lastMonth: try filled(last).map { try .read($0, at: "/last") })
        }

        private func filled(_ text: String?) -> String? { text.map(\.trimmed).flatMap { $0.isEmpty ? nil : $0 } }
    }

    @Sendable func open(_ request: Request, _ context: FinanceContext) async throws -> Response {
        try await exchange.formOnce(Opening.self, request, context) { form in
            let holder = form.kind == FundKind.nursingFee.rawValue ? try await read.person(form.holder) : form.holder.trimmed
            let step = try ManageFunds(office).open(try form.opening(holder: holder), by: context.caller)
            return { tx in "/finance/funds/\(try step(tx).id)" }
        } orShow: { form, error in
            try await list(request, context, typed: form, fault: error.rejection)
        }
    }

    struct Sum: Decodable, Sendable { let amount: String }

    @Sendable func topUp(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let id = try id(context)
        return try await exchange.formOnce(Sum.self, request, context) { form in
            let step = try ManageFunds(office).topUp(id, by: try BudgetPages.yuan(form.amount), context.caller)
            return { tx in "/finance/funds/\(try step(tx).id)" }
        } orShow: { form, error in
            try await account(request, context, typed: .init(topUp: form.amount), fault: error.rejection)
        }
    }

    struct Stop: Decodable, Sendable { let last: String }

    @Sendable func stop(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let id = try id(context)
        return try await exchange.formOnce(Stop.self, request, context) { form in
            let step = try ManageFunds(office).stopNursing(id, after: try .read(form.last, at: "/last"), by: context.caller)
            return { tx in "/finance/funds/\(try step(tx).id)" }
        } orShow: { form, error in
            try await account(request, context, typed: .init(last: form.last), fault: error.rejection)
        }
    }

    // MARK: Payments

    struct Wish: Decodable, Sendable {
        let amount: String
        let person: String?
        let reason: String
    }

    @Sendable func ask(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let id = try id(context)
        return try await exchange.formOnce(Wish.self, request, context) { form in
            let person = try await (form.person ?? "").isEmpty ? nil : read.person(form.person ?? "")
            let step = try PayFunds(office).request(
                id, amount: try BudgetPages.yuan(form.amount), person: person, reason: form.reason.trimmed, by: context.caller)
            return { tx in "/finance/funds/\(try step(tx).account)" }
        } orShow: { form, error in
            try await account(
                request, context, typed: .init(amount: form.amount, person: form.person ?? "", reason: form.reason), fault: error.rejection)
        }
    }

    private func decide(_ approve: Bool, _ request: Request, _ context: FinanceContext) async throws -> Response {
        let id = try context.parameters.require("id")
        return try await exchange.formOnce(Opinion.self, request, context, keeping: IdempotencyKey.forMoney) { form in
            let step = try PayFunds(office).decide(id, approve: approve, opinion: form.opinion ?? "", by: context.caller)
            return { tx in "/finance/funds/\(try step(tx).account)" }
        }
    }

    struct Repayment: Decodable, Sendable {
        let person: String
        let amount: String
        let note: String?
    }

    @Sendable func repay(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let id = try id(context)
        return try await exchange.formOnce(Repayment.self, request, context) { form in
            let step = try PayFunds(office).repay(
                id, person: form.person, amount: try BudgetPages.yuan(form.amount), note: form.note ?? "", by: context.caller)
            return { tx in "/finance/funds/\(try step(tx).id)" }
        } orShow: { form, error in
            try await account(request, context, fault: error.rejection)
        }
    }

    struct Fees: Decodable, Sendable { let month: String }

    @Sendable func payNursing(_ request: Request, _ context: FinanceContext) async throws -> Response {
        try await exchange.formOnce(Fees.self, request, context) { form in
            let month = try Month.read(form.month)
            let step = try PayNursingFees(office).prepared(month, by: context.caller)
            return { tx in
                let report = try step(tx)
                return "/finance/funds?done=\(month)~\(report.paid.count)~\(report.alreadyPaid)~\(report.stopped.count)~\(report.waiting.count)"
            }
        } orShow: { form, error in
            try await list(request, context, fault: error.rejection)
        }
    }
}
