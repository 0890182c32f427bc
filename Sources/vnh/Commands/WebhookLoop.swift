import Kernel
import Logging
import Notifier
import ServiceLifecycle
import Store
import Workflow

/// Sends webhooks until the server stops; then lets what is under way end and writes it down.
struct WebhookLoop: Service {
    let office: Office
    let transport: any Transport
    let logger: Logger

    /// Rings of the bell closer together than this are one.
    static let spacing = Duration.milliseconds(50)
    static let sweepEvery = Duration.seconds(600)

    func run() async throws {
        let outbox = StoredOutbox(office.database)
        let service = DeliveryService(
            outbox: outbox, transport: transport, clock: office.clock, random: office.random, notice: { WebhookLoop.log($0, logger) })
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.listen(service) }
            group.addTask { await self.sweep(outbox) }
            await withGracefulShutdownHandler {
                await service.run()
            } onGracefulShutdown: {
                service.stop()
            }
            group.cancelAll()
        }
    }

    private func listen(_ service: DeliveryService) async {
        while !Task.isCancelled {
            let rings = office.bell.rings
            service.nudge()
            try? await Task.sleep(for: Self.spacing)
            await office.bell.wait(after: rings, atMost: .seconds(60))
        }
    }

    private func sweep(_ outbox: StoredOutbox) async {
        while !Task.isCancelled {
            do {
                try await outbox.sweep(now: office.now)
            } catch {
                logger.error("webhook sweep failed", metadata: ["cause": "\(error)"])
            }
            try? await Task.sleep(for: Self.sweepEvery)
        }
    }

    private static func log(_ notice: DeliveryNotice, _ logger: Logger) {
        switch notice {
        case .dueFailed(let error): logger.error("webhook outbox unreadable", metadata: ["cause": "\(error)"])
        case .recordFailed(let error, let waiting, let pause):
            logger.error(
                "webhook outcomes not recorded",
                metadata: ["cause": "\(error)", "waiting": "\(waiting)", "pause_ms": "\(pause.milliseconds)"])
        case .breakerOpened(let id, let until): logger.warning("webhook paused", metadata: ["webhook": "\(id)", "until": "\(until)"])
        case .disabled(let id, let reason):
            logger.warning("webhook disabled", metadata: ["webhook": "\(id)", "reason": "\(reason.rawValue)"])
        case .unrecorded(let count): logger.error("webhook outcomes lost, will be sent again", metadata: ["count": "\(count)"])
        }
    }
}
