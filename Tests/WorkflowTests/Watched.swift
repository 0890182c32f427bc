import Store
import Synchronization

/// A database that remembers every query it is asked.
final class Watched: Database {
    private let base: any Database
    private let asked = Mutex<[String: SQL]>([:])

    init(_ base: any Database) { self.base = base }

    /// What was asked since the last time, each text once.
    func queries() -> [SQL] {
        asked.withLock { asked in
            defer { asked = [:] }
            return asked.values.sorted { $0.text < $1.text }
        }
    }

    private func watching<T: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> T) -> @Sendable (any Transaction) throws -> T {
        { tx in try body(Watcher(tx) { sql in self.asked.withLock { $0[sql.text] = sql } }) }
    }

    var dialect: Dialect { base.dialect }
    var isBusy: Bool { base.isBusy }

    func write<T: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> T) async throws -> T { try await base.write(watching(body)) }
    func writeAlone<T: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> T) async throws -> T {
        try await base.writeAlone(watching(body))
    }
    func writeRepeatable<T: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> T) async throws -> T {
        try await base.writeRepeatable(watching(body))
    }
    func read<T: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> T) async throws -> T { try await base.read(watching(body)) }
    func backup(to path: String) async throws { try await base.backup(to: path) }
    func analyze() async throws { try await base.analyze() }
    func integrityFaults() async throws -> [String] { try await base.integrityFaults() }
    func close() async { await base.close() }

    private final class Watcher: Transaction {
        let base: any Transaction
        let note: (SQL) -> Void

        init(_ base: any Transaction, _ note: @escaping (SQL) -> Void) { (self.base, self.note) = (base, note) }

        var dialect: Dialect { base.dialect }

        @discardableResult func execute(_ sql: SQL) throws -> Int { try base.execute(sql) }

        func forEachRow(_ sql: SQL, _ body: (inout Row) throws -> Void) throws {
            note(sql)
            try base.forEachRow(sql, body)
        }
    }
}
