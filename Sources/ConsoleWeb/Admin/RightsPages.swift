import Billing
import Catalog
import Hummingbird
import Kernel
import Registry
import Web
import Workflow

/// 月结权限: who signs a month for whom. A role has some by itself; street and district sign by name only.
///
/// | path | what |
/// |---|---|
/// | GET, POST /admin/rights | who may do what; a right given to a login or token by its name |
/// | POST /admin/rights/revoke | taken back |
public struct RightsPages: PageGroup {
    public let site: Site
    public init(_ site: Site) { self.site = site }

    public func add(to group: RouterGroup<AdminContext>) {
        group.get("rights") { try await page($0, $1) }
        group.post("rights") { try await change($0, $1, isGiven: true) }
        group.post("rights/revoke") { try await change($0, $1, isGiven: false) }
    }

    struct Form: Decodable, Sendable {
        let name: String
        let right: String
        /// A code, `all`, or empty for a right that is of no street.
        let street: String?
    }

    private func page(_ request: Request, _ context: AdminContext, typed: Form? = nil, fault: Rejection? = nil) async throws -> Response {
        let model = RightsModel(
            try await ManageRoster(office).rights(), office.reference.catalogue.regions, typed: typed, fault: fault?.message, once: exchange.newFormKey)
        return try pages.page(
            "rights", Frame.admin("月结权限", request, context.caller), model, status: fault == nil ? .ok : .unprocessableContent)
    }

    private func change(_ request: Request, _ context: AdminContext, isGiven: Bool) async throws -> Response {
        try await exchange.formOnce(Form.self, request, context) { form in
            guard let right = CloseRight(rawValue: form.right) else { throw Rejection(.invalid, "right_invalid", "没有这种权限。", pointer: "/right") }
            let street = form.street.flatMap { $0.isEmpty ? nil : $0 }
            let step = try ManageRoster(office).grant(right, to: form.name, street: street, isGiven: isGiven, by: context.caller)
            return { tx in
                try step(tx)
                return "/admin/rights"
            }
        } orShow: { form, error in
            try await page(request, context, typed: form, fault: error.rejection)
        }
    }
}

struct RightsModel: Sendable {
    struct Grant: Sendable {
        let name: String
        let by: String
        let right: String
        /// For which street; nil for a right that is of none.
        let street: String?
    }

    struct Row: Sendable {
        let code: String
        let name: String
        let roles: String
        let grants: [Grant]
        let isChosen: Bool
    }

    let rows: [Row]
    /// Those that can be given by name.
    let choices: [Row]
    let streets: [Choice]
    let name: String
    let fault: String?
    let once: String

    init(_ rights: [ManageRoster.Right], _ regions: [Region], typed: RightsPages.Form?, fault: String?, once: String) {
        let names = Dictionary(regions.map { ($0.code.text, "\($0.districtName) \($0.name)") }, uniquingKeysWith: { first, _ in first })
        rows = rights.map { right in
            Row(
                code: right.right.rawValue, name: localized(term: right.right.name),
                roles: Caller.Role.allCases.filter(right.roles.contains).map { localized(term: $0.term) }.joined(separator: "、"),
                grants: right.grants.map {
                    Grant(
                        name: $0.name, by: $0.by, right: right.right.rawValue,
                        street: $0.street.map { $0 == CloseEntry.allStreets ? localized("全部街道") : names[$0] ?? $0 })
                },
                isChosen: typed?.right == right.right.rawValue)
        }
        choices = rows.filter { $0.code != CloseRight.close.rawValue }
        streets = [Choice(value: CloseEntry.allStreets, name: localized("全部街道"), isChosen: typed?.street == CloseEntry.allStreets)]
            + regions.map { Choice(value: $0.code.text, name: names[$0.code.text] ?? "", isChosen: $0.code.text == typed?.street) }
        name = typed?.name ?? ""
        self.fault = fault
        self.once = once
    }
}
