import Catalog
import Entitlement
import Kernel
import Orders
import Registry
import Store
import Synchronization
import Workflow

/// An office as it stands on a Monday morning in Lanzhou: migrated database, shipped reference, a clock that only tests move, seeded chance,
/// and a handful of elders of every class, all living in the same street.
public struct World: Sendable {
    public let office: Office
    private let hands: Hands

    /// 2026-03-02 is a Monday.
    public static let monday = LocalDate(dayNumber: 20_514)
    public static let month = World.monday.month
    /// 日常保洁 by the hour, 32 yuan guide price, paid by the district's service subsidy.
    public static let cleaning = ItemCode("06001")
    public static let lunch = ItemCode("01001")

    public static let ordinary = ElderID("e-ordinary")
    public static let lowIncome = ElderID("e-low-income")
    public static let minimum = ElderID("e-minimum-living")
    public static let destitute = ElderID("e-destitute")

    public static let desk = Caller(role: .operator, name: "desk")
    public static let finance = Caller(role: .finance, name: "finance")
    public static let quality = Caller(role: .quality, name: "quality")
    public static let admin = Caller(role: .admin, name: "admin")
    public static func caller(_ provider: ProviderID) -> Caller { Caller(role: .provider, name: "till-\(provider)", provider: provider) }

    /// Opens a world on a database, hands it over and cleans up.
    public static func with<T>(_ backend: Backend, seed: UInt64 = 1, _ body: (World) async throws -> T) async throws -> T {
        try await backend.withMigrated { database in
            let world = World(database, try Shipped.reference(), seed: seed)
            try await world.settle()
            return try await body(world)
        }
    }

    private init(_ database: any Database, _ reference: Reference, seed: UInt64) {
        let hands = Hands(Instant(World.monday, minute: 9 * 60), seed: seed)
        self.hands = hands
        office = Office(database: database, shelf: ReferenceShelf(reference), clock: { hands.now }, random: { hands.random() })
    }

    // MARK: Time

    public var now: Instant { hands.now }
    public func setClock(_ instant: Instant) { hands.set(instant) }
    public func pass(_ span: Span) { hands.set(hands.now + span) }

    // MARK: Rules

    /// Other programmes than the shipped ones: the text of their file, changed.
    public func changeProgrammes(_ change: (String) -> String) throws { try changeReference("catalog/programmes.yaml", change) }

    public func changeReference(_ name: String, _ change: (String) -> String) throws {
        var files = try Shipped.files()
        guard let text = files[name] else { throw StoreFault.failed("no \(name)") }
        files[name] = Array(change(String(decoding: text, as: UTF8.self)).utf8)
        office.shelf.replace(with: try Reference(files))
    }

    /// 下达: proposed by one and confirmed by another where it takes two.
    public func grant(_ key: BudgetKey, _ amount: Fen) async throws {
        guard case .proposed(let proposal, _) = try await office.perform(try SetBudget(office).prepared(key, granted: amount, by: Self.finance)) else { return }
        let second = Caller(role: .finance, name: "second-signature")
        _ = try await office.perform(try OverrideBudget(office).decide(proposal.id, approve: true, opinion: "同意", by: second))
    }

    // MARK: People

    private func settle() async throws {
        let elders = try ["ordinary": Self.ordinary, "low_income": Self.lowIncome, "minimum_living": Self.minimum, "destitute": Self.destitute]
            .sorted { $0.key < $1.key }.enumerated().map { try elder($0.element.value, class: $0.element.key, order: $0.offset) }
        let (canteens, now) = (["P001", "P002"].map { ProviderID($0) }, office.now)
        try await office.perform { tx in
            for elder in elders { try tx.elders.insert(elder) }
            for canteen in canteens {
                for till in ["till", "till-1"] { _ = try tx.tills.register(till, at: canteen, by: Self.admin.name, now: now) }
            }
        }
    }

    /// An elder of 78 years in 酒泉路街道 (Chengguan), within reach of many providers.
    public func elder(_ id: ElderID, class code: String, order: Int) throws -> Elder {
        guard let region = office.reference.catalogue.region(ID("620102001")) else { throw StoreFault.failed("street missing") }
        let birthday = World.monday.adding(days: -78 * 366)
        let first = "620102" + birthday.description.filter { $0 != "-" } + "10\(order)"
        let check = IDNumber.checkDigit(first).map { String($0) } ?? ""
        return Elder(
            id: id, number: "LZ0000000\(order)", name: "王示例\(order)", pinyin: "wangshili", initials: "wsl", sex: order % 2 == 1 ? .male : .female,
            birthday: birthday, idNumber: try IDNumber(first + check), phones: [Phone(number: try NormalisedPhone("0931-800000\(order)"))],
            address: Address(region: region.code.text, community: "示例社区", estate: "示例院", building: "1", unit: "1", room: "10\(order)"),
            place: region.centre, classes: [ClassSpan(classCode: code, span: DateSpan(from: LocalDate(dayNumber: 16_000)))])
    }

    // MARK: The steps of the main path, as short as a test wants them

    /// Two hours of cleaning the day after tomorrow at ten, unless told otherwise.
    public static func request(
        _ elder: ElderID = World.minimum, _ item: ItemCode = World.cleaning, day: Int = 2, minute: Int = 600, hours: Int = 2, twin: Bool = false
    ) -> OrderRequest {
        OrderRequest(
            elder: elder, item: item, start: Instant(monday.adding(days: day), minute: minute), quantity: Quantity(hours), allowsTwin: twin)
    }

    public func place(_ request: OrderRequest = World.request()) async throws -> Order {
        try await PlaceOrder(office)(request, by: World.desk).order
    }

    public func accept(_ order: Order) async throws -> Order {
        try await AcceptOffer(office)(order.id, by: try holder(order))
    }

    public func schedule(_ order: Order) async throws -> Order {
        let (caller, fit) = (try holder(order), try workers(for: order))
        for worker in fit.dropLast() {
            do {
                return try await office.perform(ScheduleWorker(office).prepared(order.id, worker: worker, start: nil, by: caller))
            } catch let busy as Rejection where busy.code == "worker_busy" { continue }
        }
        return try await office.perform(ScheduleWorker(office).prepared(order.id, worker: fit[fit.count - 1], start: nil, by: caller))
    }

    /// Moves the clock to the start and checks in at the elder's door.
    public func checkIn(_ order: Order) async throws -> Order {
        setClock(order.window.start)
        let report = CheckReport(at: now, method: .app, place: try await door(order), accuracy_m: 20)
        return try await office.perform(CheckIn(office).prepared(order.id, report, by: try holder(order)))
    }

    /// Moves the clock to the end and checks out; by the elder's code, which also confirms the visit, or by position alone.
    public func checkOut(_ order: Order, withCode: Bool = true) async throws -> Order {
        setClock(order.window.end)
        let report = CheckReport(
            at: now, method: withCode ? .code : .app, place: try await door(order), accuracy_m: 20, code: withCode ? order.visitCode : nil)
        return try await office.perform(CheckOut(office).prepared(order.id, report, by: try holder(order)))
    }

    /// A new order brought to a state along the shortest way.
    public func order(in state: OrderState, _ request: OrderRequest = World.request()) async throws -> Order {
        var order = try await place(request)
        let steps: [(OrderState, (Order) async throws -> Order)] = [
            (.accepted, accept), (.scheduled, schedule), (.inService, checkIn), (.done, { try await checkOut($0, withCode: false) }),
            (.closed, { order in
                try await office.perform(
                    try RecordCallback(office).prepared(
                        order.id, came: true, cameAt: nil, did: "打扫", minutes: nil, paidExtra: .zero, satisfaction: 5, answeredBy: "elder",
                        by: World.desk))
            }),
        ]
        for (reached, step) in steps where order.state != state {
            order = try await step(order)
            guard order.state == reached else { throw StoreFault.failed("\(order.state) instead of \(reached)") }
        }
        guard order.state == state else { throw StoreFault.failed("no short way to \(state)") }
        return order
    }

    public func door(_ order: Order) async throws -> Coordinate? {
        try await office.read { tx in try tx.elders.require(order.elder).place }
    }

    public func holder(_ order: Order) throws -> Caller {
        guard let provider = order.provider else { throw StoreFault.failed("order without a provider") }
        return World.caller(provider)
    }

    /// A worker of the order's provider who holds what the item asks for.
    public func worker(for order: Order) throws -> WorkerID { try workers(for: order)[0] }

    /// All who may do it, one at least.
    public func workers(for order: Order) throws -> [WorkerID] {
        let reference = office.reference
        guard let item = reference.catalogue.item(order.item), let provider = order.provider else { throw StoreFault.failed("no provider") }
        let needed = Set(reference.catalogue.credentialTypes.filter { $0.holder == .worker }.map(\.code)).intersection(item.credentials)
        let fit = reference.franchise.workers(of: provider).filter { worker in
            worker.isActive
                && needed.allSatisfy { type in worker.credentials.contains { $0.type == type.text && $0.span.contains(order.serviceDate) } }
        }
        guard !fit.isEmpty else { throw StoreFault.failed("no worker of \(provider) may do \(item.name)") }
        return fit.map(\.id)
    }

    // MARK: What must be true

    public func find(_ id: OrderID) async throws -> Order { try await office.read { tx in try tx.orders.require(id) } }

    /// Granted, reserved and posted of the elder's service subsidy in the month of the tests; nil before the first order.
    public func subsidy(of elder: ElderID = World.minimum) async throws -> Balance? {
        let key = BalanceKey(programme: "SERVICE", period: World.month.description)
        return try await office.read { tx in try tx.entitlements.balances(of: elder, [key])[key] }
    }

    /// Everything that the examination of the database finds wrong.
    public func faults() async throws -> [String] {
        let findings = try await Examine(office.database)(now: now)
        return findings.isSound ? [] : findings.lines.filter { $0.hasPrefix("异常") }
    }
}

/// The clock and the dice of a world.
private final class Hands: Sendable {
    private let state: Mutex<(now: Instant, random: SeededRandom)>

    init(_ now: Instant, seed: UInt64) { state = Mutex((now, SeededRandom(seed: seed))) }

    var now: Instant { state.withLock { $0.now } }
    func set(_ now: Instant) { state.withLock { $0.now = now } }
    func random() -> UInt64 { state.withLock { $0.random.next() } }
}
