import ArgumentParser
import Foundation
import Kernel
import Matching

struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "plan", abstract: "日计划：把一天的上门排给服务人员（HHCRSP JSON）")
    @Option(help: "实例文件") var instance: String
    @Option(help: "结果文件") var output: String
    @Option(help: "用时上限，秒") var seconds = 10.0
    @Option(help: "步数上限；给出时结果只取决于种子，不取决于机器快慢") var iterations: Int?
    @Option(help: "随机种子") var seed: UInt64 = 1

    func validate() throws {
        guard seconds > 0, seconds <= 86_400, (iterations ?? 1) > 0 else { throw ValidationError("--seconds 和 --iterations 应为正数") }
    }

    func run() async throws {
        let file = try PlanFile(try Premises.bytes(instance), name: instance)
        let search = DayPlanSearch(try file.instance, seed: seed)
        let start = LoadGenerator.now
        let (seconds, iterations) = (seconds, iterations)
        let limit: DayPlanSearch.Limit = iterations.map { .steps($0) } ?? .time(elapsed: { (LoadGenerator.now - start) / seconds })
        let show = Terminal.progress("日计划")
        let plan = search.run(limit) { part, _ in show(Int(part * 1000), 1000) }
        show(1000, 1000)
        do {
            try Data((file.solution(plan).text + "\n").utf8).write(to: URL(fileURLWithPath: output))
        } catch {
            throw Rejection(.unavailable, "output_not_writable", "无法写入 \(output)，请检查目录权限和磁盘空间。")
        }
        print(String(format: "成本 %.3f：行程 %.1f，迟到合计 %.1f，最迟 %.1f", plan.cost, plan.distance, plan.tardiness, plan.worstTardiness))
    }
}
