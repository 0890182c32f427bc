import Foundation
import Kernel
import Store
import StorePostgres
import StoreSQLite
import Testing

/// The databases on which every test of the store and of the intentions runs.
///
/// PostgreSQL is among them when `VNH_TEST_POSTGRES` names a server (`postgres://user@host:port/name`); each test has a schema of its own.
public enum Backend: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case memory, file, postgres

    public static let server = ProcessInfo.processInfo.environment["VNH_TEST_POSTGRES"].flatMap { $0.isEmpty ? nil : $0 }
    public static let available: [Backend] = server == nil ? [.memory, .file] : allCases
    /// Those on which readers run beside the writer.
    public static let concurrent: [Backend] = available.filter { $0 != .memory }

    /// Every test runs at once, each of these holds five connections, and a server has only so many.
    private static let turnstile = Turnstile(places: 160)

    public var testDescription: String {
        switch self {
        case .memory: "SQLite in memory"
        case .file: "SQLite in a file"
        case .postgres: "PostgreSQL"
        }
    }

    /// Opens an empty database, hands it over, and removes it afterwards whatever happened.
    public func withEmpty<T>(_ body: (any Database) async throws -> T) async throws -> T {
        switch self {
        case .memory:
            return try await closing(try SQLiteDatabase(), body)
        case .file:
            return try await Scratch.with { folder in
                try await closing(try SQLiteDatabase(path: folder + "/test.db", mode: .create), body)
            }
        case .postgres:
            guard let server = Backend.server else { throw StoreFault.unreachable("VNH_TEST_POSTGRES is not set") }
            let schema = "t_\(String(UInt64.random(in: .min ... .max), radix: 36))"
            guard case .postgres(let conninfo, let schema?) = try DatabaseURL("\(server)?schema=\(schema)") else {
                throw StoreFault.badURL(server)
            }
            await Self.turnstile.enter()
            let result = await Caught {
                try await closing(try await PostgresDatabase(conninfo: conninfo, schema: schema)) { database in
                    let result = await Caught { try await body(database) }
                    _ = try await database.writeAlone { tx in try tx.execute(SQL(text: "DROP SCHEMA \(schema) CASCADE")) }
                    return try result.get()
                }
            }
            await Self.turnstile.leave()
            return try result.get()
        }
    }

    /// The same with all tables made.
    public func withMigrated<T>(_ body: (any Database) async throws -> T) async throws -> T {
        try await withEmpty { database in
            try await Migrator.all.migrate(database, now: Instant(milliseconds: 0))
            return try await body(database)
        }
    }

    private func closing<T>(_ database: any Database, _ body: (any Database) async throws -> T) async throws -> T {
        let result = await Caught { try await body(database) }
        await database.close()
        return try result.get()
    }
}

/// What an asynchronous piece of work gave or threw, to be looked at after cleaning up.
struct Caught<T> {
    private let result: Result<T, any Error>

    init(_ body: () async throws -> T) async {
        do { result = .success(try await body()) } catch { result = .failure(error) }
    }

    func get() throws -> T { try result.get() }
}

/// Lets so many in at once, and the others as places become free.
private actor Turnstile {
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(places: Int) { free = places }

    func enter() async {
        guard free == 0 else {
            free -= 1
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    func leave() {
        guard waiting.isEmpty else { return waiting.removeFirst().resume() }
        free += 1
    }
}

/// A folder for one test.
public enum Scratch {
    public static func with<T>(_ body: (String) async throws -> T) async throws -> T {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("vnh-\(UInt64.random(in: .min ... .max))").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let result = await Caught { try await body(folder) }
        try? FileManager.default.removeItem(atPath: folder)
        return try result.get()
    }
}
