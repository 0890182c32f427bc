import Entitlement
import Kernel
import Registry
import Store

/// 结余失效统计: how much of what programmes granted was never used and lapsed in a month, by programme and street.
///
/// A statistic: nothing is moved, and nothing is paid out. It counts those who never drew as well as those who drew less, in the street in which
/// they live now; of a month that runs, what would lapse at its end. What is claimed on bills counts when the last of them are no longer taken.
public struct ReadLapses: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public struct Line: Hashable, Sendable {
        public let programme: String
        public let name: String
        public let fund: Fund
        /// Code of the street.
        public let region: String
        /// With something unused.
        public var elders = 0
        public var granted = Fen.zero
        public var used = Fen.zero
        public var lapsed: Fen { granted - used }
    }

    /// Sorted by programme, in payer order, and street.
    public func callAsFunction(_ month: Month) async throws -> [Line] {
        let reference = office.reference
        let lapsing = reference.programmes.lapsing(in: month)
        guard !lapsing.isEmpty else { return [] }
        let found = try await office.read { tx in try Self.lines(tx, lapsing) }
        let order = Dictionary(lapsing.enumerated().map { ($1.programme.code, $0) }, uniquingKeysWith: { first, _ in first })
        return found.values.sorted { (order[$0.programme] ?? 0, $0.region) < (order[$1.programme] ?? 0, $1.region) }
    }

    private struct Place: Hashable {
        let programme: String
        let region: String
    }

    private static func lines(_ tx: any Transaction, _ lapsing: [Lapsing]) throws -> [Place: Line] {
        let accounts = try tx.lapses.accounts(lapsing.map(\.key))
        var lines: [Place: Line] = [:]
        try tx.lapses.forEachElder { elder in
            // Once an elder and programme, however many of its periods lapse.
            var unused = Set<String>()
            for lapse in lapsing {
                let who = elder.isRegistered(on: lapse.until) ? elder.beneficiary(on: lapse.until) : nil
                guard let left = lapse.remainder(of: who, account: accounts[elder.id]?[lapse.key]) else { continue }
                let programme = lapse.programme
                let place = Place(programme: programme.code, region: elder.region)
                var line = lines[place] ?? Line(programme: programme.code, name: programme.name, fund: programme.fund, region: elder.region)
                if left.lapsed > .zero, unused.insert(programme.code).inserted { line.elders += 1 }
                line.granted += left.granted
                line.used += left.used
                lines[place] = line
            }
        }
        return lines
    }
}
