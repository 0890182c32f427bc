import Catalog
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
        let root: Node?
        do { root = try YAMLFile.node(bytes, name: name) } catch { throw invalid([error.description]) }
        guard let nodes = root?.sequence.map(Array.init) else { throw invalid(["\(name)：应为策略版本的列表，至少一个"]) }
        var policies: [MatchPolicy] = []
        var faults: [String] = []
        for node in nodes {
            let place = "\(name)：第 \(node.mark?.line ?? 0) 行"
            let unknown = unknownFields(node)
            if !unknown.isEmpty { faults.append("\(place)：不认识的字段 \(unknown.joined(separator: "、"))") }
            do {
                policies.append(try YAMLDecoder().decode(MatchPolicy.self, from: node))
            } catch let error as DecodingError {
                faults.append("\(place)：\(error.words())")
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

    private static func invalid(_ faults: [String]) -> Rejection {
        Rejection(.invalid, "policy_invalid", faults.prefix(20).joined(separator: "\n"))
    }
}
