import Mustache

/// How a page escapes what it shows: by bytes, as ``HTML`` does everywhere.
///
/// The template engine's own way goes letter by letter, and a quotation mark with a combining mark behind it is another letter to it: it would
/// pass as it is and end an attribute.
struct PageText: MustacheContentType {
    func escapeText(_ text: String) -> String { HTML.escaped(text) }

    private static let name = "PAGE"
    /// Stands in front of every template: each partial says its own.
    static let pragma = "{{% CONTENT_TYPE:\(name)}}\n"

    static func register() { MustacheContentTypes.register(PageText(), named: name) }
}
