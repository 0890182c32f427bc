import Crypto
import Foundation
import Kernel

/// Where a list goes on: opaque, versioned, and bound to the list and its filters, so that one that was made up, cut off or taken from
/// another list is refused.
///
/// Keyset paging: it names the last row that was shown, so rows that come or go meanwhile neither repeat nor hide others.
public struct Cursor: Sendable {
    private static let version = "v1"

    /// - Parameter list: The list with its filters, such as `orders?state=offered`.
    public static func text(after key: String, in list: String) -> String {
        base64(Array("\(version).\(key).\(check(key, list))".utf8))
    }

    /// What a text is that no list has given out.
    public static let invalid = Rejection(.invalid, "cursor_invalid", "cursor 无法识别，请使用上一页返回的 next，或从头开始。", pointer: "/cursor")

    /// The key of the last row shown.
    ///
    /// - Throws: `cursor_invalid` for a text that is no cursor, `cursor_mismatch` for one that is not of this list.
    public static func key(_ text: String, in list: String) throws -> String {
        let isPlain = text.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D || $0 == 0x5F
        }
        guard (12...200).contains(text.utf8.count), isPlain else { throw invalid }
        let mismatch = Rejection(.refused, "cursor_mismatch", "cursor 不属于这个列表或筛选条件，请从头开始。", pointer: "/cursor")
        guard let bytes = bytes(text), let plain = String(validating: bytes, as: UTF8.self) else { throw mismatch }
        let parts = plain.split(separator: ".", omittingEmptySubsequences: false)
        // Letter for letter: the last of base64 has bits that say nothing.
        guard parts.count == 3, Self.text(after: String(parts[1]), in: list) == text else { throw mismatch }
        return String(parts[1])
    }

    private static func check(_ key: String, _ list: String) -> String {
        SHA256.hash(data: Data("\(version)\n\(list)\n\(key)".utf8)).prefix(6).map { String($0, radix: 36) }.joined()
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    private static func bytes(_ text: String) -> [UInt8]? {
        let standard = text.replacing("-", with: "+").replacing("_", with: "/")
        return Data(base64Encoded: standard + String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4)).map(Array.init)
    }
}
