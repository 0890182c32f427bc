import ArgumentParser
import Billing
import Catalog
import Foundation
import Kernel
import Orders
import Registry
import Store
import StoreSQLite
import Synchronization
import Workflow

#if canImport(Glibc)
import Glibc
#endif

extension BenchCommand {
    /// The close of a month: all checks over visits and meals made from a seed, at a tenth of the size and at the size, beside a bare scan.
    struct CloseMonthBench: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "close", abstract: "月结：全部核查，经数据库，与同一数据库上不带规则的合计相比",
            discussion: """
                笔数中 --meals % 是就餐刷卡，其余是上门；每年的服务约三倍于来电，平台的多数服务不是电话下单的，刷卡占其中大头。
                计入：读取全部上门和刷卡、逐笔核查与相互比对、写入明细、标记工单、逐家封存（SHA-256）、抽样、退回拒付的补贴、每一步落盘。
                不计入：造数据、导出文件与打印、经 HTTP 读回。造出的上门和刷卡没有事前记账的补贴余额。
                """)
        @Option(help: "笔数，上门和就餐合计") var visits = 100_000
        @Option(help: "其中就餐刷卡所占的百分比，0 到 80") var meals = 40
        @Option(help: "种子") var seed: UInt64 = 1
        @Option(help: "并行数") var lanes = 2
        @Option(help: "含有 Catalog 和 Providers 的目录") var data = "."
        @Flag(help: "只量核查，不经数据库") var pure = false
        @Option(help: "在这个 PostgreSQL 上量，在其中自建一个 schema，量完删去；不给则用临时的 SQLite 文件。CPU 只计本程序的") var postgres: String?
        @Option(help: "月结的同时每秒下单次数，先单独量，再与月结同时量；0 为不下单") var intake = 0
        @Flag(help: "每行一个 JSON") var json = false

        func validate() throws {
            guard (100...5_000_000).contains(visits), (0...MonthOfMeals.mostPercent).contains(meals), (1...16).contains(lanes),
                (0...1000).contains(intake)
            else {
                throw ValidationError("笔数应为 100 到 5000000，就餐至多 \(MonthOfMeals.mostPercent)%，并行数应为 1 到 16，下单每秒至多 1000")
            }
        }

        func run() async throws {
            let shipped = try Premises.reference(try Premises.files(in: data))
            // A tenth first, so that the growth of time is measured in the same run.
            func month(_ count: Int) throws -> MonthOfServices { try MonthOfServices(count: count, meals: meals, seed: seed, shipped: shipped) }
            if pure {
                let before = try await checked(month(visits / 10))
                show(try await checked(month(visits)), "checks only, no database", tenth: before)
            } else {
                // Beside orders the close steps aside for them: how long it takes then says nothing about the close.
                let before = intake > 0 ? nil : try await throughDatabase(month(visits / 10), intake: 0)
                show(try await throughDatabase(month(visits), intake: intake), postgres == nil ? "sqlite" : "postgresql", tenth: before)
            }
        }

        struct Measure {
            var seconds = 0.0
            var cpu = 0.0
            var lines = 0
            /// Of them meals.
            var meals = 0
            var visits: Int { lines - meals }
            var held = 0
            var blocked = 0
            /// Findings by code.
            var codes: [String: Int] = [:]
            var peakMB = 0
            /// Of the bare scan with the same sums.
            var scan: Double?
            /// Milliseconds of orders taken before the close, and during it.
            var alone: [Double] = []
            var during: [Double] = []

            mutating func count(_ statement: Statement) {
                lines += statement.lines.count
                meals += statement.lines.count { $0.candidate.kind == .meal }
                for line in statement.lines {
                    switch line.verdict {
                    case .held: held += 1
                    case .blocked: blocked += 1
                    case .paid: break
                    }
                    for finding in line.findings { codes["\(finding.code) \(finding.severity.rawValue)", default: 0] += 1 }
                }
            }
        }

        private func checked(_ month: MonthOfServices) async throws -> Measure {
            Memory.forgetPeak()
            let (start, cpu) = (LoadGenerator.now, Memory.cpuSeconds)
            var traces = Traces()
            for provider in month.providers { month.forEach(of: provider) { traces.add($0) } }
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
                            month.forEach(of: month.providers[provider]) { lines.append($0) }
                            measure.count(
                                Statement(
                                    month: MonthOfVisits.month, provider: month.providers[provider], checking: lines, surroundings))
                        }
                        return measure
                    }
                }
                for try await some in group {
                    total.lines += some.lines
                    total.meals += some.meals
                    total.held += some.held
                    total.blocked += some.blocked
                    total.codes.merge(some.codes, uniquingKeysWith: +)
                }
                return total
            }
            measure.seconds = LoadGenerator.now - start
            measure.cpu = Memory.cpuSeconds - cpu
            measure.peakMB = Memory.peakMB
            return measure
        }

        private func throughDatabase(_ month: MonthOfServices, intake rate: Int) async throws -> Measure {
            guard let postgres else {
                return try await BenchFolder.with { folder in
                    try await closed(month, in: SQLiteDatabase(path: folder + "/close.sqlite", mode: .create), intake: rate) { _ in }
                }
            }
            let schema = "vnh_bench_\(ProcessInfo.processInfo.processIdentifier)"
            guard case .postgres(let conninfo, nil) = try DatabaseURL(postgres) else { throw ValidationError("--postgres 须为 postgres://…，不带 schema") }
            let database = try await Premises.open(.postgres(conninfo: conninfo, schema: schema))
            return try await closed(month, in: database, intake: rate) { database in
                try await database.writeAlone { tx in _ = try tx.execute(SQL(text: "DROP SCHEMA \(schema) CASCADE")) }
            }
        }

        /// - Parameter clear: takes away what was made.
        private func closed(
            _ month: MonthOfServices, in database: any Database, intake rate: Int, clear: (any Database) async throws -> Void
        ) async throws -> Measure {
            try await Migrator.all.migrate(database, now: Premises.clock())
            try await month.visits.write(to: database, elders: 0..<month.visits.elders, meals: month.meals)
            try await database.analyze()
            let office = Office(
                database: database, shelf: ReferenceShelf(month.reference), clock: Premises.clock, random: Premises.random)
            var measure = Measure()
            // Twice: the second finds the pages in memory, as the close will.
            for _ in 0..<2 {
                let start = LoadGenerator.now
                let sums = try await database.read { tx in try tx.settlements.sums(MonthOfVisits.month) }
                guard sums.map(\.services).reduce(0, +) == month.count else { throw StoreFault.failed("the scan counts otherwise") }
                measure.scan = LoadGenerator.now - start
            }
            let orders = PacedIntake(office: office, rate: rate, elders: month.visits.elders)
            // About as long as a close of 100,000 beside them: the 99th of a few hundred is a matter of luck.
            if rate > 0 { measure.alone = try await orders.run(until: { $0 >= 40 }, from: 0) }
            Memory.forgetPeak()
            let (start, cpu) = (LoadGenerator.now, Memory.cpuSeconds)
            let isOver = Mutex(false)
            // One lane beside orders, as the server does it.
            let (lanes, progress) = (rate > 0 ? 1 : lanes, json ? { @Sendable _, _ in } : Terminal.progress("月结"))
            async let closing: Bool = {
                defer { isOver.withLock { $0 = true } }
                return try await CloseMonth(office, lanes: lanes).freeze(MonthOfVisits.month, by: .system, progress: progress)
            }()
            if rate > 0 { measure.during = try await orders.run(until: { _ in isOver.withLock { $0 } }, from: measure.alone.count) }
            guard try await !closing else { throw StoreFault.failed("closed before") }
            measure.seconds = LoadGenerator.now - start
            measure.cpu = Memory.cpuSeconds - cpu
            measure.peakMB = Memory.peakMB
            for provider in month.providers {
                let lines = try await office.read { tx in try tx.settlements.lines(MonthOfVisits.month, provider) }
                measure.count(Statement(month: MonthOfVisits.month, provider: provider, lines: lines))
            }
            guard measure.lines == month.count else { throw StoreFault.failed("\(measure.lines) lines of \(month.count)") }
            try await clear(database)
            await database.close()
            return measure
        }

        /// Four limits, each beside what was measured in the same run.
        ///
        /// - Parameter tenth: nil when orders were taken beside the close.
        private func show(_ measure: Measure, _ kind: String, tenth: Measure?) {
            func number(_ value: Double, _ digits: Int) -> JSON { .raw(String(format: "%.\(digits)f", value)) }
            func text(_ value: Double, _ digits: Int = 2) -> String { String(format: "%.\(digits)f", value) }
            let share = Double(visits) / 1_000_000
            let (alone, during) = (percentile(measure.alone), percentile(measure.during))
            if json {
                var line: JSON = [
                    "bench": "close", "size": JSON("\(measure.visits) visits, \(measure.meals) meals, \(kind)"), "seconds": number(measure.seconds, 2),
                    "cpu_seconds": number(measure.cpu, 2), "per_second": number(Double(measure.lines) / measure.seconds, 0),
                    "held": JSON(measure.held), "blocked": JSON(measure.blocked), "limit_seconds": number(60 * share, 1),
                    "seconds_ratio": number(measure.seconds / (60 * share), 3), "peak_rss_mb": JSON(measure.peakMB), "limit_rss_mb": 600,
                    "rss_ratio": number(Double(measure.peakMB) / 600, 3),
                ]
                if let tenth {
                    line = line.adding([
                        "tenth_seconds": number(tenth.seconds, 2), "tenth_cpu_seconds": number(tenth.cpu, 2),
                        "growth": number(measure.seconds / tenth.seconds, 2), "limit_growth": 11,
                    ])
                }
                if let scan = measure.scan, tenth != nil {
                    line = line.adding([
                        "limit": "a bare SQL scan with the same sums on the same database", "scan_seconds": number(scan, 2),
                        "scan_ratio": number(measure.seconds / scan, 2), "limit_scan_ratio": 6,
                    ])
                }
                if !measure.during.isEmpty {
                    line = line.adding([
                        "intake_per_second": JSON(intake), "intake_alone": JSON(measure.alone.count), "intake_during": JSON(measure.during.count),
                        "p99_alone_ms": number(alone, 2), "p99_during_ms": number(during, 2), "p99_ratio": number(during / alone, 2),
                        "limit_p99_ratio": 2,
                    ])
                }
                print(line.text)
                return
            }
            print(
                """
                close（上门 \(measure.visits) 次，就餐 \(measure.meals) 次，\(kind)）：待核 \(measure.held) 笔，拒付 \(measure.blocked) 笔，\
                CPU \(text(measure.cpu)) 秒
                  发现：\(measure.codes.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: "，"))
                  用时 \(text(measure.seconds)) 秒，限 \(text(60 * share, 1)) 秒，比值 \(text(measure.seconds / (60 * share)))
                  峰值内存 \(measure.peakMB) MB，限 600 MB，比值 \(text(Double(measure.peakMB) / 600))
                """)
            if let tenth {
                let growth = text(measure.seconds / tenth.seconds)
                print("  十分之一的笔数用时 \(text(tenth.seconds)) 秒（CPU \(text(tenth.cpu)) 秒），增长 \(growth) 倍，限 11 倍")
                if let scan = measure.scan { print("  同一数据库上不带规则的合计 \(text(scan)) 秒，比值 \(text(measure.seconds / scan))，限 6") }
            }
            guard !measure.during.isEmpty else { return }
            print(
                """
                  同时下单（每秒 \(intake) 次，同一程序内，不经 HTTP）：单独 p99 \(text(alone)) ms（\(measure.alone.count) 次），\
                月结期间 p99 \(text(during)) ms（\(measure.during.count) 次），比值 \(text(during / alone))，限 2
                """)
        }

        private func percentile(_ milliseconds: [Double]) -> Double {
            let sorted = milliseconds.sorted()
            return sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, sorted.count * 99 / 100)]
        }
    }
}

/// A month of visits and meals.
struct MonthOfServices: Sendable {
    let visits: MonthOfVisits
    let meals: MonthOfMeals
    let count: Int
    var reference: Reference { visits.reference }
    let providers: [ProviderID]

    /// - Parameter percent: how many of them are meals.
    init(count: Int, meals percent: Int, seed: UInt64, shipped: Reference) throws {
        self.count = count
        visits = try MonthOfVisits(count: count - count * percent / 100, seed: seed, shipped: shipped)
        meals = try MonthOfMeals(count: count * percent / 100, among: visits)
        providers = Set(visits.providers).union(meals.count > 0 ? meals.canteens : []).sorted()
    }

    /// Shows every line of a provider, made anew each time.
    func forEach(of provider: ProviderID, _ body: (Candidate) throws -> Void) rethrows {
        let policy = reference.evidence(on: MonthOfVisits.month.last)
        if let place = visits.providers.firstIndex(of: provider) { try visits.forEach(of: place) { try body(visits.candidate($0, policy)) } }
        guard meals.canteens.contains(provider) else { return }
        for day in 0..<MonthOfVisits.workdays {
            try meals.forEach(onDay: day, at: provider) { try body(meals.candidate($0, of: $1)) }
        }
    }
}

/// Orders taken at a steady pace, whoever else is busy; each is timed from the moment at which it was due.
struct PacedIntake: Sendable {
    let office: Office
    let rate: Int
    let elders: Int

    /// - Parameters:
    ///   - until: told the seconds since the start, whether to stop.
    ///   - first: the number of the first order, so that no two runs order the same.
    /// - Returns: milliseconds of every order.
    func run(until isOver: @escaping @Sendable (Double) -> Bool, from first: Int) async throws -> [Double] {
        let start = LoadGenerator.now
        return try await withThrowingTaskGroup(of: Double.self) { group in
            var number = 0
            while !isOver(LoadGenerator.now - start) {
                let due = start + Double(number) / Double(rate)
                if due > LoadGenerator.now { try await Task.sleep(for: .seconds(due - LoadGenerator.now)) }
                let request = request(first + number)
                group.addTask {
                    _ = try await PlaceOrder(office)(request, by: .system)
                    return (LoadGenerator.now - due) * 1000
                }
                number += 1
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    private func request(_ number: Int) -> OrderRequest {
        let items = ["06001", "02031", "03001", "07001", "05026", "02007", "06022", "03031", "02011", "06017"]
        let day = office.now.localDate.adding(days: 2 + number / 7 % 80)
        return OrderRequest(
            elder: MonthOfVisits.elderID(number % elders), item: ItemCode(items[number % items.count]),
            start: Instant(day, minute: [540, 600, 840, 900, 960][number % 5]), caller: "本人", allowsTwin: true)
    }
}

/// A folder that is gone afterwards.
enum BenchFolder {
    static func with<T>(_ body: (String) async throws -> T) async throws -> T {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("vnh-close-\(ProcessInfo.processInfo.processIdentifier)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try await body(folder)
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
        // POSIX: a million ticks a second.
        Double(clock()) / 1e6
    }
}
