import Kernel

/// A licence or certificate (证照) with its holder and the days on which it is valid.
///
/// An expired one stops its holder for the items that need it, never the whole firm (check R10: valid on the day of service).
public struct Credential: Hashable, Sendable {
    public enum Holder: Hashable, Sendable {
        case provider
        case worker(WorkerID)
        /// By plate.
        case vehicle(String)
    }

    /// A code of the catalogue's credential types.
    public var type: String
    public var holder: Holder
    public var number: String
    public var span: DateSpan

    public init(type: String, holder: Holder, number: String, span: DateSpan) {
        self.type = type
        self.holder = holder
        self.number = number
        self.span = span
    }
}

extension [Credential] {
    /// Whether one of the type is valid on the day.
    public func cover(_ type: String, on date: LocalDate) -> Bool { contains { $0.type == type && $0.span.contains(date) } }

    func cover(_ types: [String], on date: LocalDate) -> Bool { types.allSatisfy { cover($0, on: date) } }
}
