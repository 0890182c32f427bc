import Kernel
import Logging
import ServiceLifecycle
import Workflow

/// Makes the orders of standing orders: when the server starts, soon after midnight, and every hour, so that a day refused in the morning
/// is made once its reason is gone. What a person changes is made at once, within that change.
struct StandingLoop: Service {
    let office: Office
    let logger: Logger

    static let pause = Duration.seconds(3600)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    let report = try await MakeInstances(office)()
                    if report.made + report.refused + report.withdrawn > 0 {
                        logger.notice(
                            "standing orders", metadata: [
                                "plans": "\(report.plans)", "made": "\(report.made)", "unmet": "\(report.unmet)",
                                "refused": "\(report.refused)", "withdrawn": "\(report.withdrawn)",
                            ])
                    }
                } catch is CancellationError {
                    return
                } catch {
                    logger.error("standing orders failed", metadata: ["cause": "\(error)"])
                }
                try? await Task.sleep(for: min(Self.pause, untilMidnight))
            }
        }
    }

    private var untilMidnight: Duration {
        let now = office.now
        return .milliseconds((Instant(now.localDate.adding(days: 1), minute: 1) - now).milliseconds)
    }
}
