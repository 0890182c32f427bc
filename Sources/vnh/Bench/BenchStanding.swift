import ArgumentParser
import Foundation
import Intake
import Kernel
import Registry
import Store
import StoreSQLite
import Workflow

extension BenchCommand {
    /// The night's run: every long-term elder's orders, days ahead, into a fresh SQLite file; in this process, with the full path of an order.
    struct Standing: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "长期服务单：提前生成工单，与 30 秒的目标相比")
        @Option(help: "长期服务老人人数") var elders = 20_000
        @Option(help: "提前天数") var days = 14
        @Option(help: "含有 Catalog 和 Providers 的目录") var data = "."
        @Flag(help: "每行一个 JSON") var json = false

        func validate() throws {
            guard elders > 0, (1...89).contains(days) else { throw ValidationError("人数应为正数，天数应为 1 到 89") }
        }

        /// 20,000 elders, 14 days ahead, in 30 s; in proportion for other sizes.
        private var limit_s: Double { 30.0 * Double(elders * days) / 280_000 }

        func run() async throws {
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent("vnh-bench-\(ProcessInfo.processInfo.processIdentifier)").path
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let database = try SQLiteDatabase(path: "\(folder)/bench.sqlite", mode: .create)
            try await Migrator.all.migrate(database, now: Premises.clock())
            try await PublishReference(database)(try roomy(Premises.files(in: data)), at: Premises.clock())
            let office = try await Premises.office(database)
            guard let settled = LocalDate(2026, 1, 1) else { return }
            try await SettleDistrict(office)(elders: elders, seed: 1, today: settled, progress: Terminal.progress("老人档案"))
            try await StandingDistrict(office)(
                share: 100, seed: 1, from: office.now.localDate.adding(days: 1), daily: true, progress: Terminal.progress("长期服务单"))
            let start = LoadGenerator.now
            let report = try await MakeInstances(office)(days: days, progress: Terminal.progress("生成工单"))
            let seconds = LoadGenerator.now - start
            let again = LoadGenerator.now
            _ = try await MakeInstances(office)(days: days)
            let idle = LoadGenerator.now - again
            await database.close()
            try show(report, seconds: seconds, idle: idle)
        }

        /// The sample franchise with room for everybody: its own places would be full after a tenth of these orders, and refusing is another path.
        private func roomy(_ files: [String: [UInt8]]) throws -> [String: [UInt8]] {
            guard let hours = files[Self.hours] else { throw ValidationError("\(data) 中没有 \(Self.hours)") }
            var lines = String(decoding: hours, as: UTF8.self).split(separator: "\n").map(String.init)
            for index in lines.indices.dropFirst() {
                guard let comma = lines[index].lastIndex(of: ","), let places = Int(lines[index][lines[index].index(after: comma)...]) else { continue }
                lines[index] = lines[index][...comma] + String(places * Self.room)
            }
            var roomy = files
            roomy[Self.hours] = Array(lines.joined(separator: "\n").utf8)
            return roomy
        }

        private static let hours = "providers/hours.csv"
        private static let room = 40

        private func show(_ report: InstanceReport, seconds: Double, idle: Double) throws {
            let perSecond = Double(report.made) / seconds
            guard json else {
                print(
                    """
                    standing（\(elders) 位老人，\(days) 天）：\(report.made) 张工单（无人可派 \(report.unmet)，不能生成 \(report.refused)），\
                    \(String(format: "%.1f", seconds)) 秒，\(Int(perSecond)) 张/秒；再次运行 \(String(format: "%.1f", idle)) 秒；峰值内存 \(Self.peakRSS_mb) MB
                    """)
                return print("  目标 \(String(format: "%.1f", limit_s)) 秒，比值 \(String(format: "%.2f", seconds / limit_s))")
            }
            func number(_ value: Double, _ digits: Int) -> JSON { .raw(String(format: "%.\(digits)f", value)) }
            let line: JSON = [
                "bench": "standing", "size": JSON("\(elders) elders, \(days) days, \(report.made) orders"), "seconds": number(seconds, 2),
                "per_second": number(perSecond, 1), "seconds_again": number(idle, 2), "unmet": JSON(report.unmet), "refused": JSON(report.refused),
                "limit": "20,000 long-term elders, 14 days ahead, in 30 s, in proportion", "limit_seconds": number(limit_s, 1),
                "ratio": number(seconds / limit_s, 3), "peak_rss_mb": JSON(Self.peakRSS_mb),
            ]
            print(line.text)
        }

        private static var peakRSS_mb: Int {
            let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
            return (text.split(separator: "\n").first { $0.hasPrefix("VmHWM") }.flatMap { Int($0.filter(\.isNumber)) } ?? 0) / 1024
        }
    }
}
