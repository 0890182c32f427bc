import ArgumentParser
import Foundation
import Kernel
import Matching
import Workflow

struct MatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "match", abstract: "整批派单：读入一个实例，求最优分配")
    @Option(help: "实例目录：meta.json、capacity.csv、arcs.csv") var instance: String
    @Option(help: "结果目录：assignment.csv、result.json") var output: String

    func run() async throws {
        let start = LoadGenerator.now
        let instance = try BatchFolder.read(instance)
        let begin = LoadGenerator.now
        let assignment = BatchSolver.solve(instance)
        let end = LoadGenerator.now
        try BatchFolder.write(assignment, to: output, solve: end - begin, total: end - start)
        print("\(instance.orders) 单中派出 \(assignment.assigned) 单，总成本 \(assignment.cost)，求解 \(String(format: "%.3f", end - begin)) 秒")
    }
}

/// The folder format of batch instances and their results.
enum BatchFolder {
    private struct Meta: Decodable {
        let orders: Int
        let groups: Int
    }

    /// - Throws: `instance_invalid`, naming file and line.
    static func read(_ folder: String) throws -> BatchInstance {
        let meta: Meta
        do {
            meta = try JSONDecoder().decode(Meta.self, from: Data(try Premises.bytes("\(folder)/meta.json")))
        } catch is DecodingError {
            throw invalid("meta.json", 1, "应为 {\"orders\": 整数, \"groups\": 整数}")
        }
        guard (0...10_000_000).contains(meta.orders), (0...10_000_000).contains(meta.groups) else {
            throw invalid("meta.json", 1, "orders 和 groups 应在 0 到 10000000 之间")
        }
        let capacityTable = try table("\(folder)/capacity.csv", ["group", "capacity"])
        var capacity = [Int?](repeating: nil, count: meta.groups)
        var lines = [Int](repeating: 1, count: meta.groups)
        for row in 0..<capacityTable.rows {
            let group = capacityTable.value(row, 0)
            guard capacity.indices.contains(group), capacity[group] == nil else {
                throw invalid("capacity.csv", capacityTable.line(ofRow: row), "组 \(group) 未知或重复")
            }
            capacity[group] = capacityTable.value(row, 1)
            lines[group] = capacityTable.line(ofRow: row)
        }
        let arcTable = try table("\(folder)/arcs.csv", ["order", "group", "cost"])
        let arcs = (0..<arcTable.rows).map { (order: arcTable.value($0, 0), group: arcTable.value($0, 1), cost: arcTable.value($0, 2)) }
        do {
            // A group that the file does not name has no capacity.
            return try BatchInstance(orders: meta.orders, capacity: capacity.map { $0 ?? 0 }, arcs: arcs)
        } catch {
            switch error {
            case .unknownOrder(let arc): throw invalid("arcs.csv", arcTable.line(ofRow: arc), "工单 \(arcs[arc].order) 超出范围")
            case .unknownGroup(let arc): throw invalid("arcs.csv", arcTable.line(ofRow: arc), "组 \(arcs[arc].group) 未知")
            case .negativeCost(let arc): throw invalid("arcs.csv", arcTable.line(ofRow: arc), "成本不能为负：\(arcs[arc].cost)")
            case .costTooLarge(let arc): throw invalid("arcs.csv", arcTable.line(ofRow: arc), "成本不能超过 \(BatchInstance.costLimit)")
            case .negativeCapacity(let group): throw invalid("capacity.csv", lines[group], "组 \(group) 的容量不能为负：\(capacity[group] ?? 0)")
            }
        }
    }

    private static func table(_ path: String, _ header: [String]) throws -> IntegerTable {
        do {
            return try IntegerTable(try Premises.bytes(path), header: header)
        } catch let fault as CSV.Fault {
            throw invalid(path.split(separator: "/").last.map(String.init) ?? path, fault.line, fault.reason)
        }
    }

    private static func invalid(_ file: String, _ line: Int, _ reason: String) -> Rejection {
        Rejection(.invalid, "instance_invalid", "\(file)：第 \(line) 行：\(reason)")
    }

    static func write(_ assignment: BatchAssignment, to folder: String, solve: Double, total: Double) throws {
        var text = "order,group\n"
        for (order, group) in assignment.groups.enumerated() { if let group { text += "\(order),\(group)\n" } }
        let result: JSON = [
            "assigned": JSON(assignment.assigned), "cost": JSON(assignment.cost), "seconds_solve": .raw(String(format: "%.6f", solve)),
            "seconds_total": .raw(String(format: "%.6f", total)),
        ]
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/assignment.csv"))
            try Data((result.text + "\n").utf8).write(to: URL(fileURLWithPath: "\(folder)/result.json"))
        } catch {
            throw Rejection(.unavailable, "output_not_writable", "无法写入 \(folder)，请检查目录权限和磁盘空间。")
        }
    }
}
