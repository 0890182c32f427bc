import CurlTransport
import Foundation
import Kernel
import Logging
import Notifier
import Registry
import Workflow

/// Text messages with everything real: the plan that is published or named by `VNH_SMS`, its gateway or the log.
struct Messages: Sendable {
    let plan: MessagePlan
    private let secret: String
    private let transport: (any Transport)?

    /// - Parameter files: The published reference files.
    /// - Returns: nil where the district sends none.
    /// - Throws: `messages_invalid`, or `messages_secret` when the environment lacks what the gateway signs with.
    init?(_ files: [String: [UInt8]], _ limits: CurlTransport.Limits) throws {
        let environment = ProcessInfo.processInfo.environment
        let named = try environment["VNH_SMS"].map { ["catalog/messages.yaml": try Premises.bytes($0)] }
        guard let plan = try Reference.messages(named ?? files) else { return nil }
        self.plan = plan
        guard let gateway = plan.gateway else {
            (secret, transport) = ("", nil)
            return
        }
        let name = gateway.secretName ?? ""
        secret = environment[name] ?? ""
        guard gateway.secretName == nil || !secret.isEmpty else {
            throw Rejection(.invalid, "messages_secret", "短信网关的密钥应放在环境变量 \(name) 中，现在是空的。")
        }
        // The gateway is the operator's own choice, so its host is allowed wherever it stands.
        transport = try CurlTransport(rule: try AddressRule(allowing: gateway.url.host), limits: limits)
    }

    func loop(_ office: Office, _ logger: Logger) throws -> DeliveryLoop {
        let (secret, gateway) = (secret, plan.gateway)
        let nowhere = try EndpointURL("https://log.invalid/")
        let outbox = MessageOutbox(office, plan: plan, url: gateway?.url ?? nowhere) { id, rule, number, text, now in
            guard let gateway else { return LogGateway.request(nowhere, id: id, rule: rule, number: number) }
            return gateway.request(id: id, rule: rule, number: number, text: text, secret: secret, at: now)
        }
        return DeliveryLoop(
            office: office, channel: "sms", outbox: outbox, transport: transport ?? LogGateway(logger: logger),
            policy: DeliveryPolicy(schedule: MessagePlan.schedule), sweep: { try await outbox.sweep(now: $0) }, logger: logger)
    }
}

/// A gateway that sends nothing and writes who would have got which message, the number masked and the text left out.
struct LogGateway: Transport {
    let logger: Logger

    static func request(_ url: EndpointURL, id: String, rule: String, number: String) -> SignedRequest {
        SignedRequest(url: url, headers: [("id", id), ("rule", rule), ("number", (try? NormalisedPhone(number))?.masked ?? "")], body: [])
    }

    func post(_ request: SignedRequest) async -> Reply {
        logger.notice("sms", metadata: Logger.Metadata(uniqueKeysWithValues: request.headers.map { ($0.0, "\($0.1)") }))
        return .status(200, retryAfter: nil)
    }
}
