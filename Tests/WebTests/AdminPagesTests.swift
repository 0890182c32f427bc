@testable import ConsoleWeb
import Billing
import Catalog
import Intake
import Kernel
import Notifier
import Registry
import Store
import TestSupport
import Testing
import Web
import Workflow

/// Pages of the three administrators, each over a house that was brought to some state by the very steps people take.
@Suite("The pages of the administrators, as they were found right")
struct AdminPagesTests {
    private static let security = Caller(role: .security, name: "security")
    private static let firm = ProviderID("P092")

    @Test func `what lapses, and where every provider stands`() async throws {
        try await World.with(.memory) { world in
            let reference = world.office.reference
            try Golden.page("admin", AdminModel(reference, today: World.monday))
            try Golden.page("providers", ProvidersModel(Array(reference.franchise.providers.prefix(3))))
        }
    }

    @Test func `who signs a month for whom, and a right refused`() async throws {
        try await World.with(.memory) { world in
            let manage = ManageRoster(world.office)
            try await world.office.perform(try manage.grant(.street, to: "street", street: "all", by: World.admin))
            try await world.office.perform(try manage.grant(.pay, to: "street", by: World.admin))
            try await world.office.perform(try manage.grant(.pay, to: "street", isGiven: false, by: World.admin))
            try Golden.page(
                "rights", RightsModel(
                    try await manage.rights(), world.office.reference.catalogue.regions, typed: .init(name: World.admin.name, right: "district", street: nil), fault: "不能给自己授权。", once: "key"))
        }
    }

    @Test func `a provider that was suspended, and a step that came too late`() async throws {
        try await World.with(.memory) { world in
            let manage = ManageProviders(world.office)
            _ = try await world.office.perform(try manage.setState(Self.firm, .suspended, reason: "消防不合格", by: World.admin))
            _ = try await world.office.perform(try manage.setCapacity(Self.firm, 3, by: World.caller(Self.firm)))
            try await HeedNotices(world.office)()
            let reference = world.office.reference
            let provider = try #require(reference.franchise.provider(Self.firm))
            let events = try await world.office.read { tx in try tx.events.about(Self.firm.text) }
            let tills = try await ManageTills(world.office).all(of: Self.firm)
            func page(_ name: String, typed: ProviderPages.StepForm? = nil, fault: String? = nil) throws {
                try Golden.page("provider", as: name, ProviderModel(provider, reference, events, tills, today: World.monday, typed: typed, fault: fault, done: nil, once: "key"))
            }
            try page("provider")
            let typed = ProviderPages.StepForm(seen: "active", state: "active", reason: "整改完成<b>")
            try page("provider@late", typed: typed, fault: "您打开页面之后，状态已被改变。")
        }
    }

    @Test func `a file masked, revealed with its history, and with an item that somebody else has written`() async throws {
        try await World.with(.memory) { world in
            let look = LookAtElder(world.office)
            try await look(World.minimum, from: .registry, by: World.admin)
            try await look(World.minimum, from: .reveal, reason: "核对取暖补贴地址", by: World.admin)
            try await KeepRegister(world.office).write(.income, "低保金 1200 元", of: World.minimum, seen: 0, by: World.admin)
            let elder = try await ReadCallCard(world.office)(World.minimum).elder
            let register = try await KeepRegister(world.office).entries(of: World.minimum)
            let history = try await look.latest(at: World.minimum, limit: 50)
            func page(_ name: String, isMasked: Bool, typed: AdminPages.ItemForm? = nil, fault: String? = nil) throws {
                let model = FileModel(
                    elder, isMasked: isMasked, register: register, typed: typed, fault: fault, history: history, words: Words(world.office.reference), once: "key",
                    today: World.monday)
                try Golden.page("file", as: name, model)
            }
            try page("file", isMasked: true)
            try page("file@revealed", isMasked: false)
            let typed = AdminPages.ItemForm(item: RegisterItem.income.rawValue, value: "退休金 900 元", seen: 0)
            try page("file@late", isMasked: false, typed: typed, fault: "这一项刚被别人改过。")
            let (latest, unexplained) = (try await look.latest(), try await look.unexplained(days: 7))
            try Golden.page("access", AccessModel(latest, unexplained: unexplained, elders: try await look.elders(in: latest, unexplained)))
        }
    }

    @Test func `a file of the reference, one with faults and one that may be published`() async throws {
        let (names, text) = (["catalog/calendar.csv", "catalog/items.csv"], "date,kind,note\n2027-10-08,本地活动,重阳节\n")
        try Golden.page("reference", ReferenceModel(names, names[0], text, nil, done: names[0], once: "key"))
        let faults = ReviseReference.Preview(faults: ["calendar.csv 第 2 行：日期不存在"], added: ["2027-02-30"], removed: [])
        try Golden.page("reference", as: "reference@faults", ReferenceModel(names, names[0], text, faults, done: nil, once: "key"))
        let change = ReviseReference.Preview(faults: [], added: ["2027-10-08,本地活动,重阳节"], removed: ["2027-10-08,本地活动,旧"])
        try Golden.page("reference", as: "reference@change", ReferenceModel(names, names[0], text, change, done: nil, once: "key"))
    }

    @Test func `the import before and after a file`() throws {
        try Golden.page("import", AdminPages.ImportModel())
        let refused = AdminPages.ReportModel(inserted: 0, updated: 0, unchanged: 0, faults: ["第2行：身份证号校验不对"], isDry: true, isRefused: true)
        try Golden.piece("import-report", as: "import-report@refused", refused)
        try Golden.piece(
            "import-report", AdminPages.ReportModel(inserted: 3, updated: 2, unchanged: 1, faults: [], isDry: false, isRefused: false))
    }

    @Test func `who may come in, with somebody locked and something refused`() async throws {
        try await World.with(.memory) { world in
            let access = ManageAccess(world.office)
            for (name, role) in [("desk", Caller.Role.operator), ("books", .finance)] {
                try await access.saveLogin(.init(name: name, password: "password-1", role: role, person: role == .finance ? "F1" : nil), by: Self.security)
            }
            for _ in 0..<5 { _ = await refusal { try await access.logIn(name: "books", password: "wrong") } }
            let logins = try await access.logins()
            try Golden.page("users", UsersModel(logins, for: Self.security, done: "desk", once: "key", now: world.now))
            let typed = SecurityPages.UserForm(name: "new<b>", password: "x", role: "admin", provider: "", person: "7")
            let refused = UsersModel(logins, for: Self.security, typed: typed, fault: "密码至少 10 位，要有字母和数字。", once: "key", now: world.now)
            try Golden.page("users", as: "users@refused", refused)
            let events = try await world.office.read { tx in try tx.events.acts(before: .max, limit: AuditPages.perPage) }
            try Golden.page("audit", AuditModel(events, try Golden.pages.get().vocabulary(.chinese)))
        }
    }

    @Test func `tokens of machines, one just made and one refused`() throws {
        let now = Instant(World.monday, minute: 540)
        let holder = AccessRepository.Holder(role: "provider", provider: Self.firm, name: "till")
        let tokens = [
            StoredToken(sha256: String(repeating: "a", count: 64), holder: holder, scopes: ["orders:write"], createdAt: now, expiresAt: now + .days(365)),
            StoredToken(sha256: String(repeating: "b", count: 64), holder: holder, scopes: [], createdAt: now, expiresAt: nil, revokedAt: now, seenAt: now),
        ]
        try Golden.page("tokens", TokensModel(tokens, for: World.admin, once: "key", issued: "vnh_secret", now: now))
        let typed = TokenPages.TokenForm(role: "provider", provider: "P999", name: "till<b>", scopes: "x", days: "0")
        let refused = TokensModel([], for: Self.security, once: "key", typed: typed, fault: "有效天数应为 1 到 3650，或留空表示长期。", now: now)
        try Golden.page("tokens", as: "tokens@refused", refused)
    }

    @Test func `subscriptions, and one with what became of its events`() async throws {
        try await World.with(.memory) { world in
            let webhooks = ManageWebhooks(world.office, rule: .publicOnly)
            let secret = "whsec_" + String(repeating: "A", count: 43) + "="
            let entry = try await world.office.perform(
                try webhooks.created(url: "https://example.org/hook?a=1&b=2", events: ["order.*"], secret: secret, by: World.admin))
            let typed = WebhookPages.NewForm(url: "http://x", events: "none.*")
            try Golden.page("webhooks", WebhooksModel([entry], once: "key", typed: typed, fault: "地址应以 https:// 开头。"))
            try Golden.page("webhook", WebhookModel(entry, [], once: "key", secret: secret))
        }
    }
}
