import Kernel

/// Which events a subscriber wants: `*`, exact types (`order.offered`) or whole families (`order.*`).
public struct EventFilter: Hashable, Sendable {
    /// As given, without repetitions.
    public let patterns: [String]

    public static let everything = EventFilter(trusted: ["*"])

    /// Patterns a subscription may have, and the bytes of one.
    public static let limit = 50
    public static let longestPattern = 100

    private init(trusted patterns: [String]) { self.patterns = patterns }

    /// - Parameter known: All event types there are. Where given, a pattern that can never match one of them is refused: it is a slip.
    /// - Throws: `webhook_events_invalid` with a pointer to the pattern.
    public init(_ patterns: [String], known: [String]? = nil) throws(Rejection) {
        guard (1...EventFilter.limit).contains(patterns.count) else {
            throw Rejection(.invalid, "webhook_events_invalid", "events 应有 1 到 \(EventFilter.limit) 项；要接收全部事件请写 [\"*\"]", pointer: "/events")
        }
        for (index, pattern) in patterns.enumerated() {
            guard EventFilter.isPattern(pattern) else {
                throw Rejection(
                    .invalid, "webhook_events_invalid", "events 第 \(index + 1) 项格式不对，应为 *、order.offered 或 order.* 这样的写法",
                    pointer: "/events/\(index)")
            }
            guard known?.contains(where: { EventFilter.matches(pattern, $0) }) ?? true else {
                throw Rejection(
                    .invalid, "webhook_events_invalid", "没有名为“\(pattern)”的事件，请对照接口文档中的事件列表", pointer: "/events/\(index)")
            }
        }
        var seen: Set<String> = []
        self.patterns = patterns.filter { seen.insert($0).inserted }
    }

    public func matches(_ type: String) -> Bool { patterns.contains { EventFilter.matches($0, type) } }

    private static func matches(_ pattern: String, _ type: String) -> Bool {
        if pattern == "*" { return true }
        guard pattern.hasSuffix(".*") else { return pattern == type }
        return type.hasPrefix(pattern.dropLast()) && type.utf8.count >= pattern.utf8.count
    }

    private static func isPattern(_ pattern: String) -> Bool {
        guard (1...longestPattern).contains(pattern.utf8.count) else { return false }
        if pattern == "*" { return true }
        var labels = pattern.split(separator: ".", omittingEmptySubsequences: false)
        if labels.count > 1, labels.last == "*" { labels.removeLast() }
        return labels.allSatisfy { label in
            !label.isEmpty
                && label.utf8.allSatisfy {
                    (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F || $0 == 0x2D
                }
        }
    }
}

extension EventFilter {
    /// The form in which the store keeps it: the patterns, separated by spaces.
    public var text: String { patterns.joined(separator: " ") }

    /// Reads what ``text`` wrote.
    public init(text: String) throws(Rejection) {
        try self.init(text.split(separator: " ").map(String.init))
    }
}
