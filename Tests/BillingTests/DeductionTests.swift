import Billing
import Entitlement
import Kernel
import Testing

@Suite struct `What rules take from a statement` {
    private func taken(_ minutes: Int, planned: Int = 60, change: (inout Candidate) -> Void = { _ in }) throws -> Adjustment? {
        var line = World.line("s1", World.market, lasting: minutes)
        line.plannedMinutes = planned
        change(&line)
        let statements = Statement.all([line], month: World.may, terms: try World.terms())
        return statements[0].deductions(CheckPolicy()).first
    }

    /// Minutes served of an hour → blocks of a quarter that are paid, and what is taken of 30 yuan.
    @Test(arguments: [(60, nil, 0), (48, nil, 0), (47, "3/4", 750), (40, "3/4", 750), (39, "2/4", 1500), (30, "2/4", 1500)] as [(Int, String?, Int64)])
    func `of a short visit are the blocks that are missing`(minutes: Int, basis: String?, amount: Int64) throws {
        let deduction = try taken(minutes)
        #expect(deduction?.basis == basis)
        #expect(deduction?.amount ?? .zero == Fen(-amount))
        #expect(deduction?.rule == basis.map { _ in .blocks })
        #expect(deduction.map { $0.id == "2026-05/R14/s1" && $0.reason.contains("260504-s1") } ?? true)
    }

    @Test func `of a visit that is held, unpaid or of which every block counts is nothing`() throws {
        #expect(try taken(29) == nil)
        #expect(try taken(40) { ($0.funding, $0.selfPay) = ([], Fen(8000)) } == nil)
        #expect(try taken(40) { $0.callbackDenies = true } == nil)
        // Blocks of no time are none: the usual ones stay.
        #expect([0, 20].map { minutes in CheckPolicy { ["pay_block_min": minutes][$0] }.payBlock } == [15, 20])
        // Ten of thirteen minutes: too short, but within the tolerance of its only block.
        #expect(try taken(10, planned: 13) == nil)
        let bare = StatementLine(
            candidate: altered(World.line()) { $0.end = nil }, findings: [Finding("R14", .warn, "实际时长不足")])
        #expect(Statement(month: World.may, provider: World.provider, lines: [bare]).deductions(CheckPolicy()).isEmpty)
    }

    @Test(arguments: [(100, 100), (90, 100), (89, 95), (80, 95), (79, 90), (70, 90), (69, 80), (0, 80)])
    func `by the score of the month is a share of what is payable`(score: Int, percent: Int64) {
        let deduction = Deduction.score(score, of: World.may, World.provider, payable: Fen(1001), CheckPolicy())
        #expect(deduction?.amount ?? .zero == Fen(1001).share(percent, of: 100) - Fen(1001))
        #expect(deduction?.subject == (percent < 100 ? Deduction.scoreSubject(World.provider) : nil))
        #expect(CheckPolicy { ["score_full": 95, "score_poor_percent": 50][$0] }.payPercent(score: score) == (score >= 95 ? 100 : score >= 80 ? 95 : score >= 70 ? 90 : 50))
    }

    /// Paid for what is paid, by the version of the day; a statement without such a programme has none.
    @Test func `or add, is what programmes pay the provider beside the price`() throws {
        func version(_ number: Int, from: String, until: String? = nil, bonus: Int64?) -> ProgrammeVersion {
            ProgrammeVersion(
                version: number, from: LocalDate(from)!, until: until.flatMap { LocalDate($0) }, benefit: Benefit(kind: .amount, value: 3000),
                providerBonus: bonus.map { Fen($0) })
        }
        let programmes = try Programmes([
            Programme(code: "VOUCHER", name: "消费券", fund: .voucher, versions: [
                version(1, from: "2026-01-01", until: "2026-05-04", bonus: 300), version(2, from: "2026-05-05", bonus: 100),
            ]),
            Programme(code: "LUNCH", name: "助餐", fund: .mealSubsidy, versions: [version(1, from: "2026-01-01", bonus: 50)]),
        ])
        let statement = try `A statement`.statements()[1]
        let bonuses = Deduction.bonuses(statement, programmes)
        #expect(bonuses.map(\.amount) == [Fen(300)] && bonuses.map(\.basis) == ["1"])
        #expect(bonuses.map(\.id) == ["2026-05/BONUS/bonus/VOUCHER/P001"])
        let released = Statement(
            month: World.may, provider: World.provider,
            lines: statement.lines.map { StatementLine(candidate: $0.candidate, findings: []) })
        #expect(Deduction.bonuses(released, programmes).map(\.amount) == [Fen(500)])
        let both = StatementLine(
            candidate: altered(World.line("s9")) { $0.funding.append(.init(fund: "meal_subsidy", programme: "LUNCH", amount: Fen(100))) }, findings: [])
        let two = Deduction.bonuses(Statement(month: World.may, provider: World.provider, lines: [both]), programmes)
        #expect(two.map(\.subject) == ["bonus/LUNCH/P001", "bonus/VOUCHER/P001"])
        let plain = Programme(code: "VOUCHER", name: "消费券", fund: .voucher, versions: [version(1, from: "2026-01-01", bonus: nil)])
        let none = try Programmes([plain])
        #expect(Deduction.bonuses(released, none).isEmpty)
        var paid = statement
        paid.adjustments = bonuses
        #expect(paid.due == statement.due + Fen(300))
        #expect(try Papers.may([paid]).document(.deductions, .init(provider: World.provider)).rows.count == 2)
    }

    @Test func `stands beside the lines and is not paid out`() throws {
        var statement = Statement.all([World.line("s1", World.market)], month: World.may, terms: try World.terms())[0]
        let deduction = try #require(Deduction.score(85, of: World.may, World.provider, payable: statement.payable, CheckPolicy()))
        statement.adjustments = [deduction]
        #expect(statement.adjusted == Fen(-150))
        #expect(statement.due == Fen(2850))
        #expect(statement.payable == Fen(3000))
        let papers = try Papers.may([statement])
        let notice = try papers.document(.deductions, .init(provider: World.provider))
        #expect(notice.rows.map { $0.map(\.text) } == [
            ["1", "月度考核", "", "", "", "0.00", "0.00", "1.50", "SCORE", "考核 85 分，按 95% 支付", "月度考核"],
        ])
        statement.adjustments = [try #require(try taken(40))]
        let short = try Papers.may([statement]).document(.deductions, .init(provider: World.provider))
        #expect(short.rows.map { $0[1].text } == ["260504-s1"])
        statement = Statement(month: World.may, provider: World.provider, lines: [StatementLine(candidate: World.line("s1", `A fact that is missing`.unknown), findings: [])])
        statement.adjustments = [try #require(try taken(40))]
        #expect(try Papers.may([statement], elders: [:]).document(.deductions, .init(provider: World.provider)).rows.map { $0[3].text } == ["99999"])
    }
}
