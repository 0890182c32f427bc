import Catalog
import Kernel

/// All programmes in force, in payer order, with the one question they answer: who pays what of this service?
public struct Programmes: Sendable {
    struct Rule: Sendable {
        let programme: Programme
        let version: ProgrammeVersion
        let categories: Set<String>
        let items: Set<String>
    }

    let rules: [Rule]
    /// Versions with a bonus, by programme.
    private let bonuses: [String: [ProgrammeVersion]]
    /// Whether any programme has one.
    public var payBonuses: Bool { !bonuses.isEmpty }
    public let all: [Programme]

    public static let none = Programmes(unchecked: [])

    /// - Throws: ``ProgrammeFaults`` naming programme, version and reason.
    public init(_ programmes: [Programme]) throws(ProgrammeFaults) {
        let faults = ProgrammeLint.faults(programmes)
        guard faults.isEmpty else { throw ProgrammeFaults(all: faults) }
        self.init(unchecked: programmes)
    }

    /// - Parameter pays: the versions that have a say, by how they pay.
    init(unchecked programmes: [Programme], paying pays: (Payout) -> Bool = { $0 == .service }) {
        all = programmes
        bonuses = Dictionary(grouping: programmes, by: \.code).mapValues { $0.flatMap(\.versions).filter { $0.providerBonus != nil } }
            .filter { !$0.value.isEmpty }
        // Swift's sort is stable: programmes of one fund pay in the order of the file.
        rules = programmes.sorted { $0.fund < $1.fund }.flatMap { programme in
            programme.versions.filter { pays($0.payout) }.map {
                Rule(programme: programme, version: $0, categories: Set($0.scope.categories), items: Set($0.scope.items))
            }
        }
    }

    /// The accounts to read before ``split(_:balances:budgets:)``; empty for programmes that only know single visits.
    public func balancesNeeded(for request: FundingRequest) -> [BalanceKey] {
        rules.filter { $0.isInForce(for: request) }.flatMap { rule -> [BalanceKey] in
            guard rule.version.eligibility.refusal(rule.beneficiary(request)) == nil else { return [] }
            return rule.version.grants.flatMap { grant in rule.days(grant, request.date).map { rule.key(grant, $0) } }
        }
    }

    /// Whether any programme could pay for an item on a day, so that a budget is worth looking at.
    public func mayPay(for request: FundingRequest) -> Bool { request.item.isFundable && rules.contains { $0.isInForce(for: request) } }

    /// What a provider gets beside the price for a service that a programme pays for on a day.
    public func bonus(of programme: String, on date: LocalDate) -> Fen {
        bonuses[programme]?.first { $0.span.contains(date) }?.providerBonus ?? .zero
    }

    /// Splits a price among the programmes in payer order; what nobody pays is the elder's.
    ///
    /// Rounded half up per leg; never more than is still to be paid, nor than any period or budget has left.
    public func split(
        _ request: FundingRequest, balances: [BalanceKey: Balance], budgets: [BudgetKey: Balance] = [:]
    ) -> FundingSplit {
        guard request.item.isFundable else {
            let note = FundingNote(programme: "", code: "not_fundable", message: "“\(request.item.name)”不属于补贴范围，全部自费")
            return FundingSplit(listPrice: request.listPrice, payable: request.payable, legs: [], notes: [note])
        }
        var payment = Payment(request: request, balances: balances, budgets: budgets)
        for rule in rules where payment.left > .zero && rule.covers(request) { payment.ask(rule) }
        return FundingSplit(listPrice: request.listPrice, payable: request.payable, legs: payment.legs, notes: payment.notes)
    }
}

extension Programmes.Rule {
    /// Whether item, mode and meal are the programme's, whatever the day and hour.
    func covers(_ request: FundingRequest) -> Bool {
        let scope = version.scope
        return (items.isEmpty && categories.isEmpty || items.contains(request.item.code.text)
            || categories.contains(request.item.category.rawValue))
            && (scope.modes.isEmpty || scope.modes.contains(request.item.mode.rawValue))
            && (scope.slots.isEmpty || request.slot.map(scope.slots.contains) ?? true)
            && !scope.notItems.contains(request.item.code.text)
    }

    func isInForce(for request: FundingRequest) -> Bool {
        version.span.contains(request.date) && covers(request) && isOpen(at: request.minuteOfDay)
    }

    func isOpen(at minute: Int) -> Bool {
        (version.scope.fromMinute.map { $0 <= minute } ?? true) && (version.scope.untilMinute.map { minute < $0 } ?? true)
    }

    func beneficiary(_ request: FundingRequest) -> Beneficiary { version.seen(request.beneficiary, on: request.date) }

    func key(_ grant: Grant, _ date: LocalDate) -> BalanceKey { BalanceKey(programme: programme.code, period: grant.period(date)) }

    /// A day in each period whose balance may be drawn, oldest first; earlier ones only as far as the version reaches back.
    func days(_ grant: Grant, _ date: LocalDate) -> [LocalDate] {
        grant.carried(date).filter(version.span.contains) + [date]
    }
}
