import Hummingbird
import Kernel
import Registry
import Store
import Web
import Workflow

/// 追溯: from one yuan to elder, rule, order, evidence, call-back, approval and payment, and back.
///
/// | path | what |
/// |---|---|
/// | GET /finance/audit?q= | an order, a swipe; the number of an invoice or payment leads to its statement |
public struct TracePages: PageGroup {
    public let site: Site
    public init(_ site: Site) { self.site = site }

    public func add(to group: RouterGroup<FinanceContext>) {
        group.get("audit", use: trace)
    }

    @Sendable func trace(_ request: Request, _ context: FinanceContext) async throws -> Response {
        let office = office
        let frame = Frame.finance("追溯", request, context)
        guard let text = request.query("q").map({ String($0.filter { !$0.isWhitespace }) }), !text.isEmpty else {
            return try pages.page("trace", frame, TraceModel(query: ""))
        }
        do {
            switch try await TraceMoney(office)(String(text.prefix(64))) {
            case .statement(let month, let provider): return Pages.redirect(to: "/finance/\(month)/\(provider)")
            case .cash(let month): return Pages.redirect(to: "/finance/\(month)/documents/payouts")
            case .service(let trace):
                if let elder = trace.elder {
                    try await LookAtElder(office)(elder.id, from: .desk, reason: "追溯 \(trace.number)", by: context.caller)
                }
                let vocabulary = pages.vocabulary(request.language)
                return try pages.page("trace", frame, TraceModel(query: text, trace, reference: office.reference, vocabulary: vocabulary))
            }
        } catch let rejection as Rejection where rejection.kind == .missing {
            return try pages.page("trace", frame, TraceModel(query: text, fault: rejection.message), status: .notFound)
        }
    }
}

extension Frame {
    /// The frame of the finance desk; somebody of the hotline's desk who reviews a month keeps their own.
    static func finance(_ title: String, _ request: Request, _ context: RoleContext<some Admission>) -> Frame {
        guard context.caller.isOfFinance else { return .desk(title, request, context.caller) }
        let places = [
            ("月结", "/finance"), ("预算", "/finance/budgets"), ("现金发放", "/finance/payouts"), ("专项资金", "/finance/funds"),
            ("待核刷卡", "/finance/swipes"), ("追溯", "/finance/audit"), ("大屏", "/board"),
        ]
        let links = places.map { Frame.Link($0.0, to: $0.1, isCurrent: request.uri.path == $0.1) }
        return Frame(title: title, caller: context.caller.name, links: links, language: request.language)
    }
}
