import Catalog
import Entitlement
import Kernel
import Orders
import Registry

/// Everything the papers of a month are made of: the statements, and what they themselves do not say about elders, visits and accounts.
public struct MonthPapers: Sendable {
    public let month: Month
    public let isClosed: Bool
    public private(set) var statements: [Statement]
    public let elders: [ElderID: ElderFacts]
    /// By the id of the order.
    public let visits: [String: VisitFacts]
    /// 1 ... 5, by the id of the order, where a call-back has asked; read only for 服务确认单.
    public let satisfaction: [String: Int]
    /// The class a meal was swiped under, by the id of the swipe.
    public let mealClasses: [String: String]
    /// What the ledger owes each provider for the month.
    public let owed: [ProviderID: Fen]
    /// Public money set aside for closed visits that are not proven well enough: not yet owed.
    public let unproven: [ProviderID: Fen]
    /// 本期调整 of all statements, each in its street.
    private(set) var adjustments: [PlacedAdjustment]
    public let invoices: [ProviderID: String]
    /// Allowances and claims of the month; read only for their own paper.
    public let payments: [CashPayment]
    /// What was taken back of such in the month.
    public let reversals: [PayoutReversal]
    /// Names of programmes by code.
    public let programmes: [String: String]
    public let catalogue: Catalogue
    public let franchise: Franchise

    /// - Parameter corrected: the lines of months before that adjustments correct, by the id of the adjustment.
    public init(
        month: Month, isClosed: Bool, statements: [Statement], elders: [ElderID: ElderFacts], visits: [String: VisitFacts],
        satisfaction: [String: Int] = [:], mealClasses: [String: String], owed: [ProviderID: Fen], unproven: [ProviderID: Fen],
        corrected: [String: CorrectedLine] = [:], invoices: [ProviderID: String] = [:], payments: [CashPayment] = [],
        reversals: [PayoutReversal] = [], programmes: [String: String] = [:], catalogue: Catalogue, franchise: Franchise
    ) {
        self.month = month
        self.isClosed = isClosed
        self.statements = statements
        self.elders = elders
        self.visits = visits
        self.satisfaction = satisfaction
        self.mealClasses = mealClasses
        self.owed = owed
        self.unproven = unproven
        adjustments = statements.flatMap { PlacedAdjustment.all(of: $0, elders, corrected, franchise) }
        self.invoices = invoices
        self.payments = payments
        self.reversals = reversals
        self.programmes = programmes
        self.catalogue = catalogue
        self.franchise = franchise
    }

    /// What a paper says about an elder; names leave only masked.
    public struct ElderFacts: Hashable, Sendable {
        public let number: String
        public let maskedName: String
        public let idTail: String
        /// Today's.
        public let region: String
        public let formerStreets: [Recipient.FormerStreet]
        public let community: String
        public let abilityLevel: Int
        public let classes: [ClassSpan]

        public init(
            number: String, maskedName: String, idTail: String, region: String, formerStreets: [Recipient.FormerStreet] = [], community: String,
            abilityLevel: Int, classes: [ClassSpan]
        ) {
            self.number = number
            self.maskedName = maskedName
            self.idTail = idTail
            self.region = region
            self.formerStreets = formerStreets
            self.community = community
            self.abilityLevel = abilityLevel
            self.classes = classes
        }

        /// Money of a day belongs to the street of that day, whoever moves afterwards.
        func region(on date: LocalDate) -> String { formerStreets.street(on: date) ?? region }
    }

    public struct VisitFacts: Hashable, Sendable {
        public let planned: Instant
        public let begin: Instant
        public let end: Instant?
        public let worker: WorkerID
        /// How the worker signed out.
        public let outMethod: CheckMethod?
        /// Who has confirmed: the elder, or whoever answered the call-back; nil until then.
        public let confirmedBy: String?

        public init(planned: Instant, begin: Instant, end: Instant?, worker: WorkerID, outMethod: CheckMethod?, confirmedBy: String?) {
            self.planned = planned
            self.begin = begin
            self.end = end
            self.worker = worker
            self.outMethod = outMethod
            self.confirmedBy = confirmedBy
        }
    }
}

extension MonthPapers {
    func with(_ statements: [Statement], _ adjustments: [PlacedAdjustment]) -> MonthPapers {
        var papers = self
        (papers.statements, papers.adjustments) = (statements, adjustments)
        return papers
    }

    /// One statement of the month.
    ///
    /// - Throws: `statement_unknown` when the provider has none.
    func statement(_ provider: ProviderID) throws(Rejection) -> Statement {
        guard let statement = statements.first(where: { $0.provider == provider }) else { throw DocumentKind.noStatement }
        return statement
    }

    var lines: [StatementLine] { statements.flatMap(\.lines) }

    func providerName(_ id: ProviderID) -> String { franchise.provider(id)?.name ?? "" }
    func regionName(_ code: String?) -> String { code.flatMap { catalogue.region(ID($0))?.name } ?? "" }
    func item(_ line: StatementLine) -> Item? { catalogue.item(line.candidate.item) }

    /// The class a meal was swiped under, or the neediest of those the elder had on the day.
    func className(_ c: Candidate) -> String {
        if let code = mealClasses[c.subject] { return catalogue.elderClass(ID(code))?.name ?? code }
        return className(of: elders[c.elder]?.classes ?? [], on: c.date)
    }

    /// The neediest of the classes of a day.
    private func className(of spans: [ClassSpan], on date: LocalDate) -> String {
        var neediest: ElderClass?
        for span in spans where span.span.contains(date) {
            guard let held = catalogue.elderClass(ID(span.classCode)) else { continue }
            if let known = neediest, (known.rank, known.code) < (held.rank, held.code) { continue }
            neediest = held
        }
        return neediest?.name ?? "普通"
    }

    /// Ids with masked names of a provider's workers: made once for all rows.
    func workerNames(of provider: ProviderID) -> [WorkerID: String] {
        Dictionary(grouping: franchise.workers(of: provider), by: \.id).compactMapValues { $0.first.map { "\($0.id) \(Masked.name($0.name))" } }
    }

    /// - Parameter names: of the provider's workers; who is not among them is named by the id.
    static func name(of worker: WorkerID, in names: [WorkerID: String]) -> String { names[worker] ?? worker.text }

    /// `2026-03（试算）` until the month is closed.
    var period: String { Self.period(month, isClosed: isClosed) }
    static func period(_ month: Month, isClosed: Bool) -> String { isClosed ? month.description : "\(month)（试算，尚未月结）" }
}

extension StatementLine {
    /// What of it is paid: public money of lines that no check holds or blocks.
    var paid: Fen { verdict == .paid ? candidate.subsidy : .zero }
    var deduction: Fen { verdict == .paid ? .zero : candidate.subsidy }

    func amount(of fund: Fund) -> Fen {
        let name = fund.rawValue
        return candidate.funding.reduce(.zero) { $1.fund == name ? $0 + $1.amount : $0 }
    }
}

extension Fund {
    /// A column for each source of money, in payer order.
    static var columns: [Column] { allCases.map { .amount("补贴·\($0.name)") } }
}

extension Instant {
    /// `03-05 09:30`, as a clock in Lanzhou shows it; the year stands in the title.
    var short: String {
        let (date, minute) = (localDate, minuteOfDay)
        return String(unsafeUninitializedCapacity: 11) { bytes in
            date.writeShort(to: bytes)
            bytes[5] = UInt8(ascii: " ")
            bytes.write(minute / 60, at: 6)
            bytes[8] = UInt8(ascii: ":")
            bytes.write(minute % 60, at: 9)
            return 11
        }
    }
}

extension LocalDate {
    /// `03-05`
    var short: String {
        String(unsafeUninitializedCapacity: 5) { bytes in
            writeShort(to: bytes)
            return 5
        }
    }

    // Written where it will stand, as all of it is short enough to need no memory of its own: a month's papers have thousands.
    fileprivate func writeShort(to bytes: UnsafeMutableBufferPointer<UInt8>) {
        bytes.write(monthOfYear, at: 0)
        bytes[2] = UInt8(ascii: "-")
        bytes.write(day, at: 3)
    }
}

extension UnsafeMutableBufferPointer<UInt8> {
    /// A number of two digits.
    fileprivate func write(_ number: Int, at place: Int) {
        self[place] = UInt8(ascii: "0") + UInt8(number / 10)
        self[place + 1] = UInt8(ascii: "0") + UInt8(number % 10)
    }
}
