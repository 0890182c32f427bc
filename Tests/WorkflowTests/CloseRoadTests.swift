import Billing
import Catalog
import Entitlement
import Kernel
import Orders
import Registry
import Store
import TestSupport
import Testing
@testable import Workflow

/// The people of a close, each a name of its own.
private enum Office {
    static let reviewer = Caller(role: .operator, name: "reviewer")
    static let street = Caller(role: .operator, name: "street")
    static let district = Caller(role: .finance, name: "district")
    static let treasurer = Caller(role: .finance, name: "treasurer")
    static let cashier = Caller(role: .finance, name: "cashier")
    static let auditor = Caller(role: .auditor, name: "auditor")
    static let checker = Caller(role: .finance, name: "checker")
}

private enum CloseRoad {
    /// What a page shows of a month without its lines is what its lines add up to.
    static func agrees(_ world: World, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let statements = try await ReadStatements(world.office)(World.month).statements
        let glance = try await ReadMonth(world.office)(World.month)
        #expect(glance.isClosed && glance.sums == statements.map { StatementSums($0) }, sourceLocation: sourceLocation)
        #expect(glance.sums.map(\.due) == statements.map(\.due), sourceLocation: sourceLocation)
        #expect(glance.totals == Shadow(statements, on: world.now.localDate).totals, sourceLocation: sourceLocation)
        let waiting = statements.flatMap(\.lines).filter { $0.verdict == .held }.map(\.candidate.subject)
        let held = try await ReadHeld(world.office)(World.month, by: World.desk)
        #expect(held.count == waiting.count && held.held.map(\.line.candidate.subject) == waiting, sourceLocation: sourceLocation)
        for statement in statements { try await agrees(world, statement, sourceLocation) }
        // The papers that are made of sums are those that the lines make.
        let papers = try await ReadPapers(world.office)(World.month)
        let scopes = [DocumentScope()] + statements.map { DocumentScope(provider: $0.provider) }
            + Set(world.office.reference.franchise.providers.map(\.region)).map { DocumentScope(street: $0) }
        for kind in DocumentKind.allCases where kind.isOfSums {
            for scope in scopes {
                #expect(
                    try await ReadPapers(world.office).document(World.month, kind, scope) == papers.document(kind, scope), sourceLocation: sourceLocation)
            }
        }
    }

    /// So is what its page shows, and a provider's list of statements.
    private static func agrees(_ world: World, _ statement: Statement, _ sourceLocation: SourceLocation) async throws {
        for filter in LineFilter.allCases {
            let page = try await ReadMonth(world.office).page(World.month, statement.provider, filter, after: 0)
            #expect(page?.lines.map(\.line) == statement.lines.filter { filter.shows($0.verdict) }, sourceLocation: sourceLocation)
            #expect(page?.sums == StatementSums(statement), sourceLocation: sourceLocation)
            #expect(page.map { filter.count($0.sums) } == page?.lines.count, sourceLocation: sourceLocation)
        }
        let own = try await world.office.read { tx in try tx.settlements.sealed(of: statement.provider) }
        #expect(own.first { $0.month == World.month } == StatementSums(statement), sourceLocation: sourceLocation)
    }
}

@Suite struct `The road of a closed month` {
    /// A month with one paid visit, frozen on the second of the next month; with the rights of street and district given.
    private static func frozen(_ world: World) async throws -> Order {
        // Confirmed by the elder's code: nobody has called back yet, so the first service of this elder is in the sample.
        let order = try await world.checkOut(try await world.order(in: .inService))
        try await freeze(world)
        return order
    }

    private static func freeze(_ world: World) async throws {
        world.setClock(Instant(World.month.last.adding(days: 2), minute: 600))
        _ = try await CloseMonth(world.office)(World.month, by: World.finance)
        for (right, caller) in [(CloseRight.street, Office.street), (.district, Office.district)] {
            try await world.office.perform(try ManageRoster(world.office).grant(right, to: caller.name, street: "all", by: World.admin))
        }
    }

    @Test(arguments: Backend.available)
    func `can be followed from the money to the service and its papers`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await Self.frozen(world)
            for text in [order.number, order.id.text] {
                guard case .service(let trace) = try await TraceMoney(world.office)(text) else { throw StoreFault.failed("no service") }
                #expect(trace.order?.id == order.id && trace.elder?.id == order.elder && trace.visit != nil)
                #expect(trace.postings.map(\.kind) == [.reserve, .post] && trace.postings.allSatisfy { $0.amount > .zero })
                #expect(trace.settled.map(\.month) == [World.month] && trace.settled.first?.step == .frozen)
            }
            #expect(await refusal { try await TraceMoney(world.office)("260310-99999") }?.code == "line_unknown")
        }
    }

    private static func sign(_ world: World, _ caller: Caller, _ action: CloseAction = .approve, seen: String? = nil) async throws -> CloseEntry {
        try await world.office.perform(
            try SignMonth(world.office).prepared(World.month, action, opinion: "同意", seen: seen, by: caller))
    }

    private static func answerAll(_ world: World, _ result: Sample.Result = .passed) async throws {
        for (sample, _) in try await ReadClose(world.office).samples(World.month) where sample.result == nil {
            _ = try await world.office.perform(
                try AnswerSample(world.office).prepared(World.month, sample.subject, result, note: "电话回访", by: World.quality))
        }
    }

    /// Two visits in two streets; each is signed for by its own office, side by side.
    @Test(arguments: Backend.available)
    func `is signed for by every street with money in it, and by none for another`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let first = try await world.checkOut(try await world.order(in: .inService))
            let second = try await world.checkOut(try await world.order(in: .inService, World.request(World.lowIncome, day: 3)))
            let (own, other) = ("620102001", "620102002")
            _ = try await world.office.perform(
                ManageElder(world.office).update(World.lowIncome, expecting: nil, by: World.desk) { $0.address.region = other })
            world.setClock(Instant(World.month.last.adding(days: 20), minute: 600))
            _ = try await CloseMonth(world.office)(World.month, by: World.finance)
            let roster = ManageRoster(world.office)
            func grant(_ name: String, _ street: String?) async throws {
                try await world.office.perform(try roster.grant(.street, to: name, street: street, by: World.admin))
            }
            #expect(await refusal { try await grant("a", nil) }?.code == "street_missing")
            #expect(await refusal { try await grant("a", "999999999") }?.code == "street_missing")
            // Whoever moves now has had the services where they lived then.
            _ = try await world.office.perform(
                ManageElder(world.office).update(World.lowIncome, expecting: nil, by: World.desk) { $0.address.region = "620102004" })
            try await world.checkStreets()
            let (a, b, c) = (Caller(role: .finance, name: "a"), Caller(role: .finance, name: "b"), Caller(role: .finance, name: "c"))
            try await grant("a", own)
            try await grant("b", other)
            try await grant("c", "620102003")
            try await world.office.perform(try roster.grant(.district, to: Office.district.name, by: World.admin))
            try await Self.answerAll(world)
            try await Self.confirm(world, first)
            if second.provider != first.provider { try await Self.confirm(world, second) }
            _ = try await Self.sign(world, Office.reviewer)
            let seen = try await ReadClose(world.office)(World.month)
            #expect(seen.streets.map(\.code) == [own, other] && seen.streets.allSatisfy { $0.signature == nil })
            #expect(await refusal { try await Self.sign(world, c) }?.code == "street_not_due")
            #expect(try await Self.sign(world, a, seen: seen.hash).to == .reviewed)
            #expect(await refusal { try await Self.sign(world, a) }?.code == "own_entry")
            #expect(await refusal { try await Self.sign(world, Office.district) }?.code == "right_missing")
            // A right from before streets were named is one for all of them.
            _ = try await world.office.perform { tx in try tx.execute("UPDATE close_grant SET street = NULL WHERE name = 'c'") }
            #expect(try await world.office.read { tx in [try tx.close.street(of: "c"), try tx.close.street(of: "nobody")] } == [CloseEntry.allStreets, nil])
            // What the other has seen still stands.
            let last = try await Self.sign(world, b, seen: seen.hash)
            #expect(last.to == .street && last.street == other)
            // The district returns it: both sign again.
            #expect(try await Self.sign(world, Office.district, .reject).to == .reviewed)
            #expect(try await ReadClose(world.office)(World.month).streets.allSatisfy { $0.signature == nil })
            #expect(try await Self.sign(world, b).to == .reviewed)
            // One street returns it to the platform: nothing of that round counts.
            #expect(try await Self.sign(world, a, .reject).to == .frozen)
            _ = try await Self.sign(world, Office.reviewer)
            #expect(try await ReadClose(world.office)(World.month).streets.allSatisfy { $0.signature == nil })
            #expect(try await Self.sign(world, a).to == .reviewed)
            // One office for all, if it was said so: it signs for those that are left.
            try await grant("c", "all")
            let all = try await Self.sign(world, c)
            #expect(all.to == .street && all.street == CloseEntry.allStreets)
            let streets = try await ReadClose(world.office)(World.month).streets
            #expect(streets.map { $0.signature?.by } == ["a", "c"])
            let told = try await world.office.read { tx in try tx.events.about(World.month.description).map(\.type) }
            #expect(told.count { $0 == "month.street_signed" } == 3)
        }
    }

    @Test(arguments: Backend.available)
    func `is signed by nobody whose person is not known`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await Self.frozen(world)
            let access = ManageAccess(world.office)
            func login(_ person: String?) async throws {
                try await access.saveLogin(
                    .init(name: Office.reviewer.name, password: "reviewer-2026", role: .operator, person: person),
                    by: Caller(role: .security, name: "security"))
            }
            try await login(nil)
            try await Self.answerAll(world)
            try await Self.confirm(world, order)
            #expect(await refusal { try await Self.sign(world, Office.reviewer) }?.code == "person_needed")
            let grant = try ManageRoster(world.office).grant(.district, to: Office.reviewer.name, by: World.admin)
            #expect(await refusal { try await world.office.perform(grant) }?.code == "person_needed")
            try await login("R-1")
            try await world.office.perform(grant)
            #expect(try await Self.sign(world, Office.reviewer).to == .reviewed)
            #expect(await refusal { try await login(nil) }?.code == "person_needed")
        }
    }

    private static func confirm(_ world: World, _ order: Order) async throws {
        try await world.office.perform(try AnswerStatement(world.office).confirm(World.month, seen: nil, by: try world.holder(order)))
    }

    private static func signed(_ world: World, _ order: Order, upTo last: CloseStep) async throws {
        try await answerAll(world)
        try await confirm(world, order)
        for (step, caller) in [
            (CloseStep.reviewed, Office.reviewer), (.street, Office.street), (.district, Office.district), (.finance, Office.treasurer),
        ] {
            #expect(try await sign(world, caller).to == step)
            if step == last { return }
        }
    }

    private static func invoice(_ world: World, _ order: Order, add: Int64 = 0) async throws -> Invoice {
        let provider = try #require(order.provider)
        let statement = try #require(try await ReadStatements(world.office)(World.month).statements.first { $0.provider == provider })
        let party = try #require(world.office.reference.franchise.provider(provider))
        return Invoice(
            number: "INV-1", date: world.now.localDate, amount: statement.due + Fen(add), seller: party.name, creditCode: party.creditCode.text)
    }

    @Test(arguments: Backend.available)
    func `leads from the statement to the money on the account`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await Self.frozen(world)
            #expect(try await ReadClose(world.office)(World.month).step == .frozen)
            try await Self.signed(world, order, upTo: .finance)
            let provider = try #require(order.provider)
            let invoice = try await Self.invoice(world, order)
            // Whoever has signed for the month records none of its invoices, and is not shown the form.
            try await world.office.perform(try ManageRoster(world.office).grant(.pay, to: Office.reviewer.name, by: World.admin))
            for signer in [Office.reviewer, Office.treasurer] {
                let own = await refusal {
                    try await world.office.perform(try RecordInvoice(world.office).prepared(World.month, provider, invoice, by: signer))
                }
                #expect(own?.code == "own_entry" && own?.message == "“\(signer.name)”签过本批次，发票须由另一人登记。")
                #expect(try await ReadClose(world.office).money(World.month, by: signer).recorderObstacle == own?.message)
            }
            #expect(try await ReadClose(world.office).money(World.month, by: World.finance).recorderObstacle == nil)
            _ = try await world.office.perform(
                try RecordInvoice(world.office).prepared(World.month, provider, invoice, by: World.finance))
            let payments = try await world.office.perform(PayMonth(world.office).prepared(World.month, by: Office.cashier))
            #expect(payments.map(\.amount) == [invoice.amount])
            let line = BankLine(reference: payments[0].reference, amount: payments[0].amount, isPaid: true, note: "")
            #expect(try await world.office.perform(PayMonth(world.office).answered(World.month, [line], by: Office.cashier)) == .paid)
            #expect(try await world.find(order.id).settlement == .paid)
            let history = try await ReadClose(world.office)(World.month).history
            #expect(history.map(\.to) == [.closing, .frozen, .reviewed, .street, .district, .finance, .paying, .paid])
            #expect(Set(history.dropFirst().map(\.hash)).count == history.count - 1)
            // Every paper leads back to the statement; the provider sees what it has answered.
            for number in [invoice.number, payments[0].reference] {
                guard case .statement(let month, let owner) = try await TraceMoney(world.office)(number) else { throw StoreFault.failed("no statement") }
                #expect(month == World.month && owner == provider)
            }
            #expect(try await world.office.read { tx in try tx.close.answers(of: provider) } == [World.month: true])
            // Whoever would answer for a transfer that somebody else has answered changes nothing.
            await #expect(throws: StoreFault.self) {
                try await world.office.perform { tx in
                    try tx.close.answer(payments[0], isPaid: false, from: .ordered, note: "账号不符", at: world.now)
                }
            }
            // What was transferred was owed: the books still explain the statement.
            #expect(try await Self.differences(world, World.month) == ["相符"])
            // Days later the bank sends it back: it is owed again, and is paid again.
            func answer(_ payment: Payment, isPaid: Bool) async throws -> CloseStep {
                let line = BankLine(reference: payment.reference, amount: payment.amount, isPaid: isPaid, note: "账号已销户")
                return try await world.office.perform(PayMonth(world.office).answered(World.month, [line], by: Office.cashier))
            }
            #expect(await refusal { try await answer(payments[0], isPaid: true) }?.code == "close_out_of_order")
            #expect(try await answer(payments[0], isPaid: false) == .finance)
            #expect(await refusal { try await answer(payments[0], isPaid: false) }?.code == "close_out_of_order")
            #expect(try await world.find(order.id).settlement == .inStatement)
            #expect(try await Self.differences(world, World.month) == ["相符"])
            let again = try await world.office.perform(PayMonth(world.office).prepared(World.month, by: Office.cashier))
            #expect(await refusal { try await answer(payments[0], isPaid: false) }?.code == "bank_file_mismatch")
            #expect(try await answer(again[0], isPaid: true) == .paid)
            #expect(try await world.find(order.id).settlement == .paid)
            let postings = try await world.office.read { tx in try tx.ledger.of(payments[0].reference) + tx.ledger.of(again[0].reference) }
            #expect(postings.map(\.kind) == [.post, .reverse, .post])
            #expect(try await Self.differences(world, World.month) == ["相符"])
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `refuses a bounced transfer nothing, and pays it again`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await Self.frozen(world)
            try await Self.signed(world, order, upTo: .finance)
            let provider = try #require(order.provider)
            let invoice = try await Self.invoice(world, order)
            _ = try await world.office.perform(try RecordInvoice(world.office).prepared(World.month, provider, invoice, by: World.finance))
            let first = try await world.office.perform(PayMonth(world.office).prepared(World.month, by: Office.cashier))
            let bounced = BankLine(reference: first[0].reference, amount: first[0].amount, isPaid: false, note: "户名不符")
            #expect(try await world.office.perform(PayMonth(world.office).answered(World.month, [bounced], by: Office.cashier)) == .finance)
            #expect(try await world.find(order.id).settlement == .inStatement)
            let second = try await world.office.perform(PayMonth(world.office).prepared(World.month, by: Office.cashier))
            #expect(second.map(\.reference) == ["\(World.month)-\(provider)-2"])
        }
    }

    /// The account is changed between approval and payment: nothing is sent before one person has asked the provider, and another one sends it.
    @Test(arguments: Backend.available)
    func `sends nothing to an account that was changed after the approval`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await Self.frozen(world)
            let provider = try #require(order.provider)
            let party = try #require(world.office.reference.franchise.provider(provider))
            let other = "6217000000000000007"
            func confirm(_ account: String = other, _ opinion: String = "电话核实", by caller: Caller = Office.checker) async throws {
                _ = try await world.office.perform(
                    try ConfirmPayee(world.office).prepared(World.month, provider, account: account, opinion: opinion, by: caller))
            }
            func pay(_ caller: Caller = Office.cashier) async throws -> [Payment] {
                try await world.office.perform(PayMonth(world.office).prepared(World.month, by: caller))
            }
            #expect(await refusal { try await confirm() }?.code == "close_out_of_order")
            try await Self.signed(world, order, upTo: .finance)
            let invoice = try await Self.invoice(world, order)
            _ = try await world.office.perform(try RecordInvoice(world.office).prepared(World.month, provider, invoice, by: World.finance))
            #expect(await refusal { try await confirm(party.bankAccount) }?.code == "payee_known")
            func approved() async throws -> Payee.Approved? { try await world.office.read { tx in try tx.close.payees(World.month)[provider] } }
            #expect(try await approved() == Payee.Approved(payee: Payee(party), by: Office.treasurer.name))

            try world.changeReference("providers/providers.csv") { $0.replacing(party.bankAccount, with: other) }
            let refused = await refusal { try await pay() }
            #expect(refused?.code == "payee_changed" && refused?.message.contains(party.bankAccount) == true && refused?.message.contains(other) == true)
            #expect(try await ReadClose(world.office).payments(World.month).isEmpty)
            #expect(await refusal { try await confirm(by: Office.reviewer) }?.code == "right_missing")
            // Whom the form would refuse is not shown it.
            for (caller, mayEnter) in [(Office.cashier, true), (World.admin, false), (Office.auditor, false)] {
                #expect(try await ReadClose(world.office).money(World.month, by: caller).mayEnter == mayEnter)
            }
            #expect(await refusal { try await confirm(other, "") }?.code == "reason_missing")
            #expect(await refusal { try await confirm(party.bankAccount) }?.code == "payee_changed")
            try await confirm()
            #expect(await refusal { try await confirm() }?.code == "payee_known")
            // Both accounts stay on record, and who has said so and why.
            func count(_ query: SQL) async throws -> Int64? { try await world.office.read { tx in try tx.integer(query) } }
            #expect(try await count("SELECT COUNT(*) FROM payee") == 2)
            let said: SQL = """
                SELECT COUNT(*) FROM event e JOIN event_note n ON n.seq = e.seq
                WHERE e.type = 'payee.confirmed' AND e.actor = \(Office.checker.name) AND n.text = '电话核实'
                """
            #expect(try await count(said) == 1)
            #expect(await refusal { try await pay(Office.checker) }?.code == "own_entry")
            #expect(try await pay().map(\.account) == [other])
            #expect(await refusal { try await confirm() }?.code == "close_out_of_order")
        }
    }

    @Test(arguments: Backend.available)
    func `pays those who have sent an invoice while the others wait`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let (office, canteens) = (world.office, [ProviderID("P001"), ProviderID("P002")])
            for (day, canteen) in canteens.enumerated() {
                let noon = Instant(World.monday.adding(days: day), minute: 720)
                world.setClock(noon)
                let request = SwipeRequest(card: "LZ00000003", canteen: canteen, slot: .lunch, at: noon, device: "till-1", isRead: true)
                _ = try await SwipeMeal(office)(request, by: World.caller(canteen))
            }
            try await Self.freeze(world)
            for canteen in canteens { try await office.perform(try AnswerStatement(office).confirm(World.month, seen: nil, by: World.caller(canteen))) }
            for caller in [Office.reviewer, Office.street, Office.district, Office.treasurer] { _ = try await Self.sign(world, caller) }
            func record(_ provider: ProviderID) async throws {
                let statement = try #require(try await ReadStatements(office)(World.month).statements.first { $0.provider == provider })
                let party = try #require(office.reference.franchise.provider(provider))
                let invoice = Invoice(
                    number: "INV-1", date: world.now.localDate, amount: statement.due, seller: party.name, creditCode: party.creditCode.text)
                _ = try await office.perform(try RecordInvoice(office).prepared(World.month, provider, invoice, by: World.finance))
            }
            func answer(_ payments: [Payment], isPaid: Bool) async throws -> CloseStep {
                let lines = payments.map { BankLine(reference: $0.reference, amount: $0.amount, isPaid: isPaid, note: "") }
                return try await office.perform(PayMonth(office).answered(World.month, lines, by: Office.cashier))
            }
            func last() async throws -> CloseAction? { try await ReadClose(office)(World.month).history.last?.action }
            try await record(canteens[0])
            let first = try await office.perform(PayMonth(office).prepared(World.month, by: Office.cashier))
            #expect(first.map(\.provider) == [canteens[0]])
            // All that was ordered is paid: nothing has come back, and the other one still waits.
            #expect(try await answer(first, isPaid: true) == .finance)
            #expect(try await last() == .payPart)
            // The bank returns it before the other invoice is there.
            #expect(try await answer(first, isPaid: false) == .finance)
            #expect(try await last() == .bounce)
            try await record(canteens[1])
            let second = try await office.perform(PayMonth(office).prepared(World.month, by: Office.cashier))
            #expect(second.map(\.provider) == canteens)
            // The bank answers one today and the other tomorrow: both answers stand in the history.
            #expect(try await answer([second[0]], isPaid: true) == .paying)
            let part = try await ReadClose(office)(World.month).history.last
            #expect(part?.action == .answerPart && part?.opinion == "1 笔成功，还有 1 笔待银行回单" && part?.hash.count == 64)
            #expect(try await answer([second[1]], isPaid: true) == .paid)
            #expect(try await Self.differences(world, World.month) == ["相符", "相符"])
        }
    }

    @Test(arguments: Backend.available)
    func `refuses whoever is out of order, without the right, or signs twice`(backend: Backend) async throws {
        try await World.with(backend) { world in
            #expect(await refusal { try await Self.sign(world, Office.reviewer) }?.code == "close_out_of_order")
            let order = try await Self.frozen(world)
            #expect(await refusal { try await Self.sign(world, Office.auditor) }?.code == "role_forbidden")
            #expect(await refusal { try await Self.sign(world, Office.treasurer) }?.code == "right_missing")
            #expect(await refusal { try await Self.sign(world, Office.reviewer, .reject) }?.code == "close_out_of_order")
            #expect(await refusal { try await Self.sign(world, Office.reviewer) }?.code == "samples_open")
            try await Self.answerAll(world)
            #expect(await refusal { try await Self.sign(world, Office.reviewer) }?.code == "statements_unconfirmed")
            try await Self.confirm(world, order)
            #expect(await refusal { try await Self.confirm(world, order) }?.code == "statement_confirmed")
            #expect(await refusal { try await Self.sign(world, World.quality) }?.code == "own_entry")
            #expect(await refusal { try await Self.sign(world, Office.reviewer, seen: "stale") }?.code == "batch_changed")
            let hash = try await ReadClose(world.office)(World.month).hash
            #expect(try await Self.sign(world, Office.reviewer, seen: hash).hash == hash)
            #expect(await refusal { try await Self.sign(world, Office.reviewer) }?.code == "right_missing")
            try await world.office.perform(try ManageRoster(world.office).grant(.street, to: Office.reviewer.name, street: "all", by: World.admin))
            #expect(await refusal { try await Self.sign(world, Office.reviewer) }?.code == "own_entry")
            let bare = await refusal {
                try await world.office.perform(try SignMonth(world.office).prepared(World.month, .reject, opinion: "", by: Office.street))
            }
            #expect(bare?.code == "reason_missing")
            #expect(try await Self.sign(world, Office.street, .reject).to == .frozen)
            #expect(try await Self.sign(world, Office.reviewer).to == .reviewed)
        }
    }

    /// With the fingerprint that both had before them, or without.
    @Test(arguments: Backend.available, [true, false])
    func `tells the second of two who sign at once who was first and when`(backend: Backend, saysWhatWasSeen: Bool) async throws {
        try await World.with(backend) { world in
            let order = try await Self.frozen(world)
            try await Self.answerAll(world)
            try await Self.confirm(world, order)
            let second = Caller(role: .operator, name: "second")
            let seen = saysWhatWasSeen ? try await ReadClose(world.office)(World.month).hash : nil
            let first = try await Self.sign(world, Office.reviewer, seen: seen)
            // At the very same moment: whoever writes second has counted the steps before the first had written.
            let history = try await world.office.read { tx in try tx.close.entries(World.month) }
            #expect(await refusal { try await world.office.perform { tx in try tx.close.append(first, to: World.month, after: history.count - 1) } }?.code
                == "close_raced")
            let refused = await refusal { try await Self.sign(world, second, seen: seen) }
            let told = "“reviewer”已于 \(first.at.localDate) \(first.at.clock) 办理“平台复核”"
            guard saysWhatWasSeen else {
                // Who would sign for the street must hear what they lack; who was second, what has been done.
                #expect(refused?.code == "right_missing" && refused?.message.hasSuffix("上一步：\(told)。") == true, "\(refused?.message ?? "")")
                return
            }
            #expect(refused?.code == "already_signed")
            #expect(refused?.message == "\(told)，本月现为“已复核”，不必再办。")
            // Returned meanwhile: that is told as well.
            let before = try await ReadClose(world.office)(World.month).hash
            #expect(try await Self.sign(world, Office.street, .reject, seen: before).to == .frozen)
            #expect(await refusal { try await Self.sign(world, Office.street, seen: before) }?.message.contains("退回，本月现为“待确认”") == true)
        }
    }

    @Test(arguments: Backend.available)
    func `takes silence for consent after the eighth`(backend: Backend) async throws {
        try await World.with(backend) { world in
            _ = try await Self.frozen(world)
            try await Self.answerAll(world)
            world.setClock(Instant(World.month.last.adding(days: 9), minute: 600))
            #expect(try await Self.sign(world, Office.reviewer).to == .reviewed)
        }
    }

    @Test(arguments: Backend.available)
    func `takes only the invoice and the bank's file that fit, whole or not at all`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await Self.frozen(world)
            let provider = try #require(order.provider)
            let right = try await Self.invoice(world, order)
            func record(_ invoice: Invoice) async throws {
                _ = try await world.office.perform(try RecordInvoice(world.office).prepared(World.month, provider, invoice, by: World.finance))
            }
            #expect(await refusal { try await record(right) }?.code == "close_out_of_order")
            try await Self.signed(world, order, upTo: .finance)
            #expect(await refusal { _ = try await world.office.perform(PayMonth(world.office).prepared(World.month, by: Office.cashier)) }?.code
                == "invoice_missing")
            let dear = try await Self.invoice(world, order, add: 1)
            #expect(await refusal { try await record(dear) }?.code == "invoice_mismatch")
            let other = Invoice(number: "1", date: right.date, amount: right.amount, seller: "别家公司", creditCode: right.creditCode)
            #expect(await refusal { try await record(other) }?.code == "invoice_seller_differs")
            let foreign = Invoice(number: "1", date: right.date, amount: right.amount, seller: right.seller, creditCode: "X")
            #expect(await refusal { try await record(foreign) }?.code == "invoice_mismatch")
            try await record(right)
            #expect(await refusal { try await record(right) }?.code == "invoice_known")
            #expect(await refusal { _ = try await world.office.perform(PayMonth(world.office).prepared(World.month, by: Office.treasurer)) }?.code
                == "own_entry")
            // Whoever has recorded an invoice does not pay it, under whatever name.
            _ = try await world.office.perform { tx in try tx.execute("UPDATE invoice SET recorded_by = \(Office.checker.name)") }
            let own = await refusal { _ = try await world.office.perform(PayMonth(world.office).prepared(World.month, by: Office.checker)) }
            #expect(own?.code == "own_entry" && own?.message.contains("登记了其中的发票") == true)
            let payments = try await world.office.perform(PayMonth(world.office).prepared(World.month, by: Office.cashier))
            let good = BankLine(reference: payments[0].reference, amount: payments[0].amount, isPaid: true, note: "")
            let stranger = BankLine(reference: "X", amount: Fen(1), isPaid: true, note: "")
            let refused = await refusal {
                try await world.office.perform(PayMonth(world.office).answered(World.month, [good, stranger], by: Office.cashier))
            }
            #expect(refused?.code == "bank_file_mismatch")
            #expect(try await world.find(order.id).settlement == .inStatement)
            #expect(try await ReadClose(world.office)(World.month).step == .paying)
        }
    }

    @Test(arguments: Backend.available)
    func `lets a person decide on a held line, once, and moves its money`(backend: Backend) async throws {
        try await World.with(backend) { world in
            // Confirmed by telephone alone, with no position: not enough for its item, so its money is only set aside.
            let orders = try await Self.held(world, count: 2)
            try await Self.freeze(world)
            let statement = try #require(try await ReadStatements(world.office)(World.month).statements.first)
            #expect(statement.lines.map(\.verdict) == [.held, .held])
            try await CloseRoad.agrees(world)
            let laid = try await ReadHeld(world.office)(World.month, by: World.desk)
            #expect(laid.obstacle == nil && laid.held.allSatisfy { $0.visit?.checkOut != nil && $0.order != nil && $0.callbacks.count == 1 })
            #expect(try await ReadHeld(world.office)(World.month, by: World.finance).obstacle?.contains("平台复核") == true)
            let before = world.now
            world.pass(.hours(1))
            #expect(try await world.streets() == [])
            func decide(_ order: Order, _ kind: LineDecision.Kind, reason: String = "已核实") async throws {
                _ = try await world.office.perform(
                    try DecideLine(world.office).prepared(World.month, order.id.text, kind, reason: reason, by: World.desk))
            }
            #expect(await refusal { try await decide(orders[0], .release, reason: "") }?.code == "reason_missing")
            try await decide(orders[1], .refuse)
            #expect(try await world.streets() == [])
            try await decide(orders[0], .release)
            #expect(try await world.streets() == ["620102001"])
            #expect(await refusal { try await decide(orders[1], .release) }?.code == "line_not_held")
            // Two who decide at once: what the second writes is refused by the books themselves.
            let second = await refusal {
                try await world.office.perform { tx in
                    let late = LineDecision(kind: .release, reason: "已核实", by: "second", at: world.now)
                    try tx.close.insert(late, on: orders[1].id.text, World.month, statement.provider)
                }
            }
            #expect(second?.code == "line_decided")
            let decided = try await world.office.read { tx in try tx.close.decided(World.month) }
            #expect(decided == ["\(orders[0].id):release", "\(orders[1].id):refuse"].sorted())
            let after = try #require(try await ReadStatements(world.office)(World.month).statements.first)
            #expect(after.lines.map(\.verdict).sorted { $0.rawValue < $1.rawValue } == [.blocked, .paid])
            #expect(after.payable == statement.lines[0].candidate.subsidy)
            try await CloseRoad.agrees(world)
            #expect(try await world.find(orders[0].id).settlement == .inStatement)
            #expect(try await world.find(orders[1].id).settlement == .notReady)
            let balance = try #require(try await world.subsidy())
            #expect(balance.reserved == .zero)
            #expect(balance.posted == after.payable)
            let known = try await ReadStatements(world.office).known(World.month, at: before)
            #expect(known.step == .frozen)
            #expect(known.statements.map(\.payable) == [.zero])
            #expect(try await world.faults() == [])
        }
    }

    /// Closed visits on paper: the money is reserved, the evidence does not do.
    private static func held(_ world: World, count: Int) async throws -> [Order] {
        var orders: [Order] = []
        for day in 0..<count {
            var order = try await world.order(in: .scheduled, World.request(day: 2 + day))
            world.setClock(order.window.start)
            let paper = { CheckReport(at: world.now, method: .paper, reasonCode: "no_signal") }
            order = try await world.office.perform(CheckIn(world.office).prepared(order.id, paper(), by: try world.holder(order)))
            world.setClock(order.window.end)
            order = try await world.office.perform(CheckOut(world.office).prepared(order.id, paper(), by: try world.holder(order)))
            orders.append(
                try await world.office.perform(
                    try RecordCallback(world.office).prepared(
                        order.id, came: true, cameAt: nil, did: "打扫", minutes: nil, paidExtra: .zero, satisfaction: 5, answeredBy: "elder",
                        by: World.desk)))
        }
        return orders
    }

    @Test(arguments: Backend.available)
    func `refuses the line of a failed sample and asks about all the others`(backend: Backend) async throws {
        try await World.with(backend) { world in
            // The first is the elder's first service and in the sample; the others may be drawn or not.
            for day in 2..<5 { _ = try await world.checkOut(try await world.order(in: .inService, World.request(day: day))) }
            try await Self.freeze(world)
            let samples = try await ReadClose(world.office).samples(World.month)
            let open = try #require(samples.first { $0.sample.reason == .first })
            #expect(open.sample.result == nil)
            let before = try #require(try await ReadStatements(world.office)(World.month).statements.map(\.payable).first)
            let widened = try await world.office.perform(
                try AnswerSample(world.office).prepared(World.month, open.sample.subject, .failed, note: "无人上门", by: World.quality))
            #expect(widened + samples.count == 3)
            // One that is drawn and was opened again waits in the list of calls once, not twice.
            let drawn = try #require(try await ReadClose(world.office).samples(World.month).first { $0.sample.result == nil }).sample.subject
            let reopened = try await world.find(OrderID(drawn))
            _ = try await world.office.perform { tx in try tx.execute("UPDATE service_order SET state = 'done', timer_kind = 'confirm_overdue', timer_due_ms = 1 WHERE id = \(drawn)") }
            #expect(try await ReadCallbacks(world.office).due(limit: 10).due.filter { $0.order.id == reopened.id }.count == 1)
            _ = try await world.office.perform { tx in try tx.execute("UPDATE service_order SET state = 'closed', timer_kind = NULL, timer_due_ms = NULL WHERE id = \(drawn)") }
            #expect(try await ReadClose(world.office).samples(World.month).count == 3)
            let after = try #require(try await ReadStatements(world.office)(World.month).statements.map(\.payable).first)
            #expect(after < before)
            try await CloseRoad.agrees(world)
            #expect(try await world.streets() == ["620102001"])
            try await Self.answerAll(world, .failed)
            #expect(try await world.streets() == [])
            let faults = try await world.faults()
            #expect(faults == [])
        }
    }

    @Test(arguments: Backend.available)
    func `hears a provider's objection once and keeps the review open until it is answered`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await Self.frozen(world)
            try await Self.answerAll(world)
            let holder = try world.holder(order)
            func dispute(_ subject: String) async throws {
                try await world.office.perform(
                    try AnswerStatement(world.office).dispute(World.month, [.init(subject: subject, reason: "时长不对")], by: holder))
            }
            #expect(await refusal { try await dispute("nobody") }?.code == "line_unknown")
            try await dispute(order.id.text)
            #expect(await refusal { try await dispute(order.id.text) }?.code == "line_disputed")
            #expect(await refusal { try await Self.sign(world, Office.reviewer) }?.code == "disputes_open")
            try await world.office.perform(
                try AnswerStatement(world.office).reply(World.month, order.id.text, "已核对，无误", by: World.quality))
            #expect(try await Self.sign(world, Office.reviewer).to == .reviewed)
            #expect(await refusal { try await dispute(order.id.text) }?.code == "batch_locked")
        }
    }

    @Test(arguments: Backend.available)
    func `is corrected only in the open month, by two persons, once`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await Self.frozen(world)
            func enter(_ amount: Fen? = nil) async throws -> Adjustment {
                try await world.office.perform(
                    try AdjustLine(world.office).enter(World.month, order.id.text, amount: amount, reason: "事后查实未上门", by: Office.treasurer))
            }
            #expect(await refusal { try await enter() }?.code == "batch_open")
            try await Self.signed(world, order, upTo: .street)
            #expect(await refusal { try await enter(Fen(1)) }?.code == "amount_out_of_range")
            let entry = try await enter()
            #expect(entry.amount < .zero)
            #expect(await refusal { try await enter() }?.code == "adjustment_known")
            func approve(_ caller: Caller) async throws {
                _ = try await world.office.perform(AdjustLine(world.office).approve(entry.id, by: caller))
            }
            // The page shows what waits for the second person, then what was approved; the trace of the line shows it, too.
            func shown() async throws -> [String?] {
                let money = try await ReadClose(world.office).money(World.month, by: Office.cashier)
                #expect(money.corrections.map(\.id) == [entry.id] && money.correctionCount == 1)
                guard case .service(let trace) = try await TraceMoney(world.office)(order.number) else { throw StoreFault.failed("no service") }
                #expect(trace.settled.flatMap(\.adjustments) == money.corrections)
                return money.corrections.map(\.approvedBy)
            }
            #expect(try await shown() == [nil])
            #expect(await refusal { try await approve(Office.treasurer) }?.code == "own_entry")
            try await approve(Office.cashier)
            #expect(try await shown() == [Office.cashier.name])
            let again = await refusal { try await approve(Office.cashier) }
            #expect(again?.code == "adjustment_approved")
            #expect(again?.message == "这笔冲正已由“\(Office.cashier.name)”于 \(world.now.localDate) \(world.now.clock) 批准，不必再批。")
            let closed = try #require(try await ReadStatements(world.office)(World.month).statements.first)
            #expect(closed.adjustments.isEmpty)
            let next = try await PreviewMonth(world.office)(World.month.adding(1))
            #expect(next.map(\.adjusted) == [entry.amount])
            world.setClock(Instant(World.month.adding(1).last.adding(days: 1), minute: 60))
            let result = try await CloseMonth(world.office)(World.month.adding(1), by: World.finance)
            #expect(result.statements.map(\.adjusted) == [entry.amount])
            #expect(result.statements.map(\.due) == [.zero])
            #expect(try await world.faults() == [])
        }
    }

    private static func differences(_ world: World, _ month: Month) async throws -> [String] {
        try await ReadPapers(world.office)(month).document(.differences).rows.map { $0.last?.text ?? "" }
    }

    /// What was paid wrongly is taken back from the next payments, whichever of them can bear it, and every paper of each month says the same.
    @Test(arguments: Backend.available)
    func `takes back over months what one payment cannot bear`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await Self.frozen(world)
            try await Self.signed(world, order, upTo: .finance)
            let (office, next) = (world.office, World.month.adding(1))
            world.setClock(Instant(next.first.adding(days: 5), minute: 720))
            let entry = try await office.perform(
                try AdjustLine(office).enter(World.month, order.id.text, amount: nil, reason: "事后查实未上门", by: World.finance))
            // The next month brings a meal, which cannot bear all of it.
            let canteen = try #require(order.provider)
            try await office.perform(try ManageTills(office).register("t", at: canteen, by: World.admin))
            let swipe = SwipeRequest(
                card: "LZ00000003", canteen: canteen, slot: .lunch, item: SwipeMeal.standardItem(.lunch), at: world.now, device: "t",
                deviceSwipe: "1", isRead: true)
            guard case .served(let meal) = try await UploadSwipes(office)([swipe], by: World.desk)[0] else { throw StoreFault.failed("not served") }
            let paid = meal.swipe.payable - meal.swipe.selfPay
            #expect(paid > .zero && paid < -entry.amount)
            _ = try await office.perform(AdjustLine(office).approve(entry.id, by: Office.cashier))
            for isClosed in [false, true] {
                world.setClock(Instant(next.last.adding(days: 4), minute: 600))
                if isClosed { _ = try await CloseMonth(office)(next, by: World.finance) }
                let papers = try await ReadPapers(office)(next)
                #expect(papers.statements.map(\.due) == [.zero] && papers.statements.map(\.carried) == [-entry.amount - paid])
                // The meal has a number that people can read, on paper and where it is looked up.
                let number = SwipeNumber(meal.swipe.id.text, on: meal.swipe.date).text
                #expect(try papers.document(.detail).rows.contains { $0[1].text == number })
                if isClosed {
                    guard case .service(let trace) = try await TraceMoney(office)(number) else { throw StoreFault.failed("no meal") }
                    #expect(trace.swipe?.id == meal.swipe.id && trace.number == number)
                }
                for (kind, column) in [
                    (DocumentKind.summary, "实付金额"), (.detail, "结算金额"), (.streets, "总计拨款"), (.payment, "申请拨付金额"), (.differences, "实付金额"),
                ] {
                    let paper = try papers.document(kind)
                    #expect(paper.totals[try #require(paper.columns.firstIndex { $0.name == column })] == .amount(.zero), "\(kind)")
                }
                #expect(try papers.document(.funds).rows.last?[4] == .amount(.zero))
                // Where the elder lives whose visit it was, under its number.
                let elder = try await office.read { tx in try tx.elders.require(order.elder) }
                let row = try papers.document(.detail, DocumentScope(street: elder.address.region)).rows.first { $0[1].text == order.number }
                #expect(row.map { [$0[2].text, $0[9].text] } == [elder.number, "以前月份扣回"])
                #expect(try await Self.differences(world, next) == ["相符"])
            }
            for (month, caller) in [Office.reviewer, Office.street, Office.district, Office.treasurer].map({ (next, $0) }) {
                world.setClock(Instant(next.last.adding(days: 9), minute: 600))
                for (sample, _) in try await ReadClose(office).samples(month) where sample.result == nil {
                    _ = try await office.perform(
                        try AnswerSample(office).prepared(month, sample.subject, .passed, note: "电话回访", by: World.quality))
                }
                _ = try await office.perform(try SignMonth(office).prepared(month, .approve, opinion: "同意", by: caller))
            }
            // Nobody is due anything: the month ends without an invoice, by somebody who has not signed it.
            #expect(await refusal { _ = try await office.perform(PayMonth(office).prepared(next, by: Office.treasurer)) }?.code == "own_entry")
            #expect(try await office.perform(PayMonth(office).prepared(next, by: Office.cashier)).isEmpty)
            let end = try await ReadClose(office)(next)
            #expect(end.step == .paid && end.history.last?.action == .settle && end.history.last?.by == Office.cashier.name)
            #expect(await refusal { _ = try await office.perform(PayMonth(office).prepared(next, by: Office.cashier)) }?.code == "close_out_of_order")
            let preview = try await PreviewMonth(office)(next.adding(1))
            #expect(preview.map(\.adjusted) == [entry.amount + paid] && preview[0].adjustments.map(\.rule) == [.carried])
            world.setClock(Instant(next.adding(1).last.adding(days: 4), minute: 600))
            let last = try await CloseMonth(office)(next.adding(1), by: World.finance)
            #expect(last.statements.map(\.adjusted) == [entry.amount + paid])
            #expect(try await Self.differences(world, next.adding(1)) == ["相符"])
            #expect(try await world.faults() == [])
        }
    }
}

/// What rules take from a statement, as negative lines of their own.
@Suite struct `A deduction by rule` {
    /// A month of one visit of so many minutes of two hours planned, paid by the district; frozen.
    private static func frozen(_ world: World, minutes: Int) async throws -> (order: Order, subsidy: Fen) {
        let order = try await world.order(in: .inService)
        world.setClock(order.window.start + .minutes(minutes))
        let report = CheckReport(at: world.now, method: .code, code: order.visitCode)
        _ = try await world.office.perform(CheckOut(world.office).prepared(order.id, report, by: try world.holder(order)))
        world.setClock(Instant(World.month.last.adding(days: 2), minute: 600))
        _ = try await CloseMonth(world.office)(World.month, by: World.finance)
        return (order, order.payable - order.selfPay)
    }

    private static func statement(_ world: World) async throws -> Statement {
        try #require(try await ReadStatements(world.office)(World.month).statements.first)
    }

    private static func score(_ world: World, _ order: Order, _ score: Int) async throws -> ScoreProvider.Result {
        try await world.office.perform(
            try ScoreProvider(world.office).prepared(World.month, try #require(order.provider), score: score, by: World.quality))
    }

    /// Six of eight quarters of an hour: a quarter of the subsidy is taken, in the books as well; refused, the line gives it back.
    @Test(arguments: Backend.available)
    func `pays a short visit by the blocks that were served`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let (order, subsidy) = try await Self.frozen(world, minutes: 90)
            let statement = try await Self.statement(world)
            #expect(statement.lines.map(\.verdict) == [.paid])
            #expect(statement.adjustments.map(\.basis) == ["6/8"])
            #expect(statement.adjusted == Fen(-subsidy.amount / 4))
            #expect(statement.due == subsidy + statement.adjusted)
            try await CloseRoad.agrees(world)
            #expect(try await world.faults() == [])
            let paper = try await ReadPapers(world.office)(World.month).document(.deductions, DocumentScope(provider: order.provider))
            #expect(paper.rows.map { $0[8].text } == ["R14"])
            // At most what was paid can be taken back later.
            let sample = try #require(try await ReadClose(world.office).samples(World.month).first?.sample)
            _ = try await world.office.perform(
                try AnswerSample(world.office).prepared(World.month, sample.subject, .failed, note: "未上门", by: World.quality))
            let after = try await Self.statement(world)
            #expect(after.adjustments.isEmpty)
            #expect(after.due == .zero)
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `takes the share that a score leaves, the last one counts`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let (order, subsidy) = try await Self.frozen(world, minutes: 120)
            #expect(try await Self.statement(world).adjustments.isEmpty)
            #expect(await refusal { try await Self.score(world, order, 101) }?.code == "score_invalid")
            let first = try await Self.score(world, order, 69)
            #expect(first.percent == 80)
            #expect(first.deduction?.reason.contains("整改") == true)
            #expect(try await Self.score(world, order, 85).percent == 95)
            let statement = try await Self.statement(world)
            #expect(statement.adjustments.map(\.basis) == ["85"])
            #expect(statement.due == subsidy.share(95, of: 100))
            let paper = try await ReadPapers(world.office)(World.month).document(.deductions, DocumentScope(provider: order.provider))
            #expect(paper.rows.map { $0[1].text } == ["月度考核"])
            #expect(try await Self.score(world, order, 90).deduction == nil)
            #expect(try await Self.statement(world).due == subsidy)
            #expect(try await world.faults() == [])
            let unknown = await refusal {
                try await world.office.perform(
                    try ScoreProvider(world.office).prepared(World.month, ProviderID("P999"), score: 80, by: World.quality))
            }
            #expect(unknown?.code == "statement_unknown")
            let open = await refusal {
                try await world.office.perform(
                    try ScoreProvider(world.office).prepared(World.month.adding(1), try #require(order.provider), score: 80, by: World.quality))
            }
            #expect(open?.code == "close_out_of_order")
        }
    }
}

@Suite struct `Closing a month` {
    @Test(arguments: Backend.available)
    func `is refused while it runs`(backend: Backend) async throws {
        try await World.with(backend) { world in
            for month in [World.month, World.month.adding(1)] {
                #expect(await refusal { try await CloseMonth(world.office)(month, by: World.finance) }?.code == "month_not_over")
                #expect(await refusal { try await CloseMonth(world.office)(World.month.adding(-1), by: World.finance) }?.code == "month_unknown")
                let begun = try await world.office.read { tx in try tx.settlements.months().count }
                #expect(begun == 0)
            }
        }
    }

    @Test(arguments: Backend.concurrent)
    func `by two at once closes it once`(backend: Backend) async throws {
        try await World.with(backend) { world in
            _ = try await world.order(in: .closed)
            world.setClock(Instant(World.month.last.adding(days: 1), minute: 60))
            // One closes; the others hear that it is being closed, or, if they come after, that it is.
            let results = await withTaskGroup(of: String.self) { group in
                for name in ["a", "b", "c"] {
                    group.addTask {
                        do {
                            let result = try await CloseMonth(world.office)(World.month, by: Caller(role: .finance, name: name))
                            return result.wasClosed ? "was closed" : "closed"
                        } catch {
                            return (error as? Rejection)?.code ?? "\(error)"
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(results.count { $0 == "closed" } == 1)
            #expect(Set(results).subtracting(["closed", "was closed", "close_running"]).isEmpty)
            let events = try await world.office.read { tx in try tx.events.about(World.month.description) }
            #expect(events.map(\.type) == ["month.closed"])
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `goes on where it was stopped`(backend: Backend) async throws {
        try await World.with(backend) { world in
            for day in 2..<5 { _ = try await world.order(in: .closed, World.request(day: day)) }
            _ = try await world.order(in: .closed, World.request(World.destitute, day: 6))
            world.setClock(Instant(World.month.last.adding(days: 1), minute: 60))
            let expected = try await PreviewMonth(world.office)(World.month).map(\.payable)
            // Stopped after each provider in turn, as by a power cut between two transactions.
            for _ in expected {
                let task = Task { [office = world.office] in
                    try await CloseMonth(office)(World.month, by: World.finance) { done, _ in if done == 1 { withUnsafeCurrentTask { $0?.cancel() } } }
                }
                _ = try? await task.value
            }
            let result = try await CloseMonth(world.office)(World.month, by: World.finance)
            #expect(result.statements.map(\.payable) == expected)
            try await world.checkStreets()
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `keeps away from a close that lives, and takes over from one that has died`(backend: Backend) async throws {
        try await World.with(backend) { world in
            _ = try await world.order(in: .closed)
            world.setClock(Instant(World.month.last.adding(days: 1), minute: 60))
            let (now, month) = (world.now, World.month)
            // It dies after it has written a line of a day that it has not finished.
            let line = try #require(try await PreviewMonth(world.office)(month).flatMap(\.lines).first)
            let claimed = try await world.office.perform { tx in
                try tx.settlements.begin(month, by: "a", at: now)
                #expect(try tx.settlements.append([(ordinal: 1, line: .init(line, of: month))]))
                return try tx.settlements.claim(month, for: "a", until: now + .seconds(5), at: now)
            }
            #expect(claimed)
            let beats = Task { [office = world.office] in
                while !Task.isCancelled {
                    _ = try await office.perform { tx in try tx.settlements.hold(month, by: "a", until: now + .seconds(5)) }
                    try await Task.sleep(for: .milliseconds(20))
                }
            }
            #expect(await refusal { try await CloseMonth(world.office)(month, by: World.finance) }?.code == "close_running")
            beats.cancel()
            _ = try? await beats.value
            world.pass(.seconds(6))
            #expect(try await CloseMonth(world.office)(month, by: World.finance).statements.flatMap(\.lines).count == 1)
            // The dead one wakes up: it writes nothing more.
            #expect(try await world.office.perform { tx in try tx.settlements.hold(month, by: "a", until: now + .seconds(50)) } == false)
        }
    }

    @Test(arguments: Backend.available)
    func `does not pay what was changed after it was judged`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await world.order(in: .closed)
            let (month, canteen) = (World.month, ProviderID("P001"))
            let swipe = SwipeRequest(elder: World.ordinary, canteen: canteen, slot: .lunch, at: world.now, device: "till-1")
            let meal = try await SwipeMeal(world.office)(swipe, by: World.caller(canteen)).swipe
            world.setClock(Instant(month.last.adding(days: 1), minute: 60))
            let statements = try await PreviewMonth(world.office)(month)
            var line = try #require(statements.flatMap(\.lines).first { $0.candidate.kind == .order })
            let eaten = try #require(statements.flatMap(\.lines).first { $0.candidate.kind == .meal })
            let isWritten = { (line: StatementLine) in
                try await world.office.perform { tx in
                    guard try tx.settlements.append([(ordinal: 1, line: .init(line, of: month))]) else { throw Rejection(.conflict, "changed", "") }
                }
            }
            var stale = line.candidate
            stale.version -= 1
            #expect(await refusal { try await isWritten(StatementLine(candidate: stale, findings: [])) }?.code == "changed")
            #expect(try await world.find(order.id).settlement == .ready)
            // A meal that is taken back meanwhile is not paid either.
            _ = try await world.office.perform(try ReverseMeal(world.office).prepared(meal.id, reason: "误刷", by: World.desk))
            #expect(await refusal { try await isWritten(StatementLine(candidate: eaten.candidate, findings: [])) }?.code == "changed")
            line = StatementLine(candidate: line.candidate, findings: [])
            try await isWritten(line)
            #expect(try await world.find(order.id).settlement == .inStatement)
            // On one line in all, whatever month it is put on again, paid or refused.
            let again = { (line: StatementLine) in
                try await world.office.perform { tx in
                    try tx.settlements.append([(ordinal: 1, line: .init(line, of: month.adding(1)))])
                }
            }
            await #expect(throws: StoreFault.self) { _ = try await again(line) }
            let blocked = StatementLine(candidate: line.candidate, findings: [Finding("R01", .block, "重复")])
            await #expect(throws: StoreFault.self) { _ = try await again(blocked) }
        }
    }

    @Test(arguments: Backend.available)
    func `is sealed as it grows with the very bytes that are read back`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await world.order(in: .closed)
            let (worker, provider) = (try #require(order.worker), try #require(order.provider))
            // Words that a person typed, with what separates findings in them.
            try await world.office.perform { tx in
                try tx.roster.setTie(
                    Terms.Tie(worker: worker, elder: order.elder), of: provider, relation: "同 | 住 ", by: "desk", at: order.createdAt)
            }
            let month = World.month
            world.setClock(Instant(month.last.adding(days: 1), minute: 60))
            _ = try await CloseMonth(world.office)(month, by: World.finance)
            let (hashes, catalogue) = (try await world.office.read { tx in try tx.settlements.hashes(month) }, world.office.reference.catalogue)
            #expect(!hashes.isEmpty)
            for (provider, sha256, _) in hashes {
                let lines = try await world.office.read { tx in try tx.settlements.lines(month, provider) }
                let statement = Statement(month: month, provider: provider, lines: lines)
                #expect(GrowingStatement(statement, catalogue).sha256 == sha256)
                #expect(lines.flatMap(\.findings).contains { $0.sentence.hasSuffix("同 ／ 住 ") })
                let paid = lines.filter { $0.verdict == .paid && $0.candidate.kind == .order }.map(\.candidate.subject)
                #expect(try await world.office.read { tx in try tx.settlements.samplable(month, provider).map(\.subject) } == paid)
            }
        }
    }

    @Test(arguments: Backend.available)
    func `has its shadow noted once an evening, and not again after a restart`(backend: Backend) async throws {
        try await World.with(backend) { world in
            _ = try await world.order(in: .closed)
            let day = world.now.localDate
            let due = ShadowTonight(world.office).due(on: day)
            world.setClock(due - .minutes(1))
            #expect(try await ShadowTonight(world.office)() == [])
            #expect(try await ShadowMonth(world.office)(World.month).today.lines == 1)
            world.setClock(due)
            #expect(try await ShadowTonight(world.office)() == [World.month.adding(-1), World.month])
            #expect(try await ShadowTonight(world.office)() == [])
            // Asked about noon, it is not the evening that answers.
            #expect(await refusal { try await ReadStatements(world.office).known(World.month, at: due - .minutes(2)) }?.code == "not_known_then")
            world.pass(.days(1))
            #expect(try await ShadowTonight(world.office)() == [World.month.adding(-1), World.month])
            #expect(try await ShadowMonth(world.office)(World.month).difference?.lines == 0)
            // The page of a running month shows what was noted last, and looks at every line only when it is asked to.
            let (noted, now) = (try await ReadMonth(world.office)(World.month), try await ReadMonth(world.office).now(World.month))
            #expect(!noted.isClosed && noted.sums.isEmpty && noted.totals?.lines == 1 && noted.change?.lines == 0 && noted.notedAt == world.now)
            #expect(now.sums.map(\.lines) == [1] && now.totals == noted.totals && now.change == noted.change)
            #expect(try await ReadMonth(world.office).page(World.month, now.sums[0].provider, .all, after: 0)?.lines.count == 1)
            #expect(try await ReadMonth(world.office).page(World.month, now.sums[0].provider, .all, after: 1)?.lines.count == 0)
            // Nobody has closed it, and so it stands in the list as long as that is so; a month without services does not.
            let running = World.month.adding(3)
            world.setClock(Instant(running.first, minute: 60))
            let milestones = try await ReadMonth(world.office).milestones()
            #expect(milestones.map(\.month) == [running, running.adding(-1), World.month] && milestones.allSatisfy { $0.step == .open && $0.due == nil })
        }
    }

    @Test(arguments: Backend.available)
    func `pays what came late with the next month`(backend: Backend) async throws {
        try await World.with(backend) { world in
            _ = try await world.order(in: .closed)
            let late = try await world.order(in: .done, World.request(day: 4))
            world.setClock(Instant(World.month.last.adding(days: 1), minute: 60))
            let closed = try await CloseMonth(world.office)(World.month, by: World.finance)
            #expect(!closed.statements.flatMap(\.lines).contains { $0.candidate.subject == late.id.text })
            _ = try await world.office.perform(
                try RecordCallback(world.office).prepared(
                    late.id, came: true, cameAt: nil, did: "打扫", minutes: nil, paidExtra: .zero, satisfaction: 5, answeredBy: "elder",
                    by: World.desk))
            let next = World.month.adding(1)
            world.setClock(Instant(next.last.adding(days: 1), minute: 60))
            let result = try await CloseMonth(world.office)(next, by: World.finance)
            #expect(result.statements.flatMap(\.lines).map(\.candidate.subject) == [late.id.text])
            #expect(try await world.find(late.id).settlement == .inStatement)
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `keeps a shadow for every day before, and answers what was known then`(backend: Backend) async throws {
        try await World.with(backend) { world in
            #expect(await refusal { try await ReadStatements(world.office).known(World.month, at: world.now) }?.code == "not_known_then")
            _ = try await world.order(in: .closed)
            let first = try await ShadowMonth(world.office)(World.month)
            #expect(first.before == nil && first.today.lines == 1)
            let then = world.now
            world.pass(.days(1))
            _ = try await world.order(in: .closed, World.request(day: 8))
            let second = try await ShadowMonth(world.office)(World.month)
            #expect(second.difference?.lines == 1)
            #expect(try await ReadStatements(world.office).known(World.month, at: then).shadow?.lines == 1)
        }
    }

    @Test(arguments: Backend.available)
    func `holds to what people have put down about workers, elders and funds`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await world.order(in: .closed)
            let (provider, worker) = (try #require(order.provider), try #require(order.worker))
            let roster = ManageRoster(world.office)
            let own = World.caller(provider)
            try await world.office.perform(try roster.leave(worker, from: order.serviceDate, until: order.serviceDate, by: own))
            try await world.office.perform(try roster.tie(worker, elderNumber: "LZ00000002", relation: "女儿", by: own))
            let budget = BudgetKey(fund: .districtSubsidy, year: World.month.year)
            let late = await refusal { try await world.office.perform(try SetBudget(world.office).prepared(budget, granted: .zero, by: World.finance)) }
            #expect(late?.code == "budget_below_spent")
            // One that was entered when what had been spent before did not count yet.
            _ = try await world.office.perform { tx in
                try tx.execute(
                    """
                    INSERT INTO budget (fund, year, category, region, granted_fen, extra_fen, reserved_fen, posted_fen, level)
                    VALUES ('district_subsidy', \(budget.year), '', '', 0, 0, 0, 0, 'open')
                    """)
            }
            #expect(await refusal { try roster.leave(WorkerID("nobody"), from: order.serviceDate, until: order.serviceDate, by: own) }?.code
                == "worker_unknown")
            #expect(await refusal { try roster.grant(.street, to: "a", street: "all", by: World.finance) }?.code == "role_forbidden")
            let codes = Set(try await PreviewMonth(world.office)(World.month).flatMap(\.lines).flatMap(\.findings).map(\.code))
            #expect(codes.isSuperset(of: ["R15", "R25"]))
            // The provider is told by the number of the order which of its lines would not be paid tonight, and of how much money.
            #expect(try await ReadStopped(world.office)(World.month, of: provider) == nil)
            let shadow = try await ShadowMonth(world.office)(World.month).today
            let page = try #require(try await ReadStopped(world.office)(World.month, of: provider))
            #expect(page.lines.map(\.stopped) == shadow.stopped && page.lines.map(\.number) == [order.number] && page.next == nil)
            #expect(page.sums.values.map(\.subsidy) == [order.payable - order.selfPay])
            // The next evening compares with it, line by line.
            world.pass(.days(1))
            let next = try await ShadowMonth(world.office)(World.month)
            #expect(next.before == shadow && next.difference?.newlyStopped == [])
        }
    }
}

@Suite struct `The same rules, asked early` {
    @Test(arguments: Backend.available)
    func `tell a provider at check-out what would be found at the close`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await world.order(in: .inService)
            world.setClock(order.window.start + .minutes(20))
            var report = CheckReport(at: world.now, method: .code, code: order.visitCode)
            report.isMocked = true
            report.device = "phone-1"
            report.signedBy = "neighbour"
            let step = CheckOut(world.office).prepared(order.id, report, by: try world.holder(order))
            let reference = world.office.reference
            let findings = try await world.office.perform { tx in try CheckVisit.findings(tx, reference, try step(tx)) }
            #expect(Set(findings.map(\.code)).isSuperset(of: ["R13", "R14", "R17"]))
        }
    }

    @Test(arguments: Backend.available)
    func `pay nothing beyond an item's cap, and say from when they pay again`(backend: Backend) async throws {
        try await World.with(backend) { world in
            // 上门理发, once a month.
            let haircut = ItemCode("02031")
            let first = try await PlaceOrder(world.office)(World.request(World.minimum, haircut, hours: 1), by: World.desk)
            try #require(!first.legs.isEmpty)
            let second = try await PlaceOrder(world.office)(World.request(World.minimum, haircut, day: 9, hours: 1), by: World.desk)
            #expect(second.legs.isEmpty)
            #expect(second.notes.map(\.code) == ["R02"])
            #expect(second.notes.first?.nextDate == World.month.adding(1).first)
            let third = try await PlaceOrder(world.office)(World.request(World.minimum, haircut, day: 35, hours: 1), by: World.desk)
            #expect(!third.legs.isEmpty)
        }
    }
}

extension World {
    /// Those that the platform would ask to sign now.
    fileprivate func streets() async throws -> Set<String> {
        try await office.perform { tx in
            try tx.close.keepStreets(World.month)
            return try tx.close.streets(World.month)
        }
    }

    /// What was counted while the statements were sealed is what is counted from their lines.
    fileprivate func checkStreets() async throws {
        let (kept, counted) = try await office.read { tx in
            let kept = try tx.rows("SELECT provider_id, street, lines FROM statement_street ORDER BY provider_id, street") {
                [try $0.text(), try $0.text(), "\(try $0.int())"]
            }
            let counted = try tx.settlements.providersWithLines(World.month).flatMap { provider in
                try tx.settlements.streets(World.month, provider).sorted { $0.key < $1.key }.map { [provider.text, $0.key, "\($0.value)"] }
            }
            return (kept, counted)
        }
        #expect(!kept.isEmpty && kept == counted)
    }
}
