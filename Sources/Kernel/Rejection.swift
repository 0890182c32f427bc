/// Why something is refused: a stable code for programs and a Chinese sentence that tells a person what to do.
///
/// Each room has its own enum of reasons; all become this one value at the edge, and one file in `Web` maps ``Kind`` to a status.
public struct Rejection: Error, Hashable, Sendable {
    public enum Kind: String, Sendable {
        /// The request itself is wrong; sending it again will not help. (400/422)
        case invalid
        /// Nobody has said who they are. (401)
        case unauthenticated
        /// The caller may not do this. (403)
        case forbidden
        /// There is no such thing, or not for this caller. (404)
        case missing
        /// It clashes with what has happened meanwhile. (409)
        case conflict
        /// Well formed, but a rule of the business refuses it. (422)
        case refused
        /// Too much at once; later it may work. (429/503)
        case unavailable
    }

    public let kind: Kind
    /// Stable, in `snake_case`, documented in the OpenAPI document.
    public let code: String
    /// A sentence in Chinese that says what to do.
    public let message: String
    /// A JSON pointer to the field at fault, where there is one.
    public let pointer: String?

    public init(_ kind: Kind, _ code: String, _ message: String, pointer: String? = nil) {
        self.kind = kind
        self.code = code
        self.message = message
        self.pointer = pointer
    }
}

extension Rejection: CustomStringConvertible {
    public var description: String { "\(code): \(message)" }
}

/// An error that can be told to a client as a ``Rejection``.
public protocol Rejecting: Error {
    var rejection: Rejection { get }
}

extension Rejection: Rejecting {
    public var rejection: Rejection { self }
}
