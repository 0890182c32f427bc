import Kernel

/// Stretches of time that are taken, each by whoever took it last; asked in O(log n).
struct Coverage {
    private struct Piece {
        let start: Instant
        let end: Instant
        let owner: Int
    }

    /// Disjoint, in the order of time.
    private var pieces: [Piece] = []

    /// Who holds any part of a window already; nil when it is free.
    func owner(of window: TimeWindow) -> Int? {
        let next = firstEnding(after: window.start)
        return next < pieces.count && pieces[next].start < window.end ? pieces[next].owner : nil
    }

    /// Takes a window whole. What it covers of earlier pieces is now its own, so that each piece is dropped once and no search grows long.
    mutating func take(_ window: TimeWindow, for owner: Int) {
        let first = firstEnding(after: window.start)
        var last = first
        while last < pieces.count, pieces[last].start < window.end { last += 1 }
        var fresh = [Piece(start: window.start, end: window.end, owner: owner)]
        if first < last {
            let (left, right) = (pieces[first], pieces[last - 1])
            if left.start < window.start { fresh.insert(Piece(start: left.start, end: window.start, owner: left.owner), at: 0) }
            if right.end > window.end { fresh.append(Piece(start: window.end, end: right.end, owner: right.owner)) }
        }
        pieces.replaceSubrange(first..<last, with: fresh)
    }

    private func firstEnding(after instant: Instant) -> Int {
        var (low, high) = (0, pieces.count)
        while low < high {
            let middle = (low + high) / 2
            if pieces[middle].end <= instant { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
