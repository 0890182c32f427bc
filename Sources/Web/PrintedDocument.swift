import Billing
import HTTPTypes
import Hummingbird
import Kernel

/// A document as sheets of A4 landscape, divided here and not by the browser, so that every sheet has its own right subtotal.
public struct PrintedDocument: Sendable {
    let document: Document
    private let layout: Layout

    /// How large the letters are and what fits on a sheet of A4 landscape (297 × 210) within margins of 10, in millimetres.
    private struct Layout: Sendable {
        /// The height of a letter.
        let letter_mm: Double
        /// Padding of a cell, above and below.
        let padding_mm: Double
        let sheet: Document.Sheet
        /// Of each column and of all with their padding, in half-width characters.
        let widths: [Int]
        let columns: Int

        static let width_mm = 277.0
        static let height_mm = 188.0
        /// Title and facts above, signers and page number below.
        private static let around_mm = 40.0
        private static let note_mm = 8.0
        /// Padding of a cell on both sides together, in half-width characters.
        static let padding = 1
        /// A half-width character is this part of its height wide; a digit of a Chinese typeface is a little wider than half.
        private static let halfWidth = 0.57
        /// A line is this many times as high as its letters.
        static let leading = 1.3
        private static let rule_mm = 0.2

        init(_ document: Document) {
            widths = document.columns.map(\.width)
            columns = widths.reduce(0) { $0 + $1 + Self.padding }
            letter_mm = min(document.isLarge ? 4.6 : 3.4, Self.width_mm / Double(columns) / Self.halfWidth)
            padding_mm = document.isLarge ? 2 : 0.3
            let line_mm = letter_mm * Self.leading
            let row_mm = 2 * padding_mm + Self.rule_mm
            let header = document.columns.map { $0.name.lines(wrappedAt: $0.width) }.max() ?? 1
            let foot = document.hasTotals ? 2 * document.lines(document.totals) : 0
            let own_mm = Double(header + foot) * line_mm + (document.hasTotals ? 3 : 1) * row_mm + Double(document.notes.count) * Self.note_mm
            sheet = Document.Sheet(
                height: Int((Self.height_mm - Self.around_mm - own_mm) * 1000), line: Int(line_mm * 1000), around: Int(row_mm * 1000))
        }
    }

    public init(_ document: Document) {
        self.document = document
        layout = Layout(document)
    }

    /// A page of its own, without the frame of the site: it can be saved and printed elsewhere.
    ///
    /// Its measures depend on the table, so they stand in the page; nothing in it can run.
    public var response: Response { Self.response(html) }

    public static func response(_ html: ByteBuffer) -> Response {
        Response(
            status: .ok,
            headers: [
                .contentType: "text/html; charset=utf-8", .cacheControl: "no-store",
                .contentSecurityPolicy: "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
            ], body: .init(byteBuffer: html))
    }

    /// A month is a thousand rows of thirty cells: they are written one after the other into one text, cells and rows without the end tags that
    /// HTML lets go, and aligned by their columns instead of each by itself. A third of the bytes on the way to a telephone are less by it.
    public var html: ByteBuffer {
        // The rows first: what is written says how many lines it takes, and by those the sheets are divided.
        var rows: [UInt8] = []
        rows.reserveCapacity(document.rows.count * document.columns.count * 16)
        var (lines, ends): ([Int], [Int]) = ([], [0])
        for row in document.rows {
            lines.append(append(row[...], to: &rows))
            ends.append(rows.count)
        }
        let pages = document.pages(layout.sheet, lines: lines)
        let (top, around) = (top, 4_096)
        // Of the size it will have, as to grow is to copy.
        var html = ByteBuffer()
        html.reserveCapacity(rows.count + (pages.count + 1) * (top.utf8.count + around))
        html.writeString(
            """
            <!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>\(HTML.escaped(document.title))</title>
            <style>\(style)</style></head><body><main>
            """)
        for page in pages {
            html.writeString(top)
            rows[ends[page.places.lowerBound]..<ends[page.places.upperBound]].withUnsafeBytes { _ = html.writeBytes($0) }
            html.writeString("<tfoot>")
            if document.hasTotals {
                var foot: [UInt8] = []
                append("本页小计", page.subtotal, to: &foot)
                append(page.number == pages.count ? "合计" : "累计", page.running, to: &foot)
                html.writeBytes(foot)
            }
            html.writeString(bottom(page, of: pages.count))
        }
        html.writeString("</main></body></html>")
        return html
    }

    /// What stands above the rows of every sheet.
    private var top: String {
        let facts = document.facts.map { "<span>\(HTML.escaped("\($0.name)：\($0.value)"))</span>" }.joined()
        let head = document.columns.map { "<th>\(HTML.escaped($0.name))</th>" }.joined()
        return """
            <section class="sheet"><h1>\(HTML.escaped(document.title))</h1>
            <p class="facts">\(facts)<span>单位：元</span></p>
            <table><colgroup>\(widths)</colgroup><thead><tr>\(head)</tr></thead>
            <tbody>
            """
    }

    private func bottom(_ page: Document.Page, of count: Int) -> String {
        let notes = page.number == count ? document.notes.map { "<p>\(HTML.escaped($0))</p>" }.joined() : ""
        let signers = document.signers.map { "<span>\(HTML.escaped($0))：</span>" }.joined()
        return """
            </table>
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

    /// - Parameter word: stands across the columns before the first sum.
    private func append(_ word: String, _ sums: [Cell], to html: inout [UInt8]) {
        let across = max(1, sums.prefix { $0 == .blank }.count)
        append(sums.dropFirst(across), after: "<td colspan=\"\(across)\">\(HTML.escaped(word))", to: &html)
    }

    /// - Returns: how many lines the row takes, as ``Document/lines(_:)`` counts them.
    @discardableResult
    private func append(_ cells: ArraySlice<Cell>, after first: String = "", to html: inout [UInt8]) -> Int {
        HTML.append(tag: "<tr>", to: &html)
        html += first.utf8
        var lines = 1
        for place in cells.indices {
            let width = layout.widths[place]
            // Most money of a row is none.
            if case .amount(.zero) = cells[place], width >= 4 {
                HTML.append(tag: "<td>0.00", to: &html)
                continue
            }
            HTML.append(tag: "<td>", to: &html)
            let shown = cells[place].shown
            // No character takes more half-widths than bytes.
            if shown.utf8.count <= width {
                HTML.append(shown, to: &html)
            } else {
                lines = max(lines, append(words: shown, width: width, to: &html))
            }
        }
        HTML.append(tag: "\n", to: &html)
        return lines
    }

    /// A word that fits into its column is not broken, just as the sheets are divided.
    ///
    /// - Returns: how many lines it takes.
    private func append(words text: String, width: Int, to html: inout [UInt8]) -> Int {
        var (text, isFirst) = (text, true)
        return text.withUTF8 { bytes in
            bytes.lines(wrappedAt: width) { word, isWhole in
                if !isFirst { html.append(UInt8(ascii: " ")) }
                isFirst = false
                // One that is all there is has nothing to be kept apart from.
                let isMarked = isWhole && word.count < bytes.count
                if isMarked { HTML.append(tag: "<span>", to: &html) }
                HTML.append(word, to: &html)
                if isMarked { HTML.append(tag: "</span>", to: &html) }
            }
        }
    }

    /// The cells of numbers, in whatever column. The sums begin behind a cell across columns, so theirs are counted from the right.
    private var numbers: String {
        let count = document.columns.count
        let places = document.columns.indices.filter { [.integer, .amount].contains(document.columns[$0].kind) }
        let cells = places.map { ".sheet tbody td:nth-child(\($0 + 1))" } + places.map { ".sheet tfoot td:nth-last-child(\(count - $0)):not([colspan])" }
        return cells.isEmpty ? ".sheet .none" : cells.joined(separator: ",")
    }

    private var style: String {
        """
        @page{size:A4 landscape;margin:10mm}:root{color-scheme:light}body{margin:0}
        .sheet{font-family:"Noto Sans CJK SC","Source Han Sans SC","WenQuanYi Micro Hei",SimSun,sans-serif;
        width:\(Layout.width_mm)mm;height:\(Layout.height_mm)mm;margin:0 auto;position:relative;break-after:page;overflow:hidden;color:#000;background:#fff;
        font-size:\(layout.letter_mm)mm;line-height:\(Layout.leading)}
        .sheet:last-child{break-after:auto}.sheet h1{font-size:6mm;text-align:center;margin:0 0 2mm}
        .sheet .facts{display:flex;justify-content:space-between;margin:0 0 2mm}
        .sheet table{table-layout:fixed;border-collapse:collapse;margin:0;width:277mm}.sheet tfoot td{font-weight:600}
        .sheet th,.sheet td{border:.2mm solid #000;padding:\(layout.padding_mm)mm \(layout.letter_mm / 4)mm;
        white-space:normal;word-break:break-all;line-break:anywhere;vertical-align:middle}
        .sheet td span{white-space:nowrap}.sheet th{text-align:center}\(numbers){text-align:right}
        .sheet p{font-size:\(document.isLarge ? 4.6 : 3.6)mm;margin:1.5mm 0}
        .sheet .sign{position:absolute;bottom:7mm;left:0;right:0;display:flex;justify-content:space-between;padding-right:20mm}
        .sheet .number{position:absolute;bottom:0;left:0;right:0;text-align:center}
        @media screen{body{background:#888}.sheet{padding:10mm;margin:4mm auto}}
        """
    }
}
