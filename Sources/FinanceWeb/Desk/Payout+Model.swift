import Catalog
import Entitlement
import Kernel
import Web
import Workflow

/// 现金发放, by programme.
struct PayoutsModel: Sendable {
    struct Row: Sendable {
        let code: String
        let name: String
        let fund: String
        let way: String
        let waiting: Int
        let waitingAmount: String
        let paid: Int
        let paidAmount: String
        let mayDrawUp: Bool
        let mayDecide: Bool
    }

    let month: String
    let before: String
    let after: String
    let rows: [Row]
    /// Programmes that take bills, for whoever may enter one.
    let claims: [Row]
    let hasClaims: Bool
    let once: String

    init(_ month: Month, _ lines: [ReadPayouts.Line], now: Instant, once: String, caller: Caller) {
        self.once = once
        (self.month, before, after) = (month.description, month.adding(-1).description, month.adding(1).description)
        let mayAct = caller.role != .auditor
        rows = lines.map { line in
            let isReached = month <= now.localDate.month
            let way =
                switch line.payout.kind {
                case .service: localized("随服务抵付")
                case .monthly: localized("按月发放")
                case .claim: localized("凭据报销")
                }
            return Row(
                code: line.programme.code, name: line.programme.name, fund: localized(term: line.programme.fund.name), way: way, waiting: line.waiting.count,
                waitingAmount: HTML.grouped(line.waiting.amount), paid: line.paid.count, paidAmount: HTML.grouped(line.paid.amount),
                mayDrawUp: mayAct && isReached && line.payout.kind == .monthly, mayDecide: mayAct && line.waiting.count > 0)
        }
        claims = mayAct ? zip(rows, lines).filter { $0.1.payout.kind == .claim }.map(\.0) : []
        hasClaims = !claims.isEmpty
    }
}

/// 结余失效, by programme and street.
struct LapsedModel: Sendable {
    struct Row: Sendable {
        let programme: String
        let region: String
        let elders: Int
        let granted: String
        let used: String
        let lapsed: String
    }

    let month: String
    let before: String
    let after: String
    let total: String
    let rows: [Row]

    init(_ month: Month, _ lines: [ReadLapses.Line], reference: Reference) {
        (self.month, before, after) = (month.description, month.adding(-1).description, month.adding(1).description)
        total = HTML.grouped(lines.map(\.lapsed).total)
        rows = lines.map {
            Row(
                programme: "\($0.programme) \($0.name)", region: reference.catalogue.region(ID($0.region))?.name ?? $0.region, elders: $0.elders,
                granted: HTML.grouped($0.granted), used: HTML.grouped($0.used), lapsed: HTML.grouped($0.lapsed))
        }
    }
}
