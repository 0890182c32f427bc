import HTTPTypes
import Hummingbird
import Kernel
import Synchronization
import Workflow

/// Finds out who asks: bearer token for machines, session cookie for people. Knows nothing of what they may do.
public struct Doorkeeper: RouterMiddleware {
    public typealias Context = AppContext

    private let access: ManageAccess
    private let manage: ManageTokens
    private let tokens: TokenCache
    private let buckets: Buckets?
    private let entrance: Entrance
    private let clock: @Sendable () -> Instant

    /// - Parameter limit: how often one token or session may ask; nil for as often as it likes.
    public init(_ office: Office, _ pages: PageLibrary, limit: RateLimit? = .standard) {
        entrance = Entrance(pages)
        access = ManageAccess(office)
        manage = ManageTokens(office)
        tokens = TokenCache(clock: office.clock)
        buckets = limit.map { Buckets($0) }
        clock = office.clock
    }

    /// Lets tokens that have just been revoked or rotated be looked at again.
    public func forgetTokens() { tokens.forget() }

    public func handle(
        _ request: Request, context: AppContext, next: @concurrent (Request, AppContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        if let header = request.headers[.authorization] {
            let token = String(header.dropFirst(7))
            guard header.hasPrefix("Bearer "), header.utf8.count <= 512, let caller = try await caller(token) else {
                throw Rejection(.unauthenticated, "token_invalid", "令牌无效、已过期或已吊销，请联系管理员换发。")
            }
            try admit(token)
            guard Self.isInScope(request, caller) else {
                throw Rejection(.forbidden, "scope_forbidden", "这个令牌的范围不包括该操作，请换用范围合适的令牌。")
            }
            context.caller = caller
        } else if let session = request.cookies["sid"]?.value, let found = try await access.session(session) {
            guard request.isSafe || request.isSameOrigin else {
                throw Rejection(.forbidden, "cross_site", "这个请求不是从本站页面发出的，已拒绝。请刷新页面后重试。")
            }
            try admit(session)
            context.caller = found.caller
            let checked: Request
            do {
                checked = Pages.isDoor(request.uri.path) ? request : try await FormSecret.checked(request, against: found.csrf)
            } catch let stale as StaleForm {
                guard let fields = stale.fields else { throw stale }
                return try FormSecret.$current.withValue(found.csrf) { try entrance.again(request, request.uri.path, fields, status: .forbidden) }
            }
            // Goes along with the task that answers, so that every form of every page has it without asking for it.
            let known = context
            return try await FormSecret.$current.withValue(found.csrf) {
                try await FormSecret.$login.withValue(found.caller.name) { try await next(checked, known) }
            }
        }
        return try await next(request, context)
    }

    /// Who comes with a token that is remembered and was made for what is asked; nil when that takes a closer look.
    public func remembered(_ request: Request) -> Caller? {
        guard let header = request.headers[.authorization], header.hasPrefix("Bearer "), let caller = tokens[String(header.dropFirst(7))] else {
            return nil
        }
        return Self.isInScope(request, caller) ? caller : nil
    }

    /// Counts a request that is answered without a closer look; false, and not counted, for one too many.
    public func admits(_ request: Request) -> Bool {
        guard let header = request.headers[.authorization], let buckets else { return true }
        return buckets.take(String(header.dropFirst(7)), at: clock()) == nil
    }

    /// - Throws: 429 with `Retry-After` for one who asks too often.
    private func admit(_ secret: String) throws {
        guard let seconds = buckets?.take(secret, at: clock()) else { return }
        throw HTTPError(.tooManyRequests, headers: [.retryAfter: "\(seconds)"], message: nil)
    }

    /// The area of a path is its first word behind the version: `orders` of `/api/v1/orders/…`.
    private static func isInScope(_ request: Request, _ caller: Caller) -> Bool {
        let words = request.uri.path.split(separator: "/")
        let area = words.starts(with: ["api", "v1"]) ? words.dropFirst(2).first : words.first
        return caller.mayUse(area.map(String.init) ?? "", toWrite: !request.isSafe)
    }

    private func caller(_ token: String) async throws -> Caller? {
        if let known = tokens[token] { return known }
        guard let caller = try await manage.caller(token: token) else { return nil }
        tokens.remember(token, caller)
        return caller
    }
}

/// Remembers a token's holder for a few seconds, so that a poll does not cost two reads; a token revoked by another process lives on as long.
final class TokenCache: Sendable {
    private struct Entry {
        let caller: Caller
        let until: Instant
    }

    private let entries = Mutex<[String: Entry]>([:])
    private let clock: @Sendable () -> Instant
    static let kept = Span.seconds(5)
    static let capacity = 10_000

    init(clock: @escaping @Sendable () -> Instant) { self.clock = clock }

    subscript(token: String) -> Caller? {
        let now = clock()
        return entries.withLock { entries in
            guard let entry = entries[token], entry.until > now else { return nil }
            return entry.caller
        }
    }

    func forget() { entries.withLock { $0.removeAll(keepingCapacity: true) } }

    func remember(_ token: String, _ caller: Caller) {
        let until = clock() + Self.kept
        entries.withLock { entries in
            if entries.count >= Self.capacity { entries.removeAll(keepingCapacity: true) }
            entries[token] = Entry(caller: caller, until: until)
        }
    }
}

extension Request {
    var isSafe: Bool { method == .get || method == .head }

    /// Whether a browser says that the request comes from a page of ours (Fetch Metadata, else the Origin header).
    ///
    /// A cookie alone proves nothing: another site's form sends it too.
    var isSameOrigin: Bool {
        if let site = headers[.secFetchSite] { return site == "same-origin" }
        guard let origin = headers[.origin], let host = head.authority else { return false }
        return origin == "http://\(host)" || origin == "https://\(host)"
    }
}

extension HTTPField.Name {
    static let secFetchSite = HTTPField.Name("Sec-Fetch-Site")!
}
