import Kernel
import Orders
import Registry
import Store
import Synchronization

/// 指挥大屏: the whole district at a glance, no older than a few seconds.
public struct ReadWall: Sendable {
    let office: Office
    private let kept = Kept()
    public init(_ office: Office) { self.office = office }

    public struct Wall: Sendable {
        public let at: Instant
        public let figures: [BoardFigure: Int]
        public let satisfaction: Int?
        public let states: [OrderState: Int]
        public let elders: [String: Int]
        /// The last seven days and today.
        public let demand: [(region: String, category: String, orders: Int)]
        public let hoursToday: [Int]
        public let hoursLastWeek: [Int]
        public let mealsToday: [(canteen: String, meals: Int)]
        /// The mean of the same weekday in the last four weeks, the forecast for today.
        public let mealsUsual: [String: Int]
        public let spent: [(programme: String, reserved: Fen, posted: Fen)]
        public let late: [BoardRow]
        public let emergencies: [BoardRow]
        public let running: [BoardRow]
    }

    /// How old the picture may be: a hundred screens cost no more than one.
    static let age = Span.seconds(5)

    private final class Kept: Sendable {
        let wall = Mutex<Wall?>(nil)
    }

    public func callAsFunction() async throws -> Wall {
        let now = office.now
        if let wall = kept.wall.withLock({ $0 }), now - wall.at < Self.age { return wall }
        let wall = try await office.read { tx in try Self.read(tx, now) }
        kept.wall.withLock { $0 = wall }
        return wall
    }

    private static func read(_ tx: any Transaction, _ now: Instant) throws -> Wall {
        let today = BoardRepository.Today(now)
        var figures: [BoardFigure: Int] = [:]
        for figure in BoardFigure.allCases { figures[figure] = try tx.board.count(figure, today) }
        var usual: [String: Int] = [:]
        for week in 1...4 {
            for (canteen, meals) in try tx.board.meals(today.date.adding(days: -7 * week)) { usual[canteen, default: 0] += meals }
        }
        return Wall(
            at: now, figures: figures, satisfaction: try tx.board.satisfaction(today), states: try tx.board.states(),
            elders: try tx.board.elders(), demand: try tx.board.demand(from: today.date.adding(days: -7), until: today.date),
            hoursToday: try tx.board.byHour(today.date), hoursLastWeek: try tx.board.byHour(today.date.adding(days: -7)),
            mealsToday: try tx.board.meals(today.date), mealsUsual: usual.mapValues { ($0 + 2) / 4 },
            spent: try tx.board.spent(today.date.month), late: try tx.board.rows(.late, today, limit: 8),
            emergencies: try tx.board.rows(.emergencies, today, limit: 8), running: try tx.board.rows(.running, today, limit: 1000))
    }

    /// The rows behind a figure.
    public func rows(_ figure: BoardFigure) async throws -> (count: Int, rows: [BoardRow]) {
        let today = BoardRepository.Today(office.now)
        return try await office.read { tx in (try tx.board.count(figure, today), try tx.board.rows(figure, today, limit: 300)) }
    }
}
