import HTTPTypes
import Hummingbird
import Kernel
import Logging
import Workflow

/// What a person sees where a machine gets problem+json: the login form when nobody is logged in, otherwise a page that says what to do.
public struct FaceMiddleware: RouterMiddleware {
    public typealias Context = AppContext
    private let entrance: Entrance
    private let messages: Messages

    public init(_ pages: PageLibrary) {
        entrance = Entrance(pages)
        messages = pages.messages
    }

    public func handle(
        _ request: Request, context: AppContext, next: @concurrent (Request, AppContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await Telling.$messages.withValue(request.language == .chinese ? nil : messages) { try await next(request, context) }
        } catch let error as any Rejecting {
            let rejection = error.rejection
            if rejection.kind == .unauthenticated, !request.isPiece { return try await entrance.askToLogIn(request) }
            if rejection.kind == .unavailable { context.logger.error("unavailable", metadata: ["cause": "\(error)"]) }
            return try entrance.undone(request, rejection, caller: context.caller)
        }
    }
}

extension Request {
    /// Whether a script asks for a part of a page, which must not be answered with the login form.
    var isPiece: Bool { headers[.requestedWith] != nil }
}

extension HTTPField.Name {
    static let requestedWith = HTTPField.Name("X-Requested-With")!
}

extension Instant {
    /// `2026-03-01 09:30`, as a clock in Lanzhou shows it.
    public var shown: String { "\(localDate) \(clock)" }
}
