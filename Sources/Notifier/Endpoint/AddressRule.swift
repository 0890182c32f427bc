import Kernel

/// Which addresses a webhook may call: public ones, and those the operator of the platform has listed (`VNH_WEBHOOK_ALLOW`).
///
/// Without it a subscriber could make the platform call its own machine, its database or a cloud's metadata (server-side request forgery).
/// The rule speaks of addresses; who connects must ask it for the very address it connects to, after the name was looked up.
public struct AddressRule: Hashable, Sendable {
    /// Host names listed, in lower case.
    public let hosts: Set<String>
    /// Blocks of addresses listed.
    public let blocks: [AddressBlock]

    /// Public addresses only.
    public static let publicOnly = AddressRule(hosts: [], blocks: [])

    init(hosts: Set<String>, blocks: [AddressBlock]) {
        self.hosts = hosts
        self.blocks = blocks
    }

    /// Reads a list of host names, addresses and blocks, separated by commas: `till.lan, 10.2.0.0/16, ::1`.
    /// - Throws: `webhook_allow_invalid`, naming the part that is none of these.
    public init(allowing list: String) throws(Rejection) {
        var hosts: Set<String> = []
        var blocks: [AddressBlock] = []
        for part in list.split(separator: ",") {
            let entry = part.trimmed.lowercased()
            if entry.isEmpty { continue }
            if let block = AddressBlock(entry) {
                blocks.append(block)
            } else if HostName.isValid(entry) {
                hosts.insert(entry)
            } else {
                throw Rejection(.invalid, "webhook_allow_invalid", "VNH_WEBHOOK_ALLOW 中的“\(part.trimmed)”不是主机名、IP 地址或网段，请改正后重新启动")
            }
        }
        self.init(hosts: hosts, blocks: blocks)
    }

    /// Why the address may not be called for this host, or nil when it may.
    ///
    /// A listed name opens the machine and its own networks; the link's addresses (cloud metadata among them), multicast and reserved
    /// ones stay shut unless their block is listed: a name is what an attacker can bend.
    /// - Parameter host: As it stands in the URL, in lower case.
    public func refusal(of address: IPAddress, for host: String) -> AddressClass? {
        let kind = AddressClass(address)
        if kind == .global || blocks.contains(where: { $0.contains(address) }) { return nil }
        switch kind {
        case .loopback, .privateUse, .carrierNAT: return hosts.contains(host) ? nil : kind
        case .global, .linkLocal, .multicast, .unspecified, .reserved: return kind
        }
    }

    /// Whether the host stands in the list itself, so that it may be called without TLS.
    public func isListed(_ host: String) -> Bool {
        if hosts.contains(host) { return true }
        guard let address = IPAddress(host) else { return false }
        return blocks.contains { $0.contains(address) }
    }

    /// Refuses an address of our own network and plain HTTP as far as the URL alone shows it; the rest shows when its name is looked up.
    /// - Throws: `webhook_url_scheme`, `webhook_address_private`.
    public func check(_ url: EndpointURL) throws(Rejection) {
        if let address = IPAddress(url.host), let kind = refusal(of: address, for: url.host) {
            throw AddressRule.privateAddress("接收地址 \(url.host) 不是公网地址（\(kind.rawValue)）")
        }
        if url.host == "localhost" || url.host.hasSuffix(".localhost"), !isListed(url.host) {
            throw AddressRule.privateAddress("接收地址 \(url.host) 指向平台本机")
        }
        guard url.isSecure || isListed(url.host) else {
            throw Rejection(.refused, "webhook_url_scheme", "接收地址必须使用 https；内网地址请由平台管理员加入 VNH_WEBHOOK_ALLOW", pointer: "/url")
        }
    }

    private static func privateAddress(_ what: String) -> Rejection {
        Rejection(.refused, "webhook_address_private", what + "，不能推送；内网地址请由平台管理员加入 VNH_WEBHOOK_ALLOW", pointer: "/url")
    }
}
