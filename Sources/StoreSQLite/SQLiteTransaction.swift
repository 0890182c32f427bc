import GRDB
import GRDBSQLite
import Store

/// The open transaction on one GRDB connection.
final class SQLiteTransaction: Store.Transaction {
    let dialect = Dialect.sqlite
    private let db: GRDB.Database

    init(_ db: GRDB.Database) { self.db = db }

    @discardableResult func execute(_ sql: Store.SQL) throws -> Int {
        try withStatement(sql) { statement in
            while true {
                switch sqlite3_step(statement) {
                case SQLITE_ROW: continue
                case SQLITE_DONE: return Int(sqlite3_changes(db.sqliteConnection))
                case let code: throw fault(code)
                }
            }
        }
    }

    func forEachRow(_ sql: Store.SQL, _ body: (inout Store.Row) throws -> Void) throws {
        try withStatement(sql) { statement in
            var row = Store.Row(Cursor(statement))
            while true {
                switch sqlite3_step(statement) {
                case SQLITE_ROW:
                    row.rewind()
                    try body(&row)
                case SQLITE_DONE: return
                case let code: throw fault(code)
                }
            }
        }
    }

    /// Shows the statement, prepared and with its values; afterwards it is ready for the next ones.
    private func withStatement<T>(_ sql: Store.SQL, _ body: (OpaquePointer) throws -> T) throws -> T {
        let statement: OpaquePointer
        do {
            statement = try db.cachedStatement(sql: sql.text).sqliteStatement
        } catch {
            throw StoreFault(error, path: "")
        }
        // A query inside the rows of the same query would share its statement; none of ours does, and SQLite tells when one is still busy.
        if sqlite3_stmt_busy(statement) != 0 { throw StoreFault.failed("statement used inside itself") }
        let size = sql.values.reduce(0) { size, value in if case .text(let text?) = value { size + text.utf8.count } else { size } }
        // All texts side by side, for as long as the statement runs: SQLite would find room for each, and copy it there.
        return try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: size) { texts in
            defer {
                sqlite3_reset(statement)
                sqlite3_clear_bindings(statement)
            }
            var rest = texts[...]
            for (index, value) in sql.values.enumerated() {
                let code = bind(value, to: statement, at: Int32(index + 1), &rest)
                guard code == SQLITE_OK else { throw fault(code) }
            }
            return try body(statement)
        }
    }

    /// - Parameter rest: where the text of this value is kept, and the next ones behind it.
    private func bind(
        _ value: Store.SQL.Value, to statement: OpaquePointer, at index: Int32, _ rest: inout Slice<UnsafeMutableBufferPointer<UInt8>>
    ) -> Int32 {
        switch value {
        case .integer(let integer?): sqlite3_bind_int64(statement, index, integer)
        case .text(var text?):
            text.withUTF8 { utf8 in
                let kept = UnsafeMutableBufferPointer(rebasing: rest.prefix(utf8.count))
                _ = kept.update(fromContentsOf: utf8)
                rest = rest.dropFirst(utf8.count)
                // A text of no bytes is not NULL, as which an address of nothing would be bound.
                let start = UnsafeRawPointer(kept.baseAddress) ?? UnsafeRawPointer(Self.empty.utf8Start)
                return sqlite3_bind_text(statement, index, start.assumingMemoryBound(to: CChar.self), Int32(kept.count), nil)
            }
        case .bytes(let bytes?):
            bytes.isEmpty
                ? sqlite3_bind_zeroblob(statement, index, 0)
                : sqlite3_bind_blob(statement, index, bytes, Int32(bytes.count), Self.transient)
        case .integer(nil), .text(nil), .bytes(nil): sqlite3_bind_null(statement, index)
        }
    }

    private static let empty: StaticString = ""

    /// SQLITE_TRANSIENT: SQLite copies what is bound.
    private static let transient = unsafeBitCast(OpaquePointer(bitPattern: -1), to: sqlite3_destructor_type.self)

    private func fault(_ code: Int32) -> StoreFault {
        StoreFault(sqlite: sqlite3_extended_errcode(db.sqliteConnection), message: String(cString: sqlite3_errmsg(db.sqliteConnection)), path: "")
    }

    private final class Cursor: Store.RowCursor {
        let statement: OpaquePointer
        init(_ statement: OpaquePointer) { self.statement = statement }

        func integer(_ column: Int) -> Int64? {
            sqlite3_column_type(statement, Int32(column)) == SQLITE_NULL ? nil : sqlite3_column_int64(statement, Int32(column))
        }

        func text(_ column: Int) -> String? {
            guard let start = sqlite3_column_text(statement, Int32(column)) else { return nil }
            let count = Int(sqlite3_column_bytes(statement, Int32(column)))
            return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
        }

        func bytes(_ column: Int) -> [UInt8]? {
            guard sqlite3_column_type(statement, Int32(column)) != SQLITE_NULL else { return nil }
            guard let start = sqlite3_column_blob(statement, Int32(column)) else { return [] }
            return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, Int32(column)))))
        }
    }
}

extension StoreFault {
    init(_ error: any Error, path: String) {
        switch error {
        case let fault as StoreFault: self = fault
        case let error as DatabaseError:
            self.init(sqlite: error.extendedResultCode.rawValue, message: error.message ?? "", path: path)
        default: self = .failed("\(error)")
        }
    }

    init(sqlite extended: Int32, message: String, path: String) {
        switch extended & 0xFF {
        case SQLITE_CONSTRAINT: self = .constraint(message)
        case SQLITE_BUSY, SQLITE_LOCKED: self = .locked
        case SQLITE_FULL: self = .diskFull
        case SQLITE_CORRUPT, SQLITE_NOTADB: self = .corrupt(message)
        case SQLITE_READONLY, SQLITE_PERM, SQLITE_CANTOPEN, SQLITE_AUTH: self = .notWritable(path: path)
        case SQLITE_IOERR: self = message.contains("full") ? .diskFull : .failed(message)
        default: self = .failed(message)
        }
    }
}
