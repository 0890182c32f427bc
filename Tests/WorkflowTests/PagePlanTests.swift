import Billing
import Entitlement
import Kernel
import Orders
import Registry
import Store
import TestSupport
import Testing
import Workflow

/// What pages read must not grow with all that was ever written: SQLite is asked how it would find the rows, and may go through no large table,
/// and not through all lines of a month. It plans without statistics, so that the plan of the smallest database is that of the largest.
@Suite struct `What a page reads` {
    private typealias Reading = @Sendable (World, Office) async throws -> Void

    private static let month = World.month
    private static let provider = ProviderID("P009")
    private static let budget = BudgetKey(fund: .districtSubsidy, year: World.month.year)

    private static let readings: [(name: String, read: Reading)] = [
        ("console: waiting", { _, office in _ = try await ReadDesk(office).waiting(limit: 50) }),
        ("console: calls", { _, office in _ = try await ReadDesk(office).latestCalls(limit: 20) }),
        ("console: card", { _, office in _ = try await ReadCallCard(office)(World.minimum) }),
        ("console: find", { _, office in
            for text in ["wjg", "0931", "LZ0001", "王秀", "2026", "lf"] { _ = try await FindAnything(office)(text) }
        }),
        ("duties", { _, office in _ = try await ReadDuties(office)() }),
        ("call-backs", { world, office in
            _ = try await ReadCallbacks(office).due(limit: 50)
            _ = try await ReadCallbacks(office).due(after: .sample(.init(month: month, provider: provider, subject: "a")), limit: 50)
            _ = try await ReadCallbacks(office).due(after: .unconfirmed(.init(due: world.now, id: OrderID("o1"))), limit: 50)
        }),
        ("dispatch board", { world, office in
            for state in OrderState.allCases { _ = try await ReadDesk(office).board(.init(state: state), limit: 100) }
            let place = OrderRepository.Place(due: world.now, id: OrderID("o1"))
            for state in OrderState.allCases { _ = try await ReadDesk(office).board(.init(state: state), after: place, limit: 100) }
        }),
        ("complaints", { world, office in
            for isClosed in [false, true] {
                _ = try await ReadComplaints(office).page(isClosed: isClosed, limit: 50)
                _ = try await ReadComplaints(office).page(isClosed: isClosed, after: .init(openedAt: world.now, id: "a"), limit: 50)
            }
        }),
        ("wall", { _, office in _ = try await ReadWall(office)() }),
        ("wall: figures", { _, office in for figure in BoardFigure.allCases { _ = try await ReadWall(office).rows(figure) } }),
        ("portal: sheet", { _, office in _ = try await ReadSheet(office)(ProviderID("P092")) }),
        ("months", { _, office in _ = try await ReadMonth(office).milestones() }),
        ("month", { _, office in
            _ = try await ReadMonth(office)(month)
            _ = try await ReadMonth(office)(month.adding(1))
            _ = try await ReadClose(office).signing(month, by: World.finance)
        }),
        ("money", { _, office in _ = try await ReadClose(office).money(month, by: World.finance) }),
        ("payouts", { _, office in
            let read = ReadPayouts(office)
            _ = try await read(month)
            for programme in office.reference.programmes.paidOut { _ = try await read.page(programme.code, month, after: nil, limit: 200) }
        }),
        ("papers", { _, office in _ = try await ReadMonth(office).sums(month) }),
        ("papers of sums", { _, office in
            for kind in DocumentKind.allCases where kind.isOfSums { _ = try await ReadPapers(office).document(month, kind, DocumentScope()) }
        }),
        ("statement", { _, office in
            for filter in LineFilter.allCases { _ = try await ReadMonth(office).page(month, provider, filter, after: 0) }
        }),
        ("running statement", { world, office in
            _ = try await ShadowMonth(world.office)(world.now.localDate.month)
            _ = try await ReadStopped(office)(world.now.localDate.month, of: provider)
        }),
        ("own statements", { _, office in
            try await office.read { tx in
                _ = (try tx.settlements.sealed(of: provider), try tx.close.answers(of: provider), try tx.settlements.sha256(month, provider))
                _ = try tx.close.disputes(month, on: ["a", "b"])
            }
        }),
        ("held", { _, office in _ = try await ReadHeld(office)(month, by: World.finance) }),
        ("budgets", { _, office in _ = try await ReadBudgets(office).all(year: month.first.year) }),
        ("budget", { _, office in _ = try await ReadBudgets(office).burnDown(budget) }),
        ("trace", { world, office in _ = await refusal { _ = try await TraceMoney(office)("20260302-0001") } }),
        ("file", { _, office in
            _ = try await KeepRegister(office).entries(of: World.minimum)
            _ = try await LookAtElder(office).latest(at: World.minimum, limit: 50)
        }),
        ("looks", { _, office in
            _ = try await LookAtElder(office).latest()
            _ = try await LookAtElder(office).unexplained(days: 30)
        }),
        ("acts", { _, office in _ = try await office.read { tx in try tx.events.acts(before: .max, limit: 100) } }),
    ]

    /// A district has some dozens or hundreds of these, however long it lives, or a page shows all of them.
    private static let small: Set<String> = [
        "account", "api_token", "budget", "close_grant", "complaint", "fund_budget", "knowledge", "provider", "reference_file", "settlement_month",
        "session", "subscription", "webhook",
    ]

    @Test func `is found, not searched for`() async throws {
        try await World.with(.file) { world in
            try await world.grant(Self.budget, Fen(100_000))
            let order = try await world.checkOut(try await world.order(in: .inService))
            try #require(order.provider == Self.provider)
            world.setClock(Instant(Self.month.last.adding(days: 2), minute: 600))
            _ = try await CloseMonth(world.office)(Self.month, by: World.finance)
            let watched = Watched(world.office.database)
            let office = Office(database: watched, shelf: world.office.shelf, clock: { world.now }, random: { 1 })
            for (name, read) in Self.readings {
                try await read(world, office)
                let queries = watched.queries()
                #expect(!queries.isEmpty, "\(name) asks nothing")
                for query in queries {
                    for fault in try await Self.faults(of: query, in: world) { Issue.record("\(name): \(fault)\n\(query.text)") }
                }
            }
        }
    }

    /// A query that goes through a whole table is found out: the test sees what it looks for.
    @Test func `would be found out otherwise`() async throws {
        try await World.with(.file) { world in
            let queries: [(query: SQL, isFault: Bool)] = [
                ("SELECT COUNT(*) FROM elder e WHERE e.number || '' = 'x'", true),
                ("SELECT findings FROM statement_line l WHERE l.month = '2026-03'", true), ("SELECT name FROM elder WHERE id = 'x'", false),
            ]
            for (query, isFault) in queries {
                let faults = try await Self.faults(of: query, in: world)
                #expect(faults.isEmpty != isFault, "\(query.text)")
            }
        }
    }

    /// Of all that waits only what is asked for is gone through, however rare it is.
    @Test func `goes through nothing else that waits`() async throws {
        let place = OrderRepository.Place(due: Instant(Self.month.first), id: OrderID("o1"))
        let indexes: [(OrderRepository.Filter, OrderRepository.Place?, String)] = [
            (.init(), nil, "service_order_timer"), (.init(state: .done), nil, "service_order_waiting (state=?"),
            (.init(state: .offered, region: "620102001", category: "06"), nil, "service_order_waiting (state=?"),
            (.init(late: Instant(Self.month.first)), nil, "service_order_timer (timer_due_ms>? AND timer_due_ms<?)"),
            (.init(isEmergency: true), nil, "service_order_emergency"),
            // The next page begins at its place, not at the first row.
            (.init(), place, "service_order_timer ((timer_due_ms,id)>(?,?))"),
            (.init(state: .offered), place, "service_order_waiting (state=? AND (timer_due_ms,id)>(?,?))"),
        ]
        try await World.with(.file) { world in
            let watched = Watched(world.office.database)
            for (filter, place, index) in indexes {
                _ = try await watched.read { tx in try tx.orders.waiting(filter, after: place, limit: 50) }
                for query in watched.queries() {
                    let plan = try await Self.plan(of: query, in: world)
                    #expect(plan.count == 1 && plan[0].contains("INDEX \(index)"), "\(plan)")
                }
            }
        }
    }

    private static func plan(of query: SQL, in world: World) async throws -> [String] {
        try await world.office.read { tx in
            try tx.rows(SQL(text: "EXPLAIN QUERY PLAN " + query.text, values: query.values)) { row in
                _ = (try row.int(), try row.int(), try row.int())
                return try row.text()
            }
        }
    }

    private static func faults(of query: SQL, in world: World) async throws -> [String] {
        let plan = try await plan(of: query, in: world)
        let isBounded = query.text.contains("LIMIT")
        return plan.filter { step in
            let words = step.split(separator: " ").map(String.init)
            guard words.count > 1 else { return false }
            let table = table(words[1], in: query.text)
            switch words[0] {
            // An index gone through in the order of the answer ends with its limit.
            case "SCAN":
                return !small.contains(table) && !step.contains("CONSTANT ROW") && !(isBounded && step.contains("USING INDEX"))
                    && !(isBounded && step.contains("USING COVERING INDEX")) && !words[1].hasPrefix("(")
                    // What waits is never much, and has an index of its own.
                    && !step.contains("COVERING INDEX service_order_waiting")
                    // The rows of a query inside, or in front; and elders a street, which the wall keeps for a while.
                    && !query.text.contains(") \(words[1])") && !query.text.contains(") AS \(words[1])") && !query.text.contains("WITH \(table) AS (")
                    && !step.contains("elder_region")
            case "SEARCH":
                return step.hasSuffix("(month=?)") && (table == "statement_line" || table == "adjustment" && !isBounded && !step.contains("COVERING"))
            default: return false
            }
        }
    }

    /// The table behind a name in a query.
    private static func table(_ name: String, in text: String) -> String {
        for match in text.matches(of: /(?i)\b(?:FROM|JOIN|,)\s+([a-z_]+)(?:\s+AS)?\s+([a-z_]+)\b/) where match.2 == name { return String(match.1) }
        return name
    }
}
