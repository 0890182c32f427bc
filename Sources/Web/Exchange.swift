import Foundation
import HTTPTypes
import Hummingbird
import Kernel
import Store
import Synchronization
import Workflow

/// Reading requests and answering them, the same way in every face.
public struct Exchange: Sendable {
    public let office: Office
    private let running = RunningKeys()

    public init(_ office: Office) { self.office = office }

    /// The body as JSON, into a value of `type`.
    ///
    /// - Throws: `DecodingError`, or `body_too_large`.
    public func decode<T: Decodable>(_ type: T.Type, _ request: Request, _ context: some RequestContext) async throws -> T {
        try Self.decode(type, try await Self.bytes(request, context))
    }

    /// The fields of a form.
    public func form<T: Decodable>(_ type: T.Type, _ request: Request, _ context: some RequestContext) async throws -> T {
        try URLEncodedFormDecoder().decode(type, from: String(decoding: try await Self.bytes(request, context), as: UTF8.self))
    }

    static func bytes(_ request: Request, _ context: some RequestContext) async throws -> [UInt8] {
        let buffer = try await request.body.collect(upTo: context.maxUploadSize)
        return Array(buffer.readableBytesView)
    }

    static func decode<T: Decodable>(_ type: T.Type, _ bytes: [UInt8]) throws -> T {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw Rejection(.invalid, "json_invalid", "请求正文不是有效的 JSON（UTF-8）。")
        }
        return try JSONDecoder().decode(type, from: Data(bytes))
    }

    /// Answers a request that creates or moves something: once per `Idempotency-Key`, in one transaction with its answer.
    public func once<T: Decodable & Sendable>(
        _ type: T.Type, _ request: Request, _ context: some RoleContext,
        _ intention: (T) async throws -> @Sendable (any Transaction) throws -> Answer
    ) async throws -> Response {
        let bytes = try await Self.bytes(request, context)
        let body = try Self.decode(type, bytes.isEmpty ? Array("{}".utf8) : bytes)
        var key: IdempotencyKey?
        if let text = request.headers[.idempotencyKey] {
            key = try IdempotencyKey(
                caller: "\(context.caller.role.rawValue)/\(context.caller.name)", key: text, request: Array(request.uri.string.utf8) + bytes)
        }
        if let key, !running.begin(key) {
            throw Rejection(.conflict, "idempotency_key_running", "同一个 Idempotency-Key 的请求正在处理，请稍后重试。")
        }
        defer { if let key { running.end(key) } }
        let (answer, isReplayed) = try await office.perform(once: key, try await intention(body))
        var response = Self.json(answer.body, status: .init(code: answer.status))
        if isReplayed { response.headers[.idempotencyReplayed] = "true" }
        return response
    }

    public static func json(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "application/json; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    public static func json(_ document: JSON, status: HTTPResponse.Status = .ok) -> Response { json(document.text, status: status) }
}

/// The keys of requests under way in this process.
private final class RunningKeys: Sendable {
    private let keys = Mutex<Set<IdempotencyKey>>([])
    func begin(_ key: IdempotencyKey) -> Bool { keys.withLock { $0.insert(key).inserted } }
    func end(_ key: IdempotencyKey) { keys.withLock { _ = $0.remove(key) } }
}

extension HTTPField.Name {
    static let idempotencyKey = HTTPField.Name("Idempotency-Key")!
    static let idempotencyReplayed = HTTPField.Name("Idempotency-Replayed")!
}

extension Request {
    /// A number in the query, within a range.
    public func integer(_ name: String, default value: Int, in range: ClosedRange<Int>) throws -> Int {
        guard let text = uri.queryParameters[Substring(name)] else { return value }
        guard let number = Int(text), range.contains(number) else {
            throw Rejection(
                .invalid, "query_invalid", "参数 \(name) 应为 \(range.lowerBound) 到 \(range.upperBound) 的整数。", pointer: "/\(name)")
        }
        return number
    }

    public func query(_ name: String) -> String? { uri.queryParameters[Substring(name)].map(String.init) }
}
