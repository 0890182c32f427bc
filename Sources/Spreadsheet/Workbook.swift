import Billing
import Kernel

#if Spreadsheet
import CXLSXWriter
import Foundation

/// 电子表格: documents as a real .xlsx file, a sheet each.
///
/// Long digits are text, amounts are numbers with two decimals, the header is frozen, and no cell in the data is merged, so that the file can
/// be sorted, filtered and pasted. The same documents are always the same bytes.
public enum Workbook {
    public static let isBuilt = true

    /// - Throws: `spreadsheet_failed` when the library cannot write the file.
    public static func bytes(of documents: [Document]) throws -> [UInt8] {
        // The library writes files only.
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("vnh-\(UUID().uuidString).xlsx").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try write(documents, to: path)
        guard let data = FileManager.default.contents(atPath: path) else { throw failed }
        return Array(data)
    }

    public static func write(_ documents: [Document], to path: String) throws {
        guard let book = workbook_new(path) else { throw failed }
        var properties = lxw_doc_properties()
        // 2000-01-01: the library would write the time of day.
        properties.created = 946_684_800
        workbook_set_properties(book, &properties)
        let formats = Formats(book)
        var names: Set<String> = []
        var isWritten = true
        for document in documents {
            guard let sheet = workbook_add_worksheet(book, sheetName(document.title, &names)) else { throw failed }
            isWritten = Sheet(sheet, formats).write(document) && isWritten
        }
        guard workbook_close(book) == LXW_NO_ERROR, isWritten else { throw failed }
    }

    /// A spreadsheet takes 31 characters, and each name once.
    private static func sheetName(_ title: String, _ names: inout Set<String>) -> String {
        var name = String(title.prefix(28))
        var number = 2
        while !names.insert(name).inserted {
            name = "\(title.prefix(28))\(number)"
            number += 1
        }
        return name
    }

    private static let failed = Rejection(.unavailable, "spreadsheet_failed", "电子表格没有写成，请检查磁盘空间后重试，或改用 CSV。")
}

/// The looks of cells, made once a workbook.
private struct Formats {
    let title: UnsafeMutablePointer<lxw_format>?
    let header: UnsafeMutablePointer<lxw_format>?
    let text: UnsafeMutablePointer<lxw_format>?
    let integer: UnsafeMutablePointer<lxw_format>?
    let amount: UnsafeMutablePointer<lxw_format>?
    let total: UnsafeMutablePointer<lxw_format>?
    let totalAmount: UnsafeMutablePointer<lxw_format>?

    init(_ book: UnsafeMutablePointer<lxw_workbook>) {
        func format(bold: Bool = false, bordered: Bool = true, _ number: String? = nil) -> UnsafeMutablePointer<lxw_format>? {
            let format = workbook_add_format(book)
            if bold { format_set_bold(format) }
            if bordered { format_set_border(format, UInt8(LXW_BORDER_THIN.rawValue)) }
            if let number { format_set_num_format(format, number) }
            return format
        }
        title = format(bold: true, bordered: false)
        header = format(bold: true)
        format_set_text_wrap(header)
        text = format("@")
        integer = format("0")
        amount = format("#,##0.00")
        total = format(bold: true, "0")
        totalAmount = format(bold: true, "#,##0.00")
    }
}

/// One sheet: title and facts, the header (frozen), the rows, the totals, the notes and the signers.
private struct Sheet {
    let sheet: UnsafeMutablePointer<lxw_worksheet>
    let formats: Formats

    init(_ sheet: UnsafeMutablePointer<lxw_worksheet>, _ formats: Formats) {
        self.sheet = sheet
        self.formats = formats
    }

    /// As wide as what stands in it, so that no number becomes `###` and no account is cut; a long text only as wide as can be read at a glance.
    private static func width(of column: Column, in document: Document, at index: Int) -> Double {
        let widest = (document.rows + (document.hasTotals ? [document.totals] : [])).map { $0[index].shown.halfWidths }.max() ?? 0
        return Double(min(max(widest, column.name.halfWidths, 4), 48) + 2)
    }

    /// The row of the header, from 0: title, facts, header.
    private static let headerRow: UInt32 = 2

    /// - Returns: false when a cell was refused, such as a text of more than 32,767 characters.
    func write(_ document: Document) -> Bool {
        let facts = document.facts.map { "\($0.name)：\($0.value)" }.joined(separator: "　")
        var isWritten = worksheet_write_string(sheet, 0, 0, document.title, formats.title) == LXW_NO_ERROR
        isWritten = worksheet_write_string(sheet, 1, 0, facts, nil) == LXW_NO_ERROR && isWritten
        for (index, column) in document.columns.enumerated() {
            worksheet_set_column(sheet, UInt16(index), UInt16(index), Self.width(of: column, in: document, at: index), nil)
            isWritten = worksheet_write_string(sheet, Self.headerRow, UInt16(index), column.name, formats.header) == LXW_NO_ERROR && isWritten
        }
        worksheet_freeze_panes(sheet, Self.headerRow + 1, 0)
        var row = Self.headerRow + 1
        for cells in document.rows {
            isWritten = write(cells, at: row, isTotal: false) && isWritten
            row += 1
        }
        if document.hasTotals {
            isWritten = write(document.labelled("合计", document.totals), at: row, isTotal: true) && isWritten
            row += 1
        }
        for note in document.notes {
            isWritten = worksheet_write_string(sheet, row, 0, note, nil) == LXW_NO_ERROR && isWritten
            row += 1
        }
        let signers = document.signers.map { "\($0)：" }.joined(separator: "　　　　　　　　") + "　　　　　　　　（盖章）"
        isWritten = worksheet_write_string(sheet, row + 1, 0, signers, nil) == LXW_NO_ERROR && isWritten
        preparePaper()
        return isWritten
    }

    private func write(_ cells: [Cell], at row: UInt32, isTotal: Bool) -> Bool {
        var isWritten = true
        for (index, cell) in cells.enumerated() {
            let column = UInt16(index)
            let error =
                switch cell {
                case .blank: worksheet_write_blank(sheet, row, column, isTotal ? formats.total : formats.text)
                case .text(let text): worksheet_write_string(sheet, row, column, text, isTotal ? formats.total : formats.text)
                case .integer(let number): worksheet_write_number(sheet, row, column, Double(number), isTotal ? formats.total : formats.integer)
                // A double holds hundredths exactly to the last digit shown for any amount below 10^13 yuan.
                case .amount(let fen):
                    worksheet_write_number(sheet, row, column, Double(fen.amount) / 100, isTotal ? formats.totalAmount : formats.amount)
                case .date(let date): worksheet_write_string(sheet, row, column, date.description, formats.text)
                }
            isWritten = error == LXW_NO_ERROR && isWritten
        }
        return isWritten
    }

    /// A4 landscape, one page wide, the header on every page.
    private func preparePaper() {
        worksheet_set_paper(sheet, 9)
        worksheet_set_landscape(sheet)
        worksheet_fit_to_pages(sheet, 1, 0)
        worksheet_repeat_rows(sheet, Self.headerRow, Self.headerRow)
        worksheet_set_footer(sheet, "&C第 &P 页 共 &N 页")
    }
}
#else

/// Without the trait `Spreadsheet` there is no writer, and asking for a file says so.
public enum Workbook {
    public static let isBuilt = false

    public static func bytes(of documents: [Document]) throws -> [UInt8] { throw notBuilt }
    public static func write(_ documents: [Document], to path: String) throws { throw notBuilt }

    private static let notBuilt = Rejection(
        .refused, "spreadsheet_not_built", "此版本没有编入电子表格（.xlsx），请改用 CSV，或用 swift build --traits Spreadsheet 重新编译。")
}
#endif
