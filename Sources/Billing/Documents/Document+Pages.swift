import Kernel

extension Document {
    /// One sheet of paper.
    public struct Page: Hashable, Sendable {
        /// From 1.
        public let number: Int
        public let rows: [[Cell]]
        /// 本页小计
        public let subtotal: [Cell]
        /// 累计: this page and all before it.
        public let running: [Cell]
    }

    /// The sheets it is printed on, at least one.
    ///
    /// Rows wrap, so a sheet is filled by lines and not by rows; a row that is higher than a sheet has one of its own.
    /// - Parameter lines: lines of text that fit between header and footer.
    public func pages(lines: Int) -> [Page] {
        var groups: [[[Cell]]] = []
        var group: [[Cell]] = []
        var used = 0
        for row in rows {
            let height = height(row)
            if used + height > lines, !group.isEmpty {
                groups.append(group)
                group = []
                used = 0
            }
            group.append(row)
            used += height
        }
        groups.append(group)
        var done: [[Cell]] = []
        return groups.enumerated().map { index, rows in
            let subtotal = sums(rows)
            done = index == 0 ? [subtotal] : [sums(done + [subtotal])]
            return Page(number: index + 1, rows: rows, subtotal: subtotal, running: done[0])
        }
    }

    /// Lines that a row takes when every column wraps at its own width.
    func height(_ row: [Cell]) -> Int {
        zip(row, columns).map { cell, column in
            max(1, (cell.text.columns + column.width - 1) / column.width)
        }.max() ?? 1
    }
}

extension String {
    /// How many half-width characters it takes on paper: a Chinese character and its punctuation take two.
    public var columns: Int {
        unicodeScalars.reduce(0) { sum, scalar in sum + (scalar.value >= 0x1100 ? 2 : 1) }
    }
}
