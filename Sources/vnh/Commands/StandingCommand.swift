import ArgumentParser
import Foundation
import Intake
import Kernel
import Store
import Workflow

struct StandingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "standing", abstract: "长期服务单", subcommands: [Make.self, Occurrences.self])

    struct Make: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "提前生成长期服务单的工单；再次运行不会重复生成")
        @OptionGroup var database: DatabaseOption
        @Option(help: "提前天数（1 到 89）；不填按参数表 standing_days_ahead") var days: Int?

        func run() async throws {
            let office = try await Premises.office(try database.url)
            let start = LoadGenerator.now
            let report = try await MakeInstances(office)(days: days, progress: Terminal.progress("生成工单"))
            await office.database.close()
            print(
                """
                长期服务单 \(report.plans) 张：新生成工单 \(report.made) 张（其中无人可派 \(report.unmet) 张），不能生成 \(report.refused) 次，\
                撤回 \(report.withdrawn) 张，用时 \(String(format: "%.1f", LoadGenerator.now - start)) 秒
                """)
        }
    }

    /// For checking the rules against another implementation, thousands in one process; stands in no list of commands, only here and in the README.
    struct Occurrences: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "列出规则的日期",
            discussion: """
                一条规则：--rule 'FREQ=WEEKLY;BYDAY=MO' --start 2026-03-02，每行一个日期。
                多条规则：--file FILE（- 为标准输入），每行“起始日期<Tab>规则[<Tab>例外日期,…[<Tab>加开日期,…]]”，
                每行输出一行以逗号分隔的日期；规则有误时输出“! 代码 说明”。农历写 LUNAR:月/日。
                """, shouldDisplay: false)
        @Option(help: "RRULE 或 LUNAR:月/日") var rule: String?
        @Option(help: "起始日期 YYYY-MM-DD") var start: String?
        @Option(help: "从文件（- 为标准输入）读入多条规则") var file: String?
        @Option(help: "每条规则最多列出几个日期") var limit = 10

        func validate() throws {
            guard (1...10_000).contains(limit) else { throw ValidationError("--limit 应在 1 到 10000 之间") }
            guard (file == nil) == (rule != nil && start != nil) else { throw ValidationError("请给出 --rule 和 --start，或 --file") }
        }

        func run() async throws {
            guard let file else {
                for day in try days(rule ?? "", start ?? "", [], []) { print(day) }
                return
            }
            let bytes = file == "-" ? Array(FileHandle.standardInput.readDataToEndOfFile()) : try Premises.bytes(file)
            var out = ""
            for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
                let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
                func list(_ index: Int) -> [String] { index < fields.count ? fields[index].split(separator: ",").map(String.init) : [] }
                do {
                    out += try days(fields.count > 1 ? fields[1] : "", fields[0], list(2), list(3)).map(\.description).joined(separator: ",")
                } catch let rejection as Rejection {
                    out += "! \(rejection.code) \(rejection.message)"
                }
                out += "\n"
            }
            FileHandle.standardOutput.write(Data(out.utf8))
        }

        private func days(_ rule: String, _ start: String, _ exdates: [String], _ rdates: [String]) throws -> [LocalDate] {
            func day(_ text: String) throws -> LocalDate {
                guard let day = LocalDate(text) else { throw Rejection(.invalid, "date_invalid", "日期“\(text)”应为 YYYY-MM-DD。") }
                return day
            }
            let first = try day(start)
            let recurrence = Recurrence(
                try Recurrence.Pattern(rule), exdates: Set(try exdates.map(day)), rdates: Set(try rdates.map(day)))
            try recurrence.check(start: first, until: nil, .china)
            return recurrence.days(start: first, from: first, until: nil, limit: limit, .china)
        }
    }
}
