@testable import Store
@testable import Web
import Kernel
import Testing

@Suite("What the live events say")
struct LiveEventsTests {
    private static func event(_ type: String, _ data: String) -> Event {
        Event(
            seq: 1, id: "evt_1", at: Instant(milliseconds: 0), type: type, subject: "s", subjectSeq: 1, provider: nil, providerSeq: nil,
            actor: "desk", data: data)
    }

    @Test(arguments: [
        (#"{"elder_id":"e1","call_id":"c1"}"#, "elder"), (#"{"elder_id":null,"call_id":"c1"}"#, "call"), (#"{"call_id":"c1"}"#, "call"),
        (#"{"elder_id":null,"call_id":null}"#, nil),
        // However it is written, and whatever stands in another field.
        (#"{ "elder_id" : null, "call_id" : "c1" }"#, "call"), (#"{"elder_id":"e1","call_id":"\"elder_id\":null"}"#, "elder"),
    ] as [(String, String?)])
    func `an emergency is about an elder, or about a call while nobody is known`(data: String, about: String?) {
        #expect(LiveEvents.about(Self.event("emergency.raised", data)) == JSON(about))
        #expect(LiveEvents.about(Self.event("order.offered", data)) == .null)
    }
}
