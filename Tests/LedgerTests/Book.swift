import Entitlement
import Kernel

/// The books of a district in memory, kept by the rules of the house: what the store does in SQL, done with the same moves on values.
struct Book {
    var balances: [Int: [BalanceKey: Balance]] = [:]
    var budgets: [BudgetKey: Balance]
    private(set) var accounts: [String: (debit: Int64, credit: Int64)] = [:]
    private(set) var debits: Int64 = 0
    private(set) var credits: Int64 = 0
    /// Where the legs of each service of the open month stand, as ``FundMove`` says what may follow what.
    private var states: [Int: LegState] = [:]
    /// What the ledger owes or has paid for each of them.
    private(set) var paid: [Int: Int64] = [:]

    /// What became of a move.
    enum Answer { case done, nothing, refused }

    init(budgets: [BudgetKey: Balance]) { self.budgets = budgets }

    /// One move of all legs of a service, or none of them; a move that may not follow does nothing.
    mutating func apply(_ move: FundMove, _ service: Int, _ legs: [FundingLeg], elder: Int, month: Month, owed: String) -> Answer {
        guard states[service] == move.from else { return .nothing }
        guard draw(move, legs, elder: elder) else { return .refused }
        states[service] = move.to
        for leg in legs {
            let (debit, credit) = move.accounts(leg.programme, month, owed: owed)
            enter(leg.amount, debit: debit, credit: credit)
            paid[service, default: 0] += (debit == owed ? leg.amount.amount : 0) - (credit == owed ? leg.amount.amount : 0)
        }
        return .done
    }

    /// A correction of a service of a month that is closed: all of it or nothing.
    mutating func correct(_ change: FundingChange, elder: Int, month: Month) -> Answer {
        guard draw(change.isTaken ? .spend : .reverse, change.legs, elder: elder) else { return .refused }
        for leg in change.legs {
            let (correction, budget) = (AccountName.correction(month), AccountName.budget(leg.programme, month))
            enter(leg.amount, debit: change.isTaken ? correction : budget, credit: change.isTaken ? budget : correction)
        }
        return .done
    }

    /// Moves what legs draw of the elder's purses and of the budgets; nothing of it when one of them has not enough.
    private mutating func draw(_ move: FundMove, _ legs: [FundingLeg], elder: Int) -> Bool {
        let isTaking = move == .reserve || move == .spend
        var (purses, next) = (balances[elder] ?? [:], budgets)
        for leg in legs {
            for draw in leg.draws {
                let open = purses[draw.key] ?? Balance(granted: draw.granted, reserved: .zero, posted: .zero)
                guard let after = open.after(move, draw.amount, granted: isTaking ? draw.granted : nil) else { return false }
                purses[draw.key] = after
            }
            for key in leg.budgets {
                guard let after = next[key]?.after(move, leg.borne) else { return false }
                next[key] = after
            }
        }
        (balances[elder], budgets) = (purses, next)
        return true
    }

    private mutating func enter(_ amount: Fen, debit: String, credit: String) {
        accounts[debit, default: (0, 0)].debit += amount.amount
        accounts[credit, default: (0, 0)].credit += amount.amount
        debits += amount.amount
        credits += amount.amount
    }

    /// The month is over: its services are not moved any more.
    mutating func forgetServices() {
        states.removeAll(keepingCapacity: true)
        paid.removeAll(keepingCapacity: true)
    }

    func balance(_ account: String) -> Int64 { accounts[account].map { $0.debit - $0.credit } ?? 0 }
}

/// The same district, kept by somebody with a list and no rules: which services hold what, and which have been paid.
struct NaiveBook {
    struct Service {
        let elder: Int
        let provider: String
        let month: Month
        let legs: [FundingLeg]
        /// The programme that pays it in cash; nil for a service.
        var cash: String?
        var state: LegState?
    }

    var services: [Service] = []
    /// What stays of months that are closed: held and spent by account, owed by provider and month.
    private(set) var owed: [String: Int64] = [:]
    /// What corrections of a month's services have taken less what they have given back.
    private(set) var corrected: Int64 = 0
    /// Paid in cash less what was taken back, by programme and the month in which that was done.
    private(set) var cash: [String: Int64] = [:]
    private(set) var promised: Int64 = 0
    private(set) var spent: [String: Int64] = [:]
    private(set) var held: [String: Int64] = [:]
    /// What each budget bears, promised or paid, with what the providers get beside the prices.
    private(set) var borne: [String: Int64] = [:]

    static func name(_ elder: Int, _ key: BalanceKey) -> String { "\(elder)/\(key.programme)/\(key.period)" }

    /// Who has a month's payment of a programme, or waits for it: no two of the same.
    private var paid: Set<String> = []

    func isPaid(_ elder: Int, _ programme: String, _ month: Month) -> Bool { paid.contains("\(elder)/\(programme)/\(month)") }

    /// Where a move leads from where a service stands; nil where it may not follow. Written out, so that a slip in the house's own table shows.
    func next(_ index: Int, _ move: FundMove) -> LegState? {
        switch (services[index].state, move) {
        case (nil, .reserve), (.posted, .reopen): .reserved
        case (nil, .spend), (.reserved, .post): .posted
        case (.reserved, .release), (.posted, .reverse): .released
        default: nil
        }
    }

    /// Notes that a service went from one state to another; written out case by case, so that a slip in the moves is not repeated here.
    ///
    /// - Parameter now: the month in which that happens; of a service its own counts.
    mutating func note(_ index: Int, _ state: LegState, in now: Month? = nil) {
        let (service, old) = (services[index], services[index].state)
        services[index].state = state
        if let programme = service.cash {
            let name = "\(service.elder)/\(programme)/\(service.month)"
            if state == .released { paid.remove(name) } else { paid.insert(name) }
        }
        for leg in service.legs {
            let amount = leg.amount.amount
            let place = "\(service.provider)/\(service.month)"
            if old == .reserved { promised -= amount }
            if state == .reserved { promised += amount }
            if let programme = service.cash {
                if old == .posted { cash["\(programme)/\(now ?? service.month)", default: 0] -= amount }
                if state == .posted { cash["\(programme)/\(service.month)", default: 0] += amount }
            } else {
                if old == .posted { owed[place, default: 0] -= amount }
                if state == .posted { owed[place, default: 0] += amount }
            }
            for key in leg.budgets {
                if old == .reserved || old == .posted { borne[key.text, default: 0] -= amount + leg.bonus.amount }
                if state == .reserved || state == .posted { borne[key.text, default: 0] += amount + leg.bonus.amount }
            }
            for draw in leg.draws {
                let name = Self.name(service.elder, draw.key)
                if old == .reserved { held[name, default: 0] -= draw.amount.amount }
                if state == .reserved { held[name, default: 0] += draw.amount.amount }
                if old == .posted { spent[name, default: 0] -= draw.amount.amount }
                if state == .posted { spent[name, default: 0] += draw.amount.amount }
            }
        }
    }

    /// Notes that so much of a refused service is paid after all, or of a paid one taken back: walked through payer by payer, forwards or backwards.
    mutating func correct(_ index: Int, _ amount: Int64, isTaken: Bool, withBonus: Bool) {
        let service = services[index]
        let sign: Int64 = isTaken ? 1 : -1
        corrected += sign * amount
        var rest = amount
        for leg in isTaken ? service.legs : service.legs.reversed() where rest > 0 {
            let part = min(rest, leg.amount.amount)
            rest -= part
            for key in leg.budgets { borne[key.text, default: 0] += sign * (part + (withBonus ? leg.bonus.amount : 0)) }
            for draw in leg.draws where draw.key.isCount && (isTaken || part == leg.amount.amount) {
                spent[Self.name(service.elder, draw.key), default: 0] += sign * draw.amount.amount
            }
            // Those that make up the leg together are the periods of one grant.
            var purses: [[Draw]] = [[]]
            for draw in leg.draws where !draw.key.isCount {
                if purses[purses.count - 1].map(\.amount).total == leg.amount { purses.append([]) }
                purses[purses.count - 1].append(draw)
            }
            for purse in purses {
                var wanted = part
                for draw in isTaken ? purse : purse.reversed() {
                    let some = min(wanted, draw.amount.amount)
                    wanted -= some
                    spent[Self.name(service.elder, draw.key), default: 0] += sign * some
                }
            }
        }
    }
}
