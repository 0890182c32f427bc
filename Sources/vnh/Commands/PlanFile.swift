import Foundation
import Kernel
import Matching

/// The public JSON form of home health care routing and scheduling instances (repository iolab-uniud/hhcrsp). What is wrong with a file is
/// told in one line with the file's name and the place in it.
struct PlanFile {
    private struct Form: Decodable {
        let patients: [Patient]
        let services: [Service]
        let caregivers: [Caregiver]
        let distances: [[Double]]
    }
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

    private let form: Form
    private let name: String
    private let durations: [String: Double?]

    init(_ bytes: [UInt8], name: String) throws {
        self.name = name
        guard bytes.contains(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) else {
            throw Rejection(.invalid, "instance_invalid", "\(name)：文件是空的")
        }
        do {
            form = try JSONDecoder().decode(Form.self, from: Data(bytes))
        } catch let error as DecodingError {
            throw Rejection(.invalid, "instance_invalid", "\(name)：\(error.place)")
        }
        durations = Dictionary(form.services.map { ($0.id, $0.default_duration) }, uniquingKeysWith: { first, _ in first })
        try check()
    }

    private func invalid(_ place: String, _ reason: String) -> Rejection {
        Rejection(.invalid, "instance_invalid", "\(name)：\(place)：\(reason)")
    }

    private func check() throws {
        guard !form.patients.isEmpty else { throw invalid("patients", "没有老人") }
        guard !form.caregivers.isEmpty else { throw invalid("caregivers", "没有服务人员") }
        try checkUnique("patients", form.patients.map(\.id))
        try checkUnique("services", form.services.map(\.id))
        try checkUnique("caregivers", form.caregivers.map(\.id))
        for (index, service) in form.services.enumerated() where !((service.default_duration ?? 0) >= 0) {
            throw invalid("services[\(index)].default_duration", "时长不能是负数")
        }
        for (index, caregiver) in form.caregivers.enumerated() {
            if let strange = caregiver.abilities.first(where: { durations[$0] == nil }) {
                throw invalid("caregivers[\(index)].abilities（\(caregiver.id)）", "没有服务 \(strange)")
            }
        }
        let places = form.patients.count + 1
        guard form.distances.count == places else {
            throw invalid("distances", "应有 \(places) 行（办公室和 \(places - 1) 位老人），实有 \(form.distances.count) 行")
        }
        for (index, row) in form.distances.enumerated() where row.count != places {
            throw invalid("distances[\(index)]", "应有 \(places) 个数，实有 \(row.count) 个")
        }
    }

    private func checkUnique(_ list: String, _ ids: [String]) throws {
        var seen: Set<String> = []
        for (index, id) in ids.enumerated() where !seen.insert(id).inserted { throw invalid("\(list)[\(index)].id", "\(id) 出现了两次") }
    }

    var instance: DayPlanInstance {
        get throws {
            let visits = try form.patients.indices.map(visit)
            do {
                return try DayPlanInstance(
                    workers: form.caregivers.map { _ in DayPlanInstance.Worker() }, visits: visits, travel: form.distances.flatMap { $0 })
            } catch {
                throw told(error)
            }
        }
    }

    private func told(_ fault: DayPlanInstance.Fault) -> Rejection {
        func patient(_ index: Int) -> String { "patients[\(index)]（\(form.patients[index].id)）" }
        switch fault {
        case .travelSize(let expected, let found): return invalid("distances", "应有 \(expected) 个数，实有 \(found) 个")
        case .badTravel(let from, let to): return invalid("distances[\(from)][\(to)]", "行程应为 0 到 10⁹")
        case .badTime(let visit): return invalid(patient(visit), "时间、时长和间隔应为 0 到 10⁹")
        case .windowEndsBeforeItOpens(let visit): return invalid("\(patient(visit)).time_window", "时间窗先结束后开始")
        case .nobodyAble(let visit): return invalid("\(patient(visit)).required_caregivers", "没有人会这项服务")
        case .onlyOneAble(let visit): return invalid("\(patient(visit)).required_caregivers", "需要两个人，只有一个人会")
        case .unknownWorker(let visit): return invalid(patient(visit), "没有这位服务人员")
        case .badShift(let worker): return invalid("caregivers[\(worker)]", "班次先结束后开始")
        }
    }

    private func visit(_ index: Int) throws -> DayPlanInstance.Visit {
        let patient = form.patients[index]
        let (place, needs) = ("patients[\(index)]（\(patient.id)）", patient.required_caregivers)
        guard patient.time_window.count == 2 else { throw invalid("\(place).time_window", "应为 [开始, 结束]") }
        guard (1...2).contains(needs.count) else { throw invalid("\(place).required_caregivers", "应有一到两项服务") }
        var gap = 0.0...0.0
        if needs.count == 2 {
            switch patient.synchronization?.type {
            case "simultaneous": break
            case "sequential":
                guard let ends = patient.synchronization?.distance, ends.count == 2, 0 <= ends[0], ends[0] <= ends[1] else {
                    throw invalid("\(place).synchronization.distance", "应为 [最短间隔, 最长间隔]")
                }
                gap = ends[0]...ends[1]
            default: throw invalid("\(place).synchronization", "两项服务应为 simultaneous 或 sequential")
            }
        }
        return DayPlanInstance.Visit(
            opens: patient.time_window[0], closes: patient.time_window[1], first: try need(index, 0),
            second: needs.count == 2 ? try need(index, 1) : nil, gap: gap)
    }

    private func need(_ index: Int, _ number: Int) throws -> DayPlanInstance.Need {
        let required = form.patients[index].required_caregivers[number]
        let place = "patients[\(index)]（\(form.patients[index].id)）.required_caregivers[\(number)]"
        guard let usual = durations[required.service] else { throw invalid(place, "没有服务 \(required.service)") }
        guard let duration = required.duration ?? usual else { throw invalid(place, "服务 \(required.service) 没有时长") }
        guard duration >= 0 else { throw invalid("\(place).duration", "时长不能是负数") }
        let able = form.caregivers.indices.filter { form.caregivers[$0].abilities.contains(required.service) }
        return DayPlanInstance.Need(workers: able.map { Int32($0) }, duration: duration)
    }

    func solution(_ plan: DayPlan) -> JSON {
        let routes = zip(form.caregivers, plan.routes).map { caregiver, stops -> JSON in
            let locations = stops.map { stop -> JSON in
                [
                    "patient_id": JSON(form.patients[stop.visit].id),
                    "service_id": JSON(form.patients[stop.visit].required_caregivers[stop.service].service),
                    "arrival_time": .raw("\(stop.start)"), "departure_time": .raw("\(stop.end)"),
                ]
            }
            return ["caregiver_id": JSON(caregiver.id), "locations": .array(locations)]
        }
        return ["routes": .array(routes), "cost": .raw("\(plan.cost)")]
    }
}

extension DecodingError {
    /// Where in the document reading stopped, and why: `patients[3].time_window：缺少`.
    fileprivate var place: String {
        func path(_ keys: [any CodingKey]) -> String {
            let text = keys.reduce("") { text, key in key.intValue.map { "\(text)[\($0)]" } ?? (text.isEmpty ? "" : "\(text).") + key.stringValue }
            return text.isEmpty ? "" : "\(text)："
        }
        switch self {
        case .keyNotFound(let key, let context): return "\(path(context.codingPath + [key]))缺少这一项"
        case .typeMismatch(_, let context): return "\(path(context.codingPath))类型不对"
        case .valueNotFound(_, let context): return "\(path(context.codingPath))没有值"
        case .dataCorrupted(let context): return "\(path(context.codingPath))不是有效的 JSON"
        @unknown default: return "不是有效的 JSON"
        }
    }
}
