import Kernel
import Store

/// Everything an intention needs: the database, the reference now in force, the clock and a source of chance.
///
/// Made once, in the command line; every workflow takes it and nothing else from its surroundings.
public struct Office: Sendable {
    public let database: any Database
    public let shelf: ReferenceShelf
    public let clock: @Sendable () -> Instant
    public let random: @Sendable () -> UInt64
    /// Rung after every commit that may have added to the log.
    public let bell: LogBell
    /// Where polls of providers wait for news.
    public let board = FeedBoard()
    let lapses = LapseBook()

    public init(
        database: any Database, shelf: ReferenceShelf, clock: @escaping @Sendable () -> Instant,
        random: @escaping @Sendable () -> UInt64, bell: LogBell = LogBell()
    ) {
        self.database = database
        self.shelf = shelf
        self.clock = clock
        self.random = random
        self.bell = bell
    }

    public var reference: Reference { shelf.current }
    public var now: Instant { clock() }

    /// Runs an intention in one transaction; when it returns, the commit is durable and the readers of the log are woken.
    public func perform<T: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> T) async throws -> T {
        let result: Result<T, CountedRefusal> = try await database.write { tx in
            do { return .success(try body(tx)) } catch let refusal as CountedRefusal { return .failure(refusal) }
        }
        bell.ring()
        return try result.get()
    }

    /// The same for a piece of long work, which shares its commit with nobody.
    ///
    /// - Parameter isRepeatable: does not wait for the disk, because a step that a power cut has lost is found undone and done again.
    public func performAlone<T: Sendable>(
        isRepeatable: Bool = false, _ body: @escaping @Sendable (any Transaction) throws -> T
    ) async throws -> T {
        let result = try await isRepeatable ? database.writeRepeatable(body) : database.writeAlone(body)
        bell.ring()
        return result
    }

    public func read<T: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> T) async throws -> T {
        try await database.read(body)
    }

    public func newID<Of>(at now: Instant) -> ID<Of> { ID(IDMaker.text(at: now, random: random())) }
}
