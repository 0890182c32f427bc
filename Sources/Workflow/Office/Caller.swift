import Kernel
import Orders
import Registry

/// Who asks: a role, and for a provider's people which provider. Comes from the token or session, never from the request.
public struct Caller: Hashable, Sendable {
    public enum Role: String, CaseIterable, Sendable {
        case `operator`, provider, finance, quality, auditor, admin
    }

    public let role: Role
    /// Name of the token or login; stands in the log.
    public let name: String
    public let provider: ProviderID?

    public init(role: Role, name: String, provider: ProviderID? = nil) {
        self.role = role
        self.name = name
        self.provider = provider
    }

    /// The part this caller plays in the life of an order.
    public var actor: Actor {
        switch role {
        case .operator: .operator
        case .provider: .provider
        case .quality: .quality
        case .admin: .admin
        case .finance, .auditor: .system
        }
    }

    public static let system = Caller(role: .operator, name: "system")
}
