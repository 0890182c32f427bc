import Kernel

/// One open transaction. Bound to the closure that received it; never kept.
public protocol Transaction: AnyObject {
    /// Runs a statement and gives the number of rows it changed.
    @discardableResult func execute(_ sql: SQL) throws -> Int
    /// Runs a query and shows each row to `body` in turn.
    func forEachRow(_ sql: SQL, _ body: (inout Row) throws -> Void) throws
    /// Which of the two databases this is, for the few places where they differ.
    var dialect: Dialect { get }
}

extension Transaction {
    public func rows<T>(_ sql: SQL, _ read: (inout Row) throws -> T) throws -> [T] {
        var result: [T] = []
        try forEachRow(sql) { result.append(try read(&$0)) }
        return result
    }

    /// The first row, if there is one. The query says `LIMIT 1` or asks by key.
    public func first<T>(_ sql: SQL, _ read: (inout Row) throws -> T) throws -> T? {
        var result: T?
        try forEachRow(sql) { if result == nil { result = try read(&$0) } }
        return result
    }

    /// Undoes what `body` has written when it throws; what was written before stays. Not for long work: see ``CommitQueue``.
    public func undoing<T>(_ body: () throws -> T) throws -> T {
        try execute("SAVEPOINT part")
        do {
            let result = try body()
            try execute("RELEASE SAVEPOINT part")
            return result
        } catch let fault as StoreFault where fault.endsTransaction {
            throw fault
        } catch {
            try execute("ROLLBACK TO SAVEPOINT part")
            try execute("RELEASE SAVEPOINT part")
            throw error
        }
    }

    /// The one row that there must be, such as a count, or a row that a foreign key promises.
    ///
    /// - Throws: ``StoreFault/corrupt(_:)`` when there is none.
    public func one<T>(_ sql: SQL, _ read: (inout Row) throws -> T) throws -> T {
        guard let result = try first(sql, read) else { throw StoreFault.corrupt("no row: \(sql.text)") }
        return result
    }

    public func exists(_ sql: SQL) throws -> Bool { try first(sql) { _ in true } ?? false }

    /// One value from one row; nil for no row or NULL.
    public func value<T>(_ sql: SQL, _ read: (inout Row) throws -> T?) throws -> T? { try first(sql, read) ?? nil }

    /// One integer from one row; nil for no row or NULL.
    public func integer(_ sql: SQL) throws -> Int64? { try value(sql) { $0.optionalInteger() } }

    /// What a `SELECT COUNT(*)` counts.
    public func count(_ sql: SQL) throws -> Int { try one(sql) { try $0.int() } }

    /// What a `SELECT SUM(…)` of fen adds up to; zero for no row or NULL.
    public func sum(_ sql: SQL) throws -> Fen { Fen(try integer(sql) ?? 0) }
}

/// Where SQLite and PostgreSQL differ, by name. If this passes five members, stop and think.
public enum Dialect: String, Sendable {
    case sqlite, postgres
}
