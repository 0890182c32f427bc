import Billing
import Catalog
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
        code: ItemCode("02015"), category: .dailyCare, name: "助浴", credentials: [ID("permit"), ID("nurse"), ID("inspection")],
        caps: [FrequencyCap(count: 2, per: .day), FrequencyCap(count: 3, per: .month)], evidence: .partial)
    static let weekly = Item(code: ItemCode("02016"), category: .dailyCare, name: "理发", caps: [FrequencyCap(count: 1, per: .week)])
    static let yearly = Item(code: ItemCode("02017"), category: .dailyCare, name: "体检", caps: [FrequencyCap(count: 1, per: .year)])
    static let lesson = Item(code: ItemCode("09001"), category: .leisure, name: "书法课", mode: .group)
    static let wake = Item(code: ItemCode("10001"), category: .endOfLife, name: "殡葬协助", tags: [.afterDeath])
    static let unpriced = Item(code: ItemCode("02099"), category: .dailyCare, name: "无价")
    static let market = Item(code: ItemCode("06001"), category: .household, name: "维修")
    static let items = [bath, weekly, yearly, lesson, wake, unpriced, market]

    static let catalogue = Catalogue(
        items: items,
        prices: [bath, weekly, yearly, lesson, wake].map { Price(item: $0.code, type: .guided, guide: Fen(10_000), span: year) } + [
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
        ])

    static func franchise(
        _ state: FranchiseState = .active, permit: DateSpan = year, nurse: DateSpan = year, offers: DateSpan = year
    ) throws -> Franchise {
        Franchise(
            providers: [
                Provider(
                    id: provider, name: "样板照护，一店", kind: "care", kinds: ["care"], creditCode: try CreditCode("91350100M000100Y43"),
                    region: "620102001", address: "样板路1号", place: Coordinate(latitude: 36.06, longitude: 103.83)!,
                    phone: try NormalisedPhone("8412345"), state: state, joined: year.from, serviceRegions: ["620102001"],
                    bankAccount: "6222020200112233445",
                    credentials: [Credential(type: "permit", holder: .provider, number: "1", span: permit)]),
            ],
            offers: items.map { Offer(provider: provider, item: $0.code.text, price: Fen(8000), span: offers) },
            workers: [
                Worker(
                    id: worker, provider: provider, name: "员工", sex: .female, phone: try NormalisedPhone("8412345"), languages: [],
                    canLift: false, credentials: [Credential(type: "nurse", holder: .worker(worker), number: "2", span: nurse)]),
            ])
    }

    /// A bath on Monday at ten, 80 yuan, of which the voucher pays 30.
    static func line(_ subject: String = "s1", _ item: Item = bath, day: Int = 0, minute: Int = 600, lasting minutes: Int = 60) -> Candidate {
        let date = monday.adding(days: day)
        let begin = Instant(date, minute: minute)
        return Candidate(
            kind: .order, subject: subject, number: "260504-\(subject)", provider: provider, elder: ElderID("E1"), item: item.code, date: date,
            createdAt: Instant(date), quantity: .one, unitPrice: Fen(8000), gross: Fen(8000),
            funding: [Candidate.Funding(fund: "voucher", programme: "VOUCHER", amount: Fen(3000))], selfPay: Fen(5000), plannedMinutes: 60,
            begin: begin, end: begin + .minutes(minutes), worker: worker, evidence: .partial)
    }

    static func findings(_ line: Candidate, among others: [Candidate] = [], _ franchise: Franchise? = nil) throws -> [Finding] {
        Checks.findings(
            line, Surroundings(catalogue: catalogue, franchise: try franchise ?? self.franchise(), month: others + [line]))
    }
}
