import Kernel
import Registry
import Testing

@Suite struct `The franchise` {
    static let may = LocalDate("2026-05-01")!
    // 2026-05-04 is a Monday.
    static let monday = LocalDate("2026-05-04")!

    static func provider(_ id: String, hours: [OpeningHours] = [], closed: [LocalDate] = []) throws -> Provider {
        Provider(
            id: ProviderID(id), name: "样板\(id)", kind: "canteen", kinds: ["canteen"], creditCode: try CreditCode("91350100M000100Y43"),
            region: "620102001", address: "样板路1号", place: Coordinate(latitude: 36.06, longitude: 103.83)!,
            phone: try NormalisedPhone("8412345"), state: .active, joined: may, serviceRegions: ["620102001"], hours: hours, closedDays: closed)
    }

    @Test func `lists the offers of an item by provider and finds the one of a day`() throws {
        let june = LocalDate("2026-06-01")!
        let franchise = Franchise(
            providers: [try Self.provider("P002"), try Self.provider("P001"), try Self.provider("P003")],
            offers: [
                Offer(provider: ProviderID("P003"), item: "01001", price: Fen(1500), span: DateSpan(from: Self.may)),
                Offer(provider: ProviderID("P002"), item: "01001", price: Fen(1400), span: DateSpan(from: june)),
                Offer(provider: ProviderID("P002"), item: "01001", price: Fen(1300), span: DateSpan(from: Self.may, until: june.adding(days: -1))),
                Offer(provider: ProviderID("P001"), item: "01001", price: Fen(1200), span: DateSpan(from: Self.may)),
                Offer(provider: ProviderID("P999"), item: "01001", price: Fen(1), span: DateSpan(from: Self.may)),
                Offer(provider: ProviderID("P001"), item: "02001", price: Fen(3000), span: DateSpan(from: Self.may)),
            ])
        #expect(franchise.providers.map(\.id.text) == ["P001", "P002", "P003"])
        #expect(franchise.offers(of: "01001").map(\.price.amount) == [1200, 1300, 1400, 1500])
        #expect(franchise.offers(of: "99999").isEmpty)
        #expect(franchise.offer(ProviderID("P002"), "01001", on: june.adding(days: -1))?.price == Fen(1300))
        #expect(franchise.offer(ProviderID("P002"), "01001", on: june)?.price == Fen(1400))
        #expect(franchise.offer(ProviderID("P002"), "01001", on: Self.may.adding(days: -1)) == nil)
        #expect(franchise.offer(ProviderID("P002"), "02001", on: june) == nil)
        #expect(franchise.offer(ProviderID("P999"), "01001", on: june) == nil)
        #expect(franchise.provider(ProviderID("P002"))?.name == "样板P002")
        #expect(franchise.provider(ProviderID("P999")) == nil)
        #expect(franchise.offeredItems == ["01001", "02001"])
    }

    static let weekdays = OpeningHours(days: [1, 2, 3, 4, 5], opens: 660, closes: 810, capacity: 300)
    static let supper = OpeningHours(days: [1, 2, 3, 4, 5], opens: 1020, closes: 1140, capacity: 200)

    @Test(arguments: [
        (0, 659, nil), (0, 660, 300), (0, 809, 300), (0, 810, nil), (0, 1020, 200), (0, 1140, nil), (4, 700, 300), (5, 700, nil), (6, 700, nil),
        (1, 700, nil), (7, 700, 300),
    ] as [(Int, Int, Int?)])
    func `has a slot only while the door is open`(day: Int, minute: Int, capacity: Int?) throws {
        let franchise = Franchise(
            providers: [try Self.provider("P001", hours: [Self.supper, Self.weekdays], closed: [Self.monday.adding(days: 1)])], offers: [])
        let date = Self.monday.adding(days: day)
        let slot = franchise.slot(of: ProviderID("P001"), at: Instant(date, minute: minute))
        #expect(slot?.capacity == capacity)
        if let slot {
            #expect(slot.date == date)
            #expect(slot.window?.contains(Instant(date, minute: minute)) == true)
        }
        #expect(franchise.slot(of: ProviderID("P002"), at: Instant(date, minute: minute)) == nil)
    }

    @Test func `open round the clock changes its slot at midnight of Lanzhou`() throws {
        let always = OpeningHours(days: [1, 2, 3, 4, 5, 6, 7], opens: 0, closes: 1440, capacity: 40)
        let franchise = Franchise(providers: [try Self.provider("P001", hours: [always])], offers: [])
        let midnight = try #require(Instant("2026-05-09T00:00:00+08:00"))
        let before = franchise.slot(of: ProviderID("P001"), at: midnight - .seconds(1))
        let after = franchise.slot(of: ProviderID("P001"), at: midnight)
        #expect(before?.date == LocalDate("2026-05-08"))
        #expect(after?.date == LocalDate("2026-05-09"))
        #expect(before?.window?.end == midnight)
    }

    @Test func `asks for a credential that is valid on the day`() throws {
        var provider = try Self.provider("P001")
        provider.credentials = [
            Credential(type: "food", holder: .provider, number: "1", span: DateSpan(from: Self.may, until: Self.monday)),
            Credential(type: "fire", holder: .provider, number: "2", span: DateSpan(from: Self.may)),
        ]
        #expect(provider.holds(["food", "fire"], on: Self.monday))
        #expect(!provider.holds(["food", "fire"], on: Self.monday.adding(days: 1)))
        #expect(provider.holds(["fire"], on: Self.monday.adding(days: 1)))
        #expect(!provider.holds(["nurse"], on: Self.monday))
        #expect(provider.holds([String](), on: Self.monday))
    }

    @Test func `keeps workers and vehicles with their firm`() throws {
        let phone = try NormalisedPhone("13812345678")
        let workers = ["W2", "W1"].map {
            Worker(id: WorkerID($0), provider: ProviderID("P001"), name: "样板工", sex: .female, phone: phone, credentials: [
                Credential(type: "health", holder: .worker(WorkerID($0)), number: "1", span: DateSpan(from: Self.may))])
        }
        let cars = [Vehicle(plate: "甘A00000", provider: ProviderID("P001"), isWheelchair: true)]
        let franchise = Franchise(providers: [try Self.provider("P001")], offers: [], workers: workers, vehicles: cars)
        #expect(franchise.workers(of: ProviderID("P001")).map(\.id.text) == ["W1", "W2"])
        #expect(franchise.vehicles(of: ProviderID("P001")).map(\.plate) == ["甘A00000"])
        #expect(franchise.workers(of: ProviderID("P002")).isEmpty)
        #expect(workers[0].holds(["health"], on: Self.may))
        #expect(!cars[0].holds(["inspection"], on: Self.may))
    }
}
