import ArgumentParser
import Billing
import Foundation
import Kernel
import Registry
import Store
import Workflow

extension Month: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "import", abstract: "导入", subcommands: [Elders.self, Budgets.self])

    struct Elders: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "导入老人档案：全部成功或全部不做；同一文件再导入不改动")
        @Argument var file: String
        @OptionGroup var database: DatabaseOption
        @Flag(help: "只检查，不写入") var dryRun = false
        @Flag(help: "跳过有问题的行，导入其余") var skipBad = false

        func run() async throws {
            let bytes = try Premises.bytes(file)
            let office = try await Premises.office(try database.url)
            let report = try await ImportElders(office)(
                bytes, dryRun: dryRun, skipBad: skipBad, by: .system, progress: Terminal.progress("导入"))
            await office.database.close()
            for fault in report.faults { print(fault) }
            print("新增 \(report.inserted)，更新 \(report.updated)，未变 \(report.unchanged)，有问题 \(Set(report.faults.map(\.line)).count) 行\(dryRun ? "（试运行，未写入）" : "")")
            if !report.faults.isEmpty, !skipBad {
                throw Rejection(.invalid, "rows_invalid", "有 \(report.faults.count) 处问题，整个文件都没有导入；改正后重试，或用 --skip-bad 跳过")
            }
        }
    }
}

struct Close: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "月结：冻结一个月的结算单；再次运行不改动")
    @Argument(help: "YYYY-MM") var month: Month
    @OptionGroup var database: DatabaseOption
    @Flag(help: "只试算") var dryRun = false
    @Flag(help: "影子月结：如果今晚月结，与前一日相比") var shadow = false

    func run() async throws {
        let office = try await Premises.office(try database.url)
        if shadow {
            try await showShadow(office)
            await office.database.close()
            return
        }
        let statements: [Statement]
        var note = "试算，未写入"
        if dryRun {
            statements = try await PreviewMonth(office)(month)
        } else {
            let result = try await CloseMonth(office, lanes: 2)(month, by: .system, progress: Terminal.progress("月结"))
            statements = result.statements
            note = result.wasClosed ? "此前已月结，未作改动" : "已月结"
        }
        await office.database.close()
        let lines = statements.map(\.lines.count).reduce(0, +)
        print(
            """
            \(month)：\(statements.count) 家服务商，\(lines) 笔，应结 \(statements.map(\.gross).total)，补贴 \(statements.map(\.subsidy).total)，\
            扣减 \(statements.map(\.deducted).total)，实付 \(statements.map(\.payable).total)（\(note)）
            """)
    }

    private func showShadow(_ office: Office) async throws {
        let (today, before, difference) = try await ShadowMonth(office)(month)
        print("\(month)：如果 \(today.day) 月结，\(today.lines) 笔，补贴 \(today.subsidy)，实付 \(today.payable)，不付 \(today.stopped.count) 笔")
        for sum in today.byCode { print("  \(sum.code)  \(sum.lines) 笔  补贴 \(sum.subsidy)") }
        guard let before, let difference else { return }
        print(
            """
            与 \(before.day) 相比：\(difference.lines) 笔，实付 \(difference.payable)，新增不付 \(difference.newlyStopped.count) 笔，\
            解除 \(difference.cleared.count) 笔
            """)
    }
}

struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "导出一个月的结算单（CSV）")
    @Argument(help: "YYYY-MM") var month: Month
    @OptionGroup var database: DatabaseOption
    @Option(help: "输出目录") var output: String

    func run() async throws {
        let office = try await Premises.office(try database.url)
        let (statements, isClosed) = try await ReadStatements(office)(month)
        let reference = office.reference
        await office.database.close()
        do {
            try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
            let summary = StatementDocument.summary(statements, catalogue: reference.catalogue, franchise: reference.franchise)
            try Data(summary.utf8).write(to: URL(fileURLWithPath: "\(output)/结算汇总表-\(month).csv"))
            for statement in statements {
                let text = StatementDocument.detail(statement, catalogue: reference.catalogue)
                try Data(text.utf8).write(to: URL(fileURLWithPath: "\(output)/结算明细表-\(month)-\(statement.provider).csv"))
            }
        } catch {
            throw Rejection(.unavailable, "output_not_writable", "无法写入 \(output)，请检查目录权限和磁盘空间。")
        }
        print("已导出 \(statements.count) 份结算单到 \(output)\(isClosed ? "" : "（本月尚未月结，数字可能变化）")")
    }
}
