import Foundation
import Kernel

/// The language of a page. Chinese first.
public enum Language: String, CaseIterable, Sendable {
    case chinese = "zh-CN"
    case english = "en"
}

/// 文案: every sentence of the pages by a key, Chinese with English beside it (`messages.csv`: key, zh, en).
public struct Messages: Sendable {
    private let texts: [String: [Language: String]]
    public let keys: Set<String>
    /// English by the Chinese that stands in code; see ``Sentence``.
    private let byChinese: [String: String]

    /// - Throws: `messages_invalid` naming the line: a key twice, a translation missing.
    public init(csv files: [(name: String, bytes: [UInt8])]) throws {
        var texts: [String: [Language: String]] = [:]
        for file in files {
            func fault(_ line: Int, _ reason: String) -> Rejection {
                Rejection(.unavailable, "messages_invalid", "\(file.name) 第 \(line) 行：\(reason)")
            }
            let records: [CSV.Record]
            do throws(CSV.Fault) { records = try CSV.records(file.bytes) } catch { throw fault(error.line, error.reason) }
            for record in records.dropFirst() {
                let row = record.fields
                guard row.count == 3, row.allSatisfy({ !$0.isEmpty }) else { throw fault(record.line, "应有键、中文和英文三列，都不能为空。") }
                guard texts.updateValue([.chinese: row[1], .english: row[2]], forKey: row[0]) == nil else { throw fault(record.line, "键 \(row[0]) 重复。") }
            }
        }
        self.texts = texts
        keys = Set(texts.keys)
        byChinese = Self.byChinese(texts)
    }

    /// A word is taken from wherever it is translated already; where that differs from place to place, a row under `told.` says what holds here.
    private static func byChinese(_ texts: [String: [Language: String]]) -> [String: String] {
        var found: [String: Set<String>] = [:]
        var own: [String: String] = [:]
        for (key, words) in texts {
            guard let chinese = words[.chinese], let english = words[.english] else { continue }
            found[chinese, default: []].insert(english)
            if key.hasPrefix("told.") { own[chinese] = english }
        }
        return found.compactMapValues { $0.count == 1 ? $0.first : nil }.merging(own) { $1 }
    }

    /// What stands in English for a sentence of the code; nil when that is not written, or not clear.
    public func english(_ chinese: String) -> String? { byChinese[chinese] }

    public subscript(key: String, language: Language) -> String? { texts[key]?[language] }

    /// Puts the sentences into a template in place of `[[key]]`, escaped.
    ///
    /// - Parameter used: receives every key that stood in the template.
    /// - Throws: `message_unknown` naming the key that nobody has written.
    func filled(_ template: String, named name: String, in language: Language, used: inout Set<String>) throws -> String {
        var result = ""
        var rest = Substring(template)
        while let open = rest.range(of: "[["), let close = rest[open.upperBound...].range(of: "]]") {
            let key = String(rest[open.upperBound..<close.lowerBound])
            guard let text = self[key, language] else {
                throw Rejection(.unavailable, "message_unknown", "模板 \(name) 用到了没有写的文案 \(key)。")
            }
            used.insert(key)
            result += rest[..<open.lowerBound]
            result += HTML.escaped(text)
            rest = rest[close.upperBound...]
        }
        return result + rest
    }
}
