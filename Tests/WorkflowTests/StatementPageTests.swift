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

/// Statements with more lines than a page: written as the close writes them, decided on as people do, and counted again line by line.
@Suite struct `A long statement` {
    private static let (month, provider, other) = (World.month, ProviderID("P092"), ProviderID("P001"))
    private static let count = 180

    /// Of every three lines one is paid, one held and one blocked.
    private static func line(_ number: Int, of provider: ProviderID) -> StatementLine {
        let (place, public_) = (String(String(1000 + number).dropFirst()), Fen(Int64(100 + number)))
        let candidate = Candidate(
            kind: .order, subject: "\(provider)-\(place)", number: "2603-\(place)", provider: provider, elder: ElderID("e\(number % 7)"),
            item: ItemCode(["06001", "02007", "99999"][number % 3]), date: World.monday.adding(days: number / 10), createdAt: Instant(World.monday),
            quantity: Quantity(hundredths: 150), unitPrice: Fen(4000), gross: public_ + Fen(50),
            funding: [
                Candidate.Funding(fund: Fund.districtSubsidy.rawValue, programme: "SERVICE", amount: public_ - Fen(10)),
                Candidate.Funding(fund: Fund.voucher.rawValue, programme: "VOUCHER", amount: Fen(10)),
            ], selfPay: Fen(50), evidence: .partial)
        let findings = [[], [Finding("R12", .hold, "核验等级不够"), Finding("R18", .warn, "提示")], [Finding("R05", .block, "重复")]]
        return StatementLine(candidate: candidate, findings: findings[number % 3])
    }

    private static func closed(_ world: World) async throws {
        let catalogue = world.office.reference.catalogue
        try await world.office.perform { tx in
            try tx.settlements.begin(month, by: "finance", at: world.now)
            for (provider, count) in [(other, 2), (provider, count)] {
                let statement = Statement(month: month, provider: provider, lines: (0..<count).map { line($0, of: provider) })
                // There are no orders behind them, which nothing here asks for.
                _ = try tx.settlements.append(statement.lines.enumerated().map { ($0.offset + 1, .init($0.element, of: month)) })
                try tx.settlements.seal(
                    month, provider, statement.totals, ServiceSums(statement.lines, catalogue), sha256: "\(provider)", at: world.now)
            }
            func decide(_ number: Int, _ kind: LineDecision.Kind) throws {
                try tx.close.insert(
                    LineDecision(kind: kind, reason: "已核实", by: "reviewer", at: world.now), on: line(number, of: provider).candidate.subject, month,
                    provider)
            }
            // Held lines released and refused, paid ones refused, on the first page and on later ones.
            for number in [1, 4, 100] { try decide(number, .release) }
            for number in [7, 151, 3, 162] { try decide(number, .refuse) }
            _ = try tx.settlements.finish(month, at: world.now)
        }
    }

    private static func statements(_ world: World) async throws -> [Statement] { try await ReadStatements(world.office)(month).statements }

    @Test(arguments: Backend.available)
    func `is gone through page by page, no line twice and none left out, with the sums of the whole on each`(backend: Backend) async throws {
        try await World.with(backend) { world in
            try await Self.closed(world)
            let statements = try await Self.statements(world)
            let statement = try #require(statements.first { $0.provider == Self.provider })
            #expect(try await world.office.read { tx in try tx.settlements.sealed(Self.month) } == statements.map { StatementSums($0) })
            for filter in LineFilter.allCases {
                var (seen, after): ([StatementPage.Line], Int?) = ([], 0)
                while let place = after {
                    let page = try #require(try await ReadMonth(world.office).page(Self.month, Self.provider, filter, after: place))
                    #expect(page.sums == StatementSums(statement) && page.after == place)
                    #expect(page.lines.count == StatementPage.size || page.next == nil)
                    // A statement whose lines are at hand is divided in the same way.
                    let same = StatementPage(statement, filter, after: place)
                    #expect(page.lines == same.lines && page.next == same.next)
                    seen += page.lines
                    after = page.next
                }
                let expected = statement.lines.enumerated().filter { filter.shows($0.element.verdict) }
                #expect(seen.map(\.ordinal) == expected.map { $0.offset + 1 } && seen.map(\.line) == expected.map(\.element))
                #expect(seen.count == filter.count(StatementSums(statement)) && seen.count > StatementPage.size)
            }
            #expect(try await ReadMonth(world.office).page(Self.month, ProviderID("P003"), .all, after: 0) == nil)
        }
    }

    /// 结算汇总表 and 资金拨付申请表 as they were kept at sealing, and of statements that were sealed before anything was kept.
    @Test(arguments: Backend.available)
    func `says on the papers of the month what its lines add up to`(backend: Backend) async throws {
        try await World.with(backend) { world in
            try await Self.closed(world)
            let statements = try await Self.statements(world)
            let (catalogue, read) = (world.office.reference.catalogue, ReadPapers(world.office))
            let summary = try await read.document(Self.month, .summary, DocumentScope())
            let lines = statements[1].lines
            #expect(summary.rows.map(\.count) == [summary.columns.count, summary.columns.count])
            func cell(_ column: String, of document: Document) throws -> String {
                document.rows[1][try #require(document.columns.firstIndex { $0.name == column })].text
            }
            #expect(try cell("服务人数", of: summary) == "\(Set(lines.map(\.candidate.elder)).count)")
            #expect(try cell("服务单数", of: summary) == "\(lines.count)")
            #expect(try cell("补贴·\(Fund.voucher.name)", of: summary) == Fen(Int64(lines.count) * 10).yuan)
            #expect(try cell("补贴·\(Fund.districtSubsidy.name)", of: summary) == lines.map { $0.candidate.funding[0].amount }.total.yuan)
            let discounts = lines.map { line in
                catalogue.price(of: line.candidate.item, on: line.candidate.date).map { max(.zero, $0.guide.times(line.candidate.quantity) - line.candidate.gross) }
            }
            #expect(try cell("企业让利", of: summary) == discounts.compactMap(\.self).total.yuan)
            #expect(discounts.compactMap(\.self).total > .zero)
            // Each line counts once for each rule that stops it, unless a person has released it.
            let stopped = lines.filter { $0.decision?.kind != .release }
            #expect(try cell("扣减原因", of: summary) == ["R05", "R12"].map { code in "\(code)×\(stopped.count { $0.stopping.contains(code) })" }.joined(separator: "、"))
            #expect(try cell("扣减金额", of: summary) == lines.filter { $0.verdict != .paid }.map(\.candidate.subsidy).total.yuan)
            #expect(try cell("实付金额", of: summary) == lines.filter { $0.verdict == .paid }.map(\.candidate.subsidy).total.yuan)
            #expect(try cell("备注", of: summary) == "待核 \(lines.count { $0.verdict == .held }) 单")
            let (papers, payment) = (try await read(Self.month), try await read.document(Self.month, .payment, DocumentScope()))
            #expect(try papers.document(.summary) == summary)
            #expect(try papers.document(.payment) == payment)
            _ = try await world.office.perform { tx in
                try tx.execute("UPDATE statement SET elders = NULL, categories = NULL, quantities = NULL, discount_fen = NULL, funds = NULL WHERE provider_id = 'P092'")
            }
            #expect(try await read.document(Self.month, .summary, DocumentScope()) == summary)
            let one = try await read.document(Self.month, .summary, DocumentScope(provider: Self.provider))
            #expect(one.rows.map { Array($0.dropFirst()) } == [Array(summary.rows[1].dropFirst())])
            #expect(await refusal { _ = try await read.document(Self.month, .summary, DocumentScope(provider: ProviderID("P003"))) }?.code == "statement_unknown")
            #expect(await refusal { _ = try await read.document(Self.month, .payment, DocumentScope(street: "1")) }?.code == "street_unknown")
            let street = try #require(world.office.reference.franchise.provider(Self.other)?.region)
            let there = try await read.document(Self.month, .summary, DocumentScope(street: street)).rows.map { $0[1].text }
            #expect(there.contains("P001") && there == statements.map(\.provider).filter { world.office.reference.franchise.provider($0)?.region == street }.map(\.text))
        }
    }

    /// What was not kept as it is written is not believed.
    @Test func `whose sums were damaged is not shown`() async throws {
        try await World.with(.memory) { world in
            try await Self.closed(world)
            _ = try await world.office.perform { tx in try tx.execute("UPDATE statement SET funds = 'lottery:3'") }
            await #expect(throws: StoreFault.self) { try await ReadPapers(world.office).document(Self.month, .summary, DocumentScope()) }
        }
    }
}

@Suite struct `A running month` {
    @Test(arguments: Backend.available)
    func `tells of one provider what its last shadow stopped, page by page, and how old that is`(backend: Backend) async throws {
        try await World.with(backend) { world in
            var orders: [Order] = []
            for day in 2..<6 {
                var order = try await world.order(in: .scheduled, World.request(day: day))
                let paper = { CheckReport(at: world.now, method: .paper, reasonCode: "no_signal") }
                world.setClock(order.window.start)
                _ = try await world.office.perform(CheckIn(world.office).prepared(order.id, paper(), by: try world.holder(order)))
                world.setClock(order.window.end)
                _ = try await world.office.perform(CheckOut(world.office).prepared(order.id, paper(), by: try world.holder(order)))
                order = try await world.office.perform(
                    try RecordCallback(world.office).prepared(
                        order.id, came: true, cameAt: nil, did: "打扫", minutes: 100, paidExtra: .zero, satisfaction: 4, answeredBy: "elder", by: World.desk))
                orders.append(order)
            }
            let read = ReadStopped(world.office)
            let provider = try #require(orders[0].provider)
            #expect(try await read(World.month, of: provider) == nil)
            let shadow = try await ShadowMonth(world.office)(World.month)
            let noted = world.now
            let statement = try #require(shadow.statements.first { $0.provider == provider })
            let stopped = statement.lines.filter { $0.verdict != .paid }
            try #require(stopped.count > 1)
            world.pass(.hours(5))
            // What is found later does not change what was noted.
            _ = try await world.order(in: .closed, World.request(World.destitute, day: 7))
            for limit in 1...stopped.count + 1 {
                var (lines, after): ([ReadStopped.Line], String?) = ([], "")
                while let subject = after {
                    let page = try #require(try await read(World.month, of: provider, after: subject, limit: limit))
                    #expect(page.notedAt == noted && page.lines.count <= limit)
                    #expect(page.sums[.held]?.lines ?? 0 == stopped.count { $0.verdict == .held })
                    #expect(page.sums[.held]?.subsidy ?? .zero == stopped.filter { $0.verdict == .held }.map(\.candidate.subsidy).total)
                    lines += page.lines
                    after = page.next
                }
                #expect(lines.map(\.stopped.subject) == stopped.map(\.candidate.subject).sorted())
                #expect(Set(lines.map(\.number)) == Set(stopped.map(\.candidate.number)))
            }
            let other = try #require(try await read(World.month, of: ProviderID("P001")))
            #expect(other.lines.isEmpty && other.sums.isEmpty && other.next == nil)
        }
    }
}
