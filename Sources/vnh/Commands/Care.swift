import ArgumentParser
import Foundation
import Kernel
import Store
import StoreSQLite
import Workflow

struct Backup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "在线备份到一个新文件")
    @Argument var file: String
    @OptionGroup var database: DatabaseOption

    func run() async throws {
        guard !FileManager.default.fileExists(atPath: file) else {
            throw Rejection(.conflict, "backup_exists", "\(file) 已存在，请换一个文件名，备份不会覆盖旧文件。")
        }
        let database = try await Premises.open(try database.url)
        try await Migrator.all.check(database)
        try await database.backup(to: file)
        await database.close()
        print("已备份到 \(file)")
    }
}

struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "从备份恢复；--verify 先检查备份")
    @Argument var file: String
    @OptionGroup var database: DatabaseOption
    @Flag(help: "恢复前核对备份：完整性、试算平衡、日志连续") var verify = false

    func run() async throws {
        guard case .sqlite(let path) = try database.url else {
            throw Rejection(.invalid, "restore_sqlite_only", "PostgreSQL 请用 pg_restore 恢复。")
        }
        guard !FileManager.default.fileExists(atPath: path) else {
            throw Rejection(.conflict, "database_exists", "\(path) 已存在，恢复不会覆盖现有数据库，请先移走它。")
        }
        let source = try await Premises.open(.sqlite(path: file))
        try await Migrator.all.check(source)
        if verify {
            let findings = try await Examine(source)(now: Premises.clock())
            for line in findings.lines { print(line) }
            guard findings.isSound else { throw Rejection(.invalid, "backup_unsound", "备份有问题，未恢复。") }
        }
        try await source.backup(to: path)
        await source.close()
        print("已恢复到 \(path)")
    }
}

struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "体检：完整性、试算平衡、日志缺号、滞留工单、外发积压")
    @OptionGroup var database: DatabaseOption

    func run() async throws {
        let database = try await Premises.open(try database.url)
        try await Migrator.all.check(database)
        let findings = try await Examine(database)(now: Premises.clock())
        await database.close()
        for line in findings.lines { print(line) }
        guard findings.isSound else { throw Rejection(.invalid, "unsound", "发现问题，请按上面的提示处理。") }
    }
}
