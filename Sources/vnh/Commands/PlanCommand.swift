import ArgumentParser
import Foundation
import Kernel
import Matching
import Workflow

struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "plan", abstract: "日计划：把一天的上门排给服务人员（HHCRSP JSON）")
    @Option(help: "实例文件") var instance: String
    @Option(help: "结果文件") var output: String
    @Option(help: "用时上限，秒") var seconds = 10.0
    @Option(help: "步数上限；给出时结果只取决于种子，不取决于机器快慢") var steps: Int?
    @Option(help: "随机种子") var seed: UInt64 = 1

    func validate() throws {
        guard seconds > 0, seconds <= 86_400, (steps ?? 1) > 0 else { throw ValidationError("--seconds 和 --steps 应为正数") }
    }

    func run() async throws {
        let file = try PlanFile(try Premises.bytes(instance), name: instance)
        var search = DayPlanSearch(try file.instance, seed: seed)
        let start = LoadGenerator.now
        let (seconds, steps) = (seconds, steps)
        let limit: DayPlanSearch.Limit = steps.map { .steps($0) } ?? .time(elapsed: { (LoadGenerator.now - start) / seconds })
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

/// The public JSON form of home health care routing and scheduling instances.
struct PlanFile: Decodable {
    struct Patient: Decodable {
        struct Required: Decodable {
            let service: String
            let duration: Double?
        }
        struct Synchronization: Decodable {
            let type: String
            let distance: [Double]?
        }
        let id: String
        let time_window: [Double]
        let required_caregivers: [Required]
        let synchronization: Synchronization?
    }
    struct Service: Decodable {
        let id: String
        let default_duration: Double?
    }
    struct Caregiver: Decodable {
        let id: String
        let abilities: [String]
    }

    let patients: [Patient]
    let services: [Service]
    let caregivers: [Caregiver]
    let distances: [[Double]]

    init(_ bytes: [UInt8], name: String) throws {
        do {
            self = try JSONDecoder().decode(PlanFile.self, from: Data(bytes))
        } catch let error as DecodingError {
            throw Self.invalid("\(name) 不是有效的实例：\(error.path)")
        }
    }

    private static func invalid(_ reason: String) -> Rejection { Rejection(.invalid, "instance_invalid", reason) }

    var instance: DayPlanInstance {
        get throws {
            let visits = try patients.map(visit)
            do {
                return try DayPlanInstance(workers: caregivers.count, visits: visits, travel: distances.flatMap { $0 })
            } catch {
                switch error {
                case .travelSize(let expected, let found): throw Self.invalid("distances 应有 \(expected) 个数，实有 \(found) 个")
                case .negativeTravel: throw Self.invalid("distances 中有负数或非数")
                case .windowEndsBeforeItOpens(let visit): throw Self.invalid("\(patients[visit].id) 的时间窗先结束后开始")
                case .nobodyAble(let visit): throw Self.invalid("没有人能为 \(patients[visit].id) 服务")
                case .onlyOneAble(let visit): throw Self.invalid("\(patients[visit].id) 需要两个人，只有一个人会")
                }
            }
        }
    }

    private func visit(_ patient: Patient) throws -> DayPlanInstance.Visit {
        let needs = patient.required_caregivers
        guard patient.time_window.count == 2, (1...2).contains(needs.count) else {
            throw Self.invalid("\(patient.id) 应有一个时间窗和一到两项服务")
        }
        var gap = 0.0...0.0
        if needs.count == 2, patient.synchronization?.type != "simultaneous" {
            guard let ends = patient.synchronization?.distance, ends.count == 2, 0 <= ends[0], ends[0] <= ends[1] else {
                throw Self.invalid("\(patient.id) 两项服务之间的间隔应为 [最短, 最长]")
            }
            gap = ends[0]...ends[1]
        }
        return DayPlanInstance.Visit(
            opens: patient.time_window[0], closes: patient.time_window[1], first: try need(needs[0], patient),
            second: needs.count == 2 ? try need(needs[1], patient) : nil, gap: gap)
    }

    private func need(_ required: Patient.Required, _ patient: Patient) throws -> DayPlanInstance.Need {
        guard let service = services.first(where: { $0.id == required.service }),
            let duration = required.duration ?? service.default_duration, duration >= 0
        else { throw Self.invalid("\(patient.id) 的服务 \(required.service) 未知或没有时长") }
        let able = caregivers.indices.filter { caregivers[$0].abilities.contains(required.service) }
        return DayPlanInstance.Need(workers: able.map { Int32($0) }, duration: duration)
    }

    func solution(_ plan: DayPlan) -> JSON {
        let routes = zip(caregivers, plan.routes).map { caregiver, stops -> JSON in
            let locations = stops.map { stop -> JSON in
                [
                    "patient_id": JSON(patients[stop.visit].id),
                    "service_id": JSON(patients[stop.visit].required_caregivers[stop.service].service),
                    "arrival_time": .raw("\(stop.start)"), "departure_time": .raw("\(stop.end)"),
                ]
            }
            return ["caregiver_id": JSON(caregiver.id), "locations": .array(locations)]
        }
        return ["routes": .array(routes), "cost": .raw("\(plan.cost)")]
    }
}

extension DecodingError {
    /// The path of the field that could not be read.
    fileprivate var path: String {
        switch self {
        case .keyNotFound(let key, let context): (context.codingPath + [key]).map(\.stringValue).joined(separator: ".")
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            context.codingPath.isEmpty ? "JSON" : context.codingPath.map(\.stringValue).joined(separator: ".")
        @unknown default: "JSON"
        }
    }
}
