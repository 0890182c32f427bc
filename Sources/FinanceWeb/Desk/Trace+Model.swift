import Billing
import Catalog
import Entitlement
import Kernel
import Orders
import Registry
import Store
import Web
import Workflow

/// 追溯: the stations of one service's money, in the order in which it went through them.
struct TraceModel: Sendable {
    struct Leg: Sendable {
        let fund: String
        let programme: String
        let amount: String
        let state: String
    }

    struct Posting: Sendable {
        let kind: String
        let debit: String
        let credit: String
        let amount: String
    }

    struct Settled: Sendable {
        let month: String
        let provider: String
        let providerName: String
        let verdict: String
        let findings: [String]
        let decision: String?
        let step: String
        let signatures: [String]
        let adjustments: [String]
        let invoice: String?
        let payment: String?
    }

    let query: String
    let fault: String?
    let isFound: Bool
    let number: String
    let order: String?
    let facts: [Fact]
    let legs: [Leg]
    let evidence: [Fact]
    let callbacks: [String]
    let complaints: [String]
    let postings: [Posting]
    let settled: [Settled]
    let isUnsettled: Bool
    let isUnasked: Bool
    let hasLegs: Bool
    let hasPostings: Bool

    init(query: String, fault: String? = nil) {
        (self.query, self.fault, isFound, number, order) = (query, fault, false, "", nil)
        (isUnsettled, isUnasked, hasLegs, hasPostings) = (false, false, false, false)
        (facts, legs, evidence, callbacks, complaints, postings, settled) = ([], [], [], [], [], [], [])
    }

    init(query: String, _ trace: TraceMoney.Trace, reference: Reference, vocabulary: Vocabulary) {
        (self.query, fault, isFound, number) = (query, nil, true, trace.number)
        order = trace.order?.id.text
        let line = trace.settled.first?.line.candidate
        let item = trace.order?.item ?? line?.item
        let provider = trace.order?.provider ?? line?.provider
        let day = trace.order?.serviceDate ?? line?.date
        let classes = trace.elder.flatMap { elder in day.map { elder.classes(on: $0) } } ?? []
        var told = Facts()
        told.tell("老人", trace.elder.map { "\($0.number) \(Masked.name($0.name))" })
        told.tell("类别", classes.map { reference.catalogue.elderClass(.init($0))?.name ?? $0 }.joined(separator: localized("、")))
        told.tell("项目", item.map { "\($0) \(reference.catalogue.item($0)?.name ?? "")" })
        told.tell("服务日期", day?.description)
        told.tell("服务商", provider.map { "\($0) \(reference.franchise.provider($0)?.name ?? "")" })
        told.tell("价格依据", trace.order.map { localized("\($0.priceVersion)，单价 \($0.unitPrice.yuan) × \($0.quantity.text)") })
        told.tell("应结总额", (trace.order?.payable ?? line?.gross)?.yuan)
        told.tell("自费", (trace.order?.selfPay ?? line?.selfPay)?.yuan)
        facts = told.all
        func programme(_ code: String) -> String { reference.programmes.all.first { $0.code == code }?.name ?? code }
        legs = trace.order == nil
            ? (line?.funding ?? []).map { Leg(fund: $0.fund, programme: programme($0.programme), amount: $0.amount.yuan, state: "") }
            : trace.legs.map {
                Leg(
                    fund: localized(term: $0.leg.fund.name), programme: "\($0.leg.programme) \(programme($0.leg.programme))", amount: $0.leg.amount.yuan,
                    state: vocabulary(.leg, $0.state.rawValue))
            }
        let record = Evidence(reference: reference, vocabulary: vocabulary)
        told = record.facts(trace.order, trace.visit, trace.swipe)
        told.tell("核验", trace.order.map { localized(term: $0.verification.name) })
        evidence = told.all
        callbacks = trace.callbacks.map(record.told)
        complaints = trace.complaints.map(record.told)
        isUnasked = callbacks.isEmpty && complaints.isEmpty
        hasLegs = !legs.isEmpty
        postings = trace.postings.map { Posting(kind: vocabulary(.posting, $0.kind.rawValue), debit: $0.debit, credit: $0.credit, amount: $0.amount.yuan) }
        hasPostings = !postings.isEmpty
        settled = trace.settled.map { entry in
            Settled(
                month: entry.month.description, provider: entry.provider.text,
                providerName: reference.franchise.provider(entry.provider)?.name ?? "", verdict: localized(term: entry.line.verdict.name),
                findings: entry.line.findings.map { "\($0.code) \($0.sentence)" },
                decision: entry.line.decision.map { "\(localized(term: $0.kind == .release ? "放行" : "拒付")) \($0.by) \($0.at.shown)：\($0.reason)" },
                step: localized(term: entry.step.name),
                signatures: entry.signatures.map { "\(localized(term: $0.to.name)) \(vocabulary(.who, $0.by)) \($0.at.shown) \($0.opinion)" },
                adjustments: entry.adjustments.map { adjustment in
                    let approval = adjustment.approvedBy.map { localized("批准 \($0)") } ?? localized("待批准")
                    return localized("\(adjustment.amount.yuan) \(adjustment.reason)（\(adjustment.enteredBy)，\(approval)）")
                },
                invoice: entry.invoice.map { "\($0.number) \($0.date) \($0.amount.yuan)" },
                payment: entry.payment.map { "\($0.payment.reference) \($0.payment.amount.yuan) \($0.state.name)" })
        }
        isUnsettled = settled.isEmpty
    }
}
