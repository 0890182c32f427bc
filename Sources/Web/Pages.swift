import HTTPTypes
import Hummingbird
import Kernel
import Workflow

/// Logging in and out, the same for every face.
///
/// | path | what |
/// |---|---|
/// | GET, POST /login | the form; a session, or the question for the second factor |
/// | POST /login/code | the code of the second factor |
/// | POST /logout | the session's end |
/// | GET /session | who is logged in, and the secret of the forms; for scripts of a page that outlived its session |
public struct Pages: Sendable {
    let exchange: Exchange
    public init(_ exchange: Exchange) { self.exchange = exchange }

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
        Self.loginPage(Way(next: request.query("next"), kept: nil))
    }

    /// Where somebody was going when the session was over, and the form that was sent then.
    struct Way: Sendable {
        let next: String?
        let kept: String?

        /// Only a place on this site: never the address of another, however it is written.
        init(next: String?, kept: String?) {
            let isOurs = next.map { $0.hasPrefix("/") && !$0.dropFirst().hasPrefix("/") && !$0.contains("\\") && $0.allSatisfy { !$0.isNewline } }
            self.next = isOurs == true ? next : nil
            self.kept = kept
        }

        var hidden: String {
            [("next", next), ("kept", kept)].map { name, value in
                value.map { "<input type=\"hidden\" name=\"\(name)\" value=\"\(HTML.escaped($0))\">" } ?? ""
            }.joined()
        }
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
        let way = Way(next: body.next, kept: body.kept)
        do {
            switch try await access.logIn(name: body.name, password: body.password) {
            case .session(let session, let caller): return try await opened(session, caller, way, request)
            case .secondFactor(let challenge): return Self.codePage(challenge, way)
            }
        } catch let rejection as Rejection {
            return Self.loginPage(way, name: body.name, fault: rejection.message)
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
        let way = Way(next: body.next, kept: body.kept)
        do {
            let (session, caller) = try await access.answer(body.challenge, code: body.code)
            return try await opened(session, caller, way, request)
        } catch let rejection as Rejection where rejection.code == "factor_code_wrong" {
            return Self.codePage(body.challenge, way, fault: rejection.message)
        } catch let rejection as Rejection {
            return Self.loginPage(way, fault: rejection.message)
        }
    }

    /// In: on to where the person was going, or back to the form that was sent when the session was over.
    private func opened(_ session: String, _ caller: Caller, _ way: Way, _ request: Request) async throws -> Response {
        if let old = request.cookies["sid"]?.value { try await access.logOut(old) }
        var response: Response
        if let kept = way.kept, let next = way.next, let csrf = try await access.session(session)?.csrf {
            response = FormSecret.$current.withValue(csrf) { Self.again(next, FormFields(kept)) }
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
        guard let site = request.headers[.secFetchSite], site != "same-origin", site != "none" else { return }
        throw Rejection(.forbidden, "cross_site", "这个请求不是从本站页面发出的，已拒绝。请在本站登录。")
    }

    /// The largest form that is kept for somebody who has to log in first.
    private static let keptLimit = 256 * 1024

    /// The way in, with where the person was going; a form that was sent from one of our pages is kept until the session is there again.
    static func askToLogIn(_ request: Request, _ context: AppContext) async throws -> Response {
        guard !request.isSafe else {
            let path = request.uri.string
            return redirect(to: path.isEmpty || path == "/" ? "/login" : "/login?next=\(FormFields.encoded(path))")
        }
        guard request.isSameOrigin, request.isForm, let form = try? await request.body.collect(upTo: keptLimit) else { return redirect(to: "/login") }
        return loginPage(Way(next: request.uri.path, kept: String(buffer: form)), fault: "登录已过期。请重新登录，刚才填写的内容还在。")
    }

    /// What was typed, and one button that sends it (again) to the same place with the secret of this session.
    static func again(_ path: String, _ fields: FormFields, status: HTTPResponse.Status = .ok) -> Response {
        let kept = fields.kept
        let way = Way(next: path, kept: nil)
        return HTML.page(
            "请再次提交", status: status,
            """
            <h1>还没有保存</h1><p class="warn" role="alert">页面已过期（重新登录过，或页面打开太久）。请核对下面的内容，再提交一次；密码和验证码需要返回原页面重新填写。</p>
            <form method="post" action="\(HTML.escaped(way.next ?? "/"))" class="panel">\(HTML.secretField)\(kept.hidden)\(kept.list)
            <p><button class="main" autofocus>再次提交</button> <a href="/">放弃，返回首页</a></p></form>
            """)
    }

    private static func loginPage(_ way: Way, name: String = "", fault: String? = nil) -> Response {
        HTML.page(
            "登录", status: fault == nil ? .ok : .unauthorized,
            """
            <form method="post" action="/login" class="login">\(way.hidden)
            <h1>虚拟养老院调度平台</h1>
            \(alert(fault))
            <label>用户名 <input name="name" value="\(HTML.escaped(name))" autocomplete="username" required\(name.isEmpty ? " autofocus" : "")></label>
            <label>密码 <input name="password" type="password" autocomplete="current-password" required\(name.isEmpty ? "" : " autofocus")></label>
            <button>登录</button>
            </form>
            """)
    }

    private static func codePage(_ challenge: String, _ way: Way, fault: String? = nil) -> Response {
        HTML.page(
            "验证码", status: fault == nil ? .ok : .unauthorized,
            """
            <form method="post" action="/login/code" class="login" autocomplete="off">\(way.hidden)
            <input type="hidden" name="challenge" value="\(HTML.escaped(challenge))">
            <h1>第二步：验证码</h1>
            \(alert(fault))
            <label>手机验证器上的六位数字，或一个恢复码 <input name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="32" required autofocus></label>
            <button>登录</button> <a href="/login">换一个账号</a>
            </form>
            """)
    }

    private static func alert(_ fault: String?) -> String { fault.map { "<p class=\"fault\" role=\"alert\">\(HTML.escaped($0))</p>" } ?? "" }
}
