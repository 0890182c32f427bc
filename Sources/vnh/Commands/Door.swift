import Foundation
import Kernel
import Logging
import ServiceLifecycle
import Store
import Web
import Workflow

#if canImport(Glibc)
import Glibc
#endif

extension Door {
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
