import Foundation
import Kernel
import Store
import StoreSQLite
import TestSupport
import Testing

@Suite struct `A database` {
    private func table(_ database: any Database) async throws {
        _ = try await database.writeAlone { tx in
            try tx.execute(SQL(text: "CREATE TABLE thing (id BIGINT NOT NULL PRIMARY KEY, word TEXT, raw \(tx.dialect == .postgres ? "BYTEA" : "BLOB"))"))
        }
    }

    private func count(_ database: any Database) async throws -> Int64? {
        try await database.read { tx in try tx.integer("SELECT COUNT(*) FROM thing") }
    }

    private struct Refusal: Error {}

    @Test(arguments: Backend.available)
    func `keeps 199 of 200 concurrent writes of which one fails`(backend: Backend) async throws {
        try await backend.withEmpty { database in
            try await table(database)
            let failures = await withTaskGroup(of: Bool.self) { group in
                for id in 0..<200 {
                    group.addTask {
                        do {
                            try await database.write { tx in
                                try tx.execute("INSERT INTO thing (id, word) VALUES (\(id), \("w"))")
                                if id == 77 { throw Refusal() }
                            }
                            return false
                        } catch is Refusal { return true } catch { return false }
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(failures == 1)
            #expect(try await count(database) == 199)
            #expect(try await database.read { tx in try tx.exists("SELECT 1 FROM thing WHERE id = 77") } == false)
        }
    }

    /// A value where one may be missing, and a row that must be there.
    @Test(arguments: Backend.available)
    func `tells a row that is missing from a value that is`(backend: Backend) async throws {
        try await backend.withEmpty { database in
            try await table(database)
            try await database.write { tx in _ = try tx.execute("INSERT INTO thing (id, word) VALUES (1, NULL)") }
            try await database.read { tx throws in
                #expect(try tx.value("SELECT word FROM thing WHERE id = 1") { $0.optionalText() } == nil)
                #expect(try tx.value("SELECT word FROM thing WHERE id = 2") { $0.optionalText() } == nil)
                #expect(try tx.one("SELECT id FROM thing WHERE id = 1") { try $0.int() } == 1)
                #expect(throws: StoreFault.self) { try tx.one("SELECT id FROM thing WHERE id = 2") { try $0.int() } }
                #expect(try tx.count("SELECT COUNT(*) FROM thing WHERE id = 2") == 0)
                #expect(try tx.sum("SELECT CAST(SUM(id) AS BIGINT) FROM thing") == Fen(1))
                #expect(try tx.sum("SELECT CAST(SUM(id) AS BIGINT) FROM thing WHERE id = 2") == .zero)
            }
        }
    }

    /// PostgreSQL plans by what it has counted; SQLite by the schema alone, whatever it holds.
    @Test(arguments: Backend.available)
    func `knows after a bulk load how much it holds`(backend: Backend) async throws {
        try await backend.withEmpty { database in
            try await table(database)
            _ = try await database.writeAlone { tx in for id in 0..<500 { try tx.execute("INSERT INTO thing (id) VALUES (\(id))") } }
            try await database.analyze()
            let counted = try await database.read { tx in
                try tx.integer(
                    tx.dialect == .postgres
                        ? "SELECT CAST(reltuples AS BIGINT) FROM pg_class WHERE oid = CAST('thing' AS regclass)"
                        : "SELECT COUNT(*) FROM sqlite_schema WHERE name = 'sqlite_stat1'")
            }
            #expect(counted == (backend == .postgres ? 500 : 0))
        }
    }

    @Test(arguments: Backend.available)
    func `reports a broken constraint to its own write and to no neighbour`(backend: Backend) async throws {
        try await backend.withEmpty { database in
            try await table(database)
            let outcomes = await withTaskGroup(of: String.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        do {
                            try await database.write { tx in _ = try tx.execute("INSERT INTO thing (id, word) VALUES (1, \("w"))") }
                            return "done"
                        } catch StoreFault.constraint { return "constraint" } catch { return "\(error)" }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.count { $0 == "done" } == 1)
            #expect(outcomes.count { $0 == "constraint" } == 19)
        }
    }

    @Test(arguments: Backend.available, ["", "老人", "𠮷", "a'b\"c\\d", "e\u{301}", String(repeating: "长", count: 100_000)])
    func `gives back the text it was given`(backend: Backend, text: String) async throws {
        try await backend.withEmpty { database in
            try await table(database)
            let bytes = Array(text.utf8) + [0, 255, 128]
            _ = try await database.write { tx in try tx.execute("INSERT INTO thing (id, word, raw) VALUES (1, \(text), \(bytes))") }
            let read = try await database.read { tx in
                try tx.first("SELECT word, raw FROM thing WHERE id = 1") { (try $0.text(), try $0.bytes()) }
            }
            #expect(read?.0 == text)
            #expect(read.map { Array($0.0.utf8) } == Array(text.utf8))
            #expect(read?.1 == bytes)
        }
    }

    @Test(arguments: Backend.available)
    func `tells NULL from empty, and a damaged value from a sound one`(backend: Backend) async throws {
        try await backend.withEmpty { database in
            try await table(database)
            _ = try await database.write { tx in
                try tx.execute("INSERT INTO thing (id, word, raw) VALUES (\(Int64.max), \(nil as String?), \([] as [UInt8]?))")
            }
            let row = try await database.read { tx in
                try tx.first("SELECT id, word, raw FROM thing") { (try $0.integer(), $0.optionalText(), $0.optionalBytes()) }
            }
            #expect(row?.0 == Int64.max)
            #expect(row?.1 == nil)
            #expect(row?.2 == [])
            let fault = await refusal { try await database.read { tx in try tx.first("SELECT word FROM thing") { try $0.text() } } }
            #expect(fault?.code == "database_corrupt")
        }
    }

    @Test(arguments: Backend.available)
    func `reads whole numbers of every size`(backend: Backend) async throws {
        try await backend.withEmpty { database in
            try await table(database)
            let numbers = [Int64.min, .min + 1, -1_000_000_007, -1, 0, 7, 42_000_000_000, .max - 1, .max]
            try await database.write { tx in for number in numbers { try tx.execute("INSERT INTO thing (id, word) VALUES (\(number), '')") } }
            let read = try await database.read { tx in try tx.rows("SELECT id FROM thing ORDER BY id") { try $0.integer() } }
            #expect(read == numbers)
        }
    }

    @Test(arguments: Backend.available)
    func `runs one statement text again and again with other values`(backend: Backend) async throws {
        try await backend.withEmpty { database in
            try await table(database)
            try await database.write { tx in
                for id in 0..<500 { try tx.execute("INSERT INTO thing (id, word) VALUES (\(id), \(String(id)))") }
            }
            let words = try await database.read { tx in
                try (0..<500).map { id in try tx.first("SELECT word FROM thing WHERE id = \(id)") { try $0.text() } }
            }
            #expect(words == (0..<500).map { String($0) })
        }
    }

    @Test(arguments: Backend.available)
    func `numbers its log without a gap however many write at once`(backend: Backend) async throws {
        try await backend.withMigrated { database in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for n in 0..<100 {
                    group.addTask {
                        do {
                            try await database.write { tx in
                                try tx.events.append(
                                    "test", subject: "s\(n)", subjectSeq: 1, to: n % 2 == 0 ? ID("P001") : nil, by: "t", at: Instant(milliseconds: 0))
                                if n % 10 == 3 { throw Refusal() }
                            }
                        } catch is Refusal {}
                    }
                }
                try await group.waitForAll()
            }
            let events = try await database.read { tx in try tx.events.after(0, limit: 1000) }
            #expect(events.map(\.seq) == Array(1...90))
            let mine = try await database.read { tx in try tx.events.of(ID("P001"), after: 0, limit: 1000) }
            #expect(mine.compactMap(\.providerSeq) == Array(1...50))
            #expect(Set(events.map(\.id)).count == 90)
        }
    }
}

@Suite struct `A SQLite file` {
    @Test func `answers only after the commit is on disk`() async throws {
        try await Backend.file.withEmpty { database in
            let synchronous = try await database.write { tx in try tx.integer("PRAGMA synchronous") }
            #expect(synchronous == 2)
            let journal = try await database.read { tx in try tx.first("PRAGMA journal_mode") { try $0.text() } }
            #expect(journal == "wal")
            let keys = try await database.write { tx in try tx.integer("PRAGMA foreign_keys") }
            #expect(keys == 1)
        }
    }

    @Test func `waits for the disk again after a step that can be done again`() async throws {
        try await Backend.file.withEmpty { database in
            let repeatable = try await database.writeRepeatable { tx in try tx.integer("PRAGMA synchronous") }
            let after = try await database.write { tx in try tx.integer("PRAGMA synchronous") }
            _ = try? await database.writeRepeatable { _ in throw StoreFault.failed("undone") }
            let afterFailure = try await database.writeAlone { tx in try tx.integer("PRAGMA synchronous") }
            #expect([repeatable, after, afterFailure] == [1, 2, 2])
        }
    }

    @Test(arguments: Backend.available)
    func `is busy while somebody waits for a write, not for one of its own long work`(backend: Backend) async throws {
        try await backend.withEmpty { database in
            for _ in 0..<3 { _ = try await database.writeAlone { tx in try tx.integer("SELECT 1") } }
            _ = try await database.writeRepeatable { tx in try tx.integer("SELECT 1") }
            try await Task.sleep(for: .milliseconds(300))
            #expect(!database.isBusy)
            let isBusyMeanwhile = try await database.write { _ in database.isBusy }
            #expect(isBusyMeanwhile)
            try await Task.sleep(for: .milliseconds(300))
            #expect(!database.isBusy)
        }
    }

    @Test func `starts its log anew while a busy writer goes on`() async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("log-\(UInt64.random(in: 0...UInt64.max)).sqlite").path
        defer { for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) } }
        let database = try SQLiteDatabase(path: path, mode: .create)
        try await database.write { tx in _ = try tx.execute("CREATE TABLE pile (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT") }
        let megabyte = [UInt8](repeating: 7, count: 1 << 20)
        for number in 0..<200 {
            try await database.writeRepeatable { tx in
                _ = try tx.execute(
                    """
                    INSERT INTO pile (id, bytes) VALUES (\(number % 20), \(megabyte)) ON CONFLICT (id) DO UPDATE SET bytes = excluded.bytes
                    """)
            }
        }
        let log = try FileManager.default.attributesOfItem(atPath: path + "-wal")[.size] as? Int ?? 0
        #expect(log > 0 && log < 150 << 20)
        await database.close()
    }

    @Test func `that is missing is refused by its path and not made`() async throws {
        try await Scratch.with { folder in
            let path = folder + "/none.db"
            #expect(throws: StoreFault.missing(path: path)) { try SQLiteDatabase(path: path) }
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    @Test(arguments: ["this is a letter, not a database, and long enough to be read as a header of a file\n", String(repeating: "\u{1}", count: 9000)])
    func `that is no database is refused as damaged`(text: String) async throws {
        try await Scratch.with { folder in
            let path = folder + "/letter.db"
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            let fault = await refusal { try SQLiteDatabase(path: path) }
            #expect(fault?.code == "database_corrupt")
        }
    }

    @Test func `in a folder that is not there is refused as not writable`() async throws {
        try await Scratch.with { folder in
            let fault = await refusal { try SQLiteDatabase(path: folder + "/no/such/place.db", mode: .create) }
            #expect(fault?.code == "database_read_only")
        }
    }

    @Test func `that is closed has let go of its file, as often as it is opened`() async throws {
        try await Scratch.with { folder in
            for round in 0..<40 {
                let database = try SQLiteDatabase(path: folder + "/a.db", mode: .create)
                if round == 0 {
                    _ = try await database.writeAlone { tx in try tx.execute("CREATE TABLE thing (id INTEGER NOT NULL PRIMARY KEY)") }
                }
                async let written = database.write { tx in try tx.execute("INSERT INTO thing (id) VALUES (\(round))") }
                async let read = database.read { tx in try tx.integer("SELECT COUNT(*) FROM thing") }
                _ = try await (written, read)
                await database.close()
                // The last connection to be closed takes the log along.
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a.db"])
                await #expect(throws: (any Error).self) {
                    try await database.read { tx in try tx.integer("SELECT COUNT(*) FROM thing") }
                }
            }
        }
    }

    @Test func `is backed up whole while others write`() async throws {
        try await Scratch.with { folder in
            let database = try SQLiteDatabase(path: folder + "/a.db", mode: .create)
            try await Migrator.all.migrate(database, now: Instant(milliseconds: 0))
            for n in 0..<20 {
                _ = try await database.write { tx in
                    try tx.events.append("test", subject: "s\(n)", subjectSeq: 1, by: "t", at: Instant(milliseconds: 0))
                }
            }
            try await database.backup(to: folder + "/b.db")
            await database.close()
            let copy = try SQLiteDatabase(path: folder + "/b.db")
            try await Migrator.all.check(copy)
            #expect(try await copy.read { tx in try tx.events.last() } == 20)
            #expect(try await copy.integrityFaults() == [])
            await copy.close()
        }
    }
}

@Suite struct `A database address` {
    @Test func `is read in its three forms`() throws {
        #expect(try DatabaseURL("sqlite::memory:") == .memory)
        #expect(try DatabaseURL("sqlite:/var/vnh.db") == .sqlite(path: "/var/vnh.db"))
        #expect(try DatabaseURL("postgres://u@h:1/d?schema=x_1") == .postgres(conninfo: "postgres://u@h:1/d", schema: "x_1"))
    }

    @Test(arguments: ["", "sqlite:", "mysql://h/d", "postgres://h", "postgres://u:secret@h/d?schema=x;DROP"])
    func `of another form is refused without its password`(text: String) async {
        let refusal = await refusal { try DatabaseURL(text) }
        #expect(refusal?.code == "database_url")
        #expect(refusal?.message.contains("secret") == false)
    }
}
