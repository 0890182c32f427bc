/// What an address is for, after the registries of special-purpose addresses (IANA; RFC 6890).
///
/// Only ``global`` is called without being listed: anything else belongs to this machine, its network, or nobody.
public enum AddressClass: String, Hashable, Sendable {
    case global
    /// This machine: 127.0.0.0/8, ::1.
    case loopback
    /// A network of one's own: 10/8, 172.16/12, 192.168/16, fc00::/7, fec0::/10.
    case privateUse = "private"
    /// Shared behind a carrier's NAT: 100.64/10 (some clouds keep their metadata there).
    case carrierNAT = "carrier_nat"
    /// 169.254/16 and fe80::/10; clouds answer with credentials at 169.254.169.254.
    case linkLocal = "link_local"
    case multicast
    /// 0.0.0.0/8, ::; many systems take it for this machine.
    case unspecified
    /// Documentation, benchmarking, future use, and tunnels that carry what we cannot see.
    case reserved

    public init(_ address: IPAddress) {
        switch address {
        case .v4(let value): self = AddressClass.of(value)
        case .v6(let high, let low): self = AddressClass.of(high, low)
        }
    }

    private static func of(_ value: UInt32) -> AddressClass {
        switch (value >> 24, value >> 16 & 0xFF, value >> 8 & 0xFF) {
        case (0, _, _): .unspecified
        case (10, _, _), (172, 16...31, _), (192, 168, _): .privateUse
        case (127, _, _): .loopback
        case (100, 64...127, _): .carrierNAT
        case (169, 254, _): .linkLocal
        case (192, 0, 0), (192, 0, 2), (192, 88, 99), (198, 18...19, _), (198, 51, 100), (203, 0, 113): .reserved
        case (224...239, _, _): .multicast
        case (240...255, _, _): .reserved
        default: .global
        }
    }

    private static func of(_ high: UInt64, _ low: UInt64) -> AddressClass {
        let v4 = UInt32(truncatingIfNeeded: low)
        switch (high, low) {
        case (0, 0): return .unspecified
        case (0, 1): return .loopback
        // Compatible (deprecated), mapped and translated IPv4, and the well-known NAT64 prefix: what counts is the address inside.
        case (0, _) where low >> 32 == 0: return notGlobal(v4)
        case (0, _) where low >> 32 == 0xFFFF, (0, _) where low >> 32 == 0xFFFF_0000: return of(v4)
        case (0x0064_FF9B_0000_0000, _) where low >> 32 == 0: return of(v4)
        default: break
        }
        if high >> 48 == 0x2002 { return of(UInt32(truncatingIfNeeded: high >> 16)) }
        if high >> 57 == 0x7E { return .privateUse }
        if high >> 54 == 0x3FA { return .linkLocal }
        if high >> 54 == 0x3FB { return .privateUse }
        if high >> 56 == 0xFF { return .multicast }
        // Outside 2000::/3 nothing is assigned; 2001::/23 are protocols (Teredo among them), 2001:db8::/32 and 3fff::/20 documentation.
        if high >> 61 != 1 || high >> 41 == 0x2001_0000 >> 9 || high >> 32 == 0x2001_0DB8 || high >> 44 == 0x3FFF0 { return .reserved }
        // ISATAP hides an IPv4 address behind the identifier 5efe.
        if low >> 32 & ~0x0200_0000 == 0x5EFE { return of(v4) }
        return .global
    }

    /// IPv4-compatible addresses were given up in 2006: even a public one inside is not to be called.
    private static func notGlobal(_ v4: UInt32) -> AddressClass {
        let inner = of(v4)
        return inner == .global ? .reserved : inner
    }
}
