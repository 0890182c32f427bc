import Foundation

/// What the fields of every form are called, as its own page labels them: for a page that shows a form away from its place.
///
/// Read out of the templates, so that a label stands in one place only: `<label>[[key]] <input name="x">`, the legend over choices, the words
/// of options and of buttons. Hidden fields have none, nor have boxes that get their names from the model.
struct FormLabels: Sendable {
    private struct Field: Sendable {
        /// Nil for buttons, which say themselves what they do.
        var label: String?
        /// Of what can be chosen, by the value that is sent.
        var words: [String: String] = [:]
    }

    /// A place to which a form can be sent: its own address, or that of one of its buttons.
    private struct Place: Sendable {
        /// The parts of the address; nil for what the model puts in.
        let parts: [String?]
        let fields: [String: Field]
        /// The words of the button that sends it there; empty when there are several, or none that are in the catalogue.
        let button: String

        /// How many parts are named; nil when it is another address.
        func likeness(to path: [Substring]) -> Int? {
            guard path.count == parts.count, zip(parts, path).allSatisfy({ $0 == nil || $0! == $1 }) else { return nil }
            return parts.count { $0 != nil }
        }
    }

    private let places: [Place]
    private let messages: Messages

    init(_ templates: [String], _ messages: Messages) {
        self.messages = messages
        places = templates.flatMap { Self.elements("form", in: $0[...]).flatMap(Self.places) }
    }

    /// What somebody has filled in, in the words of the page it was filled in on.
    struct Typed: Sendable {
        /// The button that was pressed; nil when that cannot be told.
        var button: String?
        var facts: [Fact] = []
    }

    func typed(_ fields: [(name: String, value: String)], at path: String, in language: Language) -> Typed {
        let places = places(at: path)
        let buttons = Set(places.map(\.button))
        var typed = Typed(button: buttons.count == 1 ? buttons.first.flatMap { $0.isEmpty ? nil : text($0, language) } : nil)
        for (name, value) in fields where !value.isEmpty {
            guard let field = places.lazy.compactMap({ $0.fields[name] }).first else { continue }
            let word = field.words[value].map { text($0, language) } ?? value
            if let label = field.label { typed.facts.append(Fact(name: text(label, language), value: word)) } else { typed.button = word }
        }
        return typed
    }

    /// What a field of the form that is sent to an address is called; nil for one that nobody fills in.
    func label(of name: String, at path: String, in language: Language) -> String? {
        places(at: path).lazy.compactMap { $0.fields[name] }.first?.label.map { text($0, language) }
    }

    /// Those whose address is named most closely.
    private func places(at path: String) -> [Place] {
        let path = path.split(separator: "/")
        let found = places.compactMap { place in place.likeness(to: path).map { (place, $0) } }
        let best = found.map(\.1).max()
        return found.filter { $0.1 == best }.map(\.0)
    }

    private func text(_ words: String, _ language: Language) -> String {
        words.replacing(#/\[\[([^\]]+)\]\]/#) { messages[String($0.1), language] ?? "" }
    }

    // MARK: Reading a template

    private static func places(of form: Substring) -> [Place] {
        guard let action = attribute("action", of: form) else { return [] }
        let fields = fields(of: form)
        let buttons = elements("button", in: form).filter { attribute("name", of: $0) == nil && !content($0).isEmpty }
        let own = buttons.filter { attribute("formaction", of: $0) == nil }
        let others = buttons.compactMap { button in attribute("formaction", of: button).map { ($0, content(button)) } }
        return ([(action, own.count == 1 ? content(own[0]) : "")] + others).map { Place(parts: parts($0), fields: fields, button: $1) }
    }

    /// `/finance/{{month}}/close` is three parts, of which the second may be anything.
    private static func parts(_ address: String) -> [String?] {
        address.replacing(#/\{\{.*?\}\}/#, with: "\0").split(separator: "/").map { $0.contains("\0") ? nil : String($0) }
    }

    private static func fields(of form: Substring) -> [String: Field] {
        var fields: [String: Field] = [:]
        for group in elements("fieldset", in: form) {
            let legend = elements("legend", in: group).first.map(content) ?? ""
            for choice in elements("label", in: group) {
                guard let name = attribute("name", of: choice), let value = attribute("value", of: choice) else { continue }
                fields[name, default: Field(label: legend)].words[value] = content(choice)
            }
        }
        for label in elements("label", in: form) {
            guard let name = attribute("name", of: label), fields[name] == nil else { continue }
            let words = label.firstMatch(of: #/<(input|select|textarea)\b/#).map { content(label[..<$0.range.lowerBound]) } ?? ""
            guard !words.isEmpty else { continue }
            var field = Field(label: words)
            for option in elements("option", in: label) {
                if let value = attribute("value", of: option), !value.contains("{{"), !content(option).isEmpty { field.words[value] = content(option) }
            }
            fields[name] = field
        }
        for control in form.matches(of: #/<(input|select|textarea)\b[^>]*>/#).map(\.0) {
            guard let name = attribute("name", of: control), let label = attribute("aria-label", of: control), fields[name] == nil else { continue }
            fields[name] = Field(label: label)
        }
        for button in elements("button", in: form) {
            guard let name = attribute("name", of: button), let value = attribute("value", of: button) else { continue }
            fields[name, default: Field()].words[value] = content(button)
        }
        return fields
    }

    /// From behind `<name` to `</name>`.
    private static func elements(_ name: String, in text: Substring) -> [Substring] {
        var found: [Substring] = []
        var rest = text
        while let open = rest.range(of: "<\(name)"), let close = rest[open.upperBound...].range(of: "</\(name)>") {
            found.append(rest[open.upperBound..<close.lowerBound])
            rest = rest[close.upperBound...]
        }
        return found
    }

    /// The first of its name in an element or in what stands in it.
    private static func attribute(_ name: String, of element: Substring) -> String? {
        guard let open = element.range(of: " \(name)=\""), let close = element[open.upperBound...].range(of: "\"") else { return nil }
        return String(element[open.upperBound..<close.lowerBound])
    }

    /// The words of an element, with the keys of the catalogue; without tags, keys to press and what the model puts in.
    private static func content(_ element: Substring) -> String {
        let inner = element.firstIndex(of: ">").map { element[element.index(after: $0)...] } ?? element
        return inner.replacing(#/<kbd>[^<]*</kbd>|<[^>]*>|\{\{.*?\}\}/#, with: "").trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
