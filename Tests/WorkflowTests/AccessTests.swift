import Kernel
import Registry
import Store
import TestSupport
import Testing
import Workflow

/// Coming in as a person: passwords, locks, the second factor, and who may let whom in.
@Suite struct `Access` {
    static let security = Caller(role: .security, name: "security")
    static let password = "right-horse-1"

    static func login(_ world: World, _ name: String, _ role: Caller.Role = .operator, person: String? = nil) async throws {
        try await ManageAccess(world.office).saveLogin(.init(name: name, password: password, role: role, person: person), by: security)
    }

    static func session(_ world: World, _ name: String) async throws -> String {
        guard case .session(let session, _) = try await ManageAccess(world.office).logIn(name: name, password: password) else {
            throw Rejection(.refused, "not_in", "")
        }
        return session
    }

    @Test(arguments: Backend.available)
    func `five wrong passwords lock for a quarter of an hour, and an unlock ends it`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let access = ManageAccess(world.office)
            try await Self.login(world, "desk-1")
            for _ in 0..<5 {
                #expect(await refusal { try await access.logIn(name: "desk-1", password: "wrong") }?.code == "login_failed")
            }
            #expect(await refusal { try await access.logIn(name: "desk-1", password: Self.password) }?.code == "login_locked")
            world.pass(.minutes(14))
            #expect(await refusal { try await access.logIn(name: "desk-1", password: Self.password) }?.code == "login_locked")
            world.pass(.minutes(2))
            _ = try await Self.session(world, "desk-1")
            let later = world.now + .minutes(15)
            try await world.office.perform { tx in try tx.access.setFailures(0, lockedUntil: later, of: "desk-1") }
            #expect(await refusal { try await access.logIn(name: "desk-1", password: Self.password) }?.code == "login_locked")
            try await access.unlock("desk-1", by: Self.security)
            _ = try await Self.session(world, "desk-1")
        }
    }

    @Test(arguments: Backend.available)
    func `a session ends after eight idle hours, at logout, and with a new password; each login has its own`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let access = ManageAccess(world.office)
            try await Self.login(world, "desk-1")
            let (first, second) = (try await Self.session(world, "desk-1"), try await Self.session(world, "desk-1"))
            let (a, b) = (try await access.session(first), try await access.session(second))
            #expect(first != second && a?.csrf != b?.csrf)
            world.pass(.hours(7))
            #expect(try await access.session(first) != nil)
            world.pass(.hours(7))
            #expect(try await access.session(first) != nil)
            #expect(try await access.session(second) == nil)
            try await access.logOut(first)
            #expect(try await access.session(first) == nil)
            let third = try await Self.session(world, "desk-1")
            try await Self.login(world, "desk-1")
            #expect(try await access.session(third) == nil)
        }
    }

    @Test(arguments: Backend.available)
    func `a password is kept as scrypt with a salt of its own`(backend: Backend) async throws {
        try await World.with(backend) { world in
            try await Self.login(world, "desk-1")
            try await Self.login(world, "desk-2")
            let kept = try await ManageAccess(world.office).logins().map(\.password)
            #expect(kept.allSatisfy { $0.hasPrefix("scrypt$") && !$0.contains(Self.password) })
            #expect(Set(kept).count == kept.count)
        }
    }

    // MARK: 三员分立

    @Test(arguments: Backend.available)
    func `nobody grants itself, its own role, or a second post to one person`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let access = ManageAccess(world.office)
            func save(_ name: String, _ role: Caller.Role, _ person: String?, by caller: Caller = Self.security) async -> String? {
                do {
                    try await access.saveLogin(.init(name: name, password: Self.password, role: role, person: person), by: caller)
                    return nil
                } catch {
                    return (error as? any Rejecting)?.rejection.code ?? "\(error)"
                }
            }
            #expect(await save("security", .operator, nil) == "own_grant")
            #expect(await save("other", .security, "S1") == "own_grant")
            #expect(await save("boss", .admin, nil) == "person_missing")
            #expect(await save("boss", .admin, "S1") == nil)
            #expect(await save("watch", .auditor, "S1") == "post_taken")
            #expect(await save("watch", .auditor, "S2") == nil)
            #expect(await save("boss", .auditor, "S1") == "post_fixed")
            for caller in [World.admin, World.finance, World.desk, Caller(role: .auditor, name: "watch")] {
                #expect(await save("x", .auditor, "S9", by: caller) == "own_grant", "\(caller.role)")
            }
            #expect(await refusal { try await access.unlock("security", by: Self.security) }?.code == "login_unknown")
        }
    }

    @Test(arguments: Caller.Role.allCases)
    func `no role grants itself, and only the security administrator grants the posts`(role: Caller.Role) {
        #expect(!role.mayGrant.contains(role))
        #expect(role == .security || role.mayGrant.isDisjoint(with: Caller.Role.posts))
    }

    @Test(arguments: Backend.available)
    func `a token of a post is not made by the system administrator`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let tokens = ManageTokens(world.office)
            for role in Caller.Role.posts {
                #expect(await refusal { try tokens.created(.init(role: role, name: "x"), by: World.admin) }?.code == "own_grant")
            }
            #expect(await refusal { try tokens.created(.init(role: .security, name: "x"), by: Self.security) }?.code == "own_grant")
            _ = try await world.office.perform(try tokens.created(.init(role: .auditor, name: "x"), by: Self.security))
            // Rights to sign are given by name: a machine does not take somebody's.
            try await Self.login(world, "street")
            let taken = try tokens.created(.init(role: .operator, name: "street"), by: World.admin)
            #expect(await refusal { try await world.office.perform(taken) }?.code == "name_taken")
        }
    }

    @Test(arguments: Backend.available)
    func `acts of administration are read back, newest first`(backend: Backend) async throws {
        try await World.with(backend) { world in
            try await Self.login(world, "desk-1")
            try await ManageAccess(world.office).unlock("desk-1", by: Self.security)
            let acts = try await world.office.read { tx in try tx.events.acts(before: .max, limit: 2) }
            #expect(acts.map(\.type) == ["login.unlocked", "login.saved"])
            #expect(acts.last?.actor == "security")
        }
    }

    @Test(arguments: Backend.available)
    func `a new password takes the old one, ends what else is open, and is on record`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let (access, change) = (ManageAccess(world.office), ChangePassword(world.office))
            try await Self.login(world, "desk-1")
            let (here, elsewhere) = (try await Self.session(world, "desk-1"), try await Self.session(world, "desk-1"))
            func refused(_ old: String, _ new: String, _ again: String? = nil, in session: String? = nil) async -> String? {
                let (wish, place) = (ChangePassword.Wish(old: old, new: new, again: again ?? new), session ?? here)
                let rejection = await refusal { try await change(wish, in: place) }
                return rejection?.code
            }
            #expect(await refused(Self.password, "left-horse-2", in: "") == "session_missing")
            #expect(await refused(Self.password, "left-horse-2", "left-horse-3") == "password_differs")
            #expect(await refused(Self.password, "short-1") == "password_weak")
            #expect(await refused(Self.password, Self.password) == "password_same")
            #expect(await refused("wrong", "left-horse-2") == "password_wrong")
            #expect(try await access.session(elsewhere) != nil)
            try await change(.init(old: Self.password, new: "left-horse-2", again: "left-horse-2"), in: here)
            #expect(try await access.session(here) != nil)
            #expect(try await access.session(elsewhere) == nil)
            #expect(await refusal { try await access.logIn(name: "desk-1", password: Self.password) }?.code == "login_failed")
            _ = try await access.logIn(name: "desk-1", password: "left-horse-2")
            let act = try await world.office.read { tx in try tx.events.acts(before: .max, limit: 1) }.first
            #expect(act?.type == "login.saved" && act?.actor == "desk-1" && act?.data == #"{"reason":"own"}"#)
        }
    }

    @Test(arguments: Backend.available)
    func `an old password is guessed at no more often than at the door`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let (access, change) = (ManageAccess(world.office), ChangePassword(world.office))
            try await Self.login(world, "desk-1")
            let session = try await Self.session(world, "desk-1")
            func code(_ old: String) async -> String? {
                let wish = ChangePassword.Wish(old: old, new: "left-horse-2", again: "left-horse-2")
                let rejection = await refusal { try await change(wish, in: session) }
                return rejection?.code
            }
            // Two at the door, two here: the fifth locks, wherever it is typed.
            for _ in 0..<2 { _ = await refusal { try await access.logIn(name: "desk-1", password: "wrong") } }
            for _ in 0..<2 { #expect(await code("wrong") == "password_wrong") }
            #expect(await code("wrong") == "login_locked")
            #expect(try await access.session(session) == nil)
            #expect(await refusal { try await access.logIn(name: "desk-1", password: Self.password) }?.code == "login_locked")
            world.pass(.minutes(16))
            let again = try await Self.session(world, "desk-1")
            // A lock that came from the door holds here, too, and the right password does not help.
            let until = world.now + .minutes(15)
            try await world.office.perform { tx in try tx.access.setFailures(0, lockedUntil: until, of: "desk-1") }
            let right = ChangePassword.Wish(old: Self.password, new: "left-horse-2", again: "left-horse-2")
            let rejection = await refusal { try await change(right, in: again) }
            #expect(rejection?.code == "login_locked")
        }
    }

    // MARK: Second factor

    /// RFC 6238 appendix B: the SHA-1 vectors, cut to six digits.
    @Test(arguments: [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")] as [(Int64, String)])
    func `codes are those of RFC 6238`(seconds: Int64, code: String) async throws {
        try await World.with(.memory) { world in
            world.setClock(Instant(milliseconds: seconds * 1000))
            try await Self.login(world, "desk-1")
            let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
            let now = world.now
            try await world.office.perform { tx in try tx.factors.begin("desk-1", secret: secret, at: now) }
            _ = try await SecondFactor(world.office).confirm(code, by: Caller(role: .operator, name: "desk-1"))
        }
    }

    /// The code that the app would show, read with the vectors above as the only other authority.
    private static func code(_ world: World, _ enrolment: SecondFactor.Enrolment, off steps: Int = 0) -> String {
        SecondFactor.code(enrolment.secret, at: Instant(milliseconds: world.now.milliseconds + Int64(steps) * 30_000))
    }

    @Test(arguments: Backend.available)
    func `once confirmed a login asks for it; a step holds once, one either side of now, and wrong ones lock`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let (access, factor) = (ManageAccess(world.office), SecondFactor(world.office))
            let caller = Caller(role: .operator, name: "desk-1")
            try await Self.login(world, "desk-1")
            let enrolment = try await factor.begin(by: caller)
            _ = try await Self.session(world, "desk-1")
            #expect(await refusal { try await factor.confirm("000000", by: caller) }?.code == "factor_code_wrong")
            let recovery = try await factor.confirm(Self.code(world, enrolment), by: caller)
            #expect(recovery.count == 8 && Set(recovery).count == 8)
            #expect(await refusal { try await factor.begin(by: caller) }?.code == "factor_on")

            func challenge() async throws -> String {
                guard case .secondFactor(let challenge) = try await access.logIn(name: "desk-1", password: Self.password) else { return "" }
                return challenge
            }
            var asked = try await challenge()
            #expect(await refusal { try await access.answer(asked, code: Self.code(world, enrolment)) }?.code == "factor_code_wrong")
            _ = try await access.answer(asked, code: Self.code(world, enrolment, off: 1))
            #expect(await refusal { try await access.answer(asked, code: Self.code(world, enrolment, off: 1)) }?.code == "challenge_unknown")
            world.pass(.minutes(2))
            asked = try await challenge()
            #expect(await refusal { try await access.answer(asked, code: Self.code(world, enrolment, off: -2)) }?.code == "factor_code_wrong")
            #expect(await refusal { try await access.answer(asked, code: Self.code(world, enrolment, off: 2)) }?.code == "factor_code_wrong")
            _ = try await access.answer(asked, code: Self.code(world, enrolment, off: -1))

            asked = try await challenge()
            _ = try await access.answer(asked, code: recovery[0].uppercased())
            asked = try await challenge()
            #expect(await refusal { try await access.answer(asked, code: recovery[0]) }?.code == "factor_code_wrong")
            for _ in 0..<4 { _ = await refusal { try await access.answer(asked, code: "123456") } }
            #expect(await refusal { try await access.answer(asked, code: recovery[1]) }?.code == "login_locked")
            #expect(await refusal { try await access.logIn(name: "desk-1", password: Self.password) }?.code == "login_locked")
        }
    }

    @Test(arguments: Backend.available)
    func `a waiting login lapses after five minutes, and a reset with a reason takes the factor away`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let (access, factor) = (ManageAccess(world.office), SecondFactor(world.office))
            let caller = Caller(role: .operator, name: "desk-1")
            try await Self.login(world, "desk-1")
            let enrolment = try await factor.begin(by: caller)
            _ = try await factor.confirm(Self.code(world, enrolment), by: caller)
            guard case .secondFactor(let asked) = try await access.logIn(name: "desk-1", password: Self.password) else {
                Issue.record("no question")
                return
            }
            world.pass(.minutes(6))
            #expect(await refusal { try await access.answer(asked, code: Self.code(world, enrolment)) }?.code == "challenge_unknown")
            #expect(await refusal { try await access.resetSecondFactor(of: "desk-1", reason: "x", by: Self.security) }?.code == "reason_too_short")
            #expect(await refusal { try await access.resetSecondFactor(of: "desk-1", reason: "手机遗失，已核实", by: caller) }?.code == "own_grant")
            try await access.resetSecondFactor(of: "desk-1", reason: "手机遗失，已核实", by: Self.security)
            _ = try await Self.session(world, "desk-1")
            #expect(await refusal { try await access.resetSecondFactor(of: "desk-1", reason: "手机遗失，已核实", by: Self.security) }?.code == "factor_off")
        }
    }

    // MARK: Register

    @Test(arguments: Backend.available)
    func `the 27 items keep their history, and nobody writes over what he has not seen`(backend: Backend) async throws {
        #expect(RegisterItem.allCases.count == 27)
        #expect(RegisterItem.Group.allCases.map(\.items.count) == [8, 7, 5, 7])
        try await World.with(backend) { world in
            let register = KeepRegister(world.office)
            try await register.write(.income, "退休金 3000 元", of: World.ordinary, seen: 0, by: World.admin)
            try await register.write(.income, "退休金  3000 元", of: World.ordinary, seen: 1, by: World.admin)
            try await register.write(.spouse, "李某，同住", of: World.ordinary, seen: 0, by: World.admin)
            let stale = await refusal { try await register.write(.income, "无", of: World.ordinary, seen: 0, by: World.desk) }
            #expect(stale?.code == "item_changed")
            #expect(stale?.message.contains("退休金 3000 元") == true)
            try await register.write(.income, "退休金 3200 元", of: World.ordinary, seen: 2, by: World.desk)
            let entries = try await register.entries(of: World.ordinary)
            #expect(entries.map(\.value) == ["退休金 3000 元", "李某，同住", "退休金 3200 元"])
            #expect(await refusal { try await register.write(.party, String(repeating: "长", count: 201), of: World.ordinary, seen: 3, by: World.desk) }?.code == "item_value")
        }
    }

    // MARK: Looks

    @Test(arguments: Backend.available)
    func `a look at everybody on a line is noted of each in one commit, or nobody is shown`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let look = LookAtElder(world.office)
            try await look([World.ordinary, World.minimum], from: .call, reason: "c1", by: World.desk)
            let seen = try await look.latest().looks
            #expect(Set(seen.map(\.elder)) == [World.ordinary, World.minimum] && seen.allSatisfy { $0.reason == "c1" && $0.at == world.now })
            world.pass(.minutes(1))
            // The second of them is not in the register: the first is not noted either, for the card is not shown.
            let unknown = await refusal { try await look([World.lowIncome, ElderID("nobody")], from: .call, reason: "c2", by: World.desk) }
            #expect(unknown?.code == "elder_unknown")
            #expect(try await look.latest(at: World.lowIncome, limit: 5) == [])
            try await look([], from: .call, reason: "c3", by: World.desk)
            #expect(try await look.latest().looks == seen)
        }
    }
}
