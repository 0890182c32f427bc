import Billing
import Catalog
import Entitlement
import Kernel
import Registry

/// A month with one item and one provider in which every line is paid, until a test changes it in one place.
enum World {
    // 2026-05-04 is a Monday.
    static let monday = LocalDate("2026-05-04")!
    static let may = Month(2026, 5)
    static let year = DateSpan(from: LocalDate("2026-01-01")!, until: LocalDate("2026-12-31")!)
    static let provider = ProviderID("P001")
    static let worker = WorkerID("W001")

    static let bath = Item(
        code: ItemCode("02015"), category: .dailyCare, name: "助浴", credentials: [ID("permit"), ID("nurse")],
        caps: [FrequencyCap(count: 2, per: .day), FrequencyCap(count: 3, per: .month)], evidence: .partial)
    static let weekly = Item(code: ItemCode("02016"), category: .dailyCare, name: "理发", caps: [FrequencyCap(count: 1, per: .week)])
    static let yearly = Item(code: ItemCode("02017"), category: .dailyCare, name: "体检", caps: [FrequencyCap(count: 1, per: .year)])
    static let lesson = Item(code: ItemCode("09001"), category: .leisure, name: "书法课", mode: .group)
    static let wake = Item(code: ItemCode("10001"), category: .endOfLife, name: "殡葬协助", tags: [.afterDeath])
    static let unpriced = Item(code: ItemCode("02099"), category: .dailyCare, name: "无价")
    static let lunch = Item(code: ItemCode("01001"), category: .meals, name: "午餐", mode: .onSite)
    static let ride = Item(code: ItemCode("05026"), category: .accompaniment, name: "用车", mode: .vehicle, credentials: [ID("inspection")])
    static let escort = Item(code: ItemCode("05001"), category: .accompaniment, name: "陪诊")
    static let market = Item(code: ItemCode("06001"), category: .household, name: "维修")
    static let items = [bath, weekly, yearly, lesson, wake, unpriced, market, lunch, ride, escort]

    static let catalogue = Catalogue(
        items: items,
        prices: [bath, weekly, yearly, lesson, wake, lunch, ride, escort].map { Price(item: $0.code, type: .guided, guide: Fen(10_000), span: year) } + [
            Price(item: market.code, type: .market, guide: Fen(1), span: year),
        ],
        credentialTypes: [
            CredentialType(code: ID("permit"), name: "许可证", holder: .provider), CredentialType(code: ID("nurse"), name: "护理证", holder: .worker),
            CredentialType(code: ID("inspection"), name: "年检", holder: .vehicle),
        ],
        regions: [
            Region(
                code: ID("620102001"), district: "620102", districtName: "城关区", name: "酒泉路街道",
                centre: Coordinate(latitude: 36.056, longitude: 103.833)!, neighbours: []),
            Region(
                code: ID("620102002"), district: "620102", districtName: "城关区", name: "张掖路街道",
                centre: Coordinate(latitude: 36.058, longitude: 103.835)!, neighbours: []),
        ])

    // Safe because the programmes are these five, without a fault.
    /// Programmes that pay for everybody but B, which asks for a class; what they exclude is A against C.
    static let programmes = try! Programmes(
        ["VOUCHER", "A", "B", "C", "MEAL"].map { code in
            Programme(
                code: code, name: "资金\(code)", fund: .voucher,
                versions: [
                    ProgrammeVersion(
                        version: 1, from: year.from, until: year.until,
                        eligibility: code == "B" ? Eligibility(classes: ["dibao"]) : Eligibility(), benefit: Benefit(kind: .amount, value: 3000),
                        excludes: code == "A" ? ["C"] : [])
                ])
        })

    static func terms(_ franchise: Franchise? = nil, _ policy: CheckPolicy = CheckPolicy()) throws -> Terms {
        Terms(catalogue: catalogue, franchise: try franchise ?? self.franchise(), programmes: programmes, policy: policy)
    }

    static func franchise(
        _ state: FranchiseState = .active, permit: DateSpan = year, nurse: DateSpan = year, offers: DateSpan = year
    ) throws -> Franchise {
        Franchise(
            providers: [
                Provider(
                    id: provider, name: "样板照护，一店", kind: "care", kinds: ["care"], creditCode: try CreditCode("91350100M000100Y43"),
                    region: "620102001", address: "样板路1号", place: Coordinate(latitude: 36.06, longitude: 103.83)!,
                    phone: try NormalisedPhone("8412345"), state: state, joined: year.from, serviceRegions: ["620102001"],
                    bank: "示例银行酒泉路支行", bankAccount: "6222020200112233445",
                    credentials: [Credential(type: "permit", holder: .provider, number: "1", span: permit)]),
            ],
            offers: items.map { Offer(provider: provider, item: $0.code.text, price: Fen(8000), span: offers) },
            workers: [
                Worker(
                    id: worker, provider: provider, name: "员工", sex: .female, phone: try NormalisedPhone("8412345"), languages: [],
                    canLift: false, credentials: [Credential(type: "nurse", holder: .worker(worker), number: "2", span: nurse)]),
                Worker(id: WorkerID("W002"), provider: provider, name: "同事", sex: .male, phone: try NormalisedPhone("8412346")),
            ],
            vehicles: [
                Vehicle(plate: "甘A1", provider: provider, credentials: [Credential(type: "inspection", holder: .vehicle("甘A1"), number: "3", span: nurse)]),
            ])
    }

    /// A bath on Monday at ten, 80 yuan, of which the voucher pays 30.
    static func line(_ subject: String = "s1", _ item: Item = bath, day: Int = 0, minute: Int = 600, lasting minutes: Int = 60) -> Candidate {
        let date = monday.adding(days: day)
        let begin = Instant(date, minute: minute)
        var line = Candidate(
            kind: .order, subject: subject, number: "260504-\(subject)", provider: provider, elder: ElderID("E1"), item: item.code, date: date,
            createdAt: Instant(date), quantity: .one, unitPrice: Fen(8000), gross: Fen(8000),
            funding: [Candidate.Funding(fund: "voucher", programme: "VOUCHER", amount: Fen(3000))], selfPay: Fen(5000), plannedMinutes: 60,
            begin: begin, end: begin + .minutes(minutes), worker: worker, evidence: .partial)
        line.recipient = Recipient(
            place: Coordinate(latitude: 36.056, longitude: 103.833), birthday: LocalDate("1940-01-01")!, region: "620102001")
        return line
    }

    /// A lunch on Monday, all of it paid by the programme.
    static func meal(_ subject: String, at second: Int = 0, canteen: ProviderID = provider) -> Candidate {
        var meal = line(subject, lunch)
        meal.kind = .meal
        meal.provider = canteen
        meal.elder = ElderID("E-\(subject)")
        (meal.begin, meal.end, meal.worker) = (nil, nil, nil)
        meal.plannedMinutes = 0
        meal.proof.device = "till-1"
        meal.proof.slot = .lunch
        meal.proof.swipedAt = Instant(monday, minute: 690) + .seconds(second)
        return meal
    }

    static func findings(
        _ line: Candidate, among others: [Candidate] = [], _ franchise: Franchise? = nil, terms: (inout Terms) -> Void = { _ in }
    ) throws -> [Finding] {
        var all = try self.terms(franchise)
        terms(&all)
        return Checks.findings(line, Surroundings(terms: all, month: others + [line]))
    }
}
