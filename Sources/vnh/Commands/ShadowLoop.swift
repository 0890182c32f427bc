import Kernel
import Logging
import ServiceLifecycle
import Workflow

/// Notes the daily shadow of the close, soon after the district's hour, and after a start that comes later than that.
struct ShadowLoop: Service {
    let office: Office
    let logger: Logger

    /// The hour is a parameter that may be published anew while the server runs.
    static let pause = Duration.seconds(60)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    let months = try await ShadowTonight(office)()
                    if !months.isEmpty { logger.notice("shadow close", metadata: ["months": "\(months.map(\.description).joined(separator: " "))"]) }
                } catch is CancellationError {
                    return
                } catch {
                    logger.error("shadow close failed", metadata: ["cause": "\(error)"])
                }
                try? await Task.sleep(for: Self.pause)
            }
        }
    }
}
