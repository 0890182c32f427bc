import Catalog
import Kernel

/// The record of a statement whose bytes are fingerprinted when it is frozen: only what the statement itself says, no names that may change later.
///
/// CSV, UTF-8 with a byte order mark, amounts in yuan, long digits as they are. What people read and sign is a ``Document``.
public enum StatementDocument {
    static let detailHeader = [
        "序号", "结算月", "服务商编码", "工单号", "老人编号", "服务项目编码", "服务项目", "服务日期", "数量", "单价", "应结金额", "补贴金额", "自费金额",
        "资金来源", "核验等级", "核查结论", "核查说明", "结算金额",
    ]

    public static let head = CSV.byteOrderMark + CSV.line(detailHeader)

    /// A line without its number, which stands in front: it may be made before the number is known.
    public static func line(_ line: StatementLine, of month: Month, catalogue: Catalogue) -> String {
        Self.line(line, line.candidate, of: month, catalogue: catalogue)
    }

    /// - Parameter c: the line's own, handed on as it would be copied otherwise.
    private static func line(_ line: StatementLine, _ c: Candidate, of month: Month, catalogue: Catalogue) -> String {
        CSV.line([
            month.description, c.provider.text, c.number, c.elder.text, c.item.text, catalogue.name(of: c.item) ?? "", c.date.description,
            c.quantity.text, c.unitPrice.yuan, c.gross.yuan, c.subsidy.yuan, c.selfPay.yuan,
            c.funding.map { "\($0.programme)=\($0.amount.yuan)" }.joined(separator: ";"), "L\(c.evidence.rawValue)", line.verdict.name,
            line.findings.map { "\($0.code) \($0.sentence)" }.joined(separator: "；"), (line.verdict == .paid ? c.subsidy : .zero).yuan,
        ])
    }

    /// - Parameter number: from 1.
    public static func numbered(_ line: String, _ number: Int) -> String { "\(number),\(line)" }

    public static func foot(_ totals: StatementTotals) -> String {
        CSV.line(
            ["合计", "", "", "", "", "", "", "", "", "", totals.gross.yuan, totals.subsidy.yuan, totals.selfPay.yuan, "", "", "", "",
             totals.payable.yuan])
    }

    public static func detail(_ statement: Statement, catalogue: Catalogue) -> String {
        var text = head
        for (index, line) in statement.lines.enumerated() {
            text += numbered(Self.line(line, of: statement.month, catalogue: catalogue), index + 1)
        }
        return text + foot(statement.totals)
    }
}
