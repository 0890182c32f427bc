import ArgumentParser
import Foundation
import Kernel
import Matching
import Store
import Workflow

struct PolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "policy", abstract: "派单策略", subcommands: [Lint.self, Replay.self])

    static func read(_ path: String) throws -> [MatchPolicy] {
        try PolicyFile.policies(try Premises.bytes(path), name: path.split(separator: "/").last.map(String.init) ?? path)
    }

    struct Lint: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "检查策略文件，逐条指出行和问题")
        @Argument(help: "策略文件") var file = "Catalog/match-policy.yaml"

        func run() async throws { print("\(try PolicyCommand.read(file).count) 个版本，没有问题。") }
    }

    struct Replay: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "用另一份策略重走已有工单，与现行策略和实际并排比较；只读")
        @OptionGroup var database: DatabaseOption
        @Option(help: "从哪天下的单，YYYY-MM-DD") var from: String
        @Option(help: "到哪天下的单，YYYY-MM-DD") var to: String
        @Option(help: "试行的策略文件") var policy: String
        @Flag(help: "一个 JSON") var json = false

        func run() async throws {
            guard let from = LocalDate(from), let to = LocalDate(to) else {
                throw Rejection(.invalid, "day_invalid", "--from 和 --to 应为 YYYY-MM-DD。")
            }
            let policies = try PolicyCommand.read(policy)
            let office = try await Premises.office(try database.url)
            let found = try await ReplayPolicy(office)(from: from, until: to, policies: policies, progress: Terminal.progress("回放"))
            await office.database.close()
            let columns = [("actual", found.actual), ("present", found.present), ("trial", found.trial)]
            if json { return print(Self.json(columns, leftOut: found.leftOut).text) }
            show(columns.map(\.1), leftOut: found.leftOut)
        }

        private static func json(_ columns: [(String, PolicyReplay.Figures)], leftOut: Int) -> JSON {
            let fields = columns.map { name, figures -> JSON.Field in
                JSON.Field(
                    name: name,
                    value: [
                        "orders": JSON(figures.orders), "placed": JSON(figures.placed), "unmet": JSON(figures.unmet),
                        "wait_s": JSON(figures.meanWait_s), "distance_m": JSON(figures.meanDistance_m),
                        "known_permille": JSON(figures.known_permille), "cost_fen": JSON(figures.cost),
                        "shares": .object(
                            figures.shares.sorted { $0.key < $1.key }.map { JSON.Field(name: $0.key.text, value: JSON($0.value)) }),
                    ])
            }
            return .object(fields + [JSON.Field(name: "left_out", value: JSON(leftOut))])
        }

        private func show(_ columns: [PolicyReplay.Figures], leftOut: Int) {
            func row(_ name: String, _ value: (PolicyReplay.Figures) -> String) {
                print(Self.padded(name, 24) + columns.map { Self.padded(value($0), 16) }.joined())
            }
            print(Self.padded("", 24) + ["实际", "现行策略回放", "试行策略回放"].map { Self.padded($0, 16) }.joined())
            row("工单") { "\($0.orders)" }
            row("派出") { "\($0.placed)" }
            row("无人接单") { "\($0.unmet)" }
            row("平均等待（分钟）") { String(format: "%.1f", Double($0.meanWait_s) / 60) }
            row("平均距离（米）") { "\($0.meanDistance_m)" }
            row("由熟悉的服务商服务") { String(format: "%.1f%%", Double($0.known_permille) / 10) }
            row("费用（元）") { $0.cost.yuan }
            for provider in Set(columns.flatMap(\.shares.keys)).sorted() { row("  \(provider)") { "\($0.shares[provider, default: 0])" } }
            if leftOut > 0 { print("另有 \(leftOut) 单因档案、项目或价格已不在而未回放。") }
        }

        /// Chinese characters take two columns of a terminal.
        private static func padded(_ text: String, _ width: Int) -> String {
            let taken = text.unicodeScalars.reduce(0) { $0 + ($1.value > 0x2E7F ? 2 : 1) }
            return text + String(repeating: " ", count: max(1, width - taken))
        }
    }
}
