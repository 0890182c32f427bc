#if PostgreSQL
import CPostgreSQL
import Store

/// One libpq connection, used by one thread at a time.
// Safe because its owner is a single thread: the commit queue's writer or one reader.
final class PostgresConnection: @unchecked Sendable {
    private var handle: OpaquePointer?
    private let conninfo: String
    private let schema: String?
    /// Names of prepared statements by their text. Bounded: lists of many lengths could fill the server's memory.
    private var prepared: [String: String] = [:]
    private static let preparedLimit = 1000

    init(conninfo: String, schema: String?) throws {
        self.conninfo = conninfo
        self.schema = schema
        try connect()
    }

    deinit { PQfinish(handle) }

    var isBroken: Bool { handle == nil || PQstatus(handle) != CONNECTION_OK }

    /// Opens the connection again after the server has gone away.
    func connect() throws {
        PQfinish(handle)
        prepared = [:]
        handle = PQconnectdb(conninfo)
        guard PQstatus(handle) == CONNECTION_OK else {
            let message = String(cString: PQerrorMessage(handle))
            PQfinish(handle)
            handle = nil
            throw StoreFault.unreachable(message)
        }
        PQsetNoticeProcessor(handle, { _, _ in }, nil)
        if let schema {
            try command("CREATE SCHEMA IF NOT EXISTS \(schema)")
            try command("SET search_path = \(schema)")
        }
        try command("SET TIME ZONE 'UTC'")
    }

    func close() {
        PQfinish(handle)
        handle = nil
    }

    /// Runs text without values.
    func command(_ text: String) throws {
        let result = PQexec(handle, text)
        defer { PQclear(result) }
        try check(result)
    }

    /// Runs a statement and hands over its result, which lives until `body` returns.
    func run<T>(_ sql: SQL, _ body: (OpaquePointer) throws -> T) throws -> T {
        let name = try statement(sql)
        let result = withParameters(sql.values) { values, lengths, formats in
            PQexecPrepared(handle, name, Int32(sql.values.count), values, lengths, formats, 0)
        }
        defer { PQclear(result) }
        try check(result)
        guard let result else { throw StoreFault.unreachable("no result") }
        return try body(result)
    }

    private func statement(_ sql: SQL) throws -> String {
        if let name = prepared[sql.text] { return name }
        if prepared.count >= Self.preparedLimit {
            try command("DEALLOCATE ALL")
            prepared = [:]
        }
        let name = "s\(prepared.count)"
        let types = sql.values.map { value -> Oid in
            switch value {
            case .integer: 20
            case .text: 25
            case .bytes: 17
            }
        }
        let result = PQprepare(handle, name, sql.text, Int32(types.count), types)
        defer { PQclear(result) }
        try check(result)
        prepared[sql.text] = name
        return name
    }

    private func withParameters<T>(
        _ values: [SQL.Value], _ body: (UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<Int32>, UnsafePointer<Int32>) -> T
    ) -> T {
        var texts: [[CChar]?] = []
        var lengths: [Int32] = []
        var formats: [Int32] = []
        for value in values {
            switch value {
            case .integer(let integer): texts.append(integer.map { Array(String($0).utf8CString) })
            case .text(let text): texts.append(text.map { Array($0.utf8CString) })
            case .bytes(let bytes): texts.append(bytes.map { $0.map { CChar(bitPattern: $0) } + [0] })
            }
            if case .bytes(let bytes?) = value {
                lengths.append(Int32(bytes.count))
                formats.append(1)
            } else {
                lengths.append(0)
                formats.append(0)
            }
        }
        // One block of memory for all values, so that every pointer stays valid through the call.
        var block: [CChar] = []
        var offsets: [Int?] = []
        for text in texts {
            offsets.append(text.map { _ in block.count })
            if let text { block += text }
        }
        return block.withUnsafeBufferPointer { buffer in
            let pointers: [UnsafePointer<CChar>?] = offsets.map { offset in offset.flatMap { o in buffer.baseAddress.map { $0 + o } } }
            return pointers.withUnsafeBufferPointer { p in
                lengths.withUnsafeBufferPointer { l in
                    formats.withUnsafeBufferPointer { f in
                        guard let p = p.baseAddress, let l = l.baseAddress, let f = f.baseAddress else {
                            var nothing: UnsafePointer<CChar>?
                            var zero: Int32 = 0
                            return body(&nothing, &zero, &zero)
                        }
                        return body(p, l, f)
                    }
                }
            }
        }
    }

    private func check(_ result: OpaquePointer?) throws {
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK: return
        default:
            let state = PQresultErrorField(result, 67).map { String(cString: $0) } ?? ""
            let message = PQresultErrorMessage(result).map { String(cString: $0) } ?? ""
            throw Self.fault(state: state, message: message, isBroken: isBroken)
        }
    }

    /// 67 is `PG_DIAG_SQLSTATE`, the letter C.
    private static func fault(state: String, message: String, isBroken: Bool) -> StoreFault {
        if isBroken || state.hasPrefix("08") || state.hasPrefix("57P") { return .unreachable(message) }
        if state.hasPrefix("23") { return .constraint(message) }
        if state == "53100" { return .diskFull }
        if state == "55P03" { return .locked }
        return .failed("\(state) \(message)")
    }
}

/// The open transaction on one connection.
final class PostgresTransaction: Transaction {
    let dialect = Dialect.postgres
    let connection: PostgresConnection

    init(_ connection: PostgresConnection) { self.connection = connection }

    func execute(_ sql: SQL) throws -> Int {
        try connection.run(sql) { Int(String(cString: PQcmdTuples($0))) ?? 0 }
    }

    func forEachRow(_ sql: SQL, _ body: (inout Row) throws -> Void) throws {
        try connection.run(sql) { result in
            let cursor = Cursor(result)
            var row = Row(cursor)
            for index in 0..<PQntuples(result) {
                cursor.row = index
                row.rewind()
                try body(&row)
            }
        }
    }

    private final class Cursor: RowCursor {
        let result: OpaquePointer
        var row: Int32 = 0

        init(_ result: OpaquePointer) { self.result = result }

        func integer(_ column: Int) -> Int64? { value(column).flatMap(Self.integer) }

        func text(_ column: Int) -> String? { value(column).map { String(decoding: $0, as: UTF8.self) } }

        /// A value as it was sent, in text form; nil for NULL.
        private func value(_ column: Int) -> UnsafeBufferPointer<UInt8>? {
            guard PQgetisnull(result, row, Int32(column)) == 0, let start = PQgetvalue(result, row, Int32(column)) else { return nil }
            return UnsafeBufferPointer(
                start: UnsafeRawPointer(start).assumingMemoryBound(to: UInt8.self), count: Int(PQgetlength(result, row, Int32(column))))
        }

        /// Read where it stands: a page has thousands, and each would be a text first. Nil when it is no 64-bit integer.
        private static func integer(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
            let isNegative = text.first == UInt8(ascii: "-")
            let digits = text.dropFirst(isNegative ? 1 : 0)
            guard !digits.isEmpty else { return nil }
            var number: Int64 = 0
            for byte in digits {
                guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
                let (tens, isLong) = number.multipliedReportingOverflow(by: 10)
                // Downwards, as the smallest has no counterpart above zero.
                let (next, isOver) = tens.subtractingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
                guard !isLong, !isOver else { return nil }
                number = next
            }
            guard !isNegative else { return number }
            return number == .min ? nil : -number
        }

        /// bytea in its hexadecimal text form.
        func bytes(_ column: Int) -> [UInt8]? {
            guard PQgetisnull(result, row, Int32(column)) == 0, let start = PQgetvalue(result, row, Int32(column)) else { return nil }
            var count = 0
            let raw = UnsafeRawPointer(start).assumingMemoryBound(to: UInt8.self)
            guard let bytes = PQunescapeBytea(raw, &count) else { return nil }
            defer { PQfreemem(bytes) }
            return Array(UnsafeBufferPointer(start: bytes, count: count))
        }
    }
}
#endif
