import HTTPTypes
import Hummingbird
import Kernel
import Workflow

/// Logging in and out, the same for every face.
///
/// | path | what |
/// |---|---|
/// | GET, POST /login | the form; a session |
/// | POST /logout | its end |
public struct Pages: Sendable {
    let exchange: Exchange
    public init(_ exchange: Exchange) { self.exchange = exchange }

    public func add(to group: RouterGroup<AppContext>) {
        group.get("", use: home)
        group.get("login", use: form)
        group.post("login", use: logIn)
        group.post("logout", use: logOut)
    }

    @Sendable func home(_ request: Request, _ context: AppContext) async throws -> Response {
        Self.redirect(to: context.caller.map { Self.face(of: $0.role) } ?? "/login")
    }

    @Sendable func form(_ request: Request, _ context: AppContext) async throws -> Response { Self.loginPage(fault: nil) }

    struct Credentials: Decodable, Sendable {
        let name: String
        let password: String
    }

    @Sendable func logIn(_ request: Request, _ context: AppContext) async throws -> Response {
        let body = try await URLEncodedFormDecoder().decode(Credentials.self, from: request, context: context)
        do {
            let (session, caller) = try await ManageAccess(exchange.office).logIn(name: body.name, password: body.password)
            var response = Self.redirect(to: Self.face(of: caller.role))
            response.setCookie(Cookie(name: "sid", value: session, path: "/", httpOnly: true, sameSite: .lax))
            return response
        } catch let rejection as Rejection {
            return Self.loginPage(fault: rejection.message)
        }
    }

    @Sendable func logOut(_ request: Request, _ context: AppContext) async throws -> Response {
        if let session = request.cookies["sid"]?.value { try await ManageAccess(exchange.office).logOut(session) }
        var response = Self.redirect(to: "/login")
        response.setCookie(Cookie(name: "sid", value: "", maxAge: 0, path: "/", httpOnly: true, sameSite: .lax))
        return response
    }

    static func face(of role: Caller.Role) -> String {
        switch role {
        case .operator, .quality, .admin: "/console"
        case .provider: "/provider"
        case .finance, .auditor: "/finance"
        }
    }

    public static func redirect(to path: String) -> Response { Response(status: .seeOther, headers: [.location: path]) }

    private static func loginPage(fault: String?) -> Response {
        HTML.page(
            "登录", status: fault == nil ? .ok : .unauthorized,
            """
            <form method="post" action="/login" class="login">
            <h1>虚拟养老院调度平台</h1>
            \(fault.map { "<p class=\"fault\" role=\"alert\">\(HTML.escaped($0))</p>" } ?? "")
            <label>用户名 <input name="name" autocomplete="username" required autofocus></label>
            <label>密码 <input name="password" type="password" autocomplete="current-password" required></label>
            <button>登录</button>
            </form>
            """)
    }
}
