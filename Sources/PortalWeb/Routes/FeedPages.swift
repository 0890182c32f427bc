import Hummingbird
import Kernel
import Registry
import Store
import Synchronization
import Web
import Workflow

/// Pages of the feeds as they are sent.
///
/// One commit wakes every poll of a provider that waits for it, and all of them are told the same: it is read and written out once.
final class FeedPages: Sendable {
    struct Page: Sendable {
        let text: ByteBuffer
        let tag: String
        let isEmpty: Bool
    }

    /// Polls with the same question, with no commit in between.
    private struct Question: Hashable {
        let provider: ProviderID
        let after: Int64
        let limit: Int
        let rings: UInt64
    }

    private struct Reading {
        let page: Task<Page, any Error>
        let until: ContinuousClock.Instant
    }

    private let office: Office
    private let readings = Mutex<[Question: Reading]>([:])
    /// A page is kept for as long as it takes to tell all who were woken; another process's commits ring no bell here.
    static let kept = Duration.milliseconds(100)
    /// So many are not looked through for old ones.
    static let many = 32

    init(_ office: Office) { self.office = office }

    func callAsFunction(_ provider: ProviderID, after: Int64, limit: Int) async throws -> Page {
        let question = Question(provider: provider, after: after, limit: limit, rings: office.bell.rings)
        if ReadFeed(office).isQuiet(provider, after: after) { return Self.nothing(after: after) }
        let now = ContinuousClock.now
        let page = readings.withLock { readings -> Task<Page, any Error> in
            if let known = readings[question], known.until > now { return known.page }
            if readings.count >= Self.many { readings = readings.filter { $0.value.until > now } }
            let page = Task { [office] in try await Self.read(office, question) }
            readings[question] = Reading(page: page, until: now + Self.kept)
            return page
        }
        return try await page.value
    }

    /// Without news the number is the whole content.
    static func nothing(after: Int64) -> Page {
        Page(text: ByteBuffer(string: #"{"events":[],"next":\#(after)}"#), tag: "\(after)", isEmpty: true)
    }

    private static func read(_ office: Office, _ question: Question) async throws -> Page {
        let entries = try await ReadFeed(office)(question.provider, after: question.after, limit: question.limit)
        guard let last = entries.last else { return nothing(after: question.after) }
        let today = office.now.localDate
        let document: JSON = [
            "events": .array(entries.map { Show.feed($0, today: today) }), "next": JSON(last.event.providerSeq ?? question.after),
        ]
        // An order in a page changes as it goes on, so the content is hashed.
        let text = ByteBuffer(string: document.text)
        return Page(text: text, tag: Exchange.fingerprint(of: text), isEmpty: false)
    }
}
