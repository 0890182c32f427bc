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

    public static func detail(_ statement: Statement, catalogue: Catalogue) -> String {
        var text = CSV.byteOrderMark + CSV.line(detailHeader)
        for (index, line) in statement.lines.enumerated() {
            let c = line.candidate
            text += CSV.line([
                String(index + 1), statement.month.description, c.provider.text, c.number, c.elder.text, c.item.text,
                catalogue.item(c.item)?.name ?? "", c.date.description, c.quantity.text, c.unitPrice.yuan, c.gross.yuan, c.subsidy.yuan,
                c.selfPay.yuan, c.funding.map { "\($0.programme)=\($0.amount.yuan)" }.joined(separator: ";"),
                "L\(c.evidence.rawValue)", line.verdict.name, line.findings.map { "\($0.code) \($0.sentence)" }.joined(separator: "；"),
                (line.verdict == .paid ? c.subsidy : .zero).yuan,
            ])
        }
        return text + CSV.line(
            ["合计", "", "", "", "", "", "", "", "", "", statement.gross.yuan, statement.subsidy.yuan, statement.selfPay.yuan, "", "", "", "",
             statement.payable.yuan])
    }
}
