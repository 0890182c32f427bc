import Billing
import Entitlement
import Kernel
import Orders
import Registry
import Store
import TestSupport
import Testing
import Workflow

/// 双人复核: whoever has two logins is one person all the same.
@Suite struct `One person with two logins` {
    private static let other = Caller(role: .admin, name: "li-admin")

    /// Two logins with one 工号, of finance and of an administrator, and a second administrator.
    private static func with(_ backend: Backend, _ body: (World) async throws -> Void) async throws {
        try await World.with(backend) { world in
            let access = ManageAccess(world.office)
            for (caller, person) in [(World.finance, "F7"), (other, "F7"), (World.admin, "A1")] {
                let wish = ManageAccess.Wish(name: caller.name, password: "right-horse-1", role: caller.role, person: person)
                try await access.saveLogin(wish, by: Access.security)
            }
            try await body(world)
        }
    }

    @Test(arguments: Backend.available)
    func `decides on nothing that it has asked for`(backend: Backend) async throws {
        try await Self.with(backend) { world in
            let office = world.office
            let budget = BudgetKey(fund: .districtSubsidy, year: World.month.year)
            try await office.perform { tx in try tx.budgets.set(budget, granted: Fen(100)) }
            let more = try await office.perform(try OverrideBudget(office).request(budget, amount: Fen(1), reason: "急需", by: World.finance))
            func extend(_ caller: Caller) async throws {
                _ = try await office.perform(try OverrideBudget(office).decide(more.id, approve: true, opinion: "", by: caller))
            }
            #expect(await refusal { try await extend(Self.other) }?.code == "own_request")
            try await extend(World.admin)

            let opening = ManageFunds.Opening(
                kind: .office, holder: "某单位", year: World.month.year, granted: Fen(100), monthly: .zero, firstMonth: nil, lastMonth: nil)
            let account = try await office.perform(try ManageFunds(office).open(opening, by: World.finance))
            let asked = try await office.perform(try PayFunds(office).request(account.id, amount: Fen(1), person: nil, reason: "办公", by: Self.other))
            func pay(_ caller: Caller) async throws {
                _ = try await office.perform(try PayFunds(office).decide(asked.id, approve: true, opinion: "", by: caller))
            }
            #expect(await refusal { try await pay(World.finance) }?.code == "own_request")
            try await pay(World.admin)
            #expect(await refusal { try await office.perform(try ManageRoster(office).grant(.street, to: "finance", street: "all", by: Self.other)) }?.code == "own_entry")
        }
    }

    @Test(arguments: Backend.available)
    func `signs no month that it has closed`(backend: Backend) async throws {
        try await Self.with(backend) { world in
            _ = try await world.order(in: .closed)
            world.setClock(Instant(World.month.last.adding(days: 20), minute: 600))
            _ = try await CloseMonth(world.office)(World.month, by: World.finance)
            for sample in try await ReadClose(world.office).samples(World.month) where sample.sample.result == nil {
                _ = try await world.office.perform(
                    try AnswerSample(world.office).prepared(World.month, sample.sample.subject, .passed, note: "属实", by: World.quality))
            }
            func sign(_ caller: Caller) async throws {
                _ = try await world.office.perform(try SignMonth(world.office).prepared(World.month, .approve, opinion: "", by: caller))
            }
            #expect(await refusal { try await sign(Self.other) }?.code == "own_entry")
            try await sign(World.admin)
        }
    }

    @Test(arguments: Backend.available)
    func `gets no second login of the same role, and finance names its person`(backend: Backend) async throws {
        try await Self.with(backend) { world in
            func save(_ name: String, _ role: Caller.Role, _ person: String?, by caller: Caller = Access.security) async -> String? {
                do {
                    try await ManageAccess(world.office).saveLogin(
                        .init(name: name, password: "right-horse-1", role: role, person: person), by: caller)
                    return nil
                } catch {
                    return (error as? any Rejecting)?.rejection.code ?? "\(error)"
                }
            }
            #expect(await save("books", .finance, nil) == "person_missing")
            #expect(await save("books", .finance, "F7") == "person_taken")
            #expect(await save("books", .finance, "F8") == nil)
            // The same login with a new password, and one of another role.
            #expect(await save("books", .finance, "F8") == nil)
            #expect(await save("desk-1", .operator, "F8") == nil)
            #expect(await save("desk-2", .operator, "F8") == "person_taken")
            // Machines and people without a number are known by their names.
            let names = try await world.office.read { tx in try (tx.access.names(of: "books"), tx.access.names(of: "till")) }
            #expect(names.0 == ["books", "desk-1"])
            #expect(names.1 == ["till"])
            // Whoever guards the doors opens none for itself.
            #expect(await save("guard", .security, "S1", by: .system) == nil)
            #expect(await save("guard-desk", .operator, "S1") == nil)
            let guarding = Caller(role: .security, name: "guard")
            #expect(await save("guard-desk", .finance, "S1", by: guarding) == "own_grant")
            #expect(await save("guard-books", .finance, "S1", by: guarding) == "own_grant")
        }
    }

    @Test(arguments: Backend.available)
    func `is known however the number is written, also where it was kept as it was typed`(backend: Backend) async throws {
        try await Self.with(backend) { world in
            func save(_ name: String, _ role: Caller.Role, _ person: String) async -> String? {
                do {
                    try await ManageAccess(world.office).saveLogin(
                        .init(name: name, password: "right-horse-1", role: role, person: person), by: Access.security)
                    return nil
                } catch {
                    return (error as? any Rejecting)?.rejection.code ?? "\(error)"
                }
            }
            #expect(await save("books", .finance, " f７") == "person_taken")
            #expect(await save("watch", .auditor, "ａ 1") == "post_taken")
            #expect(await save("watch", .auditor, "\u{3000} ") == "person_missing")
            #expect(await save("books", .finance, "ｆ 8") == nil)
            #expect(try await world.office.read { tx in try tx.access.login("books")?.person } == "F8")
            // From before numbers were kept as one.
            _ = try await world.office.perform { tx in try tx.execute("UPDATE login SET person = 'f ７' WHERE name = 'li-admin'") }
            for name in ["finance", "li-admin"] {
                #expect(try await world.office.read { tx in try tx.access.names(of: name) } == ["finance", "li-admin"])
            }
            #expect(await save("more", .admin, "F7") == "post_taken")
        }
    }

    /// Whoever makes a token has seen it: it is no second person.
    @Test(arguments: Backend.available)
    func `is no second person by a token of its own`(backend: Backend) async throws {
        try await Self.with(backend) { world in
            let (office, tokens) = (world.office, ManageTokens(world.office))
            func names(_ name: String) async throws -> Set<String> { try await office.read { tx in try tx.access.names(of: name) } }
            let made = try await office.perform(try tokens.created(.init(role: .finance, name: "books"), by: Self.other))
            let all: Set = ["finance", "li-admin", "books"]
            for name in all { #expect(try await names(name) == all, "\(name)") }

            let budget = BudgetKey(fund: .districtSubsidy, year: World.month.year)
            try await office.perform { tx in try tx.budgets.set(budget, granted: Fen(100)) }
            let more = try await office.perform(try OverrideBudget(office).request(budget, amount: Fen(1), reason: "急需", by: World.finance))
            let machine = try #require(try await tokens.caller(token: made.token))
            let decide = try OverrideBudget(office).decide(more.id, approve: true, opinion: "", by: machine)
            #expect(await refusal { _ = try await office.perform(decide) }?.code == "own_request")

            // Rotated by another administrator it is known to both of them, who stay two persons.
            _ = try await office.perform(try tokens.rotated(made.stored.id, overlap: .seconds(0), by: World.admin))
            #expect(try await names("books") == all.union(["admin"]))
            #expect(try await names("admin") == ["admin", "books"])
            #expect(try await names("finance") == all)

            // What a token makes is its owner's.
            let admin = try await office.perform(try tokens.created(.init(role: .admin, name: "keeper"), by: Access.security))
            let keeper = try #require(try await tokens.caller(token: admin.token))
            _ = try await office.perform(try tokens.created(.init(role: .finance, name: "kept"), by: keeper))
            #expect(try await names("kept") == ["security", "keeper", "kept"])

            // At the command line it is named whose it is; nobody's is known by its name.
            _ = try await tokens.createToken(.init(role: .finance, name: "nightly"))
            _ = try await tokens.createToken(.init(role: .finance, name: "filer", owner: "admin"))
            #expect(try await names("nightly") == ["nightly"])
            #expect(try await names("filer") == ["admin", "books", "filer"])
            #expect(await refusal { _ = try await tokens.createToken(.init(role: .finance, name: "x", owner: "nobody")) }?.code == "login_unknown")
            // Nobody sees a token whose role they may not give.
            let watch = try await office.perform(try tokens.created(.init(role: .auditor, name: "watch"), by: Access.security))
            let rotate = try tokens.rotated(watch.stored.id, overlap: .seconds(0), by: World.admin)
            #expect(await refusal { _ = try await office.perform(rotate) }?.code == "own_grant")
        }
    }
}
