import Foundation
import Testing
import Web

@Suite("The pages")
struct PageLibraryTests {
    static let rooms = ["Web", "ConsoleWeb", "PortalWeb", "FinanceWeb"]

    /// A broken template or a sentence that is missing in one language stops here and not in front of a visitor.
    @Test func `are read whole, in both languages`() throws {
        let pages = try PageLibrary(Self.rooms.map { try ResourceFolder(of: $0) })
        for language in Language.allCases {
            let html = try pages.html("find", ["rows": [], "isEmpty": true] as [String: Any], language)
            #expect(html.contains(language == .chinese ? "没有找到" : "Nothing found"))
        }
    }

    /// Figures of the wall board are looked up by their code; everything else stands in a template.
    @Test func `use every sentence of the catalogue`() throws {
        let pages = try PageLibrary(Self.rooms.map { try ResourceFolder(of: $0) })
        let unused = pages.unusedKeys.filter { !$0.hasPrefix("figure.") }
        #expect(unused.sorted() == [])
    }

    @Test func `escape whatever a model brings`() throws {
        let pages = try PageLibrary(Self.rooms.map { try ResourceFolder(of: $0) })
        let row: [String: Any] = ["digit": "1", "kind": "老人", "title": "<b>𠮷</b>\"'", "detail": "&", "opens": "elder:\"x"]
        let html = try pages.html("find", ["rows": [row], "isEmpty": false] as [String: Any])
        #expect(!html.contains("<b>"))
        #expect(html.contains("&lt;b&gt;𠮷&lt;/b&gt;"))
        #expect(!html.contains("elder:\"x"))
    }

    @Test func `name the key that nobody has written`() throws {
        let csv = Array("key,zh,en\na,甲,A\n".utf8)
        #expect(throws: Never.self) { try Messages(csv: [("x", csv)]) }
        #expect(throws: (any Error).self) { try Messages(csv: [("x", csv), ("y", csv)]) }
        #expect(throws: (any Error).self) { try Messages(csv: [("x", Array("key,zh,en\na,甲,\n".utf8))]) }
    }
}
