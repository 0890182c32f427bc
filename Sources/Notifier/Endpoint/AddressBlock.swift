/// A block of addresses, `10.0.0.0/8` or `fd00::/8`; a single address is the block of its full length.
public struct AddressBlock: Hashable, Sendable {
    public let base: IPAddress
    /// Leading bits that count: 0 ... 32 or 0 ... 128.
    public let length: Int

    /// Nil for anything but ADDRESS or ADDRESS/LENGTH, and for a base with bits set beyond its length: a slip worth hearing of.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let base = IPAddress(first) else { return nil }
        let full = if case .v4 = base { 32 } else { 128 }
        var length = full
        if parts.count == 2 {
            guard (1...3).contains(parts[1].utf8.count), parts[1].utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
                let given = Int(parts[1]), given <= full
            else { return nil }
            length = given
        }
        guard AddressBlock.masked(base, length) == base else { return nil }
        self.base = base
        self.length = length
    }

    public func contains(_ address: IPAddress) -> Bool {
        switch (base, address) {
        case (.v4, .v4), (.v6, .v6): AddressBlock.masked(address, length) == base
        default: false
        }
    }

    private static func masked(_ address: IPAddress, _ length: Int) -> IPAddress {
        switch address {
        case .v4(let value): .v4(value & (length == 0 ? 0 : ~0 << UInt32(32 - length)))
        case .v6(let high, let low):
            .v6(
                high: high & (length == 0 ? 0 : ~0 << UInt64(max(0, 64 - length))),
                low: low & (length <= 64 ? 0 : ~0 << UInt64(128 - length)))
        }
    }
}
