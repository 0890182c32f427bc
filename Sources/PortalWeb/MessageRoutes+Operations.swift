import HTTPTypes
import Kernel
import Store
import Web
import Workflow

extension MessageRoutes: DescribedRoutes {
    private static let message = Schema.object([
        "id": .text(sample: "sms_42"), "rule": .text(sample: "order.accepted"), "subject": .text(), "person": .text(sample: "elder/LZ00000001"),
        "number": Schema.text(sample: "139****0001").nullable, "state": .oneOf(DeliveryRepository.State.self), "created_at": .instant,
        "due_at": Schema.instant.nullable, "attempts": .integer(), "last_status": Schema.integer().nullable, "last_reason": .text().nullable,
        "last_at": Schema.instant.nullable,
    ])

    public static var operations: [Operation] {
        let roles = DeskContext.roles
        return [
            Operation(
                .get, "/api/v1/messages", "短信记录，新的在前；号码打码，没有发出的说明原因", by: roles,
                query: [
                    .init("elder", .id, "老人。"), .init("provider", .id, "服务商；已给出老人时不起作用。"),
                    .init("state", .oneOf(DeliveryRepository.State.self), "状态。"), .cursor, .limit(1...ReadMessages.limit, default: 50),
                ],
                answers: .json(.object(["messages": .array(message), "next": Schema.cursor.nullable])),
                refuses: ["state_unknown", "cursor_invalid", "cursor_mismatch"]),
            Operation(
                .post, "/api/v1/messages/consent", "短信退订与恢复；elder_id 与 provider 恰好给出一个", by: roles, body: Consent.self,
                refining: ["elder_id": .id, "provider": .text(sample: "P001")], answers: .json(.object(["allowed": .boolean, "changed": .boolean])),
                refuses: ["message_person", "elder_unknown", "provider_unknown"]),
        ]
    }
}
