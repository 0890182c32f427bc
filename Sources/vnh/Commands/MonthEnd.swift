import ArgumentParser
import Billing
import Foundation
import Kernel
import Registry
import Spreadsheet
import Store
import Workflow

extension Month: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
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
            扣减 \(statements.map(\.deducted).total)，实付 \(statements.map(\.due).total)（\(note)）
            """)
    }

    private func showShadow(_ office: Office) async throws {
        let shadow = try await ShadowMonth(office)(month)
        let today = shadow.today
        print("\(month)：如果 \(today.day) 月结，\(today.lines) 笔，补贴 \(today.subsidy)，应付 \(today.payable)，不付 \(today.stopped.count) 笔")
        for sum in today.stops.byCode { print("  \(sum.code)  \(sum.lines) 笔  补贴 \(sum.subsidy)") }
        guard let before = shadow.before, let difference = shadow.difference else { return }
        print(
            """
            与 \(before.day) 相比：\(difference.lines) 笔，应付 \(difference.payable)，新增不付 \(difference.newlyStopped.count) 笔，\
            解除 \(difference.cleared.count) 笔
            """)
    }
}

struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "导出一个月的结算单（CSV、Excel）和复算包",
        discussion: "复算包的内容见 deploy/verify-settlement.md；用 deploy/verify-settlement 目录 复算。目录整体出现或完全不出现，同一月份导出的内容相同。")
    @Argument(help: "YYYY-MM") var month: Month
    @OptionGroup var database: DatabaseOption
    @Option(help: "输出目录：空目录、新目录，或此前的导出") var output: String

    func run() async throws {
        let office = try await Premises.office(try database.url)
        let write: ExportMonth.Spreadsheet = { documents, path in try Workbook.write(documents, to: path) }
        let result = try await ExportMonth(office)(
            month, to: output, by: .system, spreadsheet: Workbook.isBuilt ? write : nil, progress: Terminal.progress("导出"))
        await office.database.close()
        print("已导出 \(result.statements) 份结算单、\(result.lines) 笔明细到 \(output)\(result.isClosed ? "" : "（本月尚未月结，数字可能变化）")")
        print("月根 \(result.root)")
        print("明细根 \(result.linesRoot)")
    }
}
