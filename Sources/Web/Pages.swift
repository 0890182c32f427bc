import HTTPTypes
import Hummingbird
import Kernel
import Workflow

/// Logging in and out, the same for every face.
///
/// | path | what |
/// |---|---|
/// | GET, POST /login | the form, `?lang=` keeps its language; a session, or the question for the second factor |
/// | POST /login/code | the code of the second factor |
/// | POST /logout | the session's end |
/// | GET /session | who is logged in, and the secret of the forms; for scripts of a page that outlived its session |
public struct Pages: Sendable {
    let exchange: Exchange
    private let entrance: Entrance

    public init(_ exchange: Exchange, _ pages: PageLibrary) {
        self.exchange = exchange
        entrance = Entrance(pages)
    }

    public func add(to group: RouterGroup<AppContext>) {
        group.get("", use: home)
        group.get("login", use: form)
        group.post("login", use: logIn)
        group.post("login/code", use: answer)
        group.post("logout", use: logOut)
        group.get("session", use: session)
    }

    private var access: ManageAccess { ManageAccess(exchange.office) }

    /// Where whoever has the password comes in: the form carries no secret of a session, because there may be none.
    static func isDoor(_ path: String) -> Bool { path == "/login" || path == "/login/code" }

    @Sendable func home(_ request: Request, _ context: AppContext) async throws -> Response {
        Self.redirect(to: context.caller.map { Self.face(of: $0.role) } ?? "/login")
    }

    @Sendable func form(_ request: Request, _ context: AppContext) async throws -> Response {
        request.keepingLanguage(in: try entrance.login(request, Entrance.Way(next: request.query("next"))))
    }

    struct Credentials: Decodable, Sendable {
        let name: String
        let password: String
        let next: String?
        let kept: String?
    }

    @Sendable func logIn(_ request: Request, _ context: AppContext) async throws -> Response {
        try Self.refuseStrangers(request)
        let body = try await URLEncodedFormDecoder().decode(Credentials.self, from: request, context: context)
        let way = Entrance.Way(next: body.next, kept: body.kept)
        do {
            switch try await access.logIn(name: body.name, password: body.password) {
            case .session(let session, let caller): return try await opened(session, caller, way, request)
            case .secondFactor(let challenge): return try entrance.code(request, challenge, way)
            }
        } catch let rejection as Rejection {
            return try entrance.login(request, way, name: body.name, fault: rejection)
        }
    }

    struct Code: Decodable, Sendable {
        let challenge: String
        let code: String
        let next: String?
        let kept: String?
    }

    @Sendable func answer(_ request: Request, _ context: AppContext) async throws -> Response {
        try Self.refuseStrangers(request)
        let body = try await URLEncodedFormDecoder().decode(Code.self, from: request, context: context)
        let way = Entrance.Way(next: body.next, kept: body.kept)
        do {
            let (session, caller) = try await access.answer(body.challenge, code: body.code)
            return try await opened(session, caller, way, request)
        } catch let rejection as Rejection where rejection.code == "factor_code_wrong" {
            return try entrance.code(request, body.challenge, way, fault: rejection)
        } catch let rejection as Rejection {
            return try entrance.login(request, way, fault: rejection)
        }
    }

    /// In: on to where the person was going, or back to the form that was sent when the session was over.
    private func opened(_ session: String, _ caller: Caller, _ way: Entrance.Way, _ request: Request) async throws -> Response {
        if let old = request.cookies["sid"]?.value { try await access.logOut(old) }
        var response: Response
        if let kept = way.kept, let next = way.next, let csrf = try await access.session(session)?.csrf {
            response = try FormSecret.$current.withValue(csrf) { try entrance.again(request, next, FormFields(kept)) }
        } else {
            response = Self.redirect(to: way.next ?? Self.face(of: caller.role))
        }
        response.setCookie(Cookie(name: "sid", value: session, path: "/", httpOnly: true, sameSite: .lax))
        return response
    }

    @Sendable func logOut(_ request: Request, _ context: AppContext) async throws -> Response {
        if let session = request.cookies["sid"]?.value { try await access.logOut(session) }
        var response = Self.redirect(to: "/login")
        response.setCookie(Cookie(name: "sid", value: "", maxAge: 0, path: "/", httpOnly: true, sameSite: .lax))
        return response
    }

    @Sendable func session(_ request: Request, _ context: AppContext) async throws -> Response {
        guard let caller = context.caller else { throw Rejection(.unauthenticated, "unauthenticated", "请先登录。") }
        var response = Exchange.json(["caller": JSON(caller.name), "csrf": JSON(FormSecret.current)])
        response.headers[.cacheControl] = "no-store"
        return response
    }

    static func face(of role: Caller.Role) -> String {
        switch role {
        case .operator, .quality, .admin: "/console"
        case .provider: "/provider"
        case .finance, .auditor: "/finance"
        case .security: "/admin/users"
        }
    }

    public static func redirect(to path: String) -> Response { Response(status: .seeOther, headers: [.location: path]) }

    /// A password typed at another site's form would make the visitor work under somebody else's name.
    private static func refuseStrangers(_ request: Request) throws {
        let isFromElsewhere = request.headers[.secFetchSite].map { $0 != "same-origin" && $0 != "none" }
            ?? (request.headers[.origin] != nil && !request.isSameOrigin)
        guard isFromElsewhere else { return }
        throw Rejection(.forbidden, "cross_site", "这个请求不是从本站页面发出的，已拒绝。请在本站登录。")
    }
}
