/// What a template is written over: a page's model opened once, so that no struct is reflected upon again for every name in every row.
enum PageValue: Sendable {
    case text(String)
    case flag(Bool)
    case list([PageValue])
    /// The stored properties of a struct by name. A missing optional is left out.
    case table([String: PageValue])

    /// - Returns: nil for a missing optional.
    init?(_ value: Any) {
        switch value {
        case let text as String: self = .text(text)
        case let flag as Bool: self = .flag(flag)
        case let number as Int: self = .text(String(number))
        case let table as [String: Any]: self = .table(table.compactMapValues { PageValue($0) })
        default:
            let mirror = Mirror(reflecting: value)
            switch mirror.displayStyle {
            case .optional:
                guard let some = mirror.children.first, let opened = PageValue(some.value) else { return nil }
                self = opened
            case .collection, .set: self = .list(mirror.children.compactMap { PageValue($0.value) })
            case .struct where !(value is any CustomStringConvertible):
                var table: [String: PageValue] = [:]
                table.reserveCapacity(mirror.children.count)
                for case let (name?, child) in mirror.children { table[name] = PageValue(child) }
                self = .table(table)
            default: self = .text(String(describing: value))
            }
        }
    }

    subscript(name: String) -> PageValue? {
        guard case .table(let table) = self else { return nil }
        return table[name]
    }

    /// Whether a section of it is left out.
    var isEmpty: Bool {
        switch self {
        case .flag(let flag): !flag
        case .list(let values): values.isEmpty
        case .text, .table: false
        }
    }
}
