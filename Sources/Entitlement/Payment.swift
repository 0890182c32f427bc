import Catalog
import Kernel

/// A price on its way through the programmes.
struct Payment {
    let request: FundingRequest
    let balances: [BalanceKey: Balance]
    let budgets: [BudgetKey: Balance]
    var left: Fen
    var legs: [FundingLeg] = []
    var notes: [FundingNote] = []
    private var paid: [ProgrammeVersion] = []
    /// What the legs so far take from budgets: two programmes of one fund share them.
    private var borne: [BudgetKey: Fen] = [:]

    init(request: FundingRequest, balances: [BalanceKey: Balance], budgets: [BudgetKey: Balance]) {
        self.request = request
        self.balances = balances
        self.budgets = budgets
        left = request.payable
    }

    mutating func ask(_ rule: Programmes.Rule) {
        let (version, code) = (rule.version, rule.programme.code)
        let who = rule.beneficiary(request)
        guard version.span.contains(request.date) else { return noteStart(rule, who) }
        if let refusal = version.eligibility.refusal(who) { return note(rule, refusal) }
        guard rule.isOpen(at: request.minuteOfDay) else { return noteHours(rule) }
        guard mayStand(beside: rule) else { return note(rule, "excluded", "不能与已使用的项目同时享受") }
        if let minimum = version.minimumPayable, request.payable < minimum {
            return note(rule, "below_minimum", "消费满 \(minimum.yuan) 元才能享受")
        }
        let bearing = budgets.filter {
            $0.key.bears(rule.programme.fund, on: request.date, request.item.category, region: request.beneficiary.region)
        }.sorted { $0.key < $1.key }
        let bonus = version.providerBonus ?? .zero
        var wanted = version.benefit.amount(of: left, for: who)
        let room = bearing.map { (key: $0.key, left: $0.value.available - borne[$0.key, default: .zero]) }
        if let (short, left) = room.min(by: { $0.left < $1.left }), left < wanted + bonus {
            wanted = left - bonus
            note(
                rule, "budget_exhausted", "\(short.name)预算已用完，\(short.year + 1) 年起恢复，急需时可由区里特批", next: LocalDate(short.year + 1, 1, 1))
        }
        guard wanted > .zero else { return }
        let (amount, draws) = drawn(wanted, rule, who)
        guard amount > .zero else { return }
        legs.append(
            FundingLeg(
                fund: rule.programme.fund, programme: code, version: version.version, amount: amount, bonus: bonus, draws: draws,
                budgets: bearing.map(\.key)))
        for (key, _) in bearing { borne[key, default: .zero] += amount + bonus }
        left -= amount
        paid.append(version)
    }

    /// Exclusion holds both ways; a programme that names what it stands beside stands beside nothing else.
    private func mayStand(beside rule: Programmes.Rule) -> Bool {
        zip(legs, paid).allSatisfy { leg, other in
            !other.excludes.contains(rule.programme.code) && !rule.version.excludes.contains(leg.programme)
                && (rule.version.stacksWith.isEmpty || rule.version.stacksWith.contains(leg.programme))
                && (other.stacksWith.isEmpty || other.stacksWith.contains(rule.programme.code))
        }
    }

    /// As much of `wanted` as every grant allows, and what is taken from each of its periods.
    private mutating func drawn(_ wanted: Fen, _ rule: Programmes.Rule, _ who: Beneficiary) -> (amount: Fen, draws: [Draw]) {
        let purses = rule.version.grants.map { grant in
            (grant, rule.days(grant, request.date).map { rule.purse(grant, who, of: $0, on: request.date, balances) })
        }
        var amount = wanted
        var next: LocalDate?
        for (grant, periods) in purses {
            let available = periods.map(\.available).total
            let allowed = grant.unit == .times ? (available > .zero ? amount : .zero) : available
            guard allowed < amount else { continue }
            amount = allowed
            next = periods.contains { $0.granted > .zero } ? grant.next(request.date) : nil
            if next == nil { note(rule, "no_grant", "该类别没有额度") }
        }
        if let next { note(rule, "exhausted", "本期额度已用完或不足，\(next.monthOfYear) 月 \(next.day) 日起有新额度", next: next) }
        let draws = purses.flatMap { grant, periods -> [Draw] in
            var rest = grant.unit == .times ? Fen(1) : amount
            return periods.compactMap { purse in
                let part = min(rest, purse.available)
                guard part > .zero else { return nil }
                rest -= part
                return Draw(key: purse.key, granted: purse.granted, amount: part)
            }
        }
        return (amount, draws)
    }

    // MARK: Words

    private mutating func note(_ rule: Programmes.Rule, _ code: String, _ message: String, next: LocalDate? = nil) {
        notes.append(
            FundingNote(programme: rule.programme.code, code: code, message: "\(rule.programme.name)：\(message)", nextDate: next))
    }

    private mutating func note(_ rule: Programmes.Rule, _ refusal: Eligibility.Refusal) {
        var first = rule.version.eligibility.firstDay(request.beneficiary, refused: refusal.code, after: request.date)
        // A class that has begun within the month counts from the next one.
        if rule.version.classChange == .nextMonth {
            let counts = rule.version.eligibility.refusal(request.beneficiary) == nil
            first = counts ? request.date.month.adding(1).first : first.map { $0.day == 1 ? $0 : $0.month.adding(1).first }
        }
        let words = first.map { "，\($0.year) 年 \($0.monthOfYear) 月 \($0.day) 日起可享受" } ?? ""
        note(rule, refusal.code, refusal.message + words, next: first)
    }

    /// A version that begins later is worth a word, one that has ended is not.
    private mutating func noteStart(_ rule: Programmes.Rule, _ who: Beneficiary) {
        let (version, from) = (rule.version, rule.version.from)
        let isNext = rule.programme.versions.allSatisfy { !$0.span.contains(request.date) && ($0.from <= request.date || from <= $0.from) }
        guard from > request.date, isNext, version.eligibility.refusal(who) == nil else { return }
        note(rule, "not_started", "\(from.year) 年 \(from.monthOfYear) 月 \(from.day) 日起执行", next: from)
    }

    private mutating func noteHours(_ rule: Programmes.Rule) {
        let scope = rule.version.scope
        let (from, until) = (scope.fromMinute ?? 0, scope.untilMinute ?? 1440)
        let next = request.minuteOfDay < from ? request.date : request.date.adding(days: 1)
        note(rule, "out_of_hours", "\(ClockTime.text(from)) 至 \(ClockTime.text(until)) 享受", next: next)
    }
}
