import CurlTransport
import Foundation
import Kernel

/// Plays a provider's machine to the API: polls, reads again, asks for nonsense, accepts twice.
struct ClientTrial {
    let base: String
    let token: String
    let mayAccept: Bool
    private let client: CurlClient

    init(base: String, token: String, mayAccept: Bool) throws {
        self.base = (base.hasSuffix("/") ? String(base.dropLast()) : base) + "/api/v1"
        self.token = token
        self.mayAccept = mayAccept
        client = try CurlClient(timeout: .seconds(70))
    }

    private struct Page {
        let events: [[String: Any]]
        let next: Int
        /// What identifies each event and its place.
        var marks: [String] { events.map { "\($0["seq"] ?? "") \($0["id"] ?? "") \($0["type"] ?? "") \($0["order_seq"] ?? "")" } }
        var numbers: [Int] { events.map { $0["seq"] as? Int ?? -1 } }
    }

    private func ask(_ method: String, _ path: String, body: String? = nil, key: String? = nil, token: String? = nil) throws -> CurlClient.Answer {
        var headers = [("authorization", "Bearer \(token ?? self.token)"), ("content-type", "application/json")]
        if let key { headers.append(("idempotency-key", key)) }
        return try client.send(method, base + path, headers: headers, body: body.map { Array($0.utf8) })
    }

    private func document(_ answer: CurlClient.Answer) throws -> [String: Any] {
        guard let object = try? JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any] else {
            throw Rejection(.unavailable, "answer", "回答不是 JSON 对象（状态 \(answer.status)）。")
        }
        return object
    }

    private func page(after: Int, limit: Int, wait: Int = 0) throws -> Page {
        let answer = try ask("GET", "/provider/feed?after=\(after)&limit=\(limit)&wait=\(wait)")
        let object = try document(answer)
        guard answer.status == 200, let events = object["events"] as? [[String: Any]], let next = object["next"] as? Int else {
            throw Rejection(.unavailable, "answer", "读取 feed 得到 \(answer.status) \(object["code"] ?? "")。")
        }
        return Page(events: events, next: next)
    }

    private func whole() throws -> Page {
        var events: [[String: Any]] = []
        var after = 0
        while true {
            let page = try page(after: after, limit: 500)
            events += page.events
            if page.events.isEmpty { return Page(events: events, next: after) }
            after = page.next
        }
    }

    private func problem(_ answer: CurlClient.Answer, _ statuses: Set<Int>) throws -> String? {
        guard statuses.contains(answer.status) else { return "回答了 \(answer.status)，应为 \(statuses.sorted())" }
        guard answer.headers["content-type"]?.hasPrefix("application/problem+json") == true, try document(answer)["code"] is String else {
            return "不是带 code 的 application/problem+json"
        }
        return nil
    }

    func run() throws -> [Promise] { [feed(), polling(), refusals(), accepting()].flatMap { $0 } }

    private func feed() -> [Promise] {
        let all = Result { try whole() }
        return [
            Promise("no_gap", .must, "从 0 读到底，编号 1、2、3……一个不缺") {
                let numbers = try all.get().numbers
                return numbers == Array(1...max(1, numbers.count)).prefix(numbers.count).map { $0 } ? nil : "共 \(numbers.count) 条，编号不连续"
            },
            Promise("reread", .must, "同一段读两遍完全相同") {
                try page(after: 0, limit: 100).marks == page(after: 0, limit: 100).marks ? nil : "两次读到的不同"
            },
            Promise("paging", .must, "分小页读与一次读完相同") {
                let wanted = Array(try all.get().marks.prefix(40))
                var (found, after): ([String], Int) = ([], 0)
                while found.count < wanted.count {
                    let page = try page(after: after, limit: 7)
                    if page.events.isEmpty { break }
                    found += page.marks
                    after = page.next
                }
                return Array(found.prefix(wanted.count)) == wanted ? nil : "分页读到的不同"
            },
            Promise("order_per_order", .must, "同一工单的事件按先后排列") {
                var last: [String: Int] = [:]
                for event in try all.get().events {
                    let (subject, place) = (event["subject"] as? String ?? "", event["order_seq"] as? Int ?? 0)
                    if place < last[subject] ?? 0 { return "工单 \(subject) 的 \(place) 排在 \(last[subject] ?? 0) 之后" }
                    last[subject] = place
                }
                return nil
            },
            Promise("no_names_early", .must, "接单之前看不到姓名和住址") {
                for event in try all.get().events {
                    guard let order = event["order"] as? [String: Any], order["state"] as? String == "offered" else { continue }
                    if let elder = order["elder"], !(elder is NSNull) { return "待接单的 \(order["id"] ?? "") 带有老人信息" }
                }
                return nil
            },
        ]
    }

    private func polling() -> [Promise] {
        [
            Promise("long_poll", .must, "没有新事件时等到 wait 秒再答，next 不变") {
                let end = try whole().next
                let began = LoadGenerator.now
                let page = try page(after: end, limit: 10, wait: 2)
                let took = LoadGenerator.now - began
                // Something may really happen meanwhile; then there is nothing to see.
                if !page.events.isEmpty { return nil }
                return page.next == end && (1.5...5).contains(took) ? nil : "等了 \(String(format: "%.1f", took)) 秒，next \(page.next)"
            }
        ]
    }

    private func refusals() -> [Promise] {
        [
            Promise("future_cursor", .must, "来自将来的编号被明确拒绝") { try problem(try ask("GET", "/provider/feed?after=999999999"), [400, 409, 422]) },
            Promise("bad_cursor", .must, "不是数字的编号被明确拒绝") { try problem(try ask("GET", "/provider/feed?after=x"), [400, 422]) },
            Promise("no_token", .must, "没有有效令牌不能读") { try problem(try ask("GET", "/provider/feed", token: "vnh_wrong"), [401]) },
            Promise("strange_order", .must, "不存在或别家的工单答 404") {
                try problem(try ask("POST", "/provider/orders/none/accept", body: "{}", key: key("none")), [404])
            },
        ]
    }

    private func key(_ name: String) -> String { "conformance-\(name)-\(IDMaker.text(at: Premises.clock(), random: Premises.random()))" }

    private func accepting() -> [Promise] {
        let (twice, again) = ("同一 Idempotency-Key 接单两次，答案相同并注明", "换一个键再接同一单，明确拒绝或答案不变")
        guard mayAccept else {
            let need = Promise.Result.unchecked("需要 --accept")
            return [Promise("accept_twice", .must, twice, need), Promise("accept_again", .must, again, need)]
        }
        let offered = Result { () throws -> String in
            let orders = try document(try ask("GET", "/provider/orders?state=offered"))["orders"] as? [[String: Any]] ?? []
            guard let id = orders.first?["id"] as? String else { throw Rejection(.missing, "nothing", "现在没有待接的工单。") }
            return id
        }
        return [
            Promise("accept_twice", .must, twice) {
                let (id, key) = (try offered.get(), key("accept"))
                let first = try ask("POST", "/provider/orders/\(id)/accept", body: "{}", key: key)
                let second = try ask("POST", "/provider/orders/\(id)/accept", body: "{}", key: key)
                guard first.status == 200 else { return "接单得到 \(first.status)" }
                guard second.status == 200, second.body == first.body else { return "第二次得到 \(second.status)，或答案不同" }
                return second.headers["idempotency-replayed"] == "true" ? nil : "第二次没有 Idempotency-Replayed: true"
            },
            Promise("accept_again", .must, again) {
                let answer = try ask("POST", "/provider/orders/\(try offered.get())/accept", body: "{}", key: key("again"))
                return answer.status == 200 ? nil : try problem(answer, [409, 422])
            },
        ]
    }
}
