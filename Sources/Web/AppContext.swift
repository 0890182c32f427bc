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

/// A role's way in: made only for a caller who has the role, so a handler behind it need not ask again.
public protocol RoleContext: ChildRequestContext where ParentContext == AppContext {
    var caller: Caller { get }
    static var roles: Set<Caller.Role> { get }
    init(core: CoreRequestContextStorage, caller: Caller)
}

extension RoleContext {
    public init(context: AppContext) throws {
        guard let caller = context.caller else {
            throw Rejection(.unauthenticated, "unauthenticated", "请先登录，或在 Authorization 头中提供有效的令牌。")
        }
        guard Self.roles.contains(caller.role) else {
            throw Rejection(.forbidden, "role_forbidden", "您的角色不能使用这个功能。")
        }
        self.init(core: context.coreContext, caller: caller)
    }

    public var maxUploadSize: Int { 256 * 1024 }
}

/// Anybody who has to do with elders and orders: everyone but the security administrator.
public struct KnownContext: RoleContext {
    public var coreContext: CoreRequestContextStorage
    public let caller: Caller
    public static let roles = Set(Caller.Role.allCases).subtracting([.security])
    public init(core: CoreRequestContextStorage, caller: Caller) {
        coreContext = core
        self.caller = caller
    }
}

/// Operators, quality callers and administrators.
public struct DeskContext: RoleContext {
    public var coreContext: CoreRequestContextStorage
    public let caller: Caller
    public static let roles: Set<Caller.Role> = [.operator, .quality, .admin]
    public init(core: CoreRequestContextStorage, caller: Caller) {
        coreContext = core
        self.caller = caller
    }
}

/// A provider's people and machines; carries which provider, so that no handler takes it from the URL.
public struct ProviderContext: RoleContext {
    public var coreContext: CoreRequestContextStorage
    public let caller: Caller
    public static let roles: Set<Caller.Role> = [.provider]
    public init(core: CoreRequestContextStorage, caller: Caller) {
        coreContext = core
        self.caller = caller
    }
    public var provider: ProviderID { caller.provider ?? ProviderID("") }
}

/// Tills of canteens, and operators who enter a swipe by hand.
public struct TillContext: RoleContext {
    public var coreContext: CoreRequestContextStorage
    public let caller: Caller
    public static let roles: Set<Caller.Role> = [.provider, .operator, .admin]
    public init(core: CoreRequestContextStorage, caller: Caller) {
        coreContext = core
        self.caller = caller
    }
}

/// Finance officers, auditors and administrators.
public struct FinanceContext: RoleContext {
    public var coreContext: CoreRequestContextStorage
    public let caller: Caller
    public static let roles: Set<Caller.Role> = [.finance, .auditor, .admin]
    public init(core: CoreRequestContextStorage, caller: Caller) {
        coreContext = core
        self.caller = caller
    }
}

/// Everyone of the platform itself: the wall board is for them, never for a provider.
public struct StaffContext: RoleContext {
    public var coreContext: CoreRequestContextStorage
    public let caller: Caller
    public static let roles: Set<Caller.Role> = [.operator, .quality, .finance, .auditor, .admin]
    public init(core: CoreRequestContextStorage, caller: Caller) {
        coreContext = core
        self.caller = caller
    }
}

/// Administrators; a file of elders to be imported may be large.
public struct AdminContext: RoleContext {
    public var coreContext: CoreRequestContextStorage
    public let caller: Caller
    public static let roles: Set<Caller.Role> = [.admin]
    public init(core: CoreRequestContextStorage, caller: Caller) {
        coreContext = core
        self.caller = caller
    }
    public var maxUploadSize: Int { 64 * 1024 * 1024 }
}

/// 安全管理员: who may come in.
public struct SecurityContext: RoleContext {
    public var coreContext: CoreRequestContextStorage
    public let caller: Caller
    public static let roles: Set<Caller.Role> = [.security]
    public init(core: CoreRequestContextStorage, caller: Caller) {
        coreContext = core
        self.caller = caller
    }
}

/// 审计管理员: reads what everybody did.
public struct AuditContext: RoleContext {
    public var coreContext: CoreRequestContextStorage
    public let caller: Caller
    public static let roles: Set<Caller.Role> = [.auditor]
    public init(core: CoreRequestContextStorage, caller: Caller) {
        coreContext = core
        self.caller = caller
    }
}

/// Whoever makes tokens for machines.
public struct IssuerContext: RoleContext {
    public var coreContext: CoreRequestContextStorage
    public let caller: Caller
    public static let roles: Set<Caller.Role> = [.admin, .security]
    public init(core: CoreRequestContextStorage, caller: Caller) {
        coreContext = core
        self.caller = caller
    }
}

/// Anybody at all who is logged in: for what is the person's own.
public struct OwnContext: RoleContext {
    public var coreContext: CoreRequestContextStorage
    public let caller: Caller
    public static let roles = Set(Caller.Role.allCases)
    public init(core: CoreRequestContextStorage, caller: Caller) {
        coreContext = core
        self.caller = caller
    }
}
