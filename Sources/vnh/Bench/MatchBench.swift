import ArgumentParser
import Catalog
import Foundation
import Kernel
import Matching
import Registry
import Workflow

extension BenchCommand {
    /// Batch assignment against an optimal solver outside, or the online decision alone.
    struct Match: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "派单：整批求最优（可与外部求解器同场比较），或 --online 单次决定")
        @Flag(help: "量单次在线决定：500 家候选") var online = false
        @Option(help: "实例：工单数x服务商数，逗号分隔") var sizes = "1000x100,10000x500,50000x2000"
        @Option(help: "随机种子") var seed: UInt64 = 1
        @Option(help: "参照求解器命令，后接实例目录，输出一行 JSON（assigned、cost、seconds_solve）；也可用环境变量 VNH_MATCH_REFERENCE")
        var reference: String?
        @Option(help: "在线决定的次数") var decisions = 20_000
        @Option(help: "含有 Catalog 和 Providers 的目录") var data = "."
        @Flag(help: "每行一个 JSON") var json = false

        func validate() throws { guard decisions > 0 else { throw ValidationError("--decisions 应为正数") } }

        func run() async throws {
            if online { return try OnlineBench(data: data, seed: seed).run(decisions, json: json) }
            let command = reference ?? ProcessInfo.processInfo.environment["VNH_MATCH_REFERENCE"]
            for size in try instances() { try BatchBench(orders: size.0, providers: size.1, seed: seed, reference: command).run(json: json) }
        }

        private func instances() throws -> [(Int, Int)] {
            try sizes.split(separator: ",").map { text in
                let parts = text.split(separator: "x").compactMap { Int($0) }
                guard parts.count == 2, (1...1_000_000).contains(parts[0]), (1...100_000).contains(parts[1]) else {
                    throw ValidationError("--sizes 应写成 1000x100,10000x500：\(text)")
                }
                return (parts[0], parts[1])
            }
        }
    }
}

/// Peak memory of this process so far.
private func peakRSS_mb() -> Int {
    let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("VmHWM") }
    return (line.flatMap { Int($0.filter(\.isNumber)) } ?? 0) / 1024
}

private func number(_ value: Double, _ digits: Int) -> JSON { .raw(String(format: "%.\(digits)f", value)) }

private struct BatchBench {
    let orders: Int
    let providers: Int
    let seed: UInt64
    let reference: String?

    private struct Answer: Decodable {
        let assigned: Int
        let cost: Int64
        let seconds_solve: Double
    }

    func run(json: Bool) throws {
        var district = BatchDistrict(orders: orders, providers: providers, seed: seed)
        let (capacity, arcs) = district.make()
        let instance = try BatchInstance(orders: orders, capacity: capacity, arcs: arcs)
        let start = LoadGenerator.now
        let assignment = BatchSolver.solve(instance)
        let seconds = LoadGenerator.now - start
        let peak = peakRSS_mb()
        let other = try reference.map { try ask($0, capacity, arcs) }
        let isEqual = other.map { $0.assigned == assignment.assigned && $0.cost == assignment.cost }
        let size = "\(orders) orders, \(providers) providers × 4 slots, \(arcs.count) arcs"
        if json {
            var line: JSON = [
                "bench": "match", "size": JSON(size), "arcs": JSON(arcs.count), "assigned": JSON(assignment.assigned),
                "cost": JSON(assignment.cost), "seconds": number(seconds, 4), "peak_rss_mb": JSON(peak),
                "limit": "seconds of the reference solver named on the command line, solving alone, same instance, same run",
            ]
            if let other, let isEqual {
                line = line.adding([
                    "limit_seconds": number(other.seconds_solve, 4), "ratio": number(seconds / other.seconds_solve, 3), "equal": JSON(isEqual),
                ])
            }
            print(line.text)
        } else {
            print(
                """
                match（\(size)）：派出 \(assignment.assigned) 单，成本 \(assignment.cost)，\(String(format: "%.3f", seconds)) 秒，峰值内存 \(peak) MB
                """)
            if let other, let isEqual {
                let ratio = String(format: "%.2f", seconds / other.seconds_solve)
                print("  参照求解器：\(String(format: "%.3f", other.seconds_solve)) 秒，比值 \(ratio)，最优值\(isEqual ? "相同" : "不同")")
            }
        }
        guard isEqual ?? true else { throw Rejection(.refused, "optimum_differs", "最优值与参照求解器不同：\(size)。") }
    }

    private func ask(_ command: String, _ capacity: [Int], _ arcs: [(order: Int, group: Int, cost: Int)]) throws -> Answer {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("vnh-match-\(ProcessInfo.processInfo.processIdentifier)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try BatchDistrict.write(capacity, arcs, orders: orders, to: folder)
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "\(command) '\(folder)'"]
        process.standardOutput = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0, let answer = try? JSONDecoder().decode(Answer.self, from: output) else {
            throw Rejection(.unavailable, "reference_failed", "参照求解器没有给出结果：\(command)")
        }
        return answer
    }
}

/// The decision during a call, inside the process: filters, scores, ranking, and the text that is stored.
private struct OnlineBench {
    static let candidates = 500
    private let matcher: Matcher
    private let catalogue: Catalogue
    private let item: Item
    private let providers: [ProviderID]
    private var random: SeededRandom

    /// The firms of the sample franchise that offer 日常保洁, copied with their workers until there are 500, each somewhere else.
    init(data: String, seed: UInt64) throws {
        let reference = try Premises.reference(try Premises.files(in: data))
        random = SeededRandom(seed: seed)
        catalogue = reference.catalogue
        guard let item = catalogue.item(ItemCode("06001")) else { throw Rejection(.missing, "item_unknown", "目录中没有 06001。") }
        self.item = item
        let franchise = reference.franchise
        let firms = franchise.offers(of: item.code.text).compactMap { franchise.provider($0.provider) }
        guard !firms.isEmpty else { throw Rejection(.missing, "provider_unknown", "没有服务商提供 06001。") }
        var (copies, offers, workers): ([Provider], [Offer], [Worker]) = ([], [], [])
        for number in 0..<Self.candidates {
            let model = firms[number % firms.count]
            var firm = model
            firm.id = ProviderID("B" + String(String(1_000 + number).dropFirst()))
            let region = random.pick(catalogue.regions)
            firm.place = region.centre
            firm.serviceRegions = Set([region.code.text] + region.neighbours.map(\.text))
            firm.quality = 600 + random.below(400)
            copies.append(firm)
            for var offer in franchise.offers(of: item.code.text) where offer.provider == model.id {
                offer.provider = firm.id
                offers.append(offer)
            }
            for (index, var worker) in franchise.workers(of: model.id).enumerated() {
                worker.id = WorkerID("\(firm.id)-\(index)")
                worker.provider = firm.id
                workers.append(worker)
            }
        }
        providers = copies.map(\.id)
        matcher = Matcher(
            franchise: Franchise(providers: copies, offers: offers, workers: workers), catalogue: catalogue, policies: reference.matcher.policies)
    }

    func run(_ count: Int, json: Bool) throws {
        var random = random
        let cases = (0..<200).map { _ in some(&random) }
        // Beside the clock on the wall the processor's own: on a shared machine the first also counts the turns of others.
        var (times, busy, eligible, bytes): ([Double], [Double], Int, Int) = ([], [], 0, 0)
        times.reserveCapacity(count)
        busy.reserveCapacity(count)
        for index in 0..<count {
            let (request, workload) = cases[index % cases.count]
            let (start, begun) = (LoadGenerator.now, clock())
            let decision = matcher.decide(request, workload)
            let text = decision.encoded()
            busy.append(Double(clock() - begun) / 1_000)
            times.append((LoadGenerator.now - start) * 1_000)
            eligible += decision.candidates.count
            bytes += text.utf8.count
        }
        times.sort()
        busy.sort()
        let (middle, late) = (count / 2, min(count - 1, count * 99 / 100))
        let (p50, p99, cpu50, cpu99) = (times[middle], times[late], busy[middle], busy[late])
        let size = "\(Self.candidates) candidates, \(eligible / count) eligible on average, \(count) decisions, record of \(bytes / count) bytes"
        if json {
            let line: JSON = [
                "bench": "match-online", "size": JSON(size), "p50_ms": number(p50, 4), "p99_ms": number(p99, 4),
                "p50_cpu_ms": number(cpu50, 4), "p99_cpu_ms": number(cpu99, 4),
                "limit": "p99 at most 1 ms inside the process", "limit_seconds": .raw("0.001"), "ratio": number(p99, 3),
                "peak_rss_mb": JSON(peakRSS_mb()),
            ]
            print(line.text)
        } else {
            print(
                String(format: "match --online（\(size)）：p50 %.3f ms，p99 %.3f ms；处理器时间 p50 %.3f ms，p99 %.3f ms；目标 p99 1 ms", p50, p99, cpu50, cpu99))
        }
    }

    private func some(_ random: inout SeededRandom) -> (MatchRequest, Workload) {
        let region = random.pick(catalogue.regions)
        let date = LocalDate(dayNumber: 20_514).adding(days: random.below(28))
        let start = Instant(date, minute: 8 * 60 + 15 * random.below(32))
        let request = MatchRequest(
            item: item, start: start, end: start + .minutes(120), elderPlace: region.centre, elderRegion: region.code.text,
            elderSex: random.chance(50) ? .male : .female, diet: random.chance(9) ? [.halal] : [],
            preferredProvider: random.chance(20) ? random.pick(providers) : nil,
            alreadyAsked: random.chance(20) ? [random.pick(providers)] : [], reach: random.chance(10) ? .neighbours : .street,
            now: start - .hours(20))
        var workload = Workload()
        for provider in providers {
            workload.recentShare[provider] = random.below(60)
            guard let slot = matcher.slot(of: provider, at: start) else { continue }
            workload.slotTaken[SlotKey(slot)] = random.below(slot.capacity + 1)
        }
        for _ in 0..<3 { workload.meetings[random.pick(providers)] = Meeting(count: 1 + random.below(9), last: date.adding(days: -random.below(90))) }
        return (request, workload)
    }
}
