import Entitlement
import Kernel
import Registry
import Store

/// 结余失效 of one month: its sums, and what each elder adds to them, so that they can be brought up to date elder by elder.
struct LapseSums: Sendable {
    /// What a programme granted somebody in the periods that lapse, and what they used of it.
    private struct Share: Hashable, Sendable {
        let programme: String
        var granted: Fen
        var used: Fen
    }

    private struct Part: Sendable {
        let region: String
        let shares: [Share]
    }

    private struct Place: Hashable, Sendable {
        let programme: String
        let region: String
    }

    private struct Sum: Sendable {
        var elders = 0
        var unused = 0
        var granted = Fen.zero
        var used = Fen.zero
    }

    let month: Month
    /// The rules that the sums follow.
    let programmes: [Programme]
    private let lapsing: [Lapsing]
    /// What they are the sums of; nil before the first look.
    private var stand: LapseRepository.Stand?
    private var parts: [ElderID: Part] = [:]
    private var sums: [Place: Sum] = [:]
    /// Most elders share theirs with many others.
    private var known = Set<[Share]>()

    /// Entries and events after which it is cheaper to begin anew than to look up whom each concerns.
    private static let farBehind: Int64 = 20_000

    init(_ month: Month, _ programmes: Programmes) {
        (self.month, self.programmes, lapsing) = (month, programmes.all, programmes.lapsing(in: month))
    }

    /// Sorted by programme, in payer order, and street.
    var lines: [ReadLapses.Line] {
        let order = Dictionary(lapsing.map(\.programme).enumerated().map { ($1.code, (at: $0, programme: $1)) }) { first, _ in first }
        let found = sums.compactMap { place, sum in order[place.programme].map { (at: $0.at, programme: $0.programme, place.region, sum) } }
        return found.sorted { ($0.at, $0.2) < ($1.at, $1.2) }.map { _, programme, region, sum in
            ReadLapses.Line(
                programme: programme.code, name: programme.name, fund: programme.fund, region: region, elders: sum.unused, granted: sum.granted,
                used: sum.used)
        }
    }

    /// Brings the sums to where the ledger and the log stand in a transaction; one that has seen less than they changes nothing.
    mutating func catchUp(_ tx: any Transaction) throws {
        guard !lapsing.isEmpty else { return }
        let now = try tx.lapses.stand()
        defer { known = [] }
        guard let seen = stand, now.count(since: seen) <= Self.farBehind else { return try addUp(tx, to: now) }
        guard now.count(since: seen) > 0 else { return }
        guard let touched = try tx.lapses.touched(since: seen) else { return try addUp(tx, to: now) }
        let accounts = try tx.lapses.accounts(lapsing.map(\.key), of: touched)
        try tx.lapses.forEach(touched) { put($0, accounts[$0.id] ?? [:]) }
        stand = now
    }

    private mutating func addUp(_ tx: any Transaction, to now: LapseRepository.Stand) throws {
        (parts, sums) = ([:], [:])
        let accounts = try tx.lapses.accounts(lapsing.map(\.key))
        try tx.lapses.forEachElder { put($0, accounts[$0.id] ?? [:]) }
        stand = now
    }

    private mutating func put(_ elder: Diner, _ accounts: [BalanceKey: Balance]) {
        let shares = shares(of: elder, accounts)
        if let old = parts.removeValue(forKey: elder.id) { add(old, times: -1) }
        guard !shares.isEmpty else { return }
        let part = Part(region: elder.region, shares: known.insert(shares).memberAfterInsert)
        add(part, times: 1)
        parts[elder.id] = part
    }

    private mutating func add(_ part: Part, times sign: Int) {
        for share in part.shares {
            let place = Place(programme: share.programme, region: part.region)
            var sum = sums[place] ?? Sum()
            sum.elders += sign
            sum.unused += share.granted > share.used ? sign : 0
            sum.granted += Fen(share.granted.amount * Int64(sign))
            sum.used += Fen(share.used.amount * Int64(sign))
            sums[place] = sum.elders > 0 ? sum : nil
        }
    }

    /// One a programme, however many of its periods lapse.
    private func shares(of elder: Diner, _ accounts: [BalanceKey: Balance]) -> [Share] {
        var shares: [Share] = []
        var (day, who) = (LocalDate?.none, Beneficiary?.none)
        for lapse in lapsing {
            if day != lapse.until { (day, who) = (lapse.until, elder.isRegistered(on: lapse.until) ? elder.beneficiary(on: lapse.until) : nil) }
            guard let left = lapse.remainder(of: who, account: accounts[lapse.key]) else { continue }
            let code = lapse.programme.code
            let place = shares.firstIndex { $0.programme == code } ?? shares.endIndex
            if place == shares.endIndex { shares.append(Share(programme: code, granted: .zero, used: .zero)) }
            shares[place].granted += left.granted
            shares[place].used += left.used
        }
        return shares
    }
}
