import Catalog
import Kernel

/// What is wrong with a programme file.
public struct ProgrammeFault: Error, Hashable, Sendable, CustomStringConvertible {
    public let programme: String
    public let version: Int?
    public let message: String
    public var description: String { "\(programme)\(version.map { " 第 \($0) 版" } ?? "")：\(message)" }
}

public struct ProgrammeFaults: Error, Sendable, CustomStringConvertible {
    public let all: [ProgrammeFault]
    public var description: String { all.map(\.description).joined(separator: "\n") }
}

/// All programmes in force, in payer order, with the one question they answer: who pays what of this service?
public struct Programmes: Sendable {
    private struct Rule: Sendable {
        let programme: Programme
        let version: ProgrammeVersion
        let categories: Set<String>
        let items: Set<String>
    }

    private let rules: [Rule]
    public let all: [Programme]

    public static let none = Programmes(unchecked: [])

    /// - Throws: ``ProgrammeFaults`` naming programme, version and reason.
    public init(_ programmes: [Programme]) throws(ProgrammeFaults) {
        let faults = Programmes.faults(programmes)
        guard faults.isEmpty else { throw ProgrammeFaults(all: faults) }
        self.init(unchecked: programmes)
    }

    private init(unchecked programmes: [Programme]) {
        all = programmes
        // Swift's sort is stable: programmes of one fund pay in the order of the file.
        rules = programmes.sorted { $0.fund < $1.fund }.flatMap { programme in
            programme.versions.map {
                Rule(programme: programme, version: $0, categories: Set($0.scope.categories), items: Set($0.scope.items))
            }
        }
    }

    /// The accounts to read before ``split(_:balances:)``; empty for programmes that only know single visits.
    public func balancesNeeded(for request: FundingRequest) -> [BalanceKey] {
        rules(for: request).flatMap { rule in
            rule.version.eligibility.refusal(request.beneficiary) == nil
                ? rule.version.grants.map { BalanceKey(programme: rule.programme.code, period: $0.period(request.date)) } : []
        }
    }

    /// Splits a price among the programmes in payer order; what nobody pays is the elder's.
    ///
    /// Rounded half up per leg; never more than is still to be paid, nor than any period has left.
    public func split(_ request: FundingRequest, balances: [BalanceKey: Balance]) -> FundingSplit {
        guard request.item.isFundable else {
            let note = FundingNote(programme: "", code: "not_fundable", message: "“\(request.item.name)”不属于补贴范围，全部自费")
            return FundingSplit(payable: request.payable, legs: [], notes: [note])
        }
        var legs: [FundingLeg] = []
        var notes: [FundingNote] = []
        var left = request.payable
        var excluded: Set<String> = []
        for rule in rules(for: request) where left > .zero {
            let code = rule.programme.code
            func note(_ reason: String, _ message: String, next: LocalDate? = nil) {
                notes.append(FundingNote(programme: code, code: reason, message: "\(rule.programme.name)：\(message)", nextDate: next))
            }
            if let refusal = rule.version.eligibility.refusal(request.beneficiary) {
                note(refusal.code, refusal.message)
                continue
            }
            if excluded.contains(code) {
                note("excluded", "不能与已使用的项目同时享受")
                continue
            }
            if let minimum = rule.version.minimumPayable, request.payable < minimum {
                note("below_minimum", "消费满 \(minimum.yuan) 元才能享受")
                continue
            }
            let wanted = min(left, benefit(rule.version.benefit, of: left, for: request.beneficiary))
            guard wanted > .zero else { continue }
            let (amount, draws, exhausted) = drawn(wanted, rule, request, balances)
            if let exhausted { note("exhausted", "本期额度已用完或不足", next: exhausted) }
            guard amount > .zero else { continue }
            legs.append(
                FundingLeg(fund: rule.programme.fund, programme: code, version: rule.version.version, amount: amount, draws: draws))
            left -= amount
            excluded.formUnion(rule.version.excludes)
        }
        return FundingSplit(payable: request.payable, legs: legs, notes: notes)
    }

    private func rules(for request: FundingRequest) -> [Rule] {
        rules.filter { rule in
            let scope = rule.version.scope
            return rule.version.span.contains(request.date)
                && (rule.items.isEmpty && rule.categories.isEmpty || rule.items.contains(request.item.code.text)
                    || rule.categories.contains(request.item.category.rawValue))
                && (scope.modes.isEmpty || scope.modes.contains(request.item.mode.rawValue))
                && !scope.notItems.contains(request.item.code.text)
                && (scope.fromMinute.map { $0 <= request.minuteOfDay } ?? true)
                && (scope.untilMinute.map { request.minuteOfDay < $0 } ?? true)
        }
    }

    private func benefit(_ benefit: Benefit, of left: Fen, for who: Beneficiary) -> Fen {
        switch benefit.kind {
        case .amount: Fen(benefit.value(for: who))
        case .share: left.share(basisPoints: benefit.value(for: who))
        case .rest: left
        }
    }

    /// As much of `wanted` as every period allows, what is taken from each, and when there is more if that was less.
    private func drawn(
        _ wanted: Fen, _ rule: Rule, _ request: FundingRequest, _ balances: [BalanceKey: Balance]
    ) -> (amount: Fen, draws: [Draw], nextDate: LocalDate?) {
        var amount = wanted
        var next: LocalDate?
        let grants = rule.version.grants.map { grant in
            (grant, BalanceKey(programme: rule.programme.code, period: grant.period(request.date)), grant.amount(for: request.beneficiary))
        }
        for (grant, key, granted) in grants {
            // An account opened under a larger grant keeps it; a later, smaller one does not take back what was promised.
            let available = balances[key].map(\.available) ?? granted
            if available < amount {
                amount = available
                next = grant.next(request.date)
            }
        }
        return (amount, grants.map { Draw(key: $0.1, granted: balances[$0.1]?.granted ?? $0.2, amount: amount) }, next)
    }

    // MARK: Lint

    private static func faults(_ programmes: [Programme]) -> [ProgrammeFault] {
        var faults: [ProgrammeFault] = []
        let codes = Set(programmes.map(\.code))
        for (code, group) in Dictionary(grouping: programmes, by: \.code) where group.count > 1 {
            faults.append(ProgrammeFault(programme: code, version: nil, message: "编码重复"))
        }
        for programme in programmes {
            for (index, version) in programme.versions.enumerated() {
                func fault(_ message: String) {
                    faults.append(ProgrammeFault(programme: programme.code, version: version.version, message: message))
                }
                if version.span.isEmpty { fault("结束日期早于开始日期") }
                for other in programme.versions.dropFirst(index + 1) where other.span.overlaps(version.span) {
                    fault("与第 \(other.version) 版日期重叠")
                }
                let benefit = version.benefit
                let values = [benefit.value] + benefit.byClass.values + benefit.byAbility.values + benefit.byAge.values
                if values.contains(where: { $0 < 0 }) { fault("金额或比例不能为负") }
                if benefit.kind == .share, values.contains(where: { $0 > 10_000 }) { fault("比例不能超过 10000（100%）") }
                if benefit.kind == .rest, version.grants.isEmpty { fault("按剩余全额支付的项目必须有额度") }
                if version.grants.contains(where: { ([$0.value] + $0.byClass.values + $0.byAbility.values).contains { $0 < 0 } }) {
                    fault("额度不能为负")
                }
                for excluded in version.excludes where !codes.contains(excluded) { fault("互斥项目 \(excluded) 不存在") }
                if version.eligibility.abilityLevels.contains(where: { !(0...4).contains($0) }) { fault("能力等级应为 0 到 4") }
            }
        }
        return faults.sorted { ($0.programme, $0.version ?? 0, $0.message) < ($1.programme, $1.version ?? 0, $1.message) }
    }
}
