import Crypto
import Kernel

/// 哈希链: every line of a month carries the hash of itself and all before it; the last one is the root.
///
/// A link is SHA-256 of the link before it in hexadecimal digits, a line feed, and the line as it stands in the file without its own link.
/// One changed, missing, added or exchanged line changes every link from there on.
public struct MonthChain: Sendable {
    /// 64 hexadecimal digits.
    public private(set) var root: String

    /// - Parameter start: what the chain is about, and what else its root shall speak for.
    public init(start: String) { root = Self.hash(start) }

    @discardableResult
    public mutating func append(_ line: String) -> String {
        root = Self.hash(root + "\n" + line)
        return root
    }

    private static func hash(_ text: String) -> String { SHA256.hash(data: Array(text.utf8)).hex }
}
