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

    /// What fits on a sheet between header and footer, in micrometres.
    public struct Sheet: Hashable, Sendable {
        public let height: Int
        /// A line of text.
        public let line: Int
        /// What a row takes beside its lines: padding and a rule.
        public let around: Int

        public init(height: Int, line: Int, around: Int = 0) {
            self.height = height
            self.line = line
            self.around = around
        }
    }

    /// The sheets it is printed on, at least one.
    ///
    /// Rows wrap, so a sheet is filled by height and not by number; a row that is higher than a sheet has one of its own.
    public func pages(_ sheet: Sheet) -> [Page] {
        var groups: [[[Cell]]] = []
        var group: [[Cell]] = []
        var used = 0
        for row in rows {
            let height = lines(row) * sheet.line + sheet.around
            if used + height > sheet.height, !group.isEmpty {
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
    public func lines(_ row: [Cell]) -> Int {
        zip(row, columns).map { cell, column in cell.shown.lines(wrappedAt: column.width) }.reduce(1, max)
    }
}

extension String {
    /// How much room it takes on a line: a Chinese character and its punctuation take two half-widths.
    public var halfWidths: Int { unicodeScalars.reduce(0) { $0 + $1.halfWidths } }

    /// How many lines it takes, at least one: a word that fits into a line stays whole, any other may be broken anywhere.
    public func lines(wrappedAt width: Int) -> Int {
        // No character takes more half-widths than bytes.
        guard utf8.count > width else { return 1 }
        var (lines, used) = (1, 0)
        for word in split(separator: " ") {
            let own = String(word).halfWidths
            used += used > 0 ? 1 : 0
            if own <= width {
                if used + own > width { (lines, used) = (lines + 1, 0) }
                used += own
                continue
            }
            for scalar in word.unicodeScalars {
                if used + scalar.halfWidths > width { (lines, used) = (lines + 1, 0) }
                used += scalar.halfWidths
            }
        }
        return lines
    }
}

extension Unicode.Scalar {
    fileprivate var halfWidths: Int { value >= 0x1100 ? 2 : 1 }
}
