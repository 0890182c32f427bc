import Foundation
import Hummingbird
import HummingbirdCore
import Kernel
import Logging
import NIOCore
import ServiceLifecycle
import Store
import Workflow

#if canImport(Glibc)
import Glibc
#endif

/// How connections are taken in.
enum Door {
    /// A connection on which nothing whole arrives for so long is closed: a client that sends its head letter by letter holds nobody up.
    static let idle = 30

    static var http1: HTTPServerBuilder {
        .http1(
            configuration: .init(
                idleTimeout: .seconds(Int64(idle)),
                httpDecoderConfiguration: .init(maxHeaderFieldSize: 16 * 1024, maxHeaderListSize: 32 * 1024, maxHeaderFieldCount: 100)))
    }

    /// Ten thousand tills may wait at once; each holds a descriptor.
    static func widen() {
        var limit = rlimit()
        let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(kind, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(kind, &limit)
    }
}

/// Forgets now and then what has been kept long enough.
struct TidyLoop: Service {
    let office: Office
    let logger: Logger
    static let pause = Duration.seconds(600)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let now = office.now
                do {
                    try await office.perform { tx in try tx.idempotency.forget(at: now) }
                } catch {
                    if !Task.isCancelled { logger.error("tidying failed", metadata: ["cause": "\(error)"]) }
                }
                try? await Task.sleep(for: Self.pause)
            }
        }
    }
}

/// Keeps the board of the feeds up to date until the server stops.
struct FeedLoop: Service {
    let office: Office
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await office.board.follow(office) { logger.error("feed board failed", metadata: ["cause": "\($0)"]) }
        }
    }
}
