import Hummingbird
import Kernel
import Registry
import Store
import Web
import Workflow

/// 接口令牌
///
/// | path | what |
/// |---|---|
/// | GET, POST /admin/tokens | all tokens; a new one, shown once |
/// | POST /admin/tokens/{id}/rotate, revoke | a successor with a day's overlap; an end at once |
public struct TokenPages: PageGroup {
    public let site: Site
    let doorkeeper: Doorkeeper

    public init(_ site: Site, _ doorkeeper: Doorkeeper) {
        self.site = site
        self.doorkeeper = doorkeeper
    }

    public func add(to group: RouterGroup<IssuerContext>) {
        group.get("tokens") { try await page($0, $1) }
        group.post("tokens", use: create)
        group.post("tokens/:id/rotate", use: rotate)
        group.post("tokens/:id/revoke", use: revoke)
    }

    private var manage: ManageTokens { ManageTokens(office) }
    static let perPage = 100

    private func page(
        _ request: Request, _ context: IssuerContext, typed: TokenForm? = nil, fault: Rejection? = nil, issued: String? = nil
    ) async throws -> Response {
        let tokens = try await manage.page(after: request.query("after"), limit: Self.perPage, for: context.caller)
        let model = TokensModel(
            tokens, isLater: request.query("after") != nil, for: context.caller, once: exchange.newFormKey, typed: typed,
            fault: fault?.message, issued: issued, now: office.now)
        return try pages.page(
            "tokens", Frame.admin("令牌", request, context.caller), model, status: fault == nil ? .ok : .unprocessableContent)
    }

    struct TokenForm: Decodable, Sendable {
        let role: String
        let provider: String?
        let name: String
        let scopes: String?
        let days: String?
    }

    @Sendable func create(_ request: Request, _ context: IssuerContext) async throws -> Response {
        let sent = try await exchange.sent(TokenForm.self, request, context)
        let form = sent.fields
        do {
            guard let role = Caller.Role(rawValue: form.role) else { throw Rejection(.invalid, "role_unknown", "没有这个角色。") }
            let days = form.days.flatMap { $0.isEmpty ? nil : $0 }
            let count = days.map { Int($0) ?? 0 }
            guard count.map({ (1...3650).contains($0) }) ?? true else {
                throw Rejection(.refused, "expiry_invalid", "有效天数应为 1 到 3650，或留空表示长期。", pointer: "/days")
            }
            let step = try manage.created(
                .init(
                    role: role, provider: form.provider.flatMap { $0.isEmpty ? nil : ProviderID($0) }, name: form.name,
                    scopes: (form.scopes ?? "").split { $0.isWhitespace || $0 == "," }.map(String.init),
                    expires: count.map { office.now + .days($0) }), by: context.caller)
            return try await page(request, context, issued: try await exchange.once(sent) { tx in try step(tx).token }.answer)
        } catch let error as any Rejecting {
            return try await page(request, context, typed: form, fault: error.rejection)
        }
    }

    @Sendable func rotate(_ request: Request, _ context: IssuerContext) async throws -> Response {
        let id = try context.parameters.require("id")
        let form = try await exchange.sent(Nothing.self, request, context)
        defer { doorkeeper.forgetTokens() }
        do {
            let step = try manage.rotated(id, overlap: .days(1), by: context.caller)
            return try await page(request, context, issued: try await exchange.once(form) { tx in try step(tx).token }.answer)
        } catch let error as any Rejecting {
            return try await page(request, context, fault: error.rejection)
        }
    }

    @Sendable func revoke(_ request: Request, _ context: IssuerContext) async throws -> Response {
        let step = manage.revoked(try context.parameters.require("id"), by: context.caller)
        defer { doorkeeper.forgetTokens() }
        return try await exchange.formOnce(Nothing.self, request, context) { _ in
            { tx in
                try step(tx)
                return "/admin/tokens"
            }
        }
    }
}

struct TokensModel: Sendable {
    struct Row: Sendable {
        let id: String
        let name: String
        let role: String
        let provider: String
        let scopes: String
        let created: String
        let expires: String
        let used: String
        let isUsable: Bool

        init(_ token: StoredToken, now: Instant) {
            id = token.id
            name = token.holder.name
            role = UsersModel.Role.term(token.holder.role)
            provider = token.holder.provider?.text ?? ""
            scopes = token.scopes.joined(separator: " ")
            created = token.createdAt.shown
            expires = token.revokedAt.map { localized("已吊销 \($0.shown)") } ?? token.expiresAt?.shown ?? localized("长期")
            used = token.seenAt?.shown ?? localized("从未")
            isUsable = token.revokedAt == nil && (token.expiresAt.map { $0 > now } ?? true)
        }
    }

    let rows: [Row]
    let roles: [UsersModel.Role]
    let once: String
    let name: String
    let provider: String
    let scopes: String
    let days: String
    let fault: String?
    /// The token just made; nobody can show it again.
    let issued: String?
    let pager: Pager

    /// - Parameter isLater: others stand before this page.
    init(
        _ tokens: [StoredToken], isLater: Bool = false, for caller: Caller, once: String, typed: TokenPages.TokenForm? = nil, fault: String? = nil,
        issued: String? = nil, now: Instant
    ) {
        rows = tokens.map { Row($0, now: now) }
        roles = UsersModel.Role.grantable(by: caller, chosen: typed?.role)
        self.once = once
        name = typed?.name ?? ""
        provider = typed?.provider ?? ""
        scopes = typed?.scopes ?? ""
        days = typed?.days ?? "365"
        self.fault = fault
        self.issued = issued
        let next = tokens.count == TokenPages.perPage ? tokens.last?.id : nil
        pager = Pager(first: isLater ? "/admin/tokens" : nil, next: next.map { "/admin/tokens?after=\($0)" })
    }
}
