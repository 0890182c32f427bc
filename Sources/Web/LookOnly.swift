import HTTPTypes
import Hummingbird
import Kernel
import Workflow

/// 审计管理员 changes nothing, whatever a route allows: said once, at the door of all routes.
public struct LookOnly: RouterMiddleware {
    public typealias Context = AppContext
    public init() {}

    public func handle(
        _ request: Request, context: AppContext, next: @concurrent (Request, AppContext) async throws -> Response
    ) async throws -> Response {
        guard context.caller?.role != .auditor || !Self.forbids(request.method, request.uri.path) else {
            throw Rejection(.forbidden, "role_forbidden", "审计角色只能查看。")
        }
        return try await next(request, context)
    }

    /// Everything but reading, a reckoning that writes nothing, and what is the auditor's own.
    static func forbids(_ method: HTTPRequest.Method, _ path: String) -> Bool {
        method != .get && method != .head && !path.hasSuffix("/preview") && !path.hasPrefix("/account")
    }
}
