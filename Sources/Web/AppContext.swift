import Hummingbird
import Kernel
import Logging
import Registry
import Workflow

/// What is known of a request once it has come through the door: who asks, and by which way.
public struct AppContext: RequestContext {
    public var coreContext: CoreRequestContextStorage
    public var caller: Caller?
    /// The caller's `X-Request-Id`, or a number of ours.
    public var requestNumber = ""

    public init(source: ApplicationRequestContextSource) { coreContext = .init(source: source) }

    /// Bodies of orders and check-ins are small; anything larger is a mistake or an attack.
    public var maxUploadSize: Int { 256 * 1024 }
}

/// Who comes in, and how large a body they may bring.
public protocol Admission: Sendable {
    static var roles: Set<Caller.Role> { get }
    static var bodyLimit: Int { get }
}

extension Admission {
    public static var bodyLimit: Int { 256 * 1024 }
}

/// A way in: made only for a caller who has one of its roles, so a handler behind it need not ask again.
public struct RoleContext<Who: Admission>: ChildRequestContext {
    public var coreContext: CoreRequestContextStorage
    public let caller: Caller

    public static var roles: Set<Caller.Role> { Who.roles }
    public var maxUploadSize: Int { Who.bodyLimit }

    public init(context: AppContext) throws {
        guard let caller = context.caller else {
            throw Rejection(.unauthenticated, "unauthenticated", "请先登录，或在 Authorization 头中提供有效的令牌。")
        }
        guard Self.roles.contains(caller.role) else {
            throw Rejection(.forbidden, "role_forbidden", "您的角色不能使用这个功能。")
        }
        coreContext = context.coreContext
        self.caller = caller
    }
}

/// Who is admitted where.
public enum Admit {
    /// Anybody who has to do with elders and orders: everyone but the security administrator.
    public enum Known: Admission { public static let roles = Set(Caller.Role.allCases).subtracting([.security]) }
    /// Operators, quality callers and administrators.
    public enum Desk: Admission { public static let roles: Set<Caller.Role> = [.operator, .quality, .admin] }
    /// A provider's people and machines.
    public enum Provider: Admission { public static let roles: Set<Caller.Role> = [.provider] }
    /// Tills of canteens, and operators who enter a swipe by hand.
    public enum Till: Admission { public static let roles: Set<Caller.Role> = [.provider, .operator, .admin] }
    /// Finance officers, auditors and administrators.
    public enum Finance: Admission { public static let roles: Set<Caller.Role> = [.finance, .auditor, .admin] }
    /// Everyone of the platform itself: the wall board and the figures are for them, never for a provider.
    /// Who signs a month is among them, too; what each may do there is asked again, by right and name.
    public enum Staff: Admission { public static let roles: Set<Caller.Role> = [.operator, .quality, .finance, .auditor, .admin] }
    /// A provider's machines for its own subscriptions and tokens, an administrator for all.
    public enum Subscriber: Admission { public static let roles: Set<Caller.Role> = [.provider, .admin] }
    /// Administrators; a file of elders to be imported may be large.
    public enum Admin: Admission {
        public static let roles: Set<Caller.Role> = [.admin]
        public static let bodyLimit = 64 * 1024 * 1024
    }
    /// 安全管理员: who may come in.
    public enum Security: Admission { public static let roles: Set<Caller.Role> = [.security] }
    /// 审计管理员: reads what everybody did.
    public enum Audit: Admission { public static let roles: Set<Caller.Role> = [.auditor] }
    /// Whoever makes tokens for machines.
    public enum Issuer: Admission { public static let roles: Set<Caller.Role> = [.admin, .security] }
    /// Anybody at all who is logged in: for what is the person's own.
    public enum Own: Admission { public static let roles = Set(Caller.Role.allCases) }
}

public typealias KnownContext = RoleContext<Admit.Known>
public typealias DeskContext = RoleContext<Admit.Desk>
public typealias ProviderContext = RoleContext<Admit.Provider>
public typealias TillContext = RoleContext<Admit.Till>
public typealias FinanceContext = RoleContext<Admit.Finance>
public typealias StaffContext = RoleContext<Admit.Staff>
public typealias SubscriberContext = RoleContext<Admit.Subscriber>
public typealias AdminContext = RoleContext<Admit.Admin>
public typealias SecurityContext = RoleContext<Admit.Security>
public typealias AuditContext = RoleContext<Admit.Audit>
public typealias IssuerContext = RoleContext<Admit.Issuer>
public typealias OwnContext = RoleContext<Admit.Own>

extension RoleContext<Admit.Provider> {
    /// Which provider it is, from the token or session, so that no handler takes it from the address.
    public var provider: ProviderID { caller.provider ?? ProviderID("") }
}
