import Billing
import Catalog
import Crypto
import Kernel

/// 哈希链: every line of a month carries the hash of itself and all before it; the last one is the root.
///
/// A link is SHA-256 of the link before it in hexadecimal digits, a line feed, and the line as it stands in the file without its own link.
/// One changed, missing, added or exchanged line changes every link from there on.
public struct MonthChain: Sendable {
    /// 64 hexadecimal digits.
    public private(set) var root: String

    /// - Parameter start: what the chain is about, and what else its root shall speak for.
    public init(start: String) { root = Self.hash(start) }

    @discardableResult
    public mutating func append(_ line: String) -> String {
        root = Self.hash(root + "\n" + line)
        return root
    }

    private static func hash(_ text: String) -> String { SHA256.hash(data: Array(text.utf8)).hex }
}

extension MonthChain {
    /// The chain over the lines of a month; its root is what people approve, because it never changes once the month is closed.
    public init(linesOf month: Month) { self.init(start: "vnh-lines-1 \(month)\n") }

    /// The root of the lines of a whole month.
    ///
    /// - Parameter statements: in the order of provider codes.
    public static func linesRoot(_ statements: [Statement], month: Month) -> String {
        var chain = MonthChain(linesOf: month)
        for statement in statements {
            for (index, line) in statement.lines.enumerated() { chain.append(line, ordinal: index + 1) }
        }
        return chain.root
    }

    static let columns = [
        "provider", "ordinal", "kind", "subject", "number", "elder", "item", "date", "quantity", "unit_price_fen", "gross_fen", "subsidy_fen",
        "self_pay_fen", "funding", "evidence", "verdict", "findings",
    ]

    /// The verdict is the one that was frozen; what persons have decided since stands in `decisions.csv`.
    ///
    /// - Returns: the row as it stands in `lines.csv`, and its link.
    @discardableResult
    mutating func append(_ line: StatementLine, ordinal: Int) -> (row: String, link: String) {
        let c = line.candidate
        // CRLF is one character.
        let row = String(
            CSV.line([
                c.provider.text, String(ordinal), c.kind.rawValue, c.subject, c.number, c.elder.text, c.item.text, c.date.description,
                String(c.quantity.hundredths), String(c.unitPrice.amount), String(c.gross.amount), String(c.subsidy.amount),
                String(c.selfPay.amount), line.fundingText, String(c.evidence.rawValue), Verdict(line.findings).rawValue, line.findingsText,
            ]).dropLast())
        return (row, append(row))
    }
}
