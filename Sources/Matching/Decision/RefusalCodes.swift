/// A set of refusal codes in four bytes: every filter is run for every provider, so this must cost nothing.
public struct RefusalCodes: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }
    public init(_ code: RefusalCode) { rawValue = 1 << code.position }

    /// The codes in their declared order, the main one first.
    public var codes: [RefusalCode] { RefusalCode.allCases.filter(contains) }

    /// The code under which a provider is counted; nil for the empty set.
    public var main: RefusalCode? { RefusalCode.allCases.first(where: contains) }

    public func contains(_ code: RefusalCode) -> Bool { rawValue & (1 << code.position) != 0 }
    public mutating func insert(_ code: RefusalCode) { self = RefusalCodes(rawValue: rawValue | 1 << code.position) }

    /// Every bit that has a meaning.
    static let known = RefusalCode.allCases.reduce(into: RefusalCodes()) { $0.insert($1) }
}
