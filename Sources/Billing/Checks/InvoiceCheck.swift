import Kernel
import Registry

/// 发票 as the provider hands it in, paper or electronic.
public struct Invoice: Hashable, Sendable {
    public let number: String
    public let date: LocalDate
    public let amount: Fen
    /// Name and unified social credit code of the seller.
    public let seller: String
    public let creditCode: String

    public init(number: String, date: LocalDate, amount: Fen, seller: String, creditCode: String) {
        self.number = number
        self.date = date
        self.amount = amount
        self.seller = seller
        self.creditCode = creditCode
    }
}

/// R26: an invoice of another amount or another party than was approved. Not of one line but of a whole statement.
public enum InvoiceCheck {
    static let rule = Rule("R26", .block, "发票金额或开票方与核定不符")

    /// Whether the name of the seller on an invoice is the registered one: full or half width, blanks, brackets and capitals make no difference.
    public static func isSeller(_ name: String, _ registered: String) -> Bool {
        PaperNumber.normalised(name) == PaperNumber.normalised(registered)
    }

    /// - Parameter approved: what the provider is to be paid, corrections included.
    public static func finding(_ invoice: Invoice, approved: Fen, provider: Provider) -> Finding? {
        if invoice.creditCode != provider.creditCode.text {
            return Finding("R26", .block, "开票方 \(invoice.creditCode) 不是服务商 \(provider.creditCode.text)")
        }
        guard invoice.amount == approved else { return Finding("R26", .block, "发票金额 \(invoice.amount)，核定金额 \(approved)") }
        return nil
    }
}
