import Kernel
import Registry

/// 付款指令: one transfer of a payment file.
public struct Payment: Hashable, Sendable {
    /// `2026-03-P001-1`: month, provider, try.
    public let reference: String
    public let provider: ProviderID
    public let account: String
    public let name: String
    public let amount: Fen
    public let invoice: String

    public init(reference: String, provider: ProviderID, account: String, name: String, amount: Fen, invoice: String) {
        (self.reference, self.provider, self.account, self.name) = (reference, provider, account, name)
        (self.amount, self.invoice) = (amount, invoice)
    }

    /// 付款文件 for the bank: UTF-8 with a byte order mark, a line a transfer.
    public static func file(_ payments: [Payment]) -> String {
        CSV.byteOrderMark + CSV.line(["付款编号", "服务商编码", "户名", "账号", "金额", "发票号"])
            + payments.map { CSV.line([$0.reference, $0.provider.text, $0.name, $0.account, $0.amount.yuan, $0.invoice]) }.joined()
    }
}

/// 银行回单: what the bank says of each transfer.
public struct BankLine: Hashable, Sendable {
    public let reference: String
    public let amount: Fen
    public let isPaid: Bool
    public let note: String

    public init(reference: String, amount: Fen, isPaid: Bool, note: String) {
        (self.reference, self.amount, self.isPaid, self.note) = (reference, amount, isPaid, note)
    }

    /// Reads the bank's file: `付款编号,金额,状态(成功|失败),说明`; blanks that a bank's client has put around or into a number are passed over.
    ///
    /// - Throws: `bank_file_invalid` with the line.
    public static func read(_ bytes: [UInt8]) throws -> [BankLine] {
        let records: [CSV.Record]
        do { records = try CSV.records(bytes) } catch {
            throw Rejection(.refused, "bank_file_invalid", "银行回单第 \(error.line) 行：\(error.reason)。整个文件未入账。")
        }
        guard records.first?.fields.map(\.trimmed) == ["付款编号", "金额", "状态", "说明"] else {
            throw Rejection(.refused, "bank_file_invalid", "银行回单的表头应为 付款编号,金额,状态,说明。整个文件未入账。")
        }
        return try records.dropFirst().map { record in
            let fields = record.fields.map(\.trimmed)
            guard fields.count == 4, let amount = Fen(pasted: fields[1]), ["成功", "失败"].contains(fields[2]) else {
                throw Rejection(.refused, "bank_file_invalid", "银行回单第 \(record.line) 行应为 付款编号、金额、成功或失败、说明。整个文件未入账。")
            }
            return BankLine(reference: PaperNumber.normalised(fields[0]), amount: amount, isPaid: fields[2] == "成功", note: fields[3])
        }
    }

    /// Matches the bank's lines with the transfers under way.
    ///
    /// - Throws: `bank_file_mismatch` that names every unknown, doubled or differing line; then nothing is to be posted.
    public static func match(_ lines: [BankLine], with payments: [Payment]) throws(Rejection) -> [(payment: Payment, line: BankLine)] {
        let byReference = Dictionary(grouping: payments, by: \.reference).compactMapValues(\.first)
        var matched: [(payment: Payment, line: BankLine)] = []
        var seen: Set<String> = []
        var faults: [String] = []
        for line in lines {
            guard let payment = byReference[line.reference] else {
                faults.append("没有付款编号 \(line.reference)")
                continue
            }
            if !seen.insert(line.reference).inserted { faults.append("\(line.reference) 出现两次") }
            if line.amount != payment.amount { faults.append("\(line.reference) 金额 \(line.amount)，应为 \(payment.amount)") }
            matched.append((payment, line))
        }
        guard faults.isEmpty, !lines.isEmpty else {
            let words = lines.isEmpty ? "没有任何行" : faults.prefix(5).joined(separator: "；") + (faults.count > 5 ? " 等 \(faults.count) 处" : "")
            throw Rejection(.refused, "bank_file_mismatch", "银行回单与付款文件不符：\(words)。整个文件未入账。")
        }
        return matched
    }
}
