import Hummingbird
import Kernel
import Registry
import Store
import Web
import Workflow

/// 安全管理员
///
/// | path | what |
/// |---|---|
/// | GET, POST /admin/users | who may log in; a new login, password or role |
/// | POST /admin/users/{name}/unlock | lets in again before the lock is over |
/// | POST /admin/users/{name}/factor | takes the second factor away, with the reason |
public struct SecurityPages: PageGroup {
    public let site: Site
    public init(_ site: Site) { self.site = site }

    public func add(to group: RouterGroup<SecurityContext>) {
        group.get("users", use: users)
        group.post("users", use: saveUser)
        group.post("users/:name/unlock", use: unlock)
        group.post("users/:name/factor", use: resetFactor)
    }

    private var access: ManageAccess { ManageAccess(office) }

    @Sendable func users(_ request: Request, _ context: SecurityContext) async throws -> Response { try await page(request, context) }

    private func page(
        _ request: Request, _ context: SecurityContext, typed: UserForm? = nil, fault: Rejection? = nil, done: String? = nil
    ) async throws -> Response {
        let model = UsersModel(
            try await access.logins(), for: context.caller, typed: typed, fault: fault?.message, done: done, once: exchange.newFormKey, now: office.now)
        return try pages.page(
            "users", Frame.admin("用户", request, context.caller), model, status: fault == nil ? .ok : .unprocessableContent)
    }

    struct UserForm: Decodable, Sendable {
        let name: String
        let password: String
        let role: String
        let provider: String?
        let person: String?
    }

    @Sendable func saveUser(_ request: Request, _ context: SecurityContext) async throws -> Response {
        let sent = try await exchange.sent(UserForm.self, request, context)
        let form = sent.fields
        do {
            guard let role = Caller.Role(rawValue: form.role) else { throw Rejection(.invalid, "role_unknown", "没有这个角色。") }
            let step = try access.saved(
                .init(
                    name: form.name, password: form.password, role: role, provider: Self.given(form.provider).map { ProviderID($0) },
                    person: Self.given(form.person)), by: context.caller)
            let (name, isReplayed) = try await exchange.once(sent) { tx in
                try step(tx)
                return form.name
            }
            // The key does not know the password. One that was typed after going back is not saved, nor one that its holder has changed since.
            if isReplayed, try await !access.isPassword(form.password, of: name) {
                throw Rejection(
                    .conflict, "form_used", "这张表单已经提交过，账号“\(name)”的密码没有再改。确要重设，请在下面重新填写密码后保存。", pointer: "/password")
            }
            return try await page(request, context, done: name)
        } catch let error as any Rejecting {
            return try await page(request, context, typed: form, fault: error.rejection)
        }
    }

    private static func given(_ text: String?) -> String? { text.flatMap { $0.isEmpty ? nil : $0 } }

    @Sendable func unlock(_ request: Request, _ context: SecurityContext) async throws -> Response {
        let name = try context.parameters.require("name")
        return try await exchange.formOnce(
            Nothing.self, request, context,
            inParts: { _ in
                try await access.unlock(name, by: context.caller)
                return "/admin/users"
            })
    }

    struct Reason: Decodable, Sendable { let reason: String }

    @Sendable func resetFactor(_ request: Request, _ context: SecurityContext) async throws -> Response {
        let name = try context.parameters.require("name")
        let form = try await exchange.sent(Reason.self, request, context)
        do {
            _ = try await exchange.once(form, inParts: {
                try await access.resetSecondFactor(of: name, reason: form.fields.reason, by: context.caller)
                return name
            })
            return try await page(request, context, done: name)
        } catch let error as any Rejecting {
            return try await page(request, context, fault: error.rejection)
        }
    }
}

struct UsersModel: Sendable {
    struct Row: Sendable {
        let name: String
        let role: String
        let provider: String
        let person: String
        let state: String
        let factor: String
        let mayUnlock: Bool
        let mayReset: Bool

        init(_ login: AccessRepository.Login, for caller: Caller, now: Instant) {
            let isOther = login.holder.name != caller.name
            let isLocked = login.lockedUntil.map { $0 > now } ?? false
            name = login.holder.name
            role = Role.term(login.holder.role)
            provider = login.holder.provider?.text ?? ""
            person = login.person ?? ""
            // Two such logins may be one person's, and nobody would know.
            let isUnknown = login.person == nil && login.holder.role != Caller.Role.provider.rawValue
            state = isLocked ? localized("锁定至 \(login.lockedUntil?.shown ?? "")") : isUnknown ? localized("未登记工号，双人复核认不出本人") : ""
            factor = login.hasSecondFactor ? localized("已启用") : ""
            mayUnlock = isLocked && isOther
            mayReset = login.hasSecondFactor && isOther
        }
    }

    struct Role: Sendable {
        let code: String
        let term: String
        let isChosen: Bool

        /// What the caller may give to others.
        static func grantable(by caller: Caller, chosen: String?) -> [Role] {
            Caller.Role.allCases.filter(caller.role.mayGrant.contains).map {
                Role(code: $0.rawValue, term: term($0.rawValue), isChosen: chosen == $0.rawValue)
            }
        }

        static func term(_ code: String) -> String { localized(term: Caller.Role(rawValue: code)?.term ?? code) }
    }

    let rows: [Row]
    let roles: [Role]
    /// What was typed before a refusal; the password is typed again.
    let name: String
    let provider: String
    let person: String
    let fault: String?
    let done: String?
    let once: String

    init(
        _ logins: [AccessRepository.Login], for caller: Caller, typed: SecurityPages.UserForm? = nil, fault: String? = nil, done: String? = nil,
        once: String, now: Instant
    ) {
        rows = logins.map { Row($0, for: caller, now: now) }
        roles = Role.grantable(by: caller, chosen: typed?.role)
        name = typed?.name ?? ""
        provider = typed?.provider ?? ""
        person = typed?.person ?? ""
        self.fault = fault
        self.done = done
        self.once = once
    }
}
