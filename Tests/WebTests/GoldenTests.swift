import Foundation
import Testing
import Web

/// Each page of the three faces, drawn from a small model (`Golden/NAME.json`) and compared with the page as it was looked at and found right
/// (`Golden/NAME.html`). `VNH_GOLDEN=update` writes the pages anew; whoever does so reads the difference before committing it.
@Suite("The golden pages")
struct GoldenTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden")
    static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
        .filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()

    /// JSON as a template takes it.
    struct Value: Decodable {
        let any: Any

        init(from decoder: any Decoder) throws {
            let box = try decoder.singleValueContainer()
            if let flag = try? box.decode(Bool.self) {
                any = flag
            } else if let number = try? box.decode(Int.self) {
                any = number
            } else if let text = try? box.decode(String.self) {
                any = text
            } else if let list = try? box.decode([Value].self) {
                any = list.map(\.any)
            } else {
                any = try box.decode([String: Value].self).mapValues(\.any)
            }
        }
    }

    @Test func `are there`() { #expect(Self.names.count >= 12) }

    @Test(arguments: names)
    func `are as they were found right`(name: String) throws {
        let pages = try PageLibrary(PageLibraryTests.rooms.map { try ResourceFolder(of: $0) })
        let model = try JSONDecoder().decode(Value.self, from: Data(contentsOf: Self.folder.appendingPathComponent("\(name).json"))).any
        let frame: [String: Any] = [
            "title": name, "lang": "zh-CN", "caller": "张三", "csrf": "SECRET",
            "links": [["label": "工作台", "address": "/console", "isCurrent": true] as [String: Any]],
        ]
        let html = try pages.html(name, ["frame": frame, "model": model] as [String: Any])
        let file = Self.folder.appendingPathComponent("\(name).html")
        if ProcessInfo.processInfo.environment["VNH_GOLDEN"] == "update" {
            try Data(html.utf8).write(to: file)
            return
        }
        let golden = try String(contentsOf: file, encoding: .utf8)
        let (was, now) = (golden.split(separator: "\n", omittingEmptySubsequences: false), html.split(separator: "\n", omittingEmptySubsequences: false))
        let first = zip(was, now).first { $0 != $1 }
        #expect(html == golden, "first difference: \(first.map { "\($0.0) → \($0.1)" } ?? "one is longer")")
        // Every form of a page carries the secret of the session.
        let forms = html.components(separatedBy: "<form").dropFirst().filter { $0.prefix { $0 != ">" }.contains("method=\"post\"") }
        #expect(forms.allSatisfy { $0.components(separatedBy: "</form>")[0].contains("value=\"SECRET\"") })
    }
}
