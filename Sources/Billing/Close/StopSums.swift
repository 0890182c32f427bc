import Kernel

/// What each rule stops: so many lines with so much public money. A line that two rules stop counts under both.
public struct StopSums: Hashable, Sendable {
    private struct Sum: Hashable {
        var lines = 0
        var subsidy = Fen.zero
    }

    private var sums: [String: Sum] = [:]

    public init() {}

    /// - Parameter lines: less than nothing for what no longer counts, with its money.
    public mutating func add(_ code: String, lines: Int, subsidy: Fen) {
        var sum = sums[code] ?? Sum()
        sum.lines += lines
        sum.subsidy += subsidy
        sums[code] = sum.lines == 0 ? nil : sum
    }

    public static func += (left: inout StopSums, right: StopSums) {
        for (code, sum) in right.sums { left.add(code, lines: sum.lines, subsidy: sum.subsidy) }
    }

    /// Sorted by code.
    public var byCode: [(code: String, lines: Int, subsidy: Fen)] {
        sums.sorted { $0.key < $1.key }.map { (code: $0.key, lines: $0.value.lines, subsidy: $0.value.subsidy) }
    }
}
