import Crypto
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
    let running = RunningKeys()

    public init(_ office: Office) { self.office = office }

    /// The body as JSON, into a value of `type`.
    ///
    /// - Throws: `DecodingError`, or `body_too_large`.
    public func decode<T: Decodable>(_ type: T.Type, _ request: Request, _ context: some RequestContext) async throws -> T {
        let bytes = try await Self.bytes(request, context)
        return try Self.decode(type, bytes.isEmpty ? Array("{}".utf8) : bytes)
    }

    /// The fields of a form.
    public func form<T: Decodable>(_ type: T.Type, _ request: Request, _ context: some RequestContext) async throws -> T {
        try URLEncodedFormDecoder().decode(type, from: String(decoding: try await Self.bytes(request, context), as: UTF8.self))
    }

    /// How long a body may take to arrive, however steadily it drips.
    static let bodyLimit = Duration.seconds(30)

    static func bytes(_ request: Request, _ context: some RequestContext) async throws -> [UInt8] {
        let size = context.maxUploadSize
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > size { throw HTTPError(.contentTooLarge) }
        let body = request.body
        return try await withThrowingTaskGroup(of: [UInt8]?.self) { group in
            group.addTask { Array(try await body.collect(upTo: size).readableBytesView) }
            group.addTask {
                try await Task.sleep(for: bodyLimit)
                return nil
            }
            defer { group.cancelAll() }
            guard let bytes = try await group.next() ?? nil else { throw HTTPError(.requestTimeout) }
            return bytes
        }
    }

    static func decode<T: Decodable>(_ type: T.Type, _ bytes: [UInt8]) throws -> T {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Rejection(.invalid, "json_invalid", "请求正文不是有效的 JSON（UTF-8）。")
        }
        // The character 0 ends a text in half of the programs that will ever read it, and PostgreSQL refuses it.
        guard !text.contains("\\u0000") else { throw Rejection(.invalid, "json_invalid", "请求正文含有空字符（\\u0000），请去掉后重发。") }
        // A body whose fields may all be left out would take `null` for an empty one.
        guard bytes.first(where: { $0 > 0x20 }) == UInt8(ascii: "{") else {
            throw Rejection(.invalid, "json_invalid", "请求正文应为一个 JSON 对象（{…}）。")
        }
        return try JSONDecoder().decode(type, from: Data(bytes))
    }

    /// Refuses a change of something that is no longer as the caller has seen it: the version in `If-Match`, or nil when anything will do.
    public static func seenVersion(_ request: Request) throws -> Int? {
        guard let text = request.headers[.ifMatch], text != "*" else { return nil }
        let digits = text.hasPrefix("\"") && text.hasSuffix("\"") && text.utf8.count > 2 ? text.dropFirst().dropLast() : text[...]
        guard digits.utf8.count <= 9, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let version = Int(digits) else {
            throw Rejection(.invalid, "if_match_invalid", "If-Match 应为读取时答复的 ETag，例如 \"7\"。")
        }
        return version
    }

    /// Changes whenever anything in the document does.
    public static func fingerprint(_ document: JSON) -> String { fingerprint(of: ByteBuffer(string: document.text)) }
    public static func fingerprint(of text: ByteBuffer) -> String { SHA256.hash(data: text.readableBytesView).prefix(12).hex }

    /// A document with an `ETag`; 304 without a body when the caller has it already.
    public static func tagged(_ document: JSON, as tag: String, for request: Request) -> Response {
        tagged(ByteBuffer(string: document.text), as: tag, for: request)
    }

    /// The same for a document that is already text.
    public static func tagged(_ text: ByteBuffer, as tag: String, for request: Request) -> Response { whole(text, as: tag, for: request).response }

    /// The same as it is given at the door.
    public static func whole(_ text: ByteBuffer, as tag: String, for request: Request) -> WholeAnswer {
        let tag = "\"\(tag)\""
        let known = request.headers[.ifNoneMatch]?.split(separator: ",").map { $0.trimmingPrefix { $0 == " " } } ?? []
        guard known.contains(where: { $0 == tag || $0 == "*" }) else {
            return WholeAnswer(HTTPResponse(status: .ok, headerFields: [.contentType: jsonType, .eTag: tag]), text)
        }
        return WholeAnswer(HTTPResponse(status: .notModified, headerFields: [.eTag: tag]), nil)
    }

    private static let jsonType = "application/json; charset=utf-8"

    /// Answers a request that creates or moves something: once per `Idempotency-Key`, in one transaction with its answer.
    ///
    /// - Parameter kept: How long the answer is kept; longer where public money moves.
    public func once<T: Decodable & Sendable>(
        _ type: T.Type, _ request: Request, _ context: RoleContext<some Admission>, keeping kept: Span = IdempotencyKey.usual,
        _ intention: (T) async throws -> @Sendable (any Transaction) throws -> Answer
    ) async throws -> Response {
        let bytes = try await Self.bytes(request, context)
        let body = try Self.decode(type, bytes.isEmpty ? Array("{}".utf8) : bytes)
        let key = try Self.key(request, context.caller, bytes, kept)
        let intention = try await intention(body)
        return try await answering(key) { try await office.perform(once: key, intention) }
    }

    static func key(_ request: Request, _ caller: Caller, _ bytes: [UInt8], _ kept: Span, part: String = "") throws -> IdempotencyKey? {
        try request.headers[.idempotencyKey].map {
            try IdempotencyKey(caller, key: $0 + part, request: Array(request.uri.string.utf8) + bytes, kept: kept)
        }
    }

    private func answering(
        _ key: IdempotencyKey?, _ perform: () async throws -> (answer: Answer, isReplayed: Bool)
    ) async throws -> Response {
        if let key, !running.begin(key) {
            throw Rejection(.conflict, "idempotency_key_running", "同一个 Idempotency-Key 的请求正在处理，请稍后重试。")
        }
        defer { if let key { running.end(key) } }
        let (answer, isReplayed) = try await perform()
        var response = Self.json(answer.body, status: .init(code: answer.status))
        if isReplayed { response.headers[.idempotencyReplayed] = "true" }
        return response
    }

    public static func json(_ text: String, status: HTTPResponse.Status = .ok) -> Response { json(ByteBuffer(string: text), status: status) }

    public static func json(_ text: ByteBuffer, status: HTTPResponse.Status = .ok) -> Response {
        Response(status: status, headers: [.contentType: jsonType], body: .init(byteBuffer: text))
    }

    public static func json(_ document: JSON, status: HTTPResponse.Status = .ok) -> Response { json(document.text, status: status) }
}

extension Exchange {
    /// Answers a request of many lines, each in a transaction of its own and once per key and line.
    ///
    /// A line that is refused takes none of the others along; sent again with the same key, what was done is told again and what was refused
    /// is tried again.
    public func each<Line: Sendable>(
        _ lines: [Line], _ request: Request, _ context: RoleContext<some Admission>, digest: (Line) -> [UInt8],
        _ intention: (Line) throws -> @Sendable (any Transaction) throws -> Answer
    ) async throws -> [Result<Answer, Rejection>] {
        _ = try Self.key(request, context.caller, [], IdempotencyKey.usual)
        var answers: [Result<Answer, Rejection>] = []
        for (index, line) in lines.enumerated() {
            do {
                let key = try Self.key(request, context.caller, digest(line), IdempotencyKey.usual, part: "#\(index)")
                if let key, !running.begin(key) {
                    throw Rejection(.conflict, "idempotency_key_running", "同一个 Idempotency-Key 的请求正在处理，请稍后重试。")
                }
                defer { if let key { running.end(key) } }
                answers.append(.success(try await office.perform(once: key, try intention(line)).answer))
            } catch let error as any Rejecting {
                answers.append(.failure(error.rejection))
            }
        }
        return answers
    }
}

/// The keys of requests under way in this process.
final class RunningKeys: Sendable {
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

    /// A word in the query, one of a closed list; nil when it is not given.
    ///
    /// - Throws: `state_unknown` and the like, with the words that there are.
    public func word<T: RawRepresentable<String> & CaseIterable>(_ name: String, _: T.Type) throws -> T? {
        guard let text = query(name) else { return nil }
        guard let value = T(rawValue: text) else {
            throw Rejection(.invalid, "\(name)_unknown", "\(name) 应为 \(T.allCases.map(\.rawValue).joined(separator: "、")) 之一。", pointer: "/\(name)")
        }
        return value
    }

    /// The id after which a page goes on, out of the opaque cursor.
    public func cursor(_ list: String) throws -> String? { try query("cursor").map { try Cursor.key($0, in: list) } }
}

extension Coordinate {
    /// Which half of a place is impossible, though the other may be missing: the name of its field, or nil.
    public static func outOfRange(latitude: Double?, longitude: Double?) -> String? {
        if let latitude, !(-90...90).contains(latitude) { return "lat" }
        if let longitude, !(-180...180).contains(longitude) { return "lon" }
        return nil
    }
}
