import Kernel
import Notifier
import Registry
import Store

/// 短信退订与恢复: messages about one's own orders are sent unless one says no; the no is kept with who recorded it, and takes effect at once.
public struct MessageConsent: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// The step says whether anything has changed.
    /// - Throws: `elder_unknown`, `provider_unknown`, or `message_person` unless exactly one of the two is named.
    public func prepared(
        elder: ElderID?, provider: ProviderID?, isAllowed: Bool, by caller: Caller
    ) throws -> @Sendable (any Transaction) throws -> Bool {
        let (now, reference) = (office.now, office.reference)
        guard (elder == nil) != (provider == nil) else {
            throw Rejection(.refused, "message_person", "请给出 elder_id 或 provider 之一。")
        }
        if let provider, reference.franchise.provider(provider) == nil {
            throw Rejection(.missing, "provider_unknown", "没有服务商 \(provider)。", pointer: "/provider")
        }
        return { tx in
            if let elder { _ = try tx.elders.require(elder) }
            let person = elder.map(MessageOutbox.person(elder:)) ?? provider.map(MessageOutbox.person(provider:)) ?? ""
            guard try tx.messages.hasRefused(person) == isAllowed else { return false }
            try tx.messages.setRefused(!isAllowed, by: person, recordedBy: caller.name, at: now)
            try tx.events.append(isAllowed ? "message.allowed" : "message.refused", about: person, by: caller.name, at: now)
            return true
        }
    }
}

/// 短信记录: what was sent to whom and what became of it, numbers masked.
public struct ReadMessages: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public static let limit = 100

    public func callAsFunction(elder: ElderID?, provider: ProviderID?, state: String?, before: Int64, limit: Int) async throws -> [MessageRepository.Stored] {
        let person = elder.map(MessageOutbox.person(elder:)) ?? provider.map(MessageOutbox.person(provider:))
        return try await office.read { tx in try tx.messages.page(of: person, state: state, before: before, limit: min(limit, Self.limit)) }
    }

    /// The number as lists show it.
    public static func masked(_ message: MessageRepository.Stored) -> String? {
        message.number.flatMap { text in (try? NormalisedPhone(text))?.masked }
    }
}
