import Billing
import Catalog
import Entitlement
import Foundation
import Intake
import Matching
import Notifier
import Orders
import Registry
import Store
import Testing
import Web

@Suite("The pages")
struct PageLibraryTests {
    /// A broken template or a sentence that is missing in one language stops here and not in front of a visitor.
    @Test func `are read whole, in both languages`() throws {
        let pages = try Golden.pages.get()
        for language in Language.allCases {
            let html = try pages.html("find", ["rows": [], "isEmpty": true] as [String: Any], language)
            #expect(html.contains(language == .chinese ? "没有找到" : "Nothing found"))
        }
    }

    /// A quotation mark with a combining mark behind it is one letter to people and to Swift, and still ends an attribute for a browser.
    @Test(arguments: ["\"", "'", "<", ">", "&"])
    func `escape what is typed byte by byte`(mark: String) throws {
        let html = try Golden.pages.get().html("login-way", ["way": ["next": "𠮷\(mark)\u{301} autofocus=1"]] as [String: Any])
        #expect(html.contains("𠮷\(HTML.escaped(mark))\u{301} autofocus"))
        #expect(!html.contains("𠮷\(mark)\u{301} autofocus"))
    }

    /// Figures of the wall board, titles and the words of the vocabulary are looked up by their code; everything else stands in a template.
    @Test func `use every sentence of the catalogue`() throws {
        let pages = try Golden.pages.get()
        let tables = ["figure", "place", "told"] + Vocabulary.Table.allCases.map(\.rawValue)
        let unused = pages.unusedKeys.filter { key in !tables.contains { key.hasPrefix($0 + ".") } }
        #expect(unused.sorted() == [])
    }

    /// Whoever adds a code adds its word, in both languages, or a page shows the code.
    @Test(arguments: [
        (Vocabulary.Table.event, EventTypes.all), (.method, CheckMethod.allCases.map(\.rawValue)), (.posting, Ledger.Kind.allCases.map(\.rawValue)),
        (.state, OrderState.allCases.map(\.rawValue)), (.entry, MealEntry.allCases.map(\.rawValue)), (.doubt, MealDoubt.allCases.map(\.rawValue)),
    ])
    func `have a word for every code`(table: Vocabulary.Table, codes: [String]) throws {
        let words = try Golden.pages.get().messages.keys.filter { $0.hasPrefix("\(table.rawValue).") }.map { String($0.dropFirst(table.rawValue.count + 1)) }
        #expect(words.sorted() == codes.sorted())
        for language in Language.allCases {
            let vocabulary = try Golden.pages.get().vocabulary(language)
            #expect(codes.filter { vocabulary(table, $0) == $0 } == [])
        }
    }

    /// A sentence in code, `localized("还有 \(days) 天")`, that nobody has translated would stand in Chinese on an English page.
    @Test func `tell every sentence of the code in English too`() throws {
        let messages = try Golden.pages.get().messages
        let sources = Golden.folder.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().appending(path: "Sources")
        let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
        var (found, missing): (Int, [String]) = (0, [])
        for case let file as URL in files where file.pathExtension == "swift" && !file.lastPathComponent.hasPrefix("Sentence") {
            for pattern in SentencePatterns.of(try String(contentsOf: file, encoding: .utf8)) {
                found += 1
                guard let english = messages.english(pattern) else { missing.append("\(file.lastPathComponent): \(pattern)"); continue }
                let parts = (1...9).map { "{\($0)}" }
                #expect(parts.filter(pattern.contains) == parts.filter(english.contains), "\(pattern) | \(english)")
            }
        }
        #expect(found > 100)
        #expect(missing == [])
    }

    /// Names that come from the rules' rooms.
    @Test func `tell every name in English too`() throws {
        let messages = try Golden.pages.get().messages
        let names = OrderState.allCases.map(\.name) + Verification.allCases.map(\.name) + Settlement.allCases.map(\.name)
            + ServiceLevel.allCases.map(\.name) + CloseStep.allCases.map(\.name) + Verdict.allCases.map(\.name)
            + DocumentKind.allCases.map(\.title) + Fund.allCases.map(\.name) + Category.allCases.map(\.name) + Mode.allCases.map(\.rawValue)
            + Unit.allCases.map(\.rawValue) + HolidayPolicy.allCases.map(\.name) + AbsenceKind.allCases.map(\.name)
            + FranchiseState.allCases.map(\.term) + RegisterItem.allCases.map(\.term) + Diet.allCases.map(\.term) + Merit.allCases.map(\.term)
        #expect(names.filter { messages.english($0) == nil } == [])
    }

    /// A page nobody has looked at and kept is named here.
    @Test func `are all kept as they were found right`() throws {
        let kept = try FileManager.default.contentsOfDirectory(atPath: Golden.folder.path).map { String($0.prefix { $0 != "." && $0 != "@" }) }
        #expect(Set(try Golden.pages.get().names).subtracting(kept).subtracting(Self.elsewhere).sorted() == [])
    }

    /// Parts of other templates, drawn with them; and pages that are still looked at in the browser only.
    private static let elsewhere: Set = [
        "layout", "bare", "card", "login-way", "login-fault", "due-order", "due-orders", "due-head", "duties-empty", "complaint-form", "pager", "calls", "skip-first", "account-fault",
    ]

    @Test func `escape whatever a model brings`() throws {
        let pages = try Golden.pages.get()
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
