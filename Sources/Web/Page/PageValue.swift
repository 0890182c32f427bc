import Mustache

/// A page's model opened once: each struct becomes a table of its stored properties by name.
///
/// The template engine would reflect upon a struct again for every name in every row, which is most of the time of a page with a long list.
enum PageValue {
    /// The same to a template as the value itself. A missing optional is left out, as the engine takes both for absent.
    static func opened(_ value: Any) -> Any? {
        switch value {
        case is String, is Bool, is Int: return value
        case is any MustacheParent, is any MustacheCustomRenderable: return value
        default: break
        }
        let mirror = Mirror(reflecting: value)
        switch mirror.displayStyle {
        case .optional: return mirror.children.first.flatMap { opened($0.value) }
        case .collection, .set: return mirror.children.compactMap { opened($0.value) }
        case .struct where !(value is any CustomStringConvertible):
            var table: [String: Any] = [:]
            table.reserveCapacity(mirror.children.count)
            for case let (name?, child) in mirror.children { table[name] = opened(child) }
            return table
        default: return value
        }
    }
}
