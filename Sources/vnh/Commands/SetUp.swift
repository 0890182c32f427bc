import ArgumentParser
import Catalog
import Kernel
import Registry
import Rehearsal
import Store
import Workflow

struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "建立或升级数据库结构")
    @OptionGroup var database: DatabaseOption

    func run() async throws {
        let database = try await Premises.open(try database.url, creating: true)
        try await Migrator.all.migrate(database, now: Premises.clock())
        await database.close()
        print("数据库结构已是最新。")
    }
}

struct Publish: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "检查并发布服务目录、补贴项目和加盟名录")
    @OptionGroup var database: DatabaseOption
    @Option(help: "含有 Catalog 和 Providers 的目录") var data = "."

    func run() async throws {
        let files = try Premises.files(in: data)
        let reference = try Premises.reference(files)
        let database = try await Premises.open(try database.url)
        try await Migrator.all.check(database)
        try await PublishReference(database)(files, at: Premises.clock())
        await database.close()
        print("已发布：\(reference.catalogue.items.count) 个项目，\(reference.franchise.providers.count) 家服务商。")
    }
}

struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "建立一个虚构的示范城区；同一种子得到同样的数据")
    @OptionGroup var database: DatabaseOption
    @Option(help: "老人人数") var elders = 80_000
    @Option(help: "从 2026-01-01 起，已服务的历史天数") var days = 0
    @Option(help: "随机种子") var seed: UInt64 = 1
    @Option(help: "含有 Catalog 和 Providers 的目录") var data = "."

    func validate() throws {
        guard (1...1_000_000).contains(elders) else { throw ValidationError("--elders 应在 1 到 1000000 之间") }
        guard (0...366).contains(days) else { throw ValidationError("--days 应在 0 到 366 之间") }
    }

    func run() async throws {
        let database = try await Premises.open(try database.url, creating: true)
        try await Migrator.all.migrate(database, now: Premises.clock())
        try await PublishReference(database)(try Premises.files(in: data), at: Premises.clock())
        let office = try await Premises.office(database)
        // A fixed day, so that ages and classes do not depend on when the demonstration is made.
        guard let today = LocalDate(2026, 1, 1) else { return }
        try await SettleDistrict(office)(elders: elders, seed: seed, today: today, progress: Terminal.progress("老人档案"))
        if days > 0 {
            try await history(office, from: today)
            try await StandingDistrict(office)(share: 2, seed: seed, from: today.adding(days: days), progress: Terminal.progress("长期服务单"))
        }
        let access = ManageAccess(office)
        for (name, role, provider) in Self.logins {
            // Different persons, so each has a staff number of its own.
            try await access.setPassword(
                "\(name)-demo", of: name, role: role, provider: provider.map { ProviderID($0) },
                person: role == .provider ? nil : "demo-\(name)")
        }
        await database.close()
        print("示范城区已建立：\(elders) 位老人，\(office.reference.franchise.providers.count) 家服务商，\(office.reference.catalogue.items.count) 个项目。")
        for (name, _, _) in Self.logins { print("登录名 \(name)  密码 \(name)-demo") }
    }

    /// Days of orders and meals already served, gone through as in a replay; no month is closed, so that the finance face has something to do.
    private func history(_ office: Office, from first: LocalDate) async throws {
        let (calls, meals) = (min(200, max(10, elders / 400)), min(400, max(10, elders / 200)))
        var recorder = try await Recorder(office, people: calls * min(days, 20), from: first, seed: seed)
        let recorded = (0..<days).flatMap { recorder.calls(calls, on: first.adding(days: $0)) }
        var rehearsal = try await Rehearsal(office.database, office.shelf, calls: recorded, meals: meals, seed: seed)
        try await rehearsal.run(progress: Terminal.progress("服务历史"))
    }

    static let logins: [(String, Caller.Role, String?)] = [
        ("operator", .operator, nil), ("quality", .quality, nil), ("provider", .provider, "P001"), ("finance", .finance, nil), ("admin", .admin, nil),
        ("security", .security, nil), ("auditor", .auditor, nil),
    ]
}

struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "token", abstract: "接口令牌", subcommands: [Create.self, List.self, Revoke.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "新建令牌，只显示这一次")
        @OptionGroup var database: DatabaseOption
        @Option(help: "operator|provider|finance|quality|admin|security|auditor") var role: String
        @Option(help: "服务商编号（角色为 provider 时必填）") var provider: String?
        @Option(help: "用途说明") var name = "cli"
        @Option(help: "只能用于这些范围，可多次给出：orders（读写）或 orders:read（只读）；不给则为角色的全部权限") var scope: [String] = []
        @Option(help: "多少天后失效；不给则长期有效") var days: Int?
        @Option(help: "归谁：登录账号，双人复核时与本人视为同一人；不给则不属于任何人，只认令牌名称") var owner: String?

        func validate() throws {
            if let days, !(1...3650).contains(days) { throw ValidationError("--days 应在 1 到 3650 之间") }
        }

        func run() async throws {
            guard let role = Caller.Role(rawValue: role) else {
                throw Rejection(.invalid, "role_unknown", "没有角色 \(role)，应为 operator、provider、finance、quality、admin、security 或 auditor。")
            }
            let office = try await Premises.office(try database.url)
            let expires = days.map { office.now + .days($0) }
            print(
                try await ManageTokens(office).createToken(
                    .init(role: role, provider: provider.map { ProviderID($0) }, name: name, scopes: scope, expires: expires, owner: owner)))
            await office.database.close()
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "列出令牌：编号、角色、名称、范围、失效与最近使用时间；不含令牌本身")
        @OptionGroup var database: DatabaseOption

        func run() async throws {
            let office = try await Premises.office(try database.url)
            let admin = Caller(role: .admin, name: "cli")
            var last: String?
            repeat {
                let page = try await ManageTokens(office).page(after: last, limit: 200, for: admin)
                for token in page {
                    let holder = token.holder.provider.map { "\(token.holder.role)/\($0)" } ?? token.holder.role
                    let end = token.revokedAt.map { "已吊销 \($0)" } ?? token.expiresAt.map { "失效 \($0)" } ?? "长期"
                    let words = [token.id, holder, token.holder.name, token.scopes.joined(separator: ","), end]
                    print(words.joined(separator: "  ") + "  最近使用 \(token.seenAt.map(\.description) ?? "从未")")
                }
                last = page.count == 200 ? page.last?.id : nil
            } while last != nil
            await office.database.close()
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "吊销令牌")
        @OptionGroup var database: DatabaseOption
        @Argument(help: "令牌编号（见 vnh token list）") var id: String

        func run() async throws {
            let office = try await Premises.office(try database.url)
            try await office.perform(ManageTokens(office).revoked(id, by: Caller(role: .admin, name: "cli")))
            await office.database.close()
        }
    }
}
