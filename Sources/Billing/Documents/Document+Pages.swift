import Kernel

extension Document {
    /// One sheet of paper.
    public struct Page: Hashable, Sendable {
        /// From 1.
        public let number: Int
        public let rows: [[Cell]]
        /// Which rows of the document they are, from 0.
        public let places: Range<Int>
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
    public func pages(_ sheet: Sheet) -> [Page] { pages(sheet, lines: rows.map(lines)) }

    /// - Parameter lines: that each row takes, known to whoever has written them already.
    public func pages(_ sheet: Sheet, lines: [Int]) -> [Page] {
        var groups: [Range<Int>] = []
        var (first, used) = (0, 0)
        for (place, lines) in lines.enumerated() {
            let height = lines * sheet.line + sheet.around
            if used + height > sheet.height, place > first {
                groups.append(first..<place)
                (first, used) = (place, 0)
            }
            used += height
        }
        groups.append(first..<lines.count)
        var done: [[Cell]] = []
        return groups.enumerated().map { index, places in
            let subtotal = sums(rows[places])
            done = index == 0 ? [subtotal] : [sums(done + [subtotal])]
            return Page(number: index + 1, rows: Array(rows[places]), places: places, subtotal: subtotal, running: done[0])
        }
    }

    /// Lines that a row takes when every column wraps at its own width.
    public func lines(_ row: [Cell]) -> Int {
        zip(row, columns).map { cell, column in cell.shown.lines(wrappedAt: column.width) }.reduce(1, max)
    }
}

extension String {
    /// How much room it takes on a line: a Chinese character and its punctuation take two half-widths.
    public var halfWidths: Int {
        var text = self
        return text.withUTF8 { bytes in bytes.indices.reduce(0) { $0 + bytes.halfWidths(at: $1) } }
    }

    /// How many lines it takes, at least one: a word that fits into a line stays whole, any other may be broken anywhere.
    public func lines(wrappedAt width: Int) -> Int {
        // No character takes more half-widths than bytes.
        guard utf8.count > width else { return 1 }
        var text = self
        return text.withUTF8 { $0.lines(wrappedAt: width) { _, _ in } }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// The same of UTF-8, byte by byte, as a month's papers have a hundred thousand words; shows each word, and whether it stays whole.
    public func lines(wrappedAt width: Int, _ body: (_ word: UnsafeBufferPointer<UInt8>, _ isWhole: Bool) -> Void) -> Int {
        var (lines, used) = (1, 0)
        func put(_ own: Int) {
            if used + own > width { (lines, used) = (lines + 1, 0) }
            used += own
        }
        var (start, own) = (0, 0)
        for place in 0...count {
            guard place == count || self[place] == UInt8(ascii: " ") else {
                own += halfWidths(at: place)
                continue
            }
            if start < place {
                used += used > 0 ? 1 : 0
                let word = UnsafeBufferPointer(rebasing: self[start..<place])
                if own > width { for place in word.indices { put(word.halfWidths(at: place)) } } else { put(own) }
                body(word, own <= width)
            }
            (start, own) = (place + 1, 0)
        }
        return lines
    }

    /// Of the character that begins at a byte of UTF-8; none for a byte within one. Wide are those from U+1100 on, E1 84 80.
    fileprivate func halfWidths(at place: Int) -> Int {
        switch self[place] {
        case 0x80..<0xC0: 0
        case 0xE1: place + 1 < count && self[place + 1] >= 0x84 ? 2 : 1
        case 0xE2...: 2
        default: 1
        }
    }
}
