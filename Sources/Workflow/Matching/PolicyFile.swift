import Kernel
import Matching
import Yams

/// 派单策略文件 (`Catalog/match-policy.yaml`): a list of dated versions. Published with the other files; a trial one is read by a replay.
public enum PolicyFile {
    public static let name = "match-policy.yaml"

    /// The versions in the order of the file.
    ///
    /// - Throws: `policy_invalid` with everything that is wrong, one line each: file, line, version, fault.
    public static func policies(_ bytes: [UInt8], name: String) throws -> [MatchPolicy] {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw invalid(["\(name)：不是 UTF-8 文本"]) }
        let nodes: [Node]
        do {
            guard let node = try Yams.compose(yaml: text), let sequence = node.sequence else {
                throw invalid(["\(name)：应为策略版本的列表，至少一个"])
            }
            nodes = Array(sequence)
        } catch let error as YamlError {
            throw invalid(["\(name)：\(error)".split(separator: "\n").joined(separator: " ")])
        }
        var policies: [MatchPolicy] = []
        var faults: [String] = []
        for node in nodes {
            let place = "\(name)：第 \(node.mark?.line ?? 0) 行"
            let unknown = unknownFields(node)
            if !unknown.isEmpty { faults.append("\(place)：不认识的字段 \(unknown.joined(separator: "、"))") }
            do {
                policies.append(try YAMLDecoder().decode(MatchPolicy.self, from: node))
            } catch {
                faults.append("\(place)：\(words(error))")
            }
        }
        if faults.isEmpty {
            faults = MatchPolicy.faults(of: policies).map { index, fault in
                "\(name)：第 \(nodes.indices.contains(index) ? nodes[index].mark?.line ?? 0 : 0) 行：\(fault)"
            }
        }
        guard faults.isEmpty else { throw invalid(faults) }
        return policies
    }

    /// A field that nobody reads is a rule that never fires.
    private static func unknownFields(_ node: Node) -> [String] {
        func keys(_ node: Node?) -> [String] { node?.mapping?.keys.compactMap(\.string) ?? [] }
        let weights = node.mapping?["weights"]
        return keys(node).filter { !MatchPolicy.fieldNames.policy.contains($0) }
            + keys(weights).filter { !MatchPolicy.fieldNames.weights.contains($0) }.map { "weights.\($0)" }
    }

    private static func words(_ error: any Error) -> String {
        switch error as? DecodingError {
        case .keyNotFound(let key, let context): "缺少 \((context.codingPath.map(\.stringValue) + [key.stringValue]).joined(separator: "."))"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "\(context.codingPath.map(\.stringValue).joined(separator: "."))的值类型不对"
        case .dataCorrupted(let context):
            (context.codingPath.map(\.stringValue).joined(separator: ".") + " " + context.debugDescription)
                .split(separator: "\n").joined(separator: " ").trimmed
        default: "\(error)".split(separator: "\n").joined(separator: " ")
        }
    }

    private static func invalid(_ faults: [String]) -> Rejection {
        Rejection(.invalid, "policy_invalid", faults.prefix(20).joined(separator: "\n"))
    }
}
