import Billing
import Foundation
import Kernel

extension BankLine {
    /// Reads the bank's file as it was saved: UTF-8, or GB 18030, of which GBK is a part, as Chinese spreadsheets and bank clients save it.
    ///
    /// - Throws: what ``read(_:)`` throws; of a file in neither, `bank_file_invalid` that says how to save one.
    public static func read(saved bytes: [UInt8]) throws -> [BankLine] {
        if !bytes.contains(0), String(validating: bytes, as: UTF8.self) != nil { return try read(bytes) }
        // Almost any bytes are some text in GB 18030: only the header, read as Chinese, says that they were meant so.
        guard let text = String(data: Data(bytes), encoding: .gb18030), text.contains("付款编号"), !text.contains("\0") else {
            throw Rejection(
                .refused, "bank_file_invalid",
                "银行回单不是可读的 CSV（可能是 Excel 工作簿、图片或另一种编码），请另存为“CSV UTF-8（逗号分隔）”。整个文件未入账。")
        }
        return try read(Array(text.utf8))
    }
}

extension String.Encoding {
    /// GB 18030-2000 by its number in CoreFoundation.
    fileprivate static let gb18030 = String.Encoding(rawValue: 0x8000_0632)
}
