import Crypto
import Kernel

/// One frozen step of the schema.
public struct Migration: Sendable {
    public let number: Int
    public let name: String
    /// Statements in the common dialect, each ending with `;` at the end of a line.
    public let sql: String
    /// Fills new tables from old ones, where the dialect has no words for it.
    let fill: (@Sendable (any Transaction) throws -> Void)?

    public init(number: Int, name: String, sql: String, fill: (@Sendable (any Transaction) throws -> Void)? = nil) {
        self.number = number
        self.name = name
        self.sql = sql
        self.fill = fill
    }

    var sha256: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: SHA256.hash(data: Array(sql.utf8)).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    func statements(_ dialect: Dialect) -> [String] {
        var statements: [String] = []
        var current: [Substring] = []
        for line in sql.split(separator: "\n") {
            current.append(line)
            if line.hasSuffix(";") {
                statements.append(dialect.schemaText(current.joined(separator: "\n")))
                current = []
            }
        }
        return statements
    }
}

extension Dialect {
    /// One schema text serves both: PostgreSQL has its own words for 64-bit integers and bytes, and neither STRICT nor WITHOUT ROWID.
    func schemaText(_ text: String) -> String {
        guard self == .postgres else { return text }
        let suffix = " STRICT, WITHOUT ROWID;"
        let sql = text.hasSuffix(suffix) ? text.dropLast(suffix.utf8.count) + ";" : text
        var words = ""
        var word = ""
        func translated(_ word: String) -> String {
            switch word {
            case "INTEGER": "BIGINT"
            case "BLOB": "BYTEA"
            case "STRICT": ""
            default: word
            }
        }
        for character in sql {
            if character.isLetter || character.isNumber || character == "_" {
                word.append(character)
            } else {
                words += translated(word)
                word = ""
                words.append(character)
            }
        }
        return words + translated(word)
    }
}

/// Brings a database to the schema of this program, and refuses one that it does not understand.
public struct Migrator: Sendable {
    public let migrations: [Migration]

    public init(_ migrations: [Migration]) { self.migrations = migrations }

    /// Applies what is missing, each step in a transaction of its own. Twice is the same as once.
    ///
    /// - Throws: ``StoreFault/schema(_:)`` for a newer database or one whose applied steps differ from ours.
    public func migrate(_ database: any Database, now: Instant) async throws {
        _ = try await database.writeAlone { tx in
            try tx.execute(
                SQL(
                    text: tx.dialect.schemaText(
                        """
                        CREATE TABLE IF NOT EXISTS schema_migration (
                            number INTEGER NOT NULL PRIMARY KEY,
                            name TEXT NOT NULL,
                            sha256 TEXT NOT NULL,
                            applied_ms INTEGER NOT NULL
                        ) STRICT
                        """)))
        }
        let applied = try await applied(database)
        for migration in migrations.dropFirst(applied) {
            _ = try await database.writeAlone { tx in
                for statement in migration.statements(tx.dialect) { try tx.execute(SQL(text: statement)) }
                try migration.fill?(tx)
                try tx.execute(
                    """
                    INSERT INTO schema_migration (number, name, sha256, applied_ms)
                    VALUES (\(migration.number), \(migration.name), \(migration.sha256), \(now))
                    """)
            }
        }
    }

    /// - Throws: ``StoreFault/schema(_:)`` unless the database has exactly this program's schema.
    public func check(_ database: any Database) async throws {
        let count: Int
        do {
            count = try await applied(database)
        } catch StoreFault.failed {
            throw StoreFault.schema("这个数据库还没有建表，请先运行 vnh migrate。")
        }
        guard count == migrations.count else {
            throw StoreFault.schema("数据库停在第 \(count) 步迁移，程序需要第 \(migrations.count) 步，请先备份再运行 vnh migrate。")
        }
    }

    /// The number of steps already applied.
    private func applied(_ database: any Database) async throws -> Int {
        let rows = try await database.read { tx in
            try tx.rows("SELECT number, name, sha256 FROM schema_migration ORDER BY number") { (try $0.int(), try $0.text(), try $0.text()) }
        }
        guard rows.count <= migrations.count else {
            throw StoreFault.schema("数据库由更新的版本创建（第 \(rows.count) 步迁移，本程序只到第 \(migrations.count) 步），请升级程序后再打开。")
        }
        for (row, migration) in zip(rows, migrations) where row.0 != migration.number || row.2 != migration.sha256 {
            throw StoreFault.schema("第 \(row.0) 步迁移（\(row.1)）与本程序不一致，数据库结构可能被改动过，请从备份恢复或联系开发者。")
        }
        return rows.count
    }
}
