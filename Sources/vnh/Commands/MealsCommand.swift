import ArgumentParser
import Foundation
import Kernel
import Store
import Workflow

extension ImportCommand {
    struct Budgets: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "导入预算（fund,year,category,region,granted_yuan）：全部成功或全部不做；新设和调增由另一人批准后生效")
        @Argument var file: String
        @OptionGroup var database: DatabaseOption

        func run() async throws {
            let bytes = try Premises.bytes(file)
            let office = try await Premises.office(try database.url)
            let report = try await ImportBudgets(office)(bytes, by: Caller(role: .admin, name: "cli"))
            await office.database.close()
            print("调减 \(report.changed) 个预算科目，新设或调增 \(report.proposed) 个（待另一人批准），未变 \(report.unchanged)。")
        }
    }
}

struct Meals: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "助餐月报（CSV）：餐厅 × 日 × 老人类别的人次、补贴和自付")
    @Argument(help: "YYYY-MM") var month: Month
    @OptionGroup var database: DatabaseOption
    @Option(help: "输出文件；不写则输出到屏幕") var output: String?

    func run() async throws {
        let office = try await Premises.office(try database.url)
        let report = try await ReadMealReport(office)(month)
        await office.database.close()
        let text = report.csv(office.reference)
        guard let output else { return print(text, terminator: "") }
        do { try Data(text.utf8).write(to: URL(fileURLWithPath: output)) } catch {
            throw Rejection(.unavailable, "output_not_writable", "无法写入 \(output)，请检查目录权限和磁盘空间。")
        }
        print("\(month)：\(report.meals) 人次，补贴 \(report.subsidy)，自付 \(report.selfPay)，已写入 \(output)。")
    }
}
