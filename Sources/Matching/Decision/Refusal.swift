import Registry

/// A provider that cannot be offered the order, and every reason why.
public struct Refusal: Hashable, Sendable {
    public let provider: ProviderID
    public let reasons: RefusalCodes
    /// Until when its window is full, minutes since midnight, where that is a reason.
    public let fullUntil: Int?

    public init(provider: ProviderID, reasons: RefusalCodes, fullUntil: Int? = nil) {
        self.provider = provider
        self.reasons = reasons
        self.fullUntil = fullUntil
    }

    public var codes: [RefusalCode] { reasons.codes }
}
