import Hummingbird
import Registry
import Web
import Workflow

/// A poll of a feed: answered, or held until there is news.
///
/// Nearly every poll is without news, and everything that has to be known to say so is in memory. Such a poll is answered at the door
/// (``atOnce(_:_:_:)``), past the routes: it costs no task, and one that is held keeps nothing but its connection. Whatever is not plain, an
/// unknown token, a wrong parameter, a number that is not the newest, is left to the route, which alone refuses.
public struct FeedPoll: Sendable {
    /// What is asked for.
    private struct Question {
        let after: Int64
        let wait: Int
        let limit: Int

        init(_ request: Request) throws {
            after = Int64(try request.integer("after", default: 0, in: 0...Int.max))
            wait = try request.integer("wait", default: 0, in: 0...ReadFeed.longestWait)
            limit = try request.integer("limit", default: 100, in: 1...ReadFeed.limit)
        }
    }

    static let path = "/api/v1/provider/feed"
    private static let parameters: Set<Substring> = ["after", "wait", "limit"]

    private let feed: ReadFeed
    private let pages: FeedPages

    public init(_ office: Office) {
        feed = ReadFeed(office)
        pages = FeedPages(office)
    }

    /// The answer to a poll that certainly has no news; nil for all else.
    public func atOnce(_ request: Request, _ held: HeldRequest, _ doorkeeper: Doorkeeper) -> WholeAnswer? {
        guard request.method == .get, request.uri.path == Self.path,
            request.uri.queryParameters.allSatisfy({ Self.parameters.contains($0.key) }), let question = try? Question(request),
            let caller = doorkeeper.remembered(request), caller.role == .provider, let provider = caller.provider,
            feed.isQuiet(provider, after: question.after), doorkeeper.admits(request)
        else { return nil }
        return RequestNumber.stamped(quiet(question, provider, held, request), for: request)
    }

    func answer(_ request: Request, _ provider: ProviderID) async throws -> Response {
        let question = try Question(request)
        let page = try await pages(provider, after: question.after, limit: question.limit)
        if page.isEmpty { return quiet(question, provider, HeldRequest.here, request).response }
        return Exchange.tagged(page.text, as: page.tag, for: request)
    }

    /// Puts the poll aside while it wants to wait and can be held; what is returned is sent otherwise.
    private func quiet(_ question: Question, _ provider: ProviderID, _ held: HeldRequest?, _ request: Request) -> WholeAnswer {
        if question.wait > 0, let held {
            let (feed, after, deadline) = (feed, question.after, held.came + .seconds(question.wait))
            let isHeld = deadline > .now && held.put(aside: { feed.news(for: provider, after: after, until: deadline, then: $0) })
            if isHeld { return WholeAnswer(HTTPResponse(status: .noContent), nil) }
        }
        let nothing = FeedPages.nothing(after: question.after)
        return Exchange.whole(nothing.text, as: nothing.tag, for: request)
    }
}
