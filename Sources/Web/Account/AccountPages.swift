import Hummingbird
import Kernel
import QRCode
import Workflow

/// 我的账号
///
/// | path | what |
/// |---|---|
/// | GET /account | whether a second factor is asked for; `?lang=` chooses the language of all pages |
/// | POST /account/password | a new password for the old one; other sessions of the account end |
/// | POST /account/factor | a secret for the authenticator app, shown once |
/// | POST /account/factor/confirm | a code of the app; recovery codes, shown once |
/// | POST /account/factor/remove | without the second factor again |
public struct AccountPages: PageGroup {
    public let site: Site
    public init(_ site: Site) { self.site = site }

    public func add(to group: RouterGroup<OwnContext>) {
        group.get("") { $0.keepingLanguage(in: try await page($0, $1)) }
        group.post("password", use: changePassword)
        group.post("factor", use: begin)
        group.post("factor/confirm", use: confirm)
        group.post("factor/remove", use: remove)
    }

    private var factor: SecondFactor { SecondFactor(office) }

    struct Model: Sendable {
        let name: String
        let isOn: Bool
        let isOff: Bool
        let recoveryLeft: Int
        /// While enrolling: the secret to type, and the address for an app on the same device, as a link and as a picture for another one.
        var secret: String?
        var uri: String?
        var picture: String?
        /// Just after enrolling.
        var codes: [String] = []
        var hasCodes = false
        /// What went wrong with the second factor, and with a new password.
        var fault: String?
        var passwordFault: String?
        var isPasswordChanged = false
    }

    private func page(
        _ request: Request, _ context: OwnContext, enrolment: SecondFactor.Enrolment? = nil, codes: [String] = [], fault: Rejection? = nil,
        passwordFault: Rejection? = nil
    ) async throws -> Response {
        var (isOn, left) = (false, 0)
        if case .on(let recoveryLeft) = try await factor.standing(of: context.caller) { (isOn, left) = (true, recoveryLeft) }
        let model = Model(
            name: context.caller.name, isOn: isOn, isOff: !isOn && enrolment == nil, recoveryLeft: left, secret: enrolment?.secret,
            uri: enrolment?.uri, picture: enrolment.flatMap { QR.svg(of: $0.uri) }, codes: codes, hasCodes: !codes.isEmpty, fault: fault?.message,
            passwordFault: passwordFault?.message, isPasswordChanged: passwordFault == nil && request.query("done") == "password")
        let frame = Frame(
            title: "账号", caller: context.caller.name, language: request.language)
        return try pages.page("account", frame, model, status: fault ?? passwordFault == nil ? .ok : .unprocessableContent)
    }

    struct PasswordForm: Decodable, Sendable {
        let old: String
        let password: String
        let again: String
    }

    @Sendable func changePassword(_ request: Request, _ context: OwnContext) async throws -> Response {
        let form = try await exchange.form(PasswordForm.self, request, context)
        // Who comes with a token has no password, whatever cookie lies beside it.
        let session = request.headers[.authorization] == nil ? request.cookies["sid"]?.value : nil
        do {
            try await ChangePassword(office)(.init(old: form.old, new: form.password, again: form.again), in: session ?? "")
            return Pages.redirect(to: "/account?done=password")
        } catch let error as any Rejecting where Self.told.contains(error.rejection.code) {
            return try await page(request, context, passwordFault: error.rejection)
        }
    }

    /// What is said beside the form of the password; a lock too, which is no reason to ask for a login that would fail.
    private static let told: Set<String> = ["password_wrong", "password_differs", "password_weak", "password_same", "login_locked"]

    @Sendable func begin(_ request: Request, _ context: OwnContext) async throws -> Response {
        try await page(request, context, enrolment: try await factor.begin(by: context.caller))
    }

    struct Code: Decodable, Sendable { let code: String }

    @Sendable func confirm(_ request: Request, _ context: OwnContext) async throws -> Response {
        let form = try await exchange.form(Code.self, request, context)
        do {
            return try await page(request, context, codes: try await factor.confirm(form.code, by: context.caller))
        } catch let error as any Rejecting where error.rejection.code == "factor_code_wrong" {
            // The secret is still the one on the telephone: shown again, so that it need not be typed anew.
            return try await page(request, context, enrolment: try await factor.begun(by: context.caller), fault: error.rejection)
        }
    }

    @Sendable func remove(_ request: Request, _ context: OwnContext) async throws -> Response {
        let form = try await exchange.form(Code.self, request, context)
        do {
            try await factor.remove(form.code, by: context.caller)
            return Pages.redirect(to: "/account")
        } catch let error as any Rejecting where error.rejection.code == "factor_code_wrong" {
            return try await page(request, context, fault: error.rejection)
        }
    }
}
