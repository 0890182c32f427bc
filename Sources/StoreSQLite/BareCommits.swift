import Foundation
import GRDBSQLite
import Store

/// The yardstick of the intake benchmark: how many one-row transactions a second one SQLite connection makes durable on this disk.
public enum BareCommits {
    /// - Throws: ``StoreFault`` when the file cannot be written.
    public static func perSecond(inFolder folder: String, for seconds: Double) throws -> Double {
        let path = "\(folder)/bare.sqlite"
        var handle: OpaquePointer?
        guard sqlite3_open(path, &handle) == SQLITE_OK, let handle else { throw StoreFault.notWritable(path: path) }
        defer { sqlite3_close(handle) }
        for sql in [
            "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "CREATE TABLE IF NOT EXISTS bare (id INTEGER PRIMARY KEY, value INTEGER)",
        ] {
            guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw StoreFault.notWritable(path: path) }
        }
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(handle, "INSERT INTO bare (value) VALUES (?)", -1, &statement, nil) == SQLITE_OK else {
            throw StoreFault.failed("prepare")
        }
        defer { sqlite3_finalize(statement) }
        let start = Date()
        var count = 0
        while Date().timeIntervalSince(start) < seconds {
            for _ in 0..<50 {
                sqlite3_bind_int64(statement, 1, Int64(count))
                guard sqlite3_step(statement) == SQLITE_DONE else { throw StoreFault.failed("insert") }
                sqlite3_reset(statement)
                count += 1
            }
        }
        return Double(count) / Date().timeIntervalSince(start)
    }
}
