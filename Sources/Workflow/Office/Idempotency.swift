import Crypto
import Kernel
import Store

/// An answer as it goes over the wire, kept so that a repeated request hears the same words.
public struct Answer: Sendable {
    public let status: Int
    public let body: String

    public init(status: Int, body: String) {
        self.status = status
        self.body = body
    }
}

/// The `Idempotency-Key` of a request, scoped to its caller, with the hash of what it asked.
public struct IdempotencyKey: Sendable, Hashable {
    public let caller: String
    public let key: String
    public let requestSHA256: String
    /// How long the answer is kept.
    public let kept: Span

    /// A day is enough for a client to try again; where public money moves, a month that closes late still finds the first answer.
    public static let usual = Span.days(1)
    public static let forMoney = Span.days(30)

    /// The key of a caller; every provider and every role has keys of its own, and a rotated token keeps those of its predecessor.
    public init(_ caller: Caller, key: String, request: some Sequence<UInt8>, kept: Span = Self.usual) throws {
        try self.init(
            caller: "\(caller.role.rawValue)/\(caller.provider?.text ?? "")/\(caller.name)", key: key, request: request, kept: kept)
    }

    /// - Throws: `idempotency_key_invalid` unless the key has 1 ... 255 visible ASCII characters.
    public init(caller: String, key: String, request: some Sequence<UInt8>, kept: Span = Self.usual) throws {
        self.kept = kept
        guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw Rejection(.invalid, "idempotency_key_invalid", "Idempotency-Key 应为 1 到 255 个可见的 ASCII 字符。")
        }
        self.caller = caller
        self.key = key
        requestSHA256 = SHA256.hash(data: Array(request)).hex
    }
}

extension Office {
    /// Runs an intention once per key: the first time it is done and its answer kept in the same transaction; later the kept answer is given again.
    ///
    /// - Returns: the answer, and whether it was replayed.
    /// - Throws: `idempotency_key_reused` when the same key came with another request. Refusals are not kept: nothing has happened.
    public func perform(
        once key: IdempotencyKey?, _ body: @escaping @Sendable (any Transaction) throws -> Answer
    ) async throws -> (answer: Answer, isReplayed: Bool) {
        guard let key else { return (try await perform(body), false) }
        let now = now
        return try await perform { tx in
            if let kept = try Self.kept(tx, key, at: now) { return (kept, true) }
            let answer = try body(tx)
            try tx.idempotency.insert(
                caller: key.caller, key: key.key, requestSHA256: key.requestSHA256, status: answer.status, body: answer.body, at: now,
                until: now + key.kept)
            return (answer, false)
        }
    }

    /// The same for long work of many transactions, each of which finds done what was done before: its answer is kept when all of it stands.
    public func perform(
        once key: IdempotencyKey?, inParts work: () async throws -> Answer
    ) async throws -> (answer: Answer, isReplayed: Bool) {
        guard let key else { return (try await work(), false) }
        let now = now
        if let kept = try await read({ tx in try Self.kept(tx, key, at: now) }) { return (kept, true) }
        let answer = try await work()
        return try await perform(once: key) { _ in answer }
    }

    private static func kept(_ tx: any Transaction, _ key: IdempotencyKey, at now: Instant) throws -> Answer? {
        guard let stored = try tx.idempotency.find(caller: key.caller, key: key.key, at: now) else { return nil }
        guard stored.requestSHA256 == key.requestSHA256 else {
            throw Rejection(.refused, "idempotency_key_reused", "同一个 Idempotency-Key 用于不同的请求，请换一个新的键。")
        }
        return Answer(status: stored.status, body: stored.body)
    }
}

extension Sequence<UInt8> {
    /// Two lower-case hexadecimal digits a byte.
    public var hex: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
