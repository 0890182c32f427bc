import Kernel
import Testing

@testable import Web

/// The cases of the public specification of Mustache that the pages live by, and what each part of it is for.
@Suite struct `A template` {
    struct Row { let name: String; let note: String? }
    struct Inner { let name: String }
    struct Model {
        var name = "<甲>&'\""
        var isOpen = true
        var isShut = false
        var rows = [Row(name: "a", note: "x"), Row(name: "b", note: nil)]
        var none: [Row] = []
        var count: Int? = 0
        var nothing: String?
        var empty = ""
        var words = ["一", "二"]
        var inner = Inner(name: "里")
        var note = "outer"
    }

    static func drawn(_ text: String, _ others: [String: String] = [:], _ model: Any = Model()) throws -> String {
        let templates = try others.merging(["page": text]) { $1 }.mapValues { try PageTemplate($0) }
        var writer = PageWriter(templates, try #require(PageValue(model)))
        let isThere = writer.write("page")
        #expect(isThere)
        return String(decoding: writer.html, as: UTF8.self)
    }

    @Test(arguments: [
        ("{{name}}|{{ name }}|{{{name}}}", "&lt;甲&gt;&amp;&#39;&quot;|&lt;甲&gt;&amp;&#39;&quot;|<甲>&'\""),
        ("{{inner.name}}|{{inner.other}}|{{name.x}}|{{unknown}}|", "里||||"),
        ("{{#isOpen}}o{{/isOpen}}{{^isOpen}}s{{/isOpen}}{{#isShut}}o{{/isShut}}{{^isShut}}s{{/isShut}}", "os"),
        ("{{isOpen}}{{rows}}{{inner}}", "true"),
        ("{{#words}}<{{.}}>{{/words}}", "<一><二>"), ("{{#none}}x{{/none}}{{^none}}-{{/none}}", "-"),
        // Zero and the empty text are there; what is missing is not.
        ("{{#count}}{{.}}{{/count}}{{^count}}-{{/count}}", "0"), ("{{#empty}}e{{/empty}}", "e"), ("{{#nothing}}x{{/nothing}}{{^nothing}}-{{/nothing}}", "-"),
        // Names are looked for from the inside outwards.
        ("{{#rows}}{{name}}={{note}};{{/rows}}", "a=x;b=outer;"), ("{{#inner}}{{name}}{{#isOpen}}{{count}}{{/isOpen}}{{/inner}}", "里0"),
        ("{{#inner}}{{#rows}}{{name}}{{inner.name}}{{/rows}}{{name}}{{/inner}}", "a里b里里"),
        ("{ {a} } }}", "{ {a} } }}"),
    ])
    func `writes values, sections and what is missing`(text: String, html: String) throws { #expect(try Self.drawn(text) == html) }

    @Test(arguments: [
        ("a\n{{#isOpen}}\nb\n{{/isOpen}}\nc\n", "a\nb\nc\n"), ("  {{#isOpen}}  \nb\n  {{/isOpen}}", "b\n"), ("a {{#isOpen}}\nb{{/isOpen}}\n", "a \nb\n"),
        ("{{#isOpen}}{{#isOpen}}\nb{{/isOpen}}{{/isOpen}}\nc", "\nb\nc"), ("{{^isOpen}}\nb\n{{/isOpen}}\nc", "c"), ("a\n{{name}}\nb", "a\n&lt;甲&gt;&amp;&#39;&quot;\nb"),
        ("a\n{{>other}}\nb", "a\n[里]b"), ("a{{>other}}\nb", "a[里]\nb"),
    ])
    func `leaves no line where only a tag of structure stood`(text: String, html: String) throws {
        #expect(try Self.drawn(text, ["other": "[{{inner.name}}]"]) == html)
    }

    @Test(arguments: [
        ("{{<frame}}{{$main}}m{{/main}}{{/frame}}", "[m|t]"), ("{{<frame}}\n ignored\n{{$title}}{{name}}{{/title}}\n{{/frame}}\n", "[d|&lt;甲&gt;&amp;&#39;&quot;]"),
        ("{{<frame}}{{/frame}}", "[d|t]"), ("{{<middle}}{{$main}}m{{/main}}{{/middle}}", "[m|middle]"),
        ("{{<middle}}{{$main}}m{{/main}}{{$title}}own{{/title}}{{/middle}}", "[m|own]"), ("{{#rows}}{{<frame}}{{$main}}{{name}}{{/main}}{{/frame}}{{/rows}}", "[a|t][b|t]"),
    ])
    func `fills the blocks of another`(text: String, html: String) throws {
        let others = ["frame": "[{{$main}}d{{/main}}|{{$title}}t{{/title}}]", "middle": "{{<frame}}{{$title}}middle{{/title}}{{/frame}}"]
        #expect(try Self.drawn(text, others) == html)
    }

    @Test(arguments: [
        ("a\n{{#x}}", 2), ("{{#x}}\n\n{{/y}}", 3), ("{{/x}}", 1), ("a\n{{x", 2), ("{{}}", 1), ("{{a b}}", 1), ("{{=<% %>=}}", 1), ("\n{{! word }}", 2),
        ("{{{x}}", 1), ("{{x(y)}}", 1),
    ])
    func `that is broken names its line`(text: String, line: Int) throws {
        let fault = #expect(throws: PageTemplate.Fault.self) { try PageTemplate(text) }
        #expect(fault?.line == line)
    }

    @Test func `that is not there is told apart from an empty one`() throws {
        var writer = PageWriter([:], .flag(true))
        let isThere = writer.write("page")
        #expect(!isThere && writer.html.isEmpty)
    }

    @Test func `takes what a part of a sentence says for no place`() {
        #expect(Sentence("\("{2}")和\("乙")，{x}").filled("{2}、{1}{3}{") == "乙、{2}{3}{")
    }
}
