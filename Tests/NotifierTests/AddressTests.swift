import Foundation
import Kernel
import Notifier
import Testing

@Suite struct `An address` {
    static let classes: [(String, AddressClass)] = [
        ("8.8.8.8", .global), ("223.5.5.5", .global), ("2400:3200::1", .global), ("127.0.0.1", .loopback), ("127.255.0.9", .loopback),
        ("::1", .loopback), ("10.1.2.3", .privateUse), ("172.16.0.1", .privateUse), ("172.32.0.1", .global), ("192.168.1.1", .privateUse),
        ("fd00::1", .privateUse), ("100.100.100.200", .carrierNAT), ("169.254.169.254", .linkLocal), ("fe80::1", .linkLocal),
        ("224.0.0.1", .multicast), ("ff02::1", .multicast), ("0.0.0.0", .unspecified), ("::", .unspecified), ("255.255.255.255", .reserved),
        ("203.0.113.5", .reserved), ("2001:db8::1", .reserved), ("::ffff:10.0.0.1", .privateUse), ("::ffff:8.8.8.8", .global),
        ("64:ff9b::127.0.0.1", .loopback), ("2002:7f00:1::", .loopback), ("2001:0:1::1", .reserved),
    ]

    @Test(arguments: classes.indices)
    func `is of its class`(row: Int) throws {
        let (text, kind) = Self.classes[row]
        #expect(AddressClass(try #require(IPAddress(text))) == kind, "\(text)")
    }

    @Test func `is refused unless public or listed`() throws {
        let rule = try AddressRule(allowing: "till.lan, 10.2.0.0/16, ::1")
        let refusal = { (address: String, host: String) in rule.refusal(of: IPAddress(address)!, for: host) }
        #expect(refusal("8.8.8.8", "example.com") == nil)
        #expect(refusal("10.2.3.4", "evil.example") == nil)
        #expect(refusal("10.3.3.4", "evil.example") == .privateUse)
        #expect(refusal("192.168.0.9", "till.lan") == nil)
        #expect(refusal("169.254.169.254", "till.lan") == .linkLocal)
        #expect(refusal("127.0.0.1", "evil.example") == .loopback)
        #expect(refusal("::1", "evil.example") == nil)
    }

    @Test(arguments: ["10.0.0.1/8", "a b", "10.0.0.0/33", "-x", "1.2.3"])
    func `list with a slip in it is refused`(list: String) {
        let rejection = #expect(throws: Rejection.self) { try AddressRule(allowing: list) }
        #expect(rejection?.code == "webhook_allow_invalid")
    }

    static let urls: [(String, String?)] = [
        ("https://example.com", nil), ("https://example.com:8443/a?b=%20", nil), ("https://[2400:3200::1]/", nil),
        ("https://u:p@example.com/", "webhook_url_userinfo"), ("https://example.com:0/", "webhook_url_port"),
        ("https://example.com:65536/", "webhook_url_port"), ("https://example.com:/", "webhook_url_port"),
        ("gopher://example.com/", "webhook_url_scheme"), ("https:/example.com", "webhook_url_invalid"),
        ("https://2130706433/", "webhook_url_host"), ("https://0177.0.0.1/", "webhook_url_host"), ("https:///x", "webhook_url_host"),
        ("https://例子.com/", "webhook_url_invalid"), ("https://example.com/\r\nx", "webhook_url_invalid"),
        ("https://example.com\\@evil/", "webhook_url_invalid"), ("https://example.com/%zz", "webhook_url_invalid"),
        ("https://example.com/#x", "webhook_url_fragment"),
    ]

    @Test(arguments: urls.indices)
    func `in a URL is read in one way only`(row: Int) {
        let (text, code) = Self.urls[row]
        guard let code else {
            #expect((try? EndpointURL(text)).flatMap { url in try? EndpointURL(url.text) == url } == true, "\(text)")
            return
        }
        let rejection = #expect(throws: Rejection.self, "\(text)") { try EndpointURL(text) }
        #expect(rejection?.code == code, "\(text)")
    }
}

@Suite struct `The list of event types` {
    /// Whoever adds an event adds it to `EventTypes`, or nobody can subscribe to it.
    @Test func `holds every type that a workflow writes`() throws {
        let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../Sources/Workflow").standardized
        let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)).compactMap { $0 as? URL }
        var found: Set<String> = []
        for file in files where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            for match in text.matches(of: #/"((?:budget|call|complaint|elders?|emergency|fund|meal|message|month|order|payout|reference|statement|webhook)\.[a-z_]+)"/#) {
                found.insert(String(match.1))
            }
        }
        #expect(found.count >= 20)
        #expect(found.subtracting(EventTypes.all).sorted() == [])
    }

    @Test func `refuses a filter that can match none of them`() throws {
        #expect(try EventFilter(["order.*", "meal.served"], known: EventTypes.all).matches("order.offered"))
        #expect(throws: Rejection.self) { try EventFilter(["order.exploded"], known: EventTypes.all) }
        #expect(throws: Rejection.self) { try EventFilter([], known: EventTypes.all) }
    }
}
