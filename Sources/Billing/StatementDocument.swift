import Catalog
import Kernel
import Registry

/// 结算明细表 and 结算汇总表 as CSV: UTF-8 with a byte order mark, amounts in yuan, long digits as they are.
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

    static let summaryHeader = [
        "序号", "服务商编码", "名称", "统一社会信用代码", "所属街道", "服务单数", "应结总额", "补贴金额", "自费金额", "扣减金额", "待核单数", "实付金额", "大写金额",
        "账号",
    ]

    public static func summary(_ statements: [Statement], catalogue: Catalogue, franchise: Franchise) -> String {
        var text = CSV.byteOrderMark + CSV.line(summaryHeader)
        for (index, statement) in statements.enumerated() {
            let provider = franchise.provider(statement.provider)
            text += CSV.line([
                String(index + 1), statement.provider.text, provider?.name ?? "", provider?.creditCode.text ?? "",
                provider.flatMap { catalogue.region(ID($0.region))?.name } ?? "", String(statement.lines.count), statement.gross.yuan,
                statement.subsidy.yuan, statement.selfPay.yuan, statement.deducted.yuan, String(statement.heldLines),
                statement.payable.yuan, statement.payable.capitals, provider?.bankAccount ?? "",
            ])
        }
        return text
    }
}

extension Fen {
    /// 大写金额, as on cheques and vouchers: `壹仟贰佰叁拾元伍角整` (支付结算办法, annex on writing amounts).
    public var capitals: String {
        guard amount != 0 else { return "零元整" }
        let digits = ["零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"]
        let yuan = amount.magnitude / 100
        let (jiao, fen) = (Int(amount.magnitude / 10 % 10), Int(amount.magnitude % 10))
        var text = amount < 0 ? "负" : ""
        if yuan > 0 { text += Fen.integerCapitals(yuan, digits) + "元" }
        switch (jiao, fen) {
        case (0, 0): text += "整"
        case (let jiao, 0): text += digits[jiao] + "角整"
        case (0, let fen): text += (yuan > 0 ? "零" : "") + digits[fen] + "分"
        case (let jiao, let fen): text += digits[jiao] + "角" + digits[fen] + "分"
        }
        return text
    }

    private static func integerCapitals(_ number: UInt64, _ digits: [String]) -> String {
        let places = ["", "拾", "佰", "仟"]
        let groups = ["", "万", "亿", "万亿"]
        var result = ""
        var rest = number
        var group = 0
        var lowerNeedsZero = false
        while rest > 0 {
            var part = ""
            var isZeroPending = false
            for (place, divisor) in [1, 10, 100, 1000].enumerated() {
                let digit = Int(rest % 10_000 / UInt64(divisor) % 10)
                if digit == 0 {
                    isZeroPending = !part.isEmpty
                } else {
                    part = digits[digit] + places[place] + (isZeroPending ? "零" : "") + part
                    isZeroPending = false
                }
            }
            if !part.isEmpty {
                result = part + groups[group] + (lowerNeedsZero && !result.isEmpty ? "零" : "") + result
            }
            lowerNeedsZero = rest % 10_000 < 1000
            rest /= 10_000
            group += 1
        }
        return result
    }
}
