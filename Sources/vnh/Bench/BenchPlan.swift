import ArgumentParser
import Foundation
import Kernel
import Matching

extension BenchCommand {
    /// Published instances of the day-plan problem, each for so many seconds of one core, against the best costs known.
    struct Plan: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "日计划：与公开实例的已知最优成本相比")
        @Option(help: "含有实例 *.json 和 best-known.csv 的目录") var instances: String
        @Option(help: "每个实例的处理器时间，秒") var seconds = 10.0
        @Option(help: "步数上限；给出时代替用时") var iterations: Int?
        @Option(help: "随机种子") var seed: UInt64 = 1
        @Flag(help: "每行一个 JSON") var json = false

        func validate() throws {
            guard seconds > 0, seconds <= 3600, (iterations ?? 1) > 0 else { throw ValidationError("--seconds 和 --iterations 应为正数") }
        }

        func run() async throws {
            let names = ((try? FileManager.default.contentsOfDirectory(atPath: instances)) ?? []).filter { $0.hasSuffix(".json") }.sorted()
            guard !names.isEmpty else { throw Rejection(.invalid, "instances_missing", "\(instances) 中没有实例文件（*.json）。") }
            let best = try bestKnown()
            let show = Terminal.progress("日计划")
            var runs: [Run] = []
            for (index, name) in names.enumerated() {
                show(index, names.count)
                let file = try PlanFile(try Premises.bytes("\(instances)/\(name)"), name: "\(instances)/\(name)")
                let run = try run(String(name.dropLast(5)), try file.instance, best: best[name])
                print(json ? run.line(peakRSS_mb: Self.peakRSS_mb).text : run.sentence)
                runs.append(run)
            }
            show(names.count, names.count)
            summary(runs.compactMap(\.gap), milliseconds: runs.map { $0.seconds * 1000 }.sorted())
        }

        private func run(_ name: String, _ instance: DayPlanInstance, best: Double?) throws -> Run {
            let start = Self.processorTime
            let seconds = seconds
            let limit: DayPlanSearch.Limit = iterations.map { .steps($0) } ?? .time(elapsed: { (Self.processorTime - start) / seconds })
            let plan = DayPlanSearch(instance, seed: seed).run(limit)
            return Run(
                name: name, visits: instance.visits.count, workers: instance.workers.count, seconds: Self.processorTime - start, cost: plan.cost,
                best: best)
        }

        private func summary(_ gaps: [Double], milliseconds: [Double]) {
            guard let most = gaps.max() else { return Terminal.note("目录中没有 best-known.csv，不比较差距") }
            let mean = gaps.reduce(0, +) / Double(gaps.count)
            guard json else { return print(String(format: "平均差距 %.2f%%，最大 %.2f%%（%d 个实例）", mean, most, gaps.count)) }
            func number(_ value: Double) -> JSON { .raw(String(format: "%.3f", value)) }
            let line: JSON = [
                "bench": "plan", "size": JSON("\(gaps.count) instances"), "seconds": number(milliseconds.reduce(0, +) / 1000),
                "p50_ms": number(milliseconds[milliseconds.count / 2]), "p99_ms": number(milliseconds[milliseconds.count - 1]),
                "limit": "best published cost of each instance", "ratio": number(1 + mean / 100), "mean_gap_percent": number(mean),
                "max_gap_percent": number(most), "peak_rss_mb": JSON(Self.peakRSS_mb),
            ]
            print(line.text)
        }

        /// The cost of each instance file, where the folder tells it.
        private func bestKnown() throws -> [String: Double] {
            let path = "\(instances)/best-known.csv"
            guard FileManager.default.fileExists(atPath: path) else { return [:] }
            let records = try CSV.records(try Premises.bytes(path))
            guard let header = records.first?.fields, let name = header.firstIndex(of: "instance"), let cost = header.firstIndex(of: "total_cost")
            else { throw Rejection(.invalid, "best_known_invalid", "\(path)：应有 instance 和 total_cost 两列。") }
            var best: [String: Double] = [:]
            for record in records.dropFirst() {
                guard record.fields.count == header.count, let value = Double(record.fields[cost]), value > 0 else {
                    throw Rejection(.invalid, "best_known_invalid", "\(path) 第 \(record.line) 行：total_cost 应为正数。")
                }
                best[record.fields[name]] = value
            }
            return best
        }

        /// Seconds of processor time of this process: what a run costs, however busy the machine is with others.
        private static var processorTime: Double {
            var time = timespec()
            clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
        }

        private static var peakRSS_mb: Int {
            var usage = rusage()
            getrusage(RUSAGE_SELF.rawValue, &usage)
            return usage.ru_maxrss / 1024
        }
    }
}

private struct Run {
    let name: String
    let visits: Int
    let workers: Int
    let seconds: Double
    let cost: Double
    let best: Double?

    /// Per cent above the best known cost.
    var gap: Double? { best.map { (cost / $0 - 1) * 100 } }

    var sentence: String {
        let compared = best.map { String(format: "，已知最优 %.3f，差距 %.2f%%", $0, gap ?? 0) } ?? ""
        return String(format: "%@（%d 次上门，%d 人）：成本 %.3f%@，%.1f 秒", name, visits, workers, cost, compared, seconds)
    }

    func line(peakRSS_mb: Int) -> JSON {
        func number(_ value: Double) -> JSON { .raw(String(format: "%.3f", value)) }
        return [
            "bench": "plan", "size": JSON("\(name): \(visits) visits, \(workers) workers"), "seconds": number(seconds),
            "p50_ms": number(seconds * 1000), "p99_ms": number(seconds * 1000), "limit": "best published cost",
            "ratio": best.map { number(cost / $0) } ?? .null, "cost": number(cost), "best_known": best.map(number) ?? .null,
            "gap_percent": gap.map(number) ?? .null, "peak_rss_mb": JSON(peakRSS_mb),
        ]
    }
}
