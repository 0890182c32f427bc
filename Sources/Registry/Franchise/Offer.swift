import Kernel

/// What a provider has agreed to do at a contract price (协议价) for a span of days.
public struct Offer: Hashable, Sendable {
    public var provider: ProviderID
    /// A code of the catalogue's items.
    public var item: String
    /// For one unit of the item.
    public var price: Fen
    public var span: DateSpan

    public init(provider: ProviderID, item: String, price: Fen, span: DateSpan) {
        self.provider = provider
        self.item = item
        self.price = price
        self.span = span
    }
}
