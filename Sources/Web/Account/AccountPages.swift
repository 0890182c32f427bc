import Hummingbird
import Kernel
import QRCode
import Workflow

/// 我的账号
///
/// | path | what |
/// |---|---|
/// | GET /account | whether a second factor is asked for; `?lang=` chooses the language of all pages |
/// | POST /account/factor | a secret for the authenticator app, shown once |
/// | POST /account/factor/confirm | a code of the app; recovery codes, shown once |
/// | POST /account/factor/remove | without the second factor again |
public struct AccountPages: PageGroup {
    public let site: Site
    public init(_ site: Site) { self.site = site }

    public func add(to group: RouterGroup<OwnContext>) {
        group.get("") { $0.keepingLanguage(in: try await page($0, $1)) }
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
        var fault: String?
    }

    private func page(
        _ request: Request, _ context: OwnContext, enrolment: SecondFactor.Enrolment? = nil, codes: [String] = [], fault: Rejection? = nil
    ) async throws -> Response {
        var (isOn, left) = (false, 0)
        if case .on(let recoveryLeft) = try await factor.standing(of: context.caller) { (isOn, left) = (true, recoveryLeft) }
        let model = Model(
            name: context.caller.name, isOn: isOn, isOff: !isOn && enrolment == nil, recoveryLeft: left, secret: enrolment?.secret,
            uri: enrolment?.uri, picture: enrolment.flatMap { QR.svg(of: $0.uri) }, codes: codes, hasCodes: !codes.isEmpty, fault: fault?.message)
        let frame = Frame(
            title: "账号", caller: context.caller.name, language: request.language)
        return try pages.page("account", frame, model, status: fault == nil ? .ok : .unprocessableContent)
    }

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
