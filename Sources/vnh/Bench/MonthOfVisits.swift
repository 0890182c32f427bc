import Billing
import Catalog
import Entitlement
import Kernel
import Orders
import Registry
import Workflow

/// A made-up month of visits, as large as asked for: real items, prices and programmes, workers with full but possible days, and a few in a
/// hundred visits with something wrong. The same seed gives the same month, provider by provider.
struct MonthOfVisits: Sendable {
    struct Made {
        let order: Order
        let visit: Visit
        let legs: [FundingLeg]
        let elder: Int
    }

    static let month = Month(2026, 3)
    static let visitsPerWorker = 110
    static let visitsPerElder = 5

    let count: Int
    let seed: UInt64
    /// Those before live in the district already.
    let firstElder: Int
    /// The shipped one, with as many workers as the visits need.
    let reference: Reference
    let providers: [ProviderID]
    private let regions: [String]
    private let items: [ProviderID: [Offered]]
    /// Those that an elder may have as often as the month has visits for them: the platform had refused the others.
    private let again: [ProviderID: [Offered]]

    private struct Offered {
        let item: Item
        let price: Fen
        let version: String

        var isForAgain: Bool { !item.caps.contains { $0.per == .month && $0.count < visitsPerElder || $0.per == .year } }
    }

    init(count: Int, seed: UInt64, firstElder: Int = 0, shipped: Reference) throws {
        (self.count, self.seed, self.firstElder) = (count, seed, firstElder)
        let day = Self.month.first
        var items: [ProviderID: [Offered]] = [:]
        for item in shipped.catalogue.items
        where item.mode == .visit && item.unit == .time && item.isFundable && (20...120).contains(item.durationMinutes)
            && !item.tags.contains(.afterDeath) && item.staffCount == 1
        {
            guard let price = shipped.catalogue.price(of: item.code, on: day) else { continue }
            for offer in shipped.franchise.offers(of: item.code.text) where offer.span.contains(day) {
                items[offer.provider, default: []].append(Offered(item: item, price: offer.price, version: price.version))
            }
        }
        self.items = items
        again = items.mapValues { $0.filter(\.isForAgain) }.filter { !$0.value.isEmpty }
        let providers = again.keys.sorted()
        self.providers = providers
        guard !providers.isEmpty else { throw Rejection(.missing, "offers_missing", "没有可用于测试的上门项目。") }
        regions = providers.map { shipped.franchise.provider($0)?.serviceRegions.min() ?? "620102001" }
        let each = (count + providers.count - 1) / providers.count
        let types = shipped.catalogue.credentialTypes.filter { $0.holder == .worker }.map(\.code.text)
        let workers = try providers.flatMap { provider in
            try (0...(each / Self.visitsPerWorker)).map { try Self.worker($0, of: provider, types) }
        }
        let franchise = shipped.franchise
        reference = Reference(
            catalogue: shipped.catalogue, programmes: shipped.programmes,
            franchise: Franchise(
                providers: franchise.providers, offers: franchise.offeredItems.flatMap { franchise.offers(of: $0) }, workers: workers,
                vehicles: franchise.providers.flatMap { franchise.vehicles(of: $0.id) }))
    }

    private static func worker(_ index: Int, of provider: ProviderID, _ types: [String]) throws -> Worker {
        let id = WorkerID("\(provider)W\(index)")
        return Worker(
            id: id, provider: provider, name: "测试", sex: .female, phone: try NormalisedPhone("8400000"),
            credentials: types.map { Credential(type: $0, holder: .worker(id), number: "1", span: DateSpan(from: Month(2020, 1).first)) })
    }

    /// How many visits a provider has.
    func visits(of provider: Int) -> Int { count / providers.count + (provider < count % providers.count ? 1 : 0) }

    /// Shows every visit of a provider, made anew each time.
    func forEach(of provider: Int, _ body: (Made) throws -> Void) rethrows {
        for index in 0..<visits(of: provider) { try body(made(provider, index)) }
    }

    /// Shows every visit that begins on a day, as a platform would have come to know them.
    ///
    /// - Parameter day: counted from the first of the month.
    func forEach(onDay day: Int, _ body: (Made) throws -> Void) rethrows {
        for provider in providers.indices {
            for index in 0..<visits(of: provider) where Self.day(index) == day { try body(made(provider, index)) }
        }
    }

    /// A worker goes to the same homes again and again, four in a day.
    private static func day(_ index: Int) -> Int { index % visitsPerWorker % workdays }
    static let workdays = 28
    private static let homesPerWorker = visitsPerWorker / visitsPerElder
    /// Of one provider.
    private var homes: Int { (visits(of: 0) / Self.visitsPerWorker + 1) * Self.homesPerWorker }
    var elders: Int { homes * providers.count }

    /// Every provider's homes stand in the first of its streets.
    func region(of elder: Int) -> String { regions[elder / homes] }

    private func made(_ place: Int, _ index: Int) -> Made {
        let provider = providers[place]
        var random = SeededRandom(seed: (seed &* 0x1_0000_01B3 &+ UInt64(place)) &* 0x1_0000_01B3 &+ UInt64(index))
        let (worker, turn) = (index / Self.visitsPerWorker, index % Self.visitsPerWorker)
        let offered = random.pick((turn < Self.homesPerWorker ? items : again)[provider] ?? [])
        let (item, price) = (offered.item, offered.price)
        let home = worker * Self.homesPerWorker + turn % Self.homesPerWorker
        let elder = random.below(100) == 0 ? random.below(elders) : place * homes + home
        let region = region(of: elder)
        let date = Self.month.first.adding(days: Self.day(index))
        let isNight = random.below(400) == 0
        let start = Instant(date, minute: isNight ? 1330 : 420 + turn / Self.workdays * 200 + random.below(60))
        let window = TimeWindow(start: start, lasting: .minutes(item.durationMinutes))
        // As long as a real one, and rising as ids do: the day, then the minute and which of all visits it is.
        let rank = String(start.minuteOfDay * (count + providers.count) + index * providers.count + place, radix: 36)
        let number = "\(date.description.filter { $0 != "-" })-\(String(repeating: "0", count: max(0, 6 - rank.count)))\(rank)"
        let split = reference.programmes.split(
            FundingRequest(
                item: item, date: date, minuteOfDay: start.minuteOfDay, payable: price,
                beneficiary: Self.beneficiary(region: region)),
            balances: [:])
        let id = OrderID(IDMaker.text(at: start, random: random.next()))
        let order = Order(
            id: id, number: number, elder: elderID(elder), item: item.code, mode: item.mode, region: region, window: window,
            quantity: .one, urgency: .booked, source: "bench", caller: nil, callID: nil, note: "", fromAddress: nil, toAddress: nil,
            preferredProvider: nil, createdAt: start - .days(2), createdBy: "bench", isBackfilled: random.below(200) == 0, visitCode: "0000",
            state: .closed, verification: .verified, settlement: .ready, provider: provider, worker: WorkerID("\(provider)W\(worker)"),
            attempts: 1, priceVersion: offered.version, unitPrice: price, payable: price, selfPay: split.selfPay, version: 7)
        let legs = split.legs.map { FundingLeg(fund: $0.fund, programme: $0.programme, version: $0.version, amount: $0.amount, draws: []) }
        return Made(order: order, visit: visit(order, item, &random), legs: legs, elder: elder)
    }

    /// One in a hundred is on paper, two are far too short, two away from the home; one in two hundred shows a photograph of another visit.
    private func visit(_ order: Order, _ item: Item, _ random: inout SeededRandom) -> Visit {
        let isPaper = random.below(100) == 0
        let percent = random.below(50) == 0 ? 30 + random.below(60) : 92 + random.below(18)
        let length = Span.seconds(item.durationMinutes * 60 * percent / 100 + random.below(60))
        let photo = random.below(200) == 0 ? UInt64(random.below(50)) : random.next()
        let isAway = random.below(50) == 0
        func check(_ at: Instant, _ method: CheckMethod) -> Check {
            Check(
                at: at, receivedAt: at, method: isPaper ? .paper : method, distance_m: isPaper ? nil : random.below(isAway ? 3000 : 90),
                accuracy_m: 20, photoSHA256: method == .app ? Self.hash(photo) : nil, reasonCode: isPaper ? "no_signal" : nil)
        }
        var visit = Visit(
            order: order.id, provider: order.provider ?? ProviderID(""), worker: order.worker ?? WorkerID(""),
            checkIn: check(order.window.start, .app), checkOut: check(order.window.start + length, .code), confirmedBy: "elder",
            confirmedAt: order.window.end)
        visit.traces.inDevice = "phone-\(visit.worker)"
        visit.traces.isMocked = random.below(500) == 0
        return visit
    }

    private static func hash(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        let word = String(repeating: "0", count: 16 - digits.utf8.count) + digits
        return word + word + word + word
    }

    func elderID(_ index: Int) -> ElderID { Self.elderID(firstElder + index) }
    static func elderID(_ number: Int) -> ElderID { ElderID("e" + String(String(100_000_000 + number).dropFirst())) }

    /// Homes within two kilometres of one another.
    static func place(_ elder: Int) -> Coordinate? {
        Coordinate(latitude: 36.05 + Double(elder % 100) * 0.0001, longitude: 103.83 + Double(elder / 100 % 100) * 0.0001)
    }

    static let classCode = "minimum_living"

    static func beneficiary(region: String) -> Beneficiary {
        Beneficiary(classes: [classCode], age: 78, district: "620102", region: region, abilityLevel: 1, livesAlone: false, cadre: nil)
    }

    /// As the checks see whoever lives in a home.
    func recipient(_ elder: Int) -> Recipient {
        Recipient(
            place: Self.place(elder), birthday: Month(1948, 1).first, region: region(of: elder),
            classes: [ClassSpan(classCode: Self.classCode, span: DateSpan(from: Month(2020, 1).first))], abilityLevel: 1)
    }

    func elder(_ index: Int) -> Elder {
        Elder(
            id: elderID(index), number: "LZ\(firstElder + index)", name: "测试", pinyin: "ceshi", initials: "cs", sex: .female,
            birthday: Month(1948, 1).first,
            address: Address(region: region(of: index), community: "", estate: "", building: "", unit: "", room: ""), place: Self.place(index),
            classes: [ClassSpan(classCode: Self.classCode, span: DateSpan(from: Month(2020, 1).first))], abilityLevel: 1)
    }

    /// The same visit as the checks see it, without a database between.
    func candidate(_ made: Made, _ policy: EvidencePolicy) -> Candidate {
        let (order, visit) = (made.order, made.visit)
        var line = Candidate(
            kind: .order, subject: order.id.text, number: order.number, provider: visit.provider, elder: order.elder, item: order.item,
            date: order.serviceDate, createdAt: order.createdAt, isBackfilled: order.isBackfilled, quantity: order.quantity,
            unitPrice: order.unitPrice, gross: order.payable,
            funding: made.legs.map { Candidate.Funding(fund: $0.fund.rawValue, programme: $0.programme, amount: $0.amount) },
            selfPay: order.selfPay, plannedMinutes: (order.window.end - order.window.start).minutes, begin: visit.checkIn.at,
            end: visit.checkOut?.at, worker: visit.worker, evidence: visit.evidence(policy), isManual: visit.isManual)
        line.plannedStart = order.window.start
        line.recipient = recipient(made.elder)
        line.proof.device = visit.traces.inDevice
        line.proof.isMocked = visit.traces.isMocked
        line.proof.photos = visit.checkIn.photoSHA256.map { [$0] } ?? []
        line.proof.signedBy = nil
        return line
    }
}
