import Mustache

/// A page's model opened once: each struct becomes a table of its stored properties by name.
///
/// The template engine would reflect upon a struct again for every name in every row, and ask every text what else it might be, which together is
/// most of the time of a page with a long list.
enum PageValue {
    /// A text or a whole number, as it is shown.
    private struct Text: MustacheCustomRenderable {
        let renderText: String
        var isNull: Bool { false }
    }

    /// The stored properties of a struct.
    private struct Table: MustacheParent {
        let fields: [String: Any]
        func child(named name: String) -> Any? { fields[name] }
    }

    /// The same to a template as the value itself. A missing optional is left out, as the engine takes both for absent.
    static func opened(_ value: Any) -> Any? {
        if let text = value as? String { return Text(renderText: text) }
        if let number = value as? Int { return Text(renderText: "\(number)") }
        if value is Bool { return value }
        let mirror = Mirror(reflecting: value)
        switch mirror.displayStyle {
        case .optional: return mirror.children.first.flatMap { opened($0.value) }
        case .collection, .set: return mirror.children.compactMap { opened($0.value) }
        case .struct where !(value is any CustomStringConvertible) && !(value is any MustacheCustomRenderable) && !(value is any MustacheParent):
            var fields: [String: Any] = [:]
            fields.reserveCapacity(mirror.children.count)
            for case let (name?, child) in mirror.children { fields[name] = opened(child) }
            return Table(fields: fields)
        default: return value
        }
    }
}
