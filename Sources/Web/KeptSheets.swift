import Hummingbird
import Synchronization
import Workflow

/// Papers that were printed last, for whoever looks at one, prints it and looks again. Each is given out as long as nothing at all has happened
/// since it was made; any change anywhere, a decision on one of its lines among them, has it made anew.
public final class KeptSheets: Sendable {
    /// Papers, and bytes of one: at most 16 MB in all.
    private static let (most, mostBytes) = (8, 2_000_000)

    private struct Paper {
        let name: String
        let mark: OfficeMark
        let html: ByteBuffer
    }

    /// The one made last at the end.
    private let papers = Mutex<[Paper]>([])

    public init() {}

    /// - Parameters:
    ///   - name: of the paper, with all that makes it another one.
    ///   - mark: taken before `make` reads anything.
    public func response(_ name: String, at mark: OfficeMark, make: () async throws -> PrintedDocument) async throws -> Response {
        if let paper = papers.withLock({ $0.first { $0.name == name && $0.mark == mark } }) { return PrintedDocument.response(paper.html) }
        let html = ByteBuffer(bytes: try await make().html)
        if html.readableBytes <= Self.mostBytes {
            papers.withLock { papers in
                papers.removeAll { $0.name == name || $0.mark != mark }
                papers.append(Paper(name: name, mark: mark, html: html))
                if papers.count > Self.most { papers.removeFirst() }
            }
        }
        return PrintedDocument.response(html)
    }
}
