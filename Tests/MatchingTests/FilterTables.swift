import Catalog
import Kernel
import Registry
import Testing

@testable import Matching

/// One change to a world in which P001 may serve, and what the filters then say of it.
struct FilterCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let codes: [RefusalCode]
    let change: @Sendable (inout World) throws -> Void

    init(_ description: String, _ codes: [RefusalCode], _ change: @escaping @Sendable (inout World) throws -> Void) {
        testDescription = description
        self.codes = codes
        self.change = change
    }
}

enum FilterTables {
    static var all: [FilterCase] { offered + franchise + place + hours + staff + cars }

    static let p1 = ProviderID("P001")
    static let soon = DateSpan(from: World.year.from, until: World.monday.adding(days: -1))
    static let lasting = DateSpan(from: World.year.from, until: World.monday)

    static let offered: [FilterCase] = [
        FilterCase("all is well", []) { _ in },
        FilterCase("contract price ended the day before", [.priceNotValid]) { $0.offers[0].span = soon },
        FilterCase("contract price ends on the day", []) { $0.offers[0].span = lasting },
        FilterCase("contract price begins the day after", [.priceNotValid]) {
            $0.offers[0].span = DateSpan(from: World.monday.adding(days: 1))
        },
        FilterCase("no price in the catalogue that day", [.itemNotPriced]) {
            $0.prices = [Price(item: World.bath.code, type: .guided, guide: Fen(10_000), span: soon)]
        },
        FilterCase("a fen above the guide price", [.priceOverGuide]) { $0.offers[0].price = Fen(10_001) },
        FilterCase("exactly the guide price", []) { $0.offers[0].price = Fen(10_000) },
        FilterCase("above a price that is only agreed", []) {
            $0.offers[0].price = Fen(10_001)
            $0.prices = [Price(item: World.bath.code, type: .agreed, guide: Fen(10_000), span: World.year)]
        },
        FilterCase("under the dearer guide price of a later row", []) {
            $0.offers[0].price = Fen(10_500)
            $0.prices = [
                Price(item: World.bath.code, type: .guided, guide: Fen(11_000), span: DateSpan(from: World.monday)),
                Price(item: World.bath.code, type: .guided, guide: Fen(10_000), span: soon),
            ]
        },
        FilterCase("of a kind that may not", [.kindNotAllowed]) { $0.providers[0].kinds = ["canteen"] },
        FilterCase("of two kinds, one of which may", []) { $0.providers[0].kinds = ["canteen", "care"] },
    ]

    static let franchise: [FilterCase] = [
        FilterCase("joins the day after", [.notInFranchise]) { $0.providers[0].joined = World.monday.adding(days: 1) },
        FilterCase("joins on the day", []) { $0.providers[0].joined = World.monday },
        FilterCase("a licence ended the day before", [.credentialExpired]) { $0.providers[0].credentials[0].span = soon },
        FilterCase("a licence ends on the day", []) { $0.providers[0].credentials[0].span = lasting },
        FilterCase("a renewed licence goes on", []) {
            $0.providers[0].credentials[0].span = soon
            $0.providers[0].credentials.append(
                Credential(type: "licence", holder: .provider, number: "9", span: DateSpan(from: World.monday)))
        },
        FilterCase("the licence of the kind was never entered", [.credentialMissing]) { $0.providers[0].credentials.remove(at: 0) },
        FilterCase("the permit of the item was never entered", [.credentialMissing]) { $0.providers[0].credentials.remove(at: 1) },
        FilterCase("the permit of the item ended", [.credentialExpired]) { $0.providers[0].credentials[1].span = soon },
        FilterCase("blocked by the elder", [.blocked]) { $0.request.blocked = [p1] },
        FilterCase("another one blocked", []) { $0.request.blocked = [ProviderID("P002")] },
        FilterCase("turned the elder away", [.refusedByProvider]) { $0.request.refusedBy = [p1] },
        FilterCase("declined this order", [.alreadyAsked]) { $0.request.alreadyAsked = [p1] },
    ]

    static let place: [FilterCase] = [
        FilterCase("another street", [.doesNotServeStreet]) { $0.providers[0].serviceRegions = [World.far] },
        FilterCase("no street at all", [.doesNotServeStreet]) { $0.providers[0].serviceRegions = [] },
        FilterCase("a street nobody knows", [.doesNotServeStreet]) { $0.request.elderRegion = "999999999" },
        FilterCase("the neighbouring street", [.doesNotServeStreet]) { $0.providers[0].serviceRegions = [World.neighbour] },
        FilterCase("the neighbouring street, widened", []) {
            $0.providers[0].serviceRegions = [World.neighbour]
            $0.request.reach = .neighbours
        },
        FilterCase("a far street, widened to neighbours", [.doesNotServeStreet]) {
            $0.providers[0].serviceRegions = [World.far]
            $0.request.reach = .neighbours
        },
        FilterCase("a far street, widened to all", []) {
            $0.providers[0].serviceRegions = [World.far]
            $0.request.reach = .everywhere
        },
        FilterCase("a metre beyond the radius", [.outOfRadius]) { $0.providers[0].radius_m = 1_000 },
        FilterCase("at the radius", []) { $0.providers[0].radius_m = 1_001 },
        FilterCase("a home nowhere on the map is at the centre of its street", []) {
            $0.providers[0].radius_m = 1_001
            $0.request.elderPlace = nil
        },
        FilterCase("nowhere on the map, street without a centre", [.outOfRadius]) {
            $0.providers[0].radius_m = 50_000
            $0.providers[0].serviceRegions = [World.far]
            $0.request.elderRegion = World.far
            $0.request.elderPlace = nil
        },
        FilterCase("the elder comes, so no radius", []) {
            $0.ask(for: World.meal)
            $0.providers[0].radius_m = 1
        },
        FilterCase("by telephone, so no radius", []) {
            $0.ask(for: World.advice)
            $0.providers[0].radius_m = 1
        },
        FilterCase("halal elder, kitchen without the sign", [.dietNotServed]) {
            $0.ask(for: World.meal)
            $0.request.diet = [.halal]
            $0.providers[0].isHalal = false
        },
        FilterCase("halal elder, kitchen with the sign", []) {
            $0.ask(for: World.meal)
            $0.request.diet = [.halal]
        },
        FilterCase("a diet that is an item of its own", []) {
            $0.ask(for: World.meal)
            $0.request.diet = [.lowSugar, .soft]
            $0.providers[0].isHalal = false
        },
        FilterCase("halal elder, but nothing to eat", []) {
            $0.request.diet = [.halal]
            $0.providers[0].isHalal = false
        },
        FilterCase("halal meal for anybody", [.dietNotServed]) {
            $0.ask(for: Item(code: World.meal.code, category: .meals, name: "清真餐", mode: .onSite, kinds: World.meal.kinds, tags: [.halal]))
            $0.providers[0].isHalal = false
        },
    ]

    static let hours: [FilterCase] = [
        FilterCase("before the door opens", [.closed]) { $0.request.start = Instant(World.monday, minute: 479) },
        FilterCase("as the door opens", []) { $0.request.start = Instant(World.monday, minute: 480) },
        FilterCase("in the last minute", []) { $0.request.start = Instant(World.monday, minute: 719) },
        FilterCase("as the door closes", [.closed]) { $0.request.start = Instant(World.monday, minute: 720) },
        FilterCase("on Saturday", [.closed]) { $0.request.start = Instant(World.monday.adding(days: 5), minute: 600) },
        FilterCase("on a closed day", [.closedThatDay]) { $0.providers[0].closedDays = [World.monday] },
        FilterCase("a firm of the week on a statutory holiday", [.closedThatDay]) { $0.holidays = Holidays([World.monday: .statutory]) },
        FilterCase("a firm of the week on a day of rest in exchange", [.closedThatDay]) { $0.holidays = Holidays([World.monday: .shiftedRest]) },
        FilterCase("a firm of the week on a local feast", []) { $0.holidays = Holidays([World.monday: .localEvent]) },
        FilterCase("a firm that opens at weekends on a statutory holiday", []) {
            $0.holidays = Holidays([World.monday: .statutory])
            $0.providers[0].hours[0].days = [1, 2, 3, 4, 5, 6]
        },
        FilterCase("a firm of the week on a Saturday worked in exchange", []) {
            $0.holidays = Holidays([World.monday.adding(days: 5): .shiftedWork])
            $0.request.start = Instant(World.monday.adding(days: 5), minute: 600)
        },
        FilterCase("on a Saturday worked in exchange, but declared closed", [.closedThatDay]) {
            $0.holidays = Holidays([World.monday.adding(days: 5): .shiftedWork])
            $0.providers[0].closedDays = [World.monday.adding(days: 5)]
            $0.request.start = Instant(World.monday.adding(days: 5), minute: 600)
        },
        FilterCase("closed on another day", []) { $0.providers[0].closedDays = [World.monday.adding(days: 1)] },
        FilterCase("one place left", []) { $0.take(3) },
        FilterCase("no place left", [.slotFull]) { $0.take(4) },
        FilterCase("overbooked", [.slotFull]) { $0.take(5) },
        FilterCase("another window is full", []) {
            $0.workload.slotTaken[SlotKey(provider: p1, date: World.monday, opens: 840)] = 4
        },
        FilterCase("never any place", [.slotFull]) { $0.providers[0].hours[0].capacity = 0 },
    ]

    static let staff: [FilterCase] = [
        FilterCase("nobody works there", [.noWorker]) { $0.workers = [] },
        FilterCase("nobody is active", [.noWorker]) { for i in 0...1 { $0.workers[i].isActive = false } },
        FilterCase("nobody has to come", []) {
            $0.ask(for: World.meal)
            $0.workers = []
        },
        FilterCase("the only ones are relatives", [.noWorker]) {
            $0.request.relatives = ["P001A", "P001B"].reduce(into: []) { $0.insert(WorkerID($1)) }
        },
        FilterCase("one is a relative", []) { $0.request.relatives = [WorkerID("P001A")] },
        FilterCase("certificates ended", [.workerCredentialMissing]) { for i in 0...1 { $0.workers[i].credentials[0].span = soon } },
        FilterCase("one certificate ended", []) { $0.workers[0].credentials[0].span = soon },
        FilterCase("two must come, one has the certificate", [.workerCredentialMissing]) {
            $0.ask(for: .bath(staff: 2))
            $0.workers[0].credentials = []
        },
        FilterCase("two must come and can", []) { $0.ask(for: .bath(tags: [.twoPersons])) },
        FilterCase("two must come, one is there", [.noWorker]) {
            $0.ask(for: .bath(tags: [.twoPersons]))
            $0.workers[0].isActive = false
        },
        FilterCase("intimate care by the right sex", []) { $0.ask(for: .bath(tags: [.sameSex])) },
        FilterCase("intimate care, only a man", [.noSameSexWorker]) {
            $0.ask(for: .bath(tags: [.sameSex]))
            $0.workers.remove(at: 0)
        },
        FilterCase("the woman lacks the certificate", [.noSameSexWorker]) {
            $0.ask(for: .bath(tags: [.sameSex]))
            $0.workers[0].credentials = []
        },
        FilterCase("intimate care for an elder of unknown sex", [.noSameSexWorker]) {
            $0.ask(for: .bath(tags: [.sameSex]))
            $0.request.elderSex = nil
        },
        FilterCase("all are booked", [.workersBusy]) { world in
            for id in ["P001A", "P001B"] { world.workload.busyWorkers[WorkerID(id)] = [World.visit(660 - 1, 700)] }
        },
        FilterCase("booked until the start and from the end on", []) { world in
            for id in ["P001A", "P001B"] { world.workload.busyWorkers[WorkerID(id)] = [World.visit(540, 600), World.visit(660, 700)] }
        },
        FilterCase("one is booked", []) { $0.workload.busyWorkers[WorkerID("P001A")] = [World.visit(600, 660)] },
        FilterCase("the lifter is booked", [.noLiftingWorker]) {
            $0.request.needsLifting = true
            $0.workload.busyWorkers[WorkerID("P001B")] = [World.visit(600, 660)]
        },
        FilterCase("somebody lifts", []) { $0.request.needsLifting = true },
        FilterCase("nobody speaks it", [.languageNotSpoken]) { $0.request.language = "东乡语" },
        FilterCase("somebody speaks it", []) { $0.request.language = "兰州话" },
        FilterCase("one lifts, the other speaks, one comes", [.languageNotSpoken]) {
            $0.request.needsLifting = true
            $0.request.language = "东乡语"
            $0.workers[0].languages.append("东乡语")
        },
        FilterCase("one lifts, the other speaks, both come", []) {
            $0.ask(for: .bath(staff: 2))
            $0.request.needsLifting = true
            $0.request.language = "东乡语"
            $0.workers[0].languages.append("东乡语")
        },
    ]

    static let cars: [FilterCase] = [
        FilterCase("a car is there", []) { $0.ask(for: World.trip) },
        FilterCase("no car", [.noVehicle]) {
            $0.ask(for: World.trip)
            $0.vehicles = []
        },
        FilterCase("inspection ended", [.vehicleCredentialMissing]) {
            $0.ask(for: World.trip)
            $0.vehicles[0].credentials[0].span = soon
        },
        FilterCase("wheelchair, plain car", [.noFittingVehicle]) {
            $0.ask(for: World.trip)
            $0.request.needsWheelchair = true
        },
        FilterCase("wheelchair, wheelchair car", []) {
            $0.ask(for: World.trip)
            $0.request.needsWheelchair = true
            $0.vehicles[0].isWheelchair = true
        },
        FilterCase("the item itself asks for the wheelchair car", [.noFittingVehicle]) {
            $0.ask(
                for: Item(
                    code: World.trip.code, category: .accompaniment, name: "轮椅车", mode: .vehicle, kinds: World.trip.kinds,
                    tags: [.wheelchair]))
        },
        FilterCase("a wheelchair at home needs no car", []) { $0.request.needsWheelchair = true },
        FilterCase("five want to ride in four seats", [.noFittingVehicle]) {
            $0.ask(for: World.trip)
            $0.request.passengers = 5
        },
        FilterCase("four ride in four seats", []) {
            $0.ask(for: World.trip)
            $0.request.passengers = 4
        },
        FilterCase("the only car is on a trip", [.vehiclesBusy]) {
            $0.ask(for: World.trip)
            $0.workload.trips = [p1: 1]
        },
        FilterCase("one of two cars is on a trip", []) {
            $0.ask(for: World.trip)
            $0.workload.trips = [p1: 1]
            var second = $0.vehicles[0]
            second.plate = "甘A第二"
            $0.vehicles.append(second)
        },
        FilterCase("the car is out", [.vehiclesBusy]) {
            $0.ask(for: World.trip)
            $0.workload.busyVehicles["甘AP001"] = [World.visit(630, 640)]
        },
        FilterCase("no driver", [.noWorker]) {
            $0.ask(for: World.trip)
            $0.workers = []
        },
    ]
}

extension World {
    static func visit(_ from: Int, _ until: Int) -> TimeWindow {
        TimeWindow(start: Instant(monday, minute: from), end: Instant(monday, minute: until))!
    }
}
