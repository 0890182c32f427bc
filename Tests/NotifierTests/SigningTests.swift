import Kernel
import Notifier
import Testing

@Suite struct `A signature` {
    static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    /// The first row is the example that the libraries of Standard Webhooks carry; the second was signed by the one for Python.
    static let vectors: [(id: String, seconds: Int64, body: String, signature: String)] = [
        ("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, #"{"test": 2432232314}"#, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        ("evt_000000000001", 1_767_225_600, #"{"type":"order.offered","名":"中文"}"#, "v1,ioEpeyaKeYhP8jPIj77t7HWT+vJAFr0VJjsX546bfck="),
    ]

    @Test(arguments: vectors.indices)
    func `is that of the standard`(row: Int) throws {
        let vector = Self.vectors[row]
        let signed = SignatureHeaders(
            signing: Array(vector.body.utf8), id: vector.id, at: Instant(milliseconds: vector.seconds * 1000), secrets: [try Secret(Self.secret)])
        #expect(signed.signature == vector.signature)
        #expect(signed.pairs.map(\.0) == ["webhook-id", "webhook-timestamp", "webhook-signature"])
    }

    @Test func `is refused when anything was changed or it is too old`() throws {
        let now = Instant(milliseconds: 1_767_225_600_000)
        let secret = try Secret(Self.secret)
        let body = Array("{}".utf8)
        let signed = SignatureHeaders(signing: body, id: "evt_1", at: now, secrets: [secret])
        let check = SignatureCheck(secrets: [secret])
        try check.verify(signed, body: body, now: now)
        #expect(throws: SignatureCheck.Fault.noMatch) { try check.verify(signed, body: body + [0x20], now: now) }
        #expect(throws: SignatureCheck.Fault.tooOld) { try check.verify(signed, body: body, now: now + .seconds(301)) }
        #expect(throws: SignatureCheck.Fault.tooNew) { try check.verify(signed, body: body, now: now - .seconds(301)) }
        let other = SignatureHeaders(id: "evt_2", timestamp: signed.timestamp, signature: signed.signature)
        #expect(throws: SignatureCheck.Fault.noMatch) { try check.verify(other, body: body, now: now) }
    }

    @Test func `comes from both secrets while one replaces the other`() throws {
        let now = Instant(milliseconds: 0)
        let (old, new) = (Secret(random: Array(repeating: 1, count: 32)), Secret(random: Array(repeating: 2, count: 32)))
        let ring = SecretRing(old).rotated(to: new, at: now)
        #expect(ring.active(at: now) == [new, old])
        #expect(ring.active(at: now + SecretRing.overlap) == [new])
        #expect(try SecretRing(text: ring.text) == ring)
    }

    @Test(arguments: [23, 65, 0])
    func `needs a secret of 24 to 64 bytes`(count: Int) throws {
        let ok = Secret(random: Array(repeating: 7, count: 24)).text
        #expect(try Secret(ok).bytes.count == 24)
        let wrong = "whsec_" + base64(count)
        let rejection = #expect(throws: Rejection.self) { try Secret(wrong) }
        #expect(rejection?.code == "webhook_secret_invalid")
    }

    /// Base64 of so many zero bytes.
    private func base64(_ count: Int) -> String {
        let groups = String(repeating: "AAAA", count: count / 3)
        return groups + ["", "AA==", "AAA="][count % 3]
    }

    @Test func `never shows its secret by accident`() throws {
        let secret = try Secret(Self.secret)
        #expect("\(secret)" == "whsec_…")
        #expect(String(reflecting: secret) == "whsec_…")
    }
}
