/// A database of either kind: SQLite in a file or in memory, or a PostgreSQL schema.
///
/// Both have one writer at a time, so that a log number given out earlier is also visible earlier and no reader of the log can skip a row.
/// Concurrent writes share a commit: each runs in a savepoint of its own, fails alone, and is answered after the commit is durable.
public protocol Database: Sendable {
    var dialect: Dialect { get }

    /// Runs `body` in one transaction and returns after the commit is durable.
    ///
    /// `body` may run more than once when the connection is lost before the commit, so it must have no effect outside the transaction.
    /// - Throws: what `body` throws (its changes are undone, its neighbours' are kept), or ``StoreFault``.
    func write<T: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> T) async throws -> T

    /// Like ``write(_:)``, but never shares its commit: for long work such as imports and the monthly close.
    func writeAlone<T: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> T) async throws -> T

    /// Like ``writeAlone(_:)``, but does not wait for the disk: the next durable commit takes it along, and a power cut before that may lose
    /// it whole. Only for steps that are found undone and done again, and that nobody is told of.
    func writeRepeatable<T: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> T) async throws -> T

    /// Whether somebody waits for a write, or did in the last quarter of a second, other than alone: long work then takes small steps.
    var isBusy: Bool { get }

    /// Runs `body` on one consistent snapshot, beside the writer.
    func read<T: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> T) async throws -> T

    /// Copies a consistent state, taken while others go on writing, into a new file.
    func backup(to path: String) async throws

    /// Counts the rows by which queries are planned; after a bulk load, for nobody else waits until the database finds out by itself.
    ///
    /// SQLite is never told: it plans by the schema alone, and so the same on the smallest district as on the largest.
    func analyze() async throws

    /// What the database itself finds wrong with its pages and indexes; empty when sound.
    func integrityFaults() async throws -> [String]

    func close() async
}
