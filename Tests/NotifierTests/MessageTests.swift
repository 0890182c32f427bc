import Crypto
import Kernel
import Testing

@testable import Notifier

@Suite struct `A message template` {
    @Test(arguments: [
        ("{item}将于{start}上门", ["item", "start"], "理发将于9:00上门"),
        ("{\"to\":\"{item}\",\"n\":{start}}", ["item", "start"], "{\"to\":\"理发\",\"n\":9:00}"),
        ("没有空处 { } {1} {Item} {", [], "没有空处 { } {1} {Item} {"),
        ("{item}{item}", ["item", "item"], "理发理发"),
        ("{absent}!", ["absent"], "!"),
    ])
    func `fills its places and nothing else`(text: String, places: [String], filled: String) {
        let template = MessageTemplate(text)
        #expect(template.places == places)
        #expect(template.filled(["item": "理发", "start": "9:00"]) == filled)
    }

    @Test func `a value cannot break out of its place`() {
        let values = ["text": "\"},{\"a\":\n{text}&=% 你"]
        #expect(MessageTemplate("{\"t\":\"{text}\"}").filled(values, escape: MessageEscape.json.callAsFunction) == #"{"t":"\"},{\"a\":\n{text}&=% 你"}"#)
        #expect(MessageTemplate("t={text}").filled(values, escape: MessageEscape.form.callAsFunction) == "t=%22%7D%2C%7B%22a%22%3A%0A%7Btext%7D%26%3D%25%20%E4%BD%A0")
    }
}

@Suite struct `Quiet hours` {
    private let day = LocalDate(dayNumber: 20_514)

    @Test(arguments: [
        // from, until, minute of the day, minutes after that midnight at which it may be sent
        (21 * 60, 8 * 60, 12 * 60, 12 * 60), (21 * 60, 8 * 60, 21 * 60, 32 * 60), (21 * 60, 8 * 60, 23 * 60 + 59, 32 * 60),
        (21 * 60, 8 * 60, 0, 8 * 60), (21 * 60, 8 * 60, 7 * 60 + 59, 8 * 60), (21 * 60, 8 * 60, 8 * 60, 8 * 60),
        (12 * 60, 14 * 60, 13 * 60, 14 * 60), (12 * 60, 14 * 60, 14 * 60, 14 * 60), (12 * 60, 14 * 60, 11 * 60, 11 * 60),
        (0, 0, 5 * 60, 5 * 60),
    ])
    func `put a message off to their end`(from: Int, until: Int, at: Int, sent: Int) {
        let passed = QuietHours(from: from, until: until).passed(Instant(day, minute: at))
        #expect(passed == Instant(day) + .minutes(sent))
    }
}

@Suite struct `A gateway` {
    private func gateway(
        _ headers: [String: String] = [:], _ body: String = "{text}", _ signature: MessageGateway.Signature? = nil, secret: String? = nil
    ) throws -> MessageGateway {
        try MessageGateway(
            url: EndpointURL("https://sms.example/send"), headers: headers, body: body, escape: .json, signature: signature, secretName: secret,
            mark: "ok")
    }

    @Test func `signs what its template says`() throws {
        let signed = try gateway(
            ["x-sign": "{signature}", "x-key": "{secret}"], #"{"to":"{number}","text":"{text}","at":{timestamp}}"#,
            .init(over: "{timestamp}{number}{text}", encoding: .hex), secret: "KEY")
        let request = signed.request(id: "sms_1", rule: "r", number: "13900000000", text: "\"你\"", secret: "s", at: Instant(milliseconds: 1_500_000))
        #expect(String(decoding: request.body, as: UTF8.self) == #"{"to":"13900000000","text":"\"你\"","at":1500}"#)
        let code = HMAC<SHA256>.authenticationCode(for: Array("150013900000000\"你\"".utf8), using: SymmetricKey(data: Array("s".utf8)))
        #expect(request.headers.map(\.0) == ["x-key", "x-sign"])
        #expect(request.headers.map(\.1) == ["s", Array(code).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()])
        #expect(request.mark == "ok")
    }

    @Test func `refuses places that do not exist and secrets that have no name`() {
        #expect(throws: Rejection.self) { try gateway([:], "{phone}") }
        #expect(throws: Rejection.self) { try gateway([:], "{secret}", secret: "KEY") }
        #expect(throws: Rejection.self) { try gateway(["x": "{secret}"]) }
        #expect(throws: Rejection.self) { try gateway(["x": "{signature}"], secret: "KEY") }
        #expect(throws: Rejection.self) { try gateway([:], "{text}", .init(over: "{text}", encoding: .hex)) }
    }
}

@Suite struct `A plan of messages` {
    private func plan(_ rule: MessageRule, twice: Bool = false) throws -> MessagePlan {
        try MessagePlan(signature: "【试点】", rules: twice ? [rule, rule] : [rule])
    }

    @Test func `refuses what can never be right`() throws {
        let good = MessageRule(name: "a", event: "order.scheduled", receiver: .elder, text: "{item}")
        #expect(throws: Never.self) { try plan(good) }
        #expect(throws: Rejection.self) { try plan(good, twice: true) }
        for (event, text, useful) in [
            ("order.invented", "x", Span.hours(1)), ("meal.served", "x", .hours(1)), ("order.scheduled", "{name}", .hours(1)),
            ("order.scheduled", "", .hours(1)), ("order.scheduled", String(repeating: "长", count: 301), .hours(1)),
            ("order.scheduled", "x", .seconds(1)), ("order.scheduled", "x", .days(8)),
        ] {
            let rejection = #expect(throws: Rejection.self, "\(event) \(text.prefix(9))") {
                try plan(MessageRule(name: "a", event: event, receiver: .elder, text: text, useful: useful))
            }
            #expect(rejection?.code == "messages_invalid")
        }
    }
}
