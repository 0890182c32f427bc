import HTTPTypes
import Hummingbird
import Kernel
import Logging
import Store
import Workflow

/// Turns every error into `application/problem+json` (RFC 9457) with a stable code and a Chinese sentence.
///
/// The only place where a kind of refusal becomes a status. The client never sees a text of the database or of Swift.
public struct ProblemMiddleware: RouterMiddleware {
    public typealias Context = AppContext
    let table: RouteTable
    public init(_ table: RouteTable) { self.table = table }

    public func handle(
        _ request: Request, context: AppContext, next: @concurrent (Request, AppContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as any Rejecting {
            let rejection = error.rejection
            if Problem.status(rejection) == .serviceUnavailable { context.logger.error("unavailable", metadata: ["cause": "\(error)"]) }
            return Problem.response(rejection, id: context.requestNumber)
        } catch let error as DecodingError {
            return Problem.response(Problem.rejection(error), id: context.requestNumber)
        } catch let error as HTTPError {
            let methods = error.status == .notFound ? table.methods(of: request.uri.path) : []
            guard methods.isEmpty else {
                return Problem.response(
                    Problem.rejection(.methodNotAllowed), status: .methodNotAllowed, id: context.requestNumber,
                    headers: [.allow: methods.joined(separator: ", ")])
            }
            return Problem.response(Problem.rejection(error.status), status: error.status, id: context.requestNumber, headers: error.headers)
        } catch let error as any HTTPResponseError {
            return Problem.response(Problem.rejection(error.status), status: error.status, id: context.requestNumber)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            context.logger.error("failed", metadata: ["cause": "\(error)"])
            return Problem.response(
                Rejection(.unavailable, "internal", "服务器内部出错，已记录。请稍后重试；若仍出错请联系管理员并提供请求编号。"),
                status: .internalServerError, id: context.requestNumber)
        }
    }
}

public enum Problem {
    static func status(_ rejection: Rejection) -> HTTPResponse.Status {
        ErrorCodes.ofHTTP[rejection.code].map { HTTPResponse.Status(code: $0) } ?? status(rejection.kind)
    }

    /// The status as a number, for a line of an answer to many.
    public static func code(_ rejection: Rejection) -> Int { Int(status(rejection).code) }

    static func status(_ kind: Rejection.Kind) -> HTTPResponse.Status {
        switch kind {
        case .invalid: .badRequest
        case .unauthenticated: .unauthorized
        case .forbidden: .forbidden
        case .missing: .notFound
        case .conflict: .conflict
        case .refused: .unprocessableContent
        case .unavailable: .serviceUnavailable
        }
    }

    /// A refusal as a document; also one line of an answer to many.
    ///
    /// - Parameter id: The number of the request, which stands once in an answer to many.
    public static func json(_ rejection: Rejection, status: HTTPResponse.Status? = nil, id: String? = nil) -> JSON {
        let status = status ?? Self.status(rejection)
        var body: JSON = [
            "type": "about:blank", "title": JSON(status.reasonPhrase), "status": .integer(Int64(status.code)), "code": JSON(rejection.code),
            "detail": JSON(rejection.message),
        ]
        if let id { body = body.adding(["request_id": JSON(id)]) }
        guard let pointer = rejection.pointer else { return body }
        return body.adding(["errors": [["pointer": JSON(pointer), "code": JSON(rejection.code), "detail": JSON(rejection.message)]]])
    }

    static func response(_ rejection: Rejection, status: HTTPResponse.Status? = nil, id: String, headers: HTTPFields = [:]) -> Response {
        let status = status ?? Self.status(rejection)
        let body = json(rejection, status: status, id: id)
        var headers = headers
        headers[.contentType] = "application/problem+json; charset=utf-8"
        if status == .unauthorized { headers[.wwwAuthenticate] = "Bearer" }
        if status == .serviceUnavailable { headers[.retryAfter] = "1" }
        // Of what is counted by the minute; who asks too often is told how long.
        if status == .tooManyRequests, headers[.retryAfter] == nil { headers[.retryAfter] = "60" }
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: body.text)))
    }

    /// What is wrong with a body, by the path to the field.
    public static func rejection(_ error: DecodingError) -> Rejection {
        func pointer(_ path: [any CodingKey], _ last: (any CodingKey)? = nil) -> String {
            (path + (last.map { [$0] } ?? [])).map { "/" + ($0.intValue.map(String.init) ?? $0.stringValue) }.joined()
        }
        switch error {
        case .keyNotFound(let key, let context):
            return Rejection(.invalid, "field_missing", "缺少字段 \(key.stringValue)。", pointer: pointer(context.codingPath, key))
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            return Rejection(.invalid, "field_type", "字段类型不对，请对照接口文档。", pointer: pointer(context.codingPath))
        case .dataCorrupted(let context) where context.codingPath.isEmpty:
            return Rejection(.invalid, "json_invalid", "请求正文不是有效的 JSON（UTF-8）。")
        case .dataCorrupted(let context):
            return Rejection(.invalid, "field_invalid", "字段内容无法识别，请对照接口文档。", pointer: pointer(context.codingPath))
        @unknown default:
            return Rejection(.invalid, "json_invalid", "请求正文无法识别。")
        }
    }

    static func rejection(_ status: HTTPResponse.Status) -> Rejection {
        switch status {
        case .notFound: Rejection(.missing, "route_unknown", "没有这个地址，请对照接口文档。")
        case .methodNotAllowed: Rejection(.invalid, "method_not_allowed", "这个地址不支持该方法，支持的方法见 Allow。")
        case .unsupportedMediaType: Rejection(.invalid, "content_type", "请求正文应为 JSON（Content-Type: application/json）。")
        case .tooManyRequests: Rejection(.unavailable, "rate_limited", "请求过于频繁，请按 Retry-After 的秒数稍后再试。")
        case .preconditionFailed: Rejection(.conflict, "version_stale", "内容已被别人修改，请重新读取后再保存。")
        case .requestTimeout: Rejection(.invalid, "request_timeout", "请求正文迟迟没有发完，连接已关闭，请重新发送。")
        case .contentTooLarge: Rejection(.invalid, "body_too_large", "请求正文过大，上限 256 KB。")
        default: Rejection(.invalid, "request_invalid", "请求无法处理（\(status.code)）。")
        }
    }
}
