import HTTPTypes
import Hummingbird
import Logging

/// Gives every request a number that stands in its answer, in a problem and in the log: the caller's own `X-Request-Id`, or one of ours.
public struct RequestNumber: RouterMiddleware {
    public typealias Context = AppContext
    public init() {}

    public func handle(
        _ request: Request, context: AppContext, next: @concurrent (Request, AppContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.requestNumber = Self.given(request) ?? context.id
        context.logger[metadataKey: "request"] = "\(context.requestNumber)"
        let number = context.requestNumber
        var response = try await next(request, context)
        response.headers[.requestID] = number
        return response
    }

    /// The same for an answer that no route gives.
    public static func stamped(_ answer: WholeAnswer, for request: Request) -> WholeAnswer {
        var answer = answer
        answer.head.headerFields[.requestID] = given(request) ?? RequestID().description
        return answer
    }

    private static func given(_ request: Request) -> String? { request.headers[.requestID].flatMap { isFit($0) ? $0 : nil } }

    /// Short and plain, so that it can stand in a line of a log.
    private static func isFit(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D || $0 == 0x2E || $0 == 0x5F
            }
    }
}

extension HTTPField.Name {
    static let requestID = HTTPField.Name("X-Request-Id")!
}
