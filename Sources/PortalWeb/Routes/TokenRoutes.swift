import HTTPTypes
import Hummingbird
import Kernel
import Registry
import Store
import Web
import Workflow

/// Tokens of machines: an administrator makes them and sees all; a provider lists, rotates and revokes its own.
public struct TokenRoutes: Sendable {
    let exchange: Exchange
    let doorkeeper: Doorkeeper
    private var manage: ManageTokens { ManageTokens(exchange.office) }

    public init(_ exchange: Exchange, _ doorkeeper: Doorkeeper) {
        self.exchange = exchange
        self.doorkeeper = doorkeeper
    }

    public func add(to group: RouterGroup<SubscriberContext>) {
        group.post("tokens", use: create)
        group.get("tokens", use: list)
        group.post("tokens/:id/rotate", use: rotate)
        group.delete("tokens/:id", use: revoke)
    }

    struct NewToken: Decodable, Sendable {
        let role: String
        let provider: String?
        let name: String
        let scopes: [String]?
        let expires_at: Instant?
    }

    @Sendable func create(_ request: Request, _ context: SubscriberContext) async throws -> Response {
        guard context.caller.role == .admin else { throw Rejection(.forbidden, "role_forbidden", "只有管理员能新建令牌。") }
        return try await exchange.once(NewToken.self, request, context) { body in
            guard let role = Caller.Role(rawValue: body.role) else {
                throw Rejection(
                    .invalid, "role_unknown", "role 应为 \(Caller.Role.allCases.map(\.rawValue).joined(separator: "、")) 之一。", pointer: "/role")
            }
            let step = try manage.created(
                .init(
                    role: role, provider: body.provider.map { ProviderID($0) }, name: body.name, scopes: body.scopes ?? [],
                    expires: body.expires_at), by: context.caller)
            return { tx in Answer(status: 201, body: Self.show(try step(tx)).text) }
        }
    }

    @Sendable func list(_ request: Request, _ context: SubscriberContext) async throws -> Response {
        let limit = try request.integer("limit", default: 50, in: 1...200)
        let list = "tokens?\(context.caller.provider?.text ?? "")"
        let page = try await manage.page(after: try request.cursor(list), limit: limit, for: context.caller)
        return Exchange.json([
            "tokens": .array(page.map { Show.token($0) }),
            "next": page.count == limit ? JSON(page.last.map { Cursor.text(after: $0.id, in: list) }) : .null,
        ])
    }

    struct RotateBody: Decodable, Sendable { let overlap_seconds: Int? }

    @Sendable func rotate(_ request: Request, _ context: SubscriberContext) async throws -> Response {
        let id = try context.parameters.require("id")
        defer { doorkeeper.forgetTokens() }
        return try await exchange.once(RotateBody.self, request, context) { body in
            let seconds = min(max(-1, body.overlap_seconds ?? 86_400), 10_000_000)
            let step = try manage.rotated(id, overlap: .seconds(seconds), by: context.caller)
            return { tx in Answer(status: 200, body: Self.show(try step(tx)).text) }
        }
    }

    @Sendable func revoke(_ request: Request, _ context: SubscriberContext) async throws -> Response {
        try await exchange.office.perform(manage.revoked(try context.parameters.require("id"), by: context.caller))
        doorkeeper.forgetTokens()
        return Response(status: .noContent)
    }

    static func show(_ issued: ManageTokens.Issued) -> JSON { Show.token(issued.stored).adding(["token": JSON(issued.token)]) }
}

extension TokenRoutes: DescribedRoutes {
    private static let issued = Schema.object(
        [
            "id": .matching("^[0-9a-f]{16}$", sample: "9f86d081884c7d65"), "token": .text(sample: "vnh_…").described("只在这里给出一次"),
            "role": .oneOf(Caller.Role.self), "provider": .text(sample: "P001").nullable, "name": .text(sample: "till-2"),
            "scopes": .array(.text(sample: "provider")), "created_at": .instant, "expires_at": .instant.nullable, "revoked_at": .instant.nullable,
            "last_used_at": .instant.nullable, "owner": .text().nullable,
        ])

    public static var operations: [Operation] {
        let roles = SubscriberContext.roles
        return [
            Operation(
                .post, "/api/v1/tokens", "签发令牌（管理员）", by: [.admin], body: NewToken.self,
                refining: [
                    "role": .oneOf(Caller.Role.self), "provider": .matching("^P[0-9]{3}$", sample: "P001"), "name": .text(1...60, sample: "till-2"),
                    "scopes": .array(.matching("^[a-z-]{1,40}(:read)?$", sample: "provider"), 0...20),
                ], answers: .created(issued), refuses: ["provider_missing", "provider_unknown", "scope_invalid", "expiry_invalid", "name_taken"]),
            Operation(
                .get, "/api/v1/tokens", "令牌一览；服务商只见自己的", by: roles, query: [.cursor, .limit(1...200, default: 50)],
                answers: .json(.object(["tokens": .array(.of(Shapes.token)), "next": Schema.cursor.nullable])),
                refuses: ["cursor_invalid", "cursor_mismatch"]),
            Operation(
                .post, "/api/v1/tokens/{id}/rotate", "轮换：给出新令牌，旧令牌在重叠期内仍有效", by: roles, body: RotateBody.self,
                refining: ["overlap_seconds": .integer(0...604_800, sample: 86_400)], answers: .json(issued),
                refuses: ["own_grant", "token_unknown", "token_ended", "overlap_invalid"]),
            Operation(.delete, "/api/v1/tokens/{id}", "吊销令牌，立即生效", by: roles, answers: .nothing, refuses: ["token_unknown"]),
        ]
    }
}
