import Kernel
import Orders
import Registry

/// Who asks: a role, and for a provider's people which provider. Comes from the token or session, never from the request.
public struct Caller: Hashable, Sendable {
    public enum Role: String, CaseIterable, Sendable {
        case `operator`, provider, finance, quality
        /// 三员分立 (GB/T 22239): the audit administrator reads what everybody did and changes nothing, the system administrator runs the
        /// platform, the security administrator says who may come in. No person holds two of these posts.
        case auditor, admin, security

        public static let posts: Set<Role> = [.auditor, .admin, .security]

        /// The word on screen.
        public var term: String {
            switch self {
            case .operator: "座席"
            case .provider: "服务商"
            case .finance: "财务"
            case .quality: "质量回访"
            case .auditor: "审计管理员"
            case .admin: "系统管理员"
            case .security: "安全管理员"
            }
        }

        /// Whether a login of this role names its person: whose second signature counts has to be known.
        public var needsPerson: Bool { Self.posts.contains(self) || self == .finance }

        /// Which roles the holder of this one may give to others, to a person or a machine; never its own.
        public var mayGrant: Set<Role> {
            switch self {
            case .security: Set(Role.allCases).subtracting([.security])
            case .admin: Set(Role.allCases).subtracting(Self.posts)
            default: []
            }
        }
    }

    public let role: Role
    /// Name of the token or login; stands in the log.
    public let name: String
    public let provider: ProviderID?
    /// What a token was made for; empty for everything the role may do.
    public let scopes: Set<Scope>

    public init(role: Role, name: String, provider: ProviderID? = nil, scopes: Set<Scope> = []) {
        self.role = role
        self.name = name
        self.provider = provider
        self.scopes = scopes
    }

    /// Whether the token may be used in an area, to read or to write.
    public func mayUse(_ area: String, toWrite: Bool) -> Bool {
        scopes.isEmpty || scopes.contains { $0.area == area && ($0.mayWrite || !toWrite) }
    }

    /// A part of the interface: the first word of a path, `orders` to read and write, `orders:read` only to read.
    public struct Scope: Hashable, Sendable, CustomStringConvertible {
        public let area: String
        public let mayWrite: Bool

        public init?(_ text: String) {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard let area = parts.first, parts.count == 1 || (parts.count == 2 && parts[1] == "read"), (1...40).contains(area.utf8.count),
                area.utf8.allSatisfy({ (0x61...0x7A).contains($0) || $0 == 0x2D })
            else { return nil }
            self.area = String(area)
            mayWrite = parts.count == 1
        }

        public var description: String { mayWrite ? area : "\(area):read" }

        /// The secret address of a calendar, and nothing else.
        public static let calendar = Scope("calendar:read")
    }

    /// The part this caller plays in the life of an order.
    public var actor: Actor {
        switch role {
        case .operator: .operator
        case .provider: .provider
        case .quality: .quality
        case .admin: .admin
        case .finance, .auditor, .security: .system
        }
    }

    public static let system = Caller(role: .operator, name: "system")
}
