import Mustache

/// A page's model opened once: each struct becomes a table of its stored properties by name, each list of ``PageRow`` a text filled in.
///
/// The template engine would reflect upon a struct again for every name in every row, and ask every text what else it might be, which together is
/// most of the time of a page with a long list.
enum PageValue {
    /// A text or a whole number, as it is shown.
    struct Text: MustacheCustomRenderable {
        let renderText: String
        var isNull: Bool { false }
    }

    /// The stored properties of a struct.
    final class Table: MustacheParent {
        fileprivate var fields: [String: Any] = [:]
        /// That of the struct it stands in, which outlives it.
        private unowned let outer: Table?

        fileprivate init(in outer: Table?) { self.outer = outer }

        func child(named name: String) -> Any? { fields[name] }

        /// A name, here or further out, and names of what it is.
        func find(_ path: [String]) -> Any? {
            guard let name = path.first else { return nil }
            guard let found = fields[name] else { return outer?.find(path) }
            return path.dropFirst().reduce(found) { value, name in (value as? Table)?.fields[name] }
        }
    }

    /// What a lambda has come to: shown as it is.
    private struct Filled: CustomStringConvertible { let description: String }

    /// The same to a template as the value itself. A missing optional is left out, as the engine takes both for absent.
    ///
    /// - Parameter outer: the struct that the value stands in.
    static func opened(_ value: Any, in outer: Table? = nil, _ templates: RowTemplate.Shelf) -> Any? {
        if let text = value as? String { return Text(renderText: text) }
        if let number = value as? Int { return Text(renderText: "\(number)") }
        if value is Bool { return value }
        let mirror = Mirror(reflecting: value)
        switch mirror.displayStyle {
        case .optional: return mirror.children.first.flatMap { opened($0.value, in: outer, templates) }
        case .collection, .set:
            if let outer, !mirror.children.isEmpty, let rows = value as? [any PageRow] { return lambda(rows, in: outer, templates) }
            return mirror.children.compactMap { opened($0.value, in: outer, templates) }
        case .struct where !(value is any CustomStringConvertible) && !(value is any MustacheCustomRenderable):
            let table = Table(in: outer)
            table.fields.reserveCapacity(mirror.children.count)
            for case let (name?, child) in mirror.children { table.fields[name] = opened(child, in: table, templates) }
            return table
        default: return value
        }
    }

    /// Gets the text between `{{#rows}}` and `{{/rows}}`.
    private static func lambda(_ rows: [any PageRow], in outer: Table, _ templates: RowTemplate.Shelf) -> MustacheLambda {
        MustacheLambda { [unowned outer] text in
            do throws(RowTemplate.Unknown) {
                return Filled(description: try templates[text].filled(rows, in: outer))
            } catch {
                // Every template has a golden page: this is met by its test.
                preconditionFailure("{{\(error.tag)}} is not known to rows")
            }
        }
    }

    // MARK: Values that are not opened, in a row

    /// Nil for a missing optional.
    static func present(_ value: Any) -> Any? {
        if value is String || value is Bool || value is Int { return value }
        let mirror = Mirror(reflecting: value)
        return mirror.displayStyle == .optional ? mirror.children.first?.value : value
    }

    static func text(_ value: Any) -> String {
        if let text = value as? String { return text }
        if let text = value as? Text { return text.renderText }
        return String(describing: value)
    }

    static func plain(_ value: Any) -> Any { (value as? Text)?.renderText ?? value }

    /// The elements of a list; nil for anything else.
    static func list(_ value: Any) -> [Any]? {
        if value is String || value is Bool || value is Text { return nil }
        let mirror = Mirror(reflecting: value)
        return mirror.displayStyle == .collection ? mirror.children.map(\.value) : nil
    }
}
