import Catalog
import Kernel
import Registry

@testable import Matching

/// A small franchise that a test changes in one place and asks about.
struct World {
    // 2026-05-04 is a Monday.
    static let monday = LocalDate("2026-05-04")!
    static let home = Coordinate(latitude: 36.060, longitude: 103.830)!
    static let street = "620102001"
    static let neighbour = "620102002"
    static let far = "620102003"
    static let year = DateSpan(from: LocalDate("2026-01-01")!, until: LocalDate("2026-12-31")!)

    static let bath = Item(
        code: ItemCode("02001"), category: .dailyCare, name: "助浴", kinds: [ID("care")], credentials: [ID("permit"), ID("nurse")])
    static let meal = Item(code: ItemCode("01001"), category: .meals, name: "营养午餐", mode: .onSite, kinds: [ID("canteen"), ID("care")])
    static let trip = Item(
        code: ItemCode("05001"), category: .accompaniment, name: "陪诊用车", mode: .vehicle, kinds: [ID("care")],
        credentials: [ID("inspection")])
    static let advice = Item(code: ItemCode("08001"), category: .legal, name: "法律咨询", mode: .phone, kinds: [ID("care")])

    var providers: [Provider] = []
    var offers: [Offer] = []
    var workers: [Worker] = []
    var vehicles: [Vehicle] = []
    var prices: [Price] = []
    var policy = MatchPolicy.standard
    var holidays = Holidays([:])
    var item = bath
    var request: MatchRequest
    var workload = Workload()

    /// One provider that can do everything, two workers (a man and a woman), one car, and an elder 1 km away who asks for Monday 10:00.
    init(_ item: Item = bath, providers names: [String] = ["P001"]) throws {
        self.item = item
        request = MatchRequest(
            item: item, start: Instant(World.monday, minute: 600), end: Instant(World.monday, minute: 660), elderPlace: World.home,
            elderRegion: World.street, elderSex: .female, now: Instant(World.monday.adding(days: -1), minute: 540))
        prices = [Price(item: item.code, type: .guided, guide: Fen(10_000), span: World.year)]
        for name in names { try add(name) }
    }

    mutating func add(_ name: String) throws {
        let id = ProviderID(name)
        providers.append(
            Provider(
                id: id, name: "样板\(name)", kind: "care", kinds: ["care"], creditCode: try CreditCode("91350100M000100Y43"),
                region: World.street, address: "样板路1号", place: Coordinate(latitude: 36.069, longitude: 103.830)!,
                phone: try NormalisedPhone("8412345"), state: .active, joined: World.year.from, serviceRegions: [World.street],
                isHalal: true, hours: [OpeningHours(days: [1, 2, 3, 4, 5], opens: 480, closes: 720, capacity: 4)],
                credentials: [
                    Credential(type: "licence", holder: .provider, number: "1", span: World.year),
                    Credential(type: "permit", holder: .provider, number: "2", span: World.year),
                ]))
        offers.append(Offer(provider: id, item: item.code.text, price: Fen(8_000), span: World.year))
        for (suffix, sex) in [("A", Sex.female), ("B", .male)] {
            let worker = WorkerID(name + suffix)
            workers.append(
                Worker(
                    id: worker, provider: id, name: "员工", sex: sex, phone: try NormalisedPhone("8412345"), languages: ["兰州话"],
                    canLift: sex == .male,
                    credentials: [Credential(type: "nurse", holder: .worker(worker), number: "3", span: World.year)]))
        }
        let plate = "甘A" + name
        vehicles.append(
            Vehicle(
                plate: plate, provider: id, isWheelchair: false, seats: 4,
                credentials: [Credential(type: "inspection", holder: .vehicle(plate), number: "4", span: World.year)]))
    }

    static let regions: [Region] = [
        Region(
            code: ID(street), district: "620102", districtName: "城关区", name: "一街", centre: Coordinate(latitude: 36.06, longitude: 103.83)!,
            neighbours: [ID(neighbour)]),
        Region(
            code: ID(neighbour), district: "620102", districtName: "城关区", name: "二街",
            centre: Coordinate(latitude: 36.07, longitude: 103.83)!,
            neighbours: [ID(street)]),
    ]

    var catalogue: Catalogue {
        Catalogue(
            items: [item], prices: prices,
            kinds: [
                ProviderKind(code: ID("care"), name: "照护", credentials: [ID("licence")]),
                ProviderKind(code: ID("canteen"), name: "餐厅", credentials: [ID("food")]),
            ],
            credentialTypes: [
                CredentialType(code: ID("licence"), name: "执照", holder: .provider),
                CredentialType(code: ID("food"), name: "食品许可", holder: .provider),
                CredentialType(code: ID("permit"), name: "许可", holder: .provider),
                CredentialType(code: ID("nurse"), name: "护理员证", holder: .worker),
                CredentialType(code: ID("inspection"), name: "年检", holder: .vehicle),
            ], regions: World.regions, holidays: holidays)
    }

    var matcher: Matcher {
        Matcher(
            franchise: Franchise(providers: providers, offers: offers, workers: workers, vehicles: vehicles), catalogue: catalogue,
            policies: [policy])
    }

    var decision: Decision { matcher.decide(request, workload) }

    /// The item asked for, offered and requested anew.
    mutating func ask(for item: Item) {
        self.item = item
        request.item = item
        prices = [Price(item: item.code, type: .guided, guide: Fen(10_000), span: World.year)]
        offers = offers.map { Offer(provider: $0.provider, item: item.code.text, price: $0.price, span: $0.span) }
    }

    mutating func take(_ count: Int, of provider: String = "P001") {
        workload.slotTaken[SlotKey(provider: ProviderID(provider), date: World.monday, opens: 480)] = count
    }
}

extension Item {
    /// The bath with something else about it.
    static func bath(staff: Int = 1, tags: Set<ItemTag> = []) -> Item {
        Item(
            code: World.bath.code, category: .dailyCare, name: "助浴", kinds: World.bath.kinds, credentials: World.bath.credentials,
            staffCount: staff, tags: tags)
    }
}
