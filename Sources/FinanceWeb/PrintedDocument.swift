import Billing
import Kernel
import Web

/// A document as sheets of A4 landscape, divided here and not by the browser, so that every sheet has its own right subtotal.
struct PrintedDocument {
    let document: Document
    private let layout: Layout

    /// What fits on a sheet, in millimetres of A4 landscape (297 × 210) within margins of 10.
    private struct Layout {
        /// The height of a letter.
        let letter_mm: Double
        /// Lines of the table between title and signers.
        let lines: Int
        let columns: Int

        private static let width_mm = 277.0
        private static let height_mm = 190.0
        /// Title, facts, notes, signers and the page number.
        private static let around_mm = 52.0
        /// Padding of a cell on both sides, in half-width characters.
        static let padding = 1
        /// A line is this many times as high as its letters.
        static let leading = 1.3
        /// What a row adds to its lines: padding and a rule, in millimetres.
        private static let perRow_mm = 1.0

        init(_ document: Document) {
            columns = document.columns.reduce(0) { $0 + $1.width + Self.padding }
            // A half-width character is half as wide as it is high.
            letter_mm = min(document.isLarge ? 5.2 : 3.4, Self.width_mm / Double(columns) * 2)
            let header = document.columns.map { ($0.name.columns + $0.width - 1) / $0.width }.max() ?? 1
            let line_mm = letter_mm * Self.leading + Self.perRow_mm
            // Two more lines of subtotals and sums, each as high as a wrapped row.
            lines = max(4, Int((Self.height_mm - Self.around_mm) / line_mm) - header - 4)
        }
    }

    init(_ document: Document) {
        self.document = document
        layout = Layout(document)
    }

    var html: String {
        let pages = document.pages(lines: layout.lines)
        return "<style>\(style)</style>" + pages.map { sheet($0, of: pages.count) }.joined(separator: "\n")
    }

    private func sheet(_ page: Document.Page, of count: Int) -> String {
        let isLast = page.number == count
        var foot = ""
        if document.hasTotals {
            foot = sums("本页小计", page.subtotal) + sums(isLast ? "合计" : "累计", page.running)
        }
        let head = document.columns.map { "<th>\(HTML.escaped($0.name))</th>" }.joined()
        let notes = isLast ? document.notes.map { "<p>\(HTML.escaped($0))</p>" }.joined() : ""
        let signers = document.signers.map { "<span>\(HTML.escaped($0))：</span>" }.joined()
        return """
            <section class="sheet"><h1>\(HTML.escaped(document.title))</h1>
            <p class="facts">\(document.facts.map { "<span>\(HTML.escaped("\($0.name)：\($0.value)"))</span>" }.joined())<span>单位：元</span></p>
            <table><colgroup>\(widths)</colgroup><thead><tr>\(head)</tr></thead>
            <tbody>\(page.rows.map(row).joined(separator: "\n"))</tbody><tfoot>\(foot)</tfoot></table>
            \(notes)<p class="sign">\(signers)<span class="seal">（盖章）</span></p>
            <p class="number">第 \(page.number) 页 共 \(count) 页</p></section>
            """
    }

    private var widths: String {
        document.columns.map { column in
            let share = (column.width + Layout.padding) * 10_000 / layout.columns
            return "<col style=\"width:\(share / 100).\(share % 100 < 10 ? "0" : "")\(share % 100)%\">"
        }.joined()
    }

    private func row(_ cells: [Cell]) -> String { "<tr>\(cells.map(cell).joined())</tr>" }

    /// The word stands across the columns before the first sum.
    private func sums(_ word: String, _ cells: [Cell]) -> String {
        let across = max(1, cells.prefix { $0 == .blank }.count)
        return "<tr><td colspan=\"\(across)\">\(HTML.escaped(word))</td>\(cells.dropFirst(across).map(cell).joined())</tr>"
    }

    private func cell(_ cell: Cell) -> String {
        switch cell {
        case .integer, .amount: "<td class=\"n\">\(HTML.escaped(cell.text))</td>"
        case .blank, .text, .date: "<td>\(HTML.escaped(cell.text))</td>"
        }
    }

    private var style: String {
        """
        @page{size:A4 landscape;margin:10mm}:root{color-scheme:light}main{padding:0;max-width:none}
        .sheet{width:277mm;height:188mm;margin:0 auto;position:relative;break-after:page;overflow:hidden;color:#000;background:#fff;
        font-size:\(layout.letter_mm)mm;line-height:\(Layout.leading)}
        .sheet:last-child{break-after:auto}.sheet h1{font-size:6mm;text-align:center;margin:0 0 2mm}
        .sheet .facts{display:flex;justify-content:space-between;font-size:3.6mm;margin:0 0 2mm}
        .sheet table{table-layout:fixed;margin:0;width:277mm}.sheet tfoot td{font-weight:600}
        .sheet th,.sheet td{border:.2mm solid #000;padding:.3mm \(layout.letter_mm / 4)mm;
        white-space:normal;overflow-wrap:anywhere;line-break:anywhere;vertical-align:middle}
        .sheet th{text-align:center}.sheet td.n{text-align:right}
        .sheet p{font-size:3.6mm;margin:1.5mm 0}
        .sheet .sign{position:absolute;bottom:7mm;left:0;right:0;display:flex;justify-content:space-between;padding-right:20mm}
        .sheet .number{position:absolute;bottom:0;left:0;right:0;text-align:center}
        @media screen{body{background:#888}.sheet{padding:10mm;margin:4mm auto}}
        """
    }
}
