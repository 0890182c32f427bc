import ArgumentParser
import Kernel
import Registry
import Store
import Workflow

struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "导入", subcommands: [Elders.self, Providers.self, Absences.self, Budgets.self])

    /// What every file of rows is imported with.
    struct Rows: ParsableArguments {
        @Argument var file: String
        @OptionGroup var database: DatabaseOption
        @Flag(help: "只检查，不写入") var dryRun = false

        /// Reads the file, imports it and prints what became of its rows.
        func run(skipBad: Bool = false, _ body: (Office, [UInt8]) async throws -> ImportReport) async throws {
            let bytes = try Premises.bytes(file)
            let office = try await Premises.office(try database.url)
            let report = try await body(office, bytes)
            await office.database.close()
            try report.show(dryRun: dryRun, skipBad: skipBad)
        }
    }

    struct Elders: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "导入老人档案：全部成功或全部不做；同一文件再导入不改动")
        @OptionGroup var rows: Rows
        @Flag(help: "跳过有问题的行，导入其余") var skipBad = false

        func run() async throws {
            try await rows.run(skipBad: skipBad) { office, bytes in
                try await ImportElders(office)(
                    bytes, dryRun: rows.dryRun, skipBad: skipBad, by: .system, progress: Terminal.progress("导入"))
            }
        }
    }

    struct Providers: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "导入服务商（providers.csv 的行）：与其他已发布文件一起检查，全部成功或全部不做")
        @OptionGroup var rows: Rows

        func run() async throws { try await rows.run { office, bytes in try await ImportProviders(office)(bytes, dryRun: rows.dryRun) } }
    }

    struct Absences: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "导入外出登记（number,kind,from,until,note）：全部成功或全部不做；同一文件再导入不改动")
        @OptionGroup var rows: Rows
        @Flag(help: "跳过有问题的行，导入其余") var skipBad = false

        func run() async throws {
            try await rows.run(skipBad: skipBad) { office, bytes in
                try await ImportAbsences(office)(
                    bytes, dryRun: rows.dryRun, skipBad: skipBad, by: .system, progress: Terminal.progress("导入"))
            }
        }
    }
}

extension ImportReport {
    /// Prints every bad row and the sum.
    ///
    /// - Throws: `rows_invalid` when nothing was imported because of them.
    func show(dryRun: Bool, skipBad: Bool) throws {
        for fault in faults { print(fault) }
        print("新增 \(inserted)，更新 \(updated)，未变 \(unchanged)，有问题 \(Set(faults.map(\.line)).count) 行\(dryRun ? "（试运行，未写入）" : "")")
        if !faults.isEmpty, !skipBad {
            throw Rejection(.invalid, "rows_invalid", "有 \(faults.count) 处问题，整个文件都没有导入；改正后重试，或用 --skip-bad 跳过")
        }
    }
}
