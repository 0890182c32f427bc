import HTTPTypes
import Hummingbird
import Kernel
import Registry
import Store
import Web
import Workflow

/// | method | path | who | what |
/// |---|---|---|---|
/// | GET | /providers/{id}/tills | desk | the tills of a canteen, and devices that have swiped without being one |
/// | POST | /providers/{id}/tills | admin | registers one |
/// | POST | /providers/{id}/tills/end | admin | takes one off |
public struct TillRoutes: Sendable {
    let exchange: Exchange
    public init(_ exchange: Exchange) { self.exchange = exchange }

    public func add(to desk: RouterGroup<DeskContext>) {
        desk.get("providers/:id/tills", use: list)
        desk.post("providers/:id/tills") { try await change($0, $1, status: 201) { try $0.register($1, at: $2, by: $3) } }
        desk.post("providers/:id/tills/end") { try await change($0, $1, status: 200) { try $0.end($1, at: $2, by: $3) } }
    }

    @Sendable func list(_ request: Request, _ context: DeskContext) async throws -> Response {
        let page = try await ManageTills(exchange.office).all(of: ProviderID(try context.parameters.require("id")))
        return Exchange.json([
            "tills": .array(
                page.tills.map { ["device": JSON($0.device), "registered_at": JSON($0.registeredAt), "registered_by": JSON($0.registeredBy)] }),
            "unregistered": .array(page.unregistered.map { ["device": JSON($0.device), "meals": JSON($0.meals)] }),
        ])
    }

    struct Body: Decodable, Sendable { let device: String }

    private func change(
        _ request: Request, _ context: DeskContext, status: Int,
        _ prepare: (ManageTills, String, ProviderID, Caller) throws -> @Sendable (any Transaction) throws -> Void
    ) async throws -> Response {
        // Before the body is looked at.
        try ManageTills.admit(context.caller)
        let canteen = ProviderID(try context.parameters.require("id"))
        return try await exchange.once(Body.self, request, context) { body in
            let step = try prepare(ManageTills(exchange.office), body.device, canteen, context.caller)
            return { tx in
                try step(tx)
                return Answer(status: status, body: (["device": JSON(body.device)] as JSON).text)
            }
        }
    }
}

extension TillRoutes: DescribedRoutes {
    private static let device = Schema.matching("^[ -~]{1,64}$", sample: "till-1")

    public static var operations: [Operation] {
        [
            Operation(
                .get, "/api/v1/providers/{id}/tills", "餐厅登记的刷卡机，以及近期未登记而刷过卡的设备", by: DeskContext.roles,
                answers: .json(
                    .object([
                        "tills": .array(.object(["device": device, "registered_at": .instant, "registered_by": .text()])),
                        "unregistered": .array(.object(["device": device, "meals": .integer()])),
                    ])), refuses: ["provider_unknown"]),
            Operation(
                .post, "/api/v1/providers/{id}/tills", "登记一台刷卡机（管理员）；未登记设备的刷卡照常供餐，结算时待核", by: [.admin], body: Body.self,
                refining: ["device": device], answers: .created(.object(["device": device])),
                refuses: ["provider_unknown", "device_missing", "till_known"]),
            Operation(
                .post, "/api/v1/providers/{id}/tills/end", "停用一台刷卡机（管理员）", by: [.admin], body: Body.self, refining: ["device": device],
                answers: .json(.object(["device": device])), refuses: ["provider_unknown", "device_missing", "till_unknown"]),
        ]
    }
}
