import Catalog
import Intake
import Kernel
import Orders
import Registry
import Store
import Workflow

/// 演练: a recording goes through the whole of the real office, with callers, providers and elders played by a seed.
///
/// Nothing here knows more than the people it plays: calls come in as events, providers hear of their orders from their feeds, and every
/// change is made by the same workflow that the pages and the API use. One thing happens at a time, so the same seed gives the same day.
public struct Rehearsal {
    let office: Office
    let stage: Stage
    let calls: [RecordedCall]
    var agenda = Agenda()
    var temper: Temper
    var chance: SeededRandom

    var cards: [Int: [CallCard]] = [:]
    var fates: [Int: Fate] = [:]
    var cursors: [ProviderID: Int64] = [:]
    var polling: Set<ProviderID> = []
    var logSeen: Int64 = 0
    /// When each worker is promised to somebody.
    var diary: [WorkerID: [TimeWindow]] = [:]
    /// When the worker of an order is thought to be at the door.
    var expected: [OrderID: Instant] = [:]
    var swipes: [PlannedSwipe] = []
    public internal(set) var tally = Tally()

    /// Things counted on the way that no table keeps.
    public struct Tally: Sendable {
        public var meals = 0
        public var mealsRefused = 0
        public var polls = 0
        public var lateAnswers = 0
        public var newElders = 0
        /// Places in providers' feeds that did not follow on the one before.
        public var feedGaps = 0
    }

    static let hotline = "96000"
    /// More than a month of a busy district; beyond it something goes in circles.
    static let stepLimit = 5_000_000

    /// - Parameters:
    ///   - database: migrated and with its reference published; never one in which a real office works.
    ///   - meals: meals taken at canteens on each day on which there are calls.
    public init(_ database: any Database, _ shelf: ReferenceShelf, calls: [RecordedCall], meals: Int, seed: UInt64) async throws {
        precondition(!calls.isEmpty)
        stage = Stage(start: calls[0].at - .minutes(5), seed: seed)
        office = stage.office(database, shelf)
        self.calls = calls
        temper = Temper(random: SeededRandom(seed: seed ^ 0x7E3A))
        chance = SeededRandom(seed: seed ^ 0xC411)
        for index in calls.indices { agenda.plan(.ring(index), at: calls[index].at) }
        logSeen = try await office.read { tx in try tx.events.last() }
        for provider in office.reference.franchise.providers {
            cursors[provider.id] = try await office.read { tx in try tx.events.lastSeq(of: provider.id) }
        }
        let days = Set(calls.map(\.at.localDate)).sorted()
        let canteens = Canteens(office: office)
        swipes = try await canteens.plan(days: days, aDay: meals, seed: seed)
        try await canteens.register(for: swipes)
        for index in swipes.indices { agenda.plan(.swipe(index), at: swipes[index].at) }
    }

    /// Goes through everything until nothing more is planned.
    public mutating func run(progress: @Sendable (_ done: Int, _ of: Int) -> Void = { _, _ in }) async throws {
        var steps = 0
        while let at = agenda.nextAt {
            steps += 1
            guard steps < Self.stepLimit else { throw StoreFault.failed("the rehearsal goes in circles") }
            if let due = try await office.read({ tx in try tx.orders.nextDue() }), due <= at {
                stage.move(to: due)
                _ = try await RingTimers(office)()
            } else if let step = agenda.next() {
                stage.move(to: at)
                try await perform(step)
                if case .ring(let index) = step { progress(index + 1, calls.count) }
            }
            try await hear()
        }
    }

    private mutating func perform(_ step: Step) async throws {
        switch step {
        case .ring(let call): try await ring(call)
        case .answer(let call): try await answer(call)
        case .talk(let call): try await talk(call)
        case .callBack(let call): try await finish(call)
        case .poll(let provider): try await poll(provider)
        case .accept(let order, let provider): try await accept(order, provider)
        case .decline(let order, let provider): try await decline(order, provider)
        case .nameWorker(let order, let provider): try await nameWorker(order, provider)
        case .arrive(let order, let provider): try await arrive(order, provider)
        case .leave(let order, let provider): try await leave(order, provider)
        case .askBack(let order): try await askBack(order)
        case .watch(let order): try await watch(order)
        case .swipe(let meal): try await swipe(meal)
        }
    }

    /// Providers who have something new in their feeds will look at them soon.
    private mutating func hear() async throws {
        let seen = logSeen
        let news = try await office.read { tx in try tx.events.after(seen, limit: 500) }
        guard let last = news.last else { return }
        logSeen = last.seq
        for event in news {
            guard let provider = event.provider, polling.insert(provider).inserted else { continue }
            agenda.plan(.poll(provider), at: stage.now + .seconds(2 + temper.random.below(30)))
        }
        if news.count == 500 { try await hear() }
    }
}
