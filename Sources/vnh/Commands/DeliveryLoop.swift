import Kernel
import Logging
import Notifier
import ServiceLifecycle
import Store
import Workflow

/// Sends over one channel (webhooks, text messages) until the server stops; then lets what is under way end and writes it down.
struct DeliveryLoop: Service {
    let office: Office
    /// Stands in the log: `webhook`, `sms`.
    let channel: String
    let outbox: any Outbox
    let transport: any Transport
    let policy: DeliveryPolicy
    /// Forgets what is past its time.
    let sweep: @Sendable (Instant) async throws -> Void
    let logger: Logger

    /// Rings of the bell closer together than this are one.
    static let spacing = Duration.milliseconds(50)
    static let sweepEvery = Duration.seconds(600)

    static func webhooks(_ office: Office, over transport: any Transport, _ logger: Logger) -> DeliveryLoop {
        let outbox = StoredOutbox(office.database)
        return DeliveryLoop(
            office: office, channel: "webhook", outbox: outbox, transport: transport, policy: DeliveryPolicy(),
            sweep: { try await outbox.sweep(now: $0) }, logger: logger)
    }

    func run() async throws {
        let service = DeliveryService(
            outbox: outbox, transport: transport, policy: policy, clock: office.clock, random: office.random, notice: { log($0) })
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.listen(service) }
            group.addTask { await self.sweepNowAndThen() }
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

    private func sweepNowAndThen() async {
        while !Task.isCancelled {
            do {
                try await sweep(office.now)
            } catch {
                logger.error("\(channel) sweep failed", metadata: ["cause": "\(error)"])
            }
            try? await Task.sleep(for: Self.sweepEvery)
        }
    }

    private func log(_ notice: DeliveryNotice) {
        switch notice {
        case .dueFailed(let error): logger.error("\(channel) outbox unreadable", metadata: ["cause": "\(error)"])
        case .recordFailed(let error, let waiting, let pause):
            logger.error(
                "\(channel) outcomes not recorded",
                metadata: ["cause": "\(error)", "waiting": "\(waiting)", "pause_ms": "\(pause.milliseconds)"])
        case .breakerOpened(let id, let until): logger.warning("\(channel) paused", metadata: ["endpoint": "\(id)", "until": "\(until)"])
        case .disabled(let id, let reason):
            logger.warning("\(channel) disabled", metadata: ["endpoint": "\(id)", "reason": "\(reason.rawValue)"])
        case .unrecorded(let count): logger.error("\(channel) outcomes lost, will be sent again", metadata: ["count": "\(count)"])
        }
    }
}
