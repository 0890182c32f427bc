import HTTPTypes
import Kernel
import Workflow

/// Routes that describe themselves. The descriptions stand beside the handlers, in `…Routes+Operations.swift`.
public protocol DescribedRoutes: Sendable {
    static var operations: [Operation] { get }
}

/// One method of one path, as the document tells it and as the door checks it: query parameters that are not listed here are refused.
public struct Operation: Sendable {
    public let method: HTTPRequest.Method
    /// From the root, with `{name}` for what is filled in.
    public let path: String
    let summary: String
    let roles: [Caller.Role]
    let query: [Parameter]
    let headers: [Parameter]
    let body: Schema?
    /// The media type of a body that is a file and not JSON.
    let upload: String?
    let answer: Answered
    /// Codes of refusal that are its own, besides those every operation has.
    let refusals: [String]
    /// Whether it understands `Idempotency-Key`.
    let isIdempotent: Bool

    public struct Parameter: Sendable {
        let name: String
        let schema: Schema
        let text: String
        let isRequired: Bool

        public init(_ name: String, _ schema: Schema, _ text: String, isRequired: Bool = false) {
            self.name = name
            self.schema = schema
            self.text = text
            self.isRequired = isRequired
        }

        public static func limit(_ range: ClosedRange<Int>, default value: Int) -> Parameter {
            Parameter("limit", .integer(range, sample: value), "最多返回多少条，默认 \(value)。")
        }
        public static let cursor = Parameter("cursor", .cursor, "上一页答复中的 next；不透明，原样传回。")
    }

    /// What a success looks like.
    public struct Answered: Sendable {
        let status: Int
        let type: String?
        let schema: Schema?
        let headers: [String]
        /// Answers 304 to a matching `If-None-Match`.
        let isConditional: Bool

        public static func json(_ schema: Schema, status: Int = 200, headers: [String] = [], isConditional: Bool = false) -> Answered {
            Answered(status: status, type: "application/json", schema: schema, headers: headers, isConditional: isConditional)
        }
        public static func created(_ schema: Schema) -> Answered { json(schema, status: 201) }
        public static func text(_ type: String) -> Answered {
            Answered(status: 200, type: type, schema: Schema(["type": "string"], sample: ""), headers: [], isConditional: false)
        }
        public static let nothing = Answered(status: 204, type: nil, schema: nil, headers: [], isConditional: false)
    }

    /// - Parameters:
    ///   - roles: Who may; empty for anybody without a token.
    ///   - body: The type that decodes it.
    ///   - refining: What the type alone does not tell of the body's fields.
    ///   - requiring: Fields of the body that this operation cannot do without, though the type can.
    public init(
        _ method: HTTPRequest.Method, _ path: String, _ summary: String, by roles: Set<Caller.Role>, query: [Parameter] = [],
        headers: [Parameter] = [], body: (any Decodable.Type)? = nil, refining: KeyValuePairs<String, Schema> = [:], requiring: [String] = [],
        uploads: String? = nil, isIdempotent: Bool? = nil, answers: Answered, refuses: [String] = []
    ) {
        self.method = method
        self.path = path
        self.summary = summary
        self.roles = roles.subtracting(LookOnly.forbids(method, path) ? [.auditor] : []).sorted { $0.rawValue < $1.rawValue }
        self.query = query
        self.headers = headers
        self.body = body.map { Schema.read(from: $0).refining(refining).requiring(requiring) }
        upload = uploads
        answer = answers
        refusals = refuses
        self.isIdempotent = isIdempotent ?? (method == .post && body != nil)
    }

    var pathParameters: [String] { path.split(separator: "/").compactMap { $0.hasPrefix("{") ? String($0.dropFirst().prefix { $0 != "}" }) : nil } }
}
