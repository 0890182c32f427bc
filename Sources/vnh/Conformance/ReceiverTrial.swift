import CurlTransport
import Foundation
import Kernel
import Notifier
import Synchronization

/// Plays the platform to a provider's receiver: good messages, forged ones, repeated, late, slow and odd ones.
struct ReceiverTrial {
    let url: String
    let secret: Secret
    let ledger: String?
    private let client: CurlClient
    /// Tells the events of this run from those of others.
    private let tag = IDMaker.text(at: Premises.clock(), random: Premises.random())

    /// How long a receiver may take before the platform gives up, and how long it should take at most.
    static let timeout = Span.seconds(15)
    static let prompt = Span.seconds(5)

    init(url: String, secret: Secret, ledger: String?) throws {
        self.url = url
        self.secret = secret
        self.ledger = ledger
        client = try CurlClient(timeout: Self.timeout)
    }

    /// A message as the platform would send it, to be spoiled as wished.
    private struct Message {
        var id: String
        var body: [UInt8]
        var signedAt: Instant
        var headers: SignatureHeaders
        var pairs: [(String, String)] { [("content-type", "application/json"), ("user-agent", "virtual-nursing-home/1")] + headers.pairs }
    }

    private func message(
        _ name: String, type: String = "order.offered", subject: String = "conformance", orderSeq: Int = 1, detail: String = "{}",
        secrets: [Secret]? = nil, at: Instant = Premises.clock()
    ) -> Message {
        let id = "evt_\(tag)_\(name)"
        let body = WebhookBody(
            type: type, timestamp: at, id: id, seq: Int64(orderSeq), subject: subject + "_" + tag, subjectSeq: orderSeq, detail: detail).bytes
        return Message(
            id: id, body: body, signedAt: at, headers: SignatureHeaders(signing: body, id: id, at: at, secrets: secrets ?? [secret]))
    }

    private func send(_ message: Message, bytesPerSecond: Int? = nil) throws -> CurlClient.Answer {
        try client.send("POST", url, headers: message.pairs, body: message.body, bytesPerSecond: bytesPerSecond)
    }

    private func taken(_ message: Message) throws -> String? {
        let status = try send(message).status
        return (200..<300).contains(status) ? nil : "回答了 \(status)，应为 2xx"
    }

    private func refused(_ message: Message) throws -> String? {
        let status = try send(message).status
        return (400..<500).contains(status) ? nil : "回答了 \(status)，应为 4xx"
    }

    func run() throws -> [Promise] { genuine() + forged() + repeated() + odd() + acted() }

    private func genuine() -> [Promise] {
        let stranger = Secret(random: [UInt8](repeating: 7, count: 32))
        return [
            Promise("genuine", .must, "收下签名正确的消息") { try taken(message("genuine")) },
            Promise("rotated", .must, "轮换密钥期间两个签名中有一个对得上就收下") {
                try taken(message("rotated_a", secrets: [stranger, secret])) ?? taken(message("rotated_b", secrets: [secret, stranger]))
            },
            Promise("other_version", .must, "不认识的签名版本跳过，不影响认识的") {
                var one = message("version")
                one.headers = .init(id: one.headers.id, timestamp: one.headers.timestamp, signature: "v1a,AAAA \(one.headers.signature)")
                return try taken(one)
            },
            Promise("large", .must, "收下 20 kB 的消息") {
                try taken(message("large", detail: "{\"note\":\"\(String(repeating: "x", count: 20_000))\"}"))
            },
            Promise("prompt", .should, "5 秒内回答（15 秒后平台放弃）") {
                let took = try (0..<5).map { try send(message("prompt_\($0)")).took }.max() ?? .seconds(0)
                return took <= Self.prompt ? nil : "最慢 \(took.milliseconds) 毫秒"
            },
        ]
    }

    private func forged() -> [Promise] {
        let now = Premises.clock()
        return [
            Promise("tampered", .must, "拒绝正文被改动的消息") {
                var one = message("forged_body")
                one.body[one.body.count - 3] ^= 1
                return try refused(one)
            },
            Promise("tampered_id", .must, "拒绝编号被换过的消息") {
                var one = message("forged_id")
                one.headers = .init(id: one.headers.id + "x", timestamp: one.headers.timestamp, signature: one.headers.signature)
                return try refused(one)
            },
            Promise("tampered_time", .must, "拒绝时间被换过的消息") {
                var one = message("forged_time")
                one.headers = .init(
                    id: one.headers.id, timestamp: String(one.signedAt.milliseconds / 1000 + 1), signature: one.headers.signature)
                return try refused(one)
            },
            Promise("wrong_key", .must, "拒绝用别的密钥签名的消息") {
                try refused(message("forged_key", secrets: [Secret(random: [UInt8](repeating: 9, count: 32))]))
            },
            Promise("unsigned", .must, "拒绝没有签名的消息") {
                let one = message("forged_unsigned")
                let status = try client.send("POST", url, headers: [("content-type", "application/json")], body: one.body).status
                return (400..<500).contains(status) ? nil : "回答了 \(status)，应为 4xx"
            },
            Promise("replayed_old", .must, "拒绝十分钟前签名的消息（重放）") { try refused(message("forged_old", at: now - .minutes(10))) },
            Promise("far_future", .must, "拒绝十分钟后签名的消息") { try refused(message("forged_future", at: now + .minutes(10))) },
        ]
    }

    private func repeated() -> [Promise] {
        [
            Promise("duplicate", .must, "同一消息再来时也回答 2xx") {
                let one = message("duplicate")
                return try taken(one) ?? taken(one) ?? taken(one)
            },
            Promise("at_once", .must, "同一消息同时来八次也都回答 2xx") {
                let one = message("at_once")
                let statuses = Mutex<[Int]>([])
                let (url, limit) = (url, Self.timeout)
                DispatchQueue.concurrentPerform(iterations: 8) { _ in
                    let status = (try? CurlClient(timeout: limit).send("POST", url, headers: one.pairs, body: one.body).status) ?? 0
                    statuses.withLock { $0.append(status) }
                }
                let bad = statuses.withLock { $0 }.filter { !(200..<300).contains($0) }
                return bad.isEmpty ? nil : "回答了 \(bad)"
            },
            Promise("out_of_order", .must, "同一工单的消息先后颠倒也收下") {
                try taken(message("second", type: "order.cancelled", subject: "mixed", orderSeq: 2))
                    ?? taken(message("first", type: "order.offered", subject: "mixed", orderSeq: 1))
            },
        ]
    }

    private func odd() -> [Promise] {
        [
            Promise("unknown_type", .should, "不认识的事件类型收下并忽略") { try taken(message("type", type: "order.invented")) },
            Promise("unknown_field", .should, "不认识的字段忽略") { try taken(message("field", detail: "{\"invented\":{\"a\":[1]}}")) },
            Promise("slow_line", .should, "线路很慢时也等到消息收完") {
                let status = try send(message("slow"), bytesPerSecond: 200).status
                return (200..<300).contains(status) ? nil : "回答了 \(status)"
            },
        ]
    }

    /// What only the receiver knows: which events it has acted on.
    private func acted() -> [Promise] {
        let (once, ignored, all) = ("重复的消息只处理一次", "被拒绝的消息没有处理", "先后颠倒的消息都处理了")
        guard let ledger else {
            let need = Promise.Result.unchecked("需要 --ledger")
            return [
                Promise("acted_once", .must, once, need), Promise("forged_ignored", .must, ignored, need), Promise("acted_on_all", .must, all, need),
            ]
        }
        let found = Result { () throws -> [String] in
            let answer = try client.send("GET", ledger)
            guard answer.status == 200 else { throw Rejection(.unavailable, "ledger", "--ledger 回答了 \(answer.status)。") }
            return String(decoding: answer.body, as: UTF8.self).matches(of: #/evt_[0-9a-z_]+/#).map { String($0.output) }
                .filter { $0.hasPrefix("evt_\(tag)_") }.map { String($0.dropFirst(5 + tag.count)) }
        }
        return [
            Promise("acted_once", .must, once) {
                let names = try found.get()
                let wrong = ["duplicate", "at_once"].filter { name in names.filter { $0 == name }.count != 1 }
                return wrong.isEmpty ? nil : wrong.map { name in "\(name) 处理了 \(names.filter { $0 == name }.count) 次" }.joined(separator: "，")
            },
            Promise("forged_ignored", .must, ignored) {
                let wrong = Set(try found.get().filter { $0.hasPrefix("forged") })
                return wrong.isEmpty ? nil : "处理了 \(wrong.sorted().joined(separator: "、"))"
            },
            Promise("acted_on_all", .must, all) {
                let missing = Set(["first", "second"]).subtracting(try found.get())
                return missing.isEmpty ? nil : "没有处理 \(missing.sorted().joined(separator: "、"))"
            },
        ]
    }
}
