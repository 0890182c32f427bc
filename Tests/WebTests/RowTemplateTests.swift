import Foundation
import Testing

@testable import Web

/// A list of rows is filled in beside the template engine, and comes out as the engine would have drawn it.
@Suite("The rows of a page")
struct RowTemplateTests {
    private struct Fact {
        let name: String
        let value: Int
    }

    private struct Row: PageRow {
        let id: String
        let name: String
        let count: Int
        let isLate: Bool
        let note: String?
        let words: [String]
        let facts: [Fact]
    }

    /// The same, drawn by the engine.
    private struct Plain {
        let id: String
        let name: String
        let count: Int
        let isLate: Bool
        let note: String?
        let words: [String]
        let facts: [Fact]
    }

    private struct Inner<Element> {
        let month: String
        let mayAct: Bool
        let rows: [Element]
    }

    private struct Frame { let csrf: String }

    private struct Outer<Element> {
        let frame: Frame
        let model: Inner<Element>
    }

    private static let template = """
        {{#model}}<table>
        {{#rows}}<tr class="{{id}}"><td>{{month}} {{name}} {{count}}{{#isLate}} late{{/isLate}}{{^isLate}} in time{{/isLate}}</td>
        <td>{{#note}}<i>{{note}}|{{.}}</i>{{/note}}{{^note}}none{{/note}} {{#words}}[{{.}} {{id}}]{{/words}}{{^words}}silent{{/words}}</td>
        {{#model.mayAct}}<input value="{{frame.csrf}}">{{/model.mayAct}}{{#facts}}<dd>{{name}}={{value}}{{id}}</dd>{{/facts}}{{>part}}</tr>
        {{/rows}}{{^rows}}<tr><td>empty</td></tr>{{/rows}}</table>{{/model}}
        """
    private static let part = "<b>{{name}}</b>"

    private func drawn<Element: Sendable>(_ rows: [Element]) throws -> String {
        let folder = FileManager.default.temporaryDirectory.appending(path: "rows-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(Self.template.utf8).write(to: folder.appending(path: "page.mustache"))
        try Data(Self.part.utf8).write(to: folder.appending(path: "part.mustache"))
        let model = Outer(frame: Frame(csrf: "s&cret"), model: Inner(month: "2026-03", mayAct: true, rows: rows))
        return try PageLibrary([ResourceFolder(at: folder.path)]).html("page", model)
    }

    @Test(arguments: [0, 1, 3])
    func `come out as the engine draws them`(count: Int) throws {
        let names = ["<𠮷>", "{{id}}", "\"'&"]
        let rows = (0..<count).map { place in
            Row(
                id: "r\(place)", name: names[place], count: place, isLate: place == 1, note: place == 0 ? "a<b" : nil,
                words: place == 2 ? [] : ["x", "<y>"], facts: place == 1 ? [] : [Fact(name: "f", value: 7), Fact(name: "g", value: 8)])
        }
        let plain = rows.map {
            Plain(id: $0.id, name: $0.name, count: $0.count, isLate: $0.isLate, note: $0.note, words: $0.words, facts: $0.facts)
        }
        let html = try drawn(rows)
        #expect(html == (try drawn(plain)))
        #expect(html.contains(count > 1 ? "{{id}}" : count > 0 ? "&lt;𠮷&gt;" : "empty"))
        #expect(!html.contains("<𠮷>"))
    }

    @Test(arguments: ["{{#rows}}", "{{/rows}}", "{{#first()}}{{/first()}}", "{{{raw}}}", "{{>nowhere}}", "{{upper(name)}}"])
    func `say what they do not know`(text: String) {
        #expect(throws: RowTemplate.Unknown.self) { try RowTemplate(text, partials: [:]) }
    }
}
