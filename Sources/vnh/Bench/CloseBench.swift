import ArgumentParser
import Billing
import Foundation
import Kernel
import Orders
import Registry
import Store
import StoreSQLite
import Workflow

#if canImport(Glibc)
import Glibc
#endif

extension BenchCommand {
    /// The close of a month: all checks over visits made from a seed, first without a database, then through one, beside a bare scan of it.
    struct CloseMonthBench: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "close", abstract: "月结：全部核查，先不经数据库，再经 SQLite，与同一数据库上不带规则的合计相比")
        @Option(help: "上门次数") var visits = 100_000
        @Option(help: "种子") var seed: UInt64 = 1
        @Option(help: "并行数") var lanes = 2
        @Option(help: "含有 Catalog 和 Providers 的目录") var data = "."
        @Flag(help: "只量核查，不经数据库") var pure = false
        @Flag(help: "每行一个 JSON") var json = false

        func validate() throws {
            guard (100...5_000_000).contains(visits), (1...16).contains(lanes) else {
                throw ValidationError("次数应为 100 到 5000000，并行数应为 1 到 16")
            }
        }

        func run() async throws {
            let shipped = try Premises.reference(try Premises.files(in: data))
            // A tenth first, so that the growth of time is measured in the same run.
            let small = try MonthOfVisits(count: visits / 10, seed: seed, shipped: shipped)
            let large = try MonthOfVisits(count: visits, seed: seed, shipped: shipped)
            let before = try await checked(small)
            show(try await checked(large), "checks", limit: "a tenth of the visits in the same run, times eleven", limitSeconds: before.seconds * 11)
            guard !pure else { return }
            try await throughDatabase(large)
        }

        struct Measure {
            var seconds = 0.0
            var cpu = 0.0
            var lines = 0
            var held = 0
            var blocked = 0

            mutating func count(_ statement: Statement) {
                lines += statement.lines.count
                for line in statement.lines { if line.verdict == .held { held += 1 } else if line.verdict == .blocked { blocked += 1 } }
            }
        }

        private func checked(_ month: MonthOfVisits) async throws -> Measure {
            let policy = month.reference.evidence(on: MonthOfVisits.month.last)
            Memory.forgetPeak()
            let (start, cpu) = (LoadGenerator.now, Memory.cpuSeconds)
            var traces = Traces()
            for provider in month.providers.indices { month.forEach(of: provider) { traces.add(month.candidate($0, policy)) } }
            let terms = Terms(
                catalogue: month.reference.catalogue, franchise: month.reference.franchise, programmes: month.reference.programmes,
                policy: month.reference.checks(on: MonthOfVisits.month.last))
            let surroundings = await Surroundings(terms: terms, cross: CompareMonth.findings(traces, terms, lanes: lanes))
            var measure = try await withThrowingTaskGroup(of: Measure.self) { group in
                var total = Measure()
                for lane in 0..<lanes {
                    group.addTask {
                        var measure = Measure()
                        for provider in stride(from: lane, to: month.providers.count, by: lanes) {
                            var lines: [Candidate] = []
                            month.forEach(of: provider) { lines.append(month.candidate($0, policy)) }
                            measure.count(
                                Statement(
                                    month: MonthOfVisits.month, provider: month.providers[provider], checking: lines, surroundings))
                        }
                        return measure
                    }
                }
                for try await some in group {
                    total.lines += some.lines
                    total.held += some.held
                    total.blocked += some.blocked
                }
                return total
            }
            measure.seconds = LoadGenerator.now - start
            measure.cpu = Memory.cpuSeconds - cpu
            return measure
        }

        private func throughDatabase(_ month: MonthOfVisits) async throws {
            try await BenchFolder.with { folder in
                let database = try SQLiteDatabase(path: folder + "/close.sqlite", mode: .create)
                try await Migrator.all.migrate(database, now: Premises.clock())
                try await fill(database, month)
                let office = Office(
                    database: database, shelf: ReferenceShelf(month.reference), clock: Premises.clock, random: Premises.random)
                var scan = 0.0
                // Twice: the second finds the pages in memory, as the close will.
                for _ in 0..<2 {
                    let start = LoadGenerator.now
                    let sums = try await database.read { tx in try tx.settlements.sums(MonthOfVisits.month) }
                    guard sums.map(\.visits).reduce(0, +) == month.count else { throw StoreFault.failed("the scan counts otherwise") }
                    scan = LoadGenerator.now - start
                }
                Memory.forgetPeak()
                var measure = Measure()
                let (start, cpu) = (LoadGenerator.now, Memory.cpuSeconds)
                _ = try await CloseMonth(office, lanes: lanes).freeze(
                    MonthOfVisits.month, by: .system, progress: json ? { _, _ in } : Terminal.progress("月结"))
                measure.seconds = LoadGenerator.now - start
                measure.cpu = Memory.cpuSeconds - cpu
                measure.lines = month.count
                show(measure, "sqlite", limit: "a bare SQL scan with the same sums on the same database", limitSeconds: scan)
                await database.close()
            }
        }

        private func fill(_ database: SQLiteDatabase, _ month: MonthOfVisits) async throws {
            for start in stride(from: 0, to: month.elders, by: 20_000) {
                try await database.writeAlone { tx in
                    for index in start..<min(month.elders, start + 20_000) { try tx.elders.insert(MonthOfVisits.elder(index)) }
                }
            }
            for provider in month.providers.indices {
                try await database.writeAlone { tx in
                    try month.forEach(of: provider) { made in
                        try tx.orders.insert(made.order)
                        try tx.visits.begin(made.visit)
                        try tx.visits.saveCheckOut(made.visit)
                        try tx.visits.saveConfirmation(made.visit)
                        try tx.legs.insert(made.legs, order: made.order.id, attempt: 1)
                    }
                }
            }
        }

        private func show(_ measure: Measure, _ kind: String, limit: String, limitSeconds: Double) {
            func number(_ value: Double, _ digits: Int) -> JSON { .raw(String(format: "%.\(digits)f", value)) }
            let ratio = measure.seconds / max(limitSeconds, 0.000_001)
            if json {
                let line: JSON = [
                    "bench": "close", "size": JSON("\(visits) visits, \(kind)"), "seconds": number(measure.seconds, 2),
                    "cpu_seconds": number(measure.cpu, 2), "per_second": number(Double(measure.lines) / measure.seconds, 0),
                    "held": JSON(measure.held), "blocked": JSON(measure.blocked), "limit": JSON(limit),
                    "limit_seconds": number(limitSeconds, 2), "ratio": number(ratio, 3), "peak_rss_mb": JSON(Memory.peakMB),
                ]
                print(line.text)
            } else {
                print(
                    """
                    close（\(visits) 次上门，\(kind)）：\(String(format: "%.2f", measure.seconds)) 秒，CPU \(String(format: "%.2f", measure.cpu)) 秒，\
                    峰值内存 \(Memory.peakMB) MB
                      参照 \(limit)：\(String(format: "%.2f", limitSeconds)) 秒，比值 \(String(format: "%.2f", ratio))
                    """)
            }
        }
    }
}

/// A folder that is gone afterwards.
enum BenchFolder {
    static func with(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("vnh-close-\(ProcessInfo.processInfo.processIdentifier)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }
}

/// What this process has used.
enum Memory {
    /// The most memory held since ``forgetPeak()``, MB.
    static var peakMB: Int {
        let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmHWM") }
        return (line.flatMap { Int($0.filter(\.isNumber)) } ?? 0) / 1024
    }

    /// Starts the peak anew (Linux, `proc(5)`: clear_refs 5).
    static func forgetPeak() {
        try? "5".write(toFile: "/proc/self/clear_refs", atomically: false, encoding: .utf8)
    }

    static var cpuSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
