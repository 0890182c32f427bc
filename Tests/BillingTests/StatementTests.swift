import Billing
import Kernel
import Registry
import Testing

@Suite struct `A statement` {
    static func statements() throws -> [Statement] {
        var held = World.line("s2", day: 1)
        held.isBackfilled = true
        var blocked = World.line("s3", day: 2)
        blocked.callbackDenies = true
        var foreign = World.line("s4", day: 3)
        foreign.provider = ProviderID("P000")
        return Statement.all(
            [blocked, foreign, World.line("s1"), held], month: World.may, terms: try World.terms())
    }

    @Test func `what a finding says survives being kept among others`() {
        #expect(Finding("R24", .hold, "与老人的关系：同|住").sentence == "与老人的关系：同／住")
    }

    @Test func `stands in one order whatever order its lines came in: by day, then number, then subject`() {
        func line(_ subject: String, _ number: String, day: Int) -> StatementLine {
            var line = World.line(subject, day: day)
            line.number = number
            return StatementLine(candidate: line, findings: [])
        }
        let lines = [line("c", "2", day: 0), line("b", "2", day: 0), line("d", "1", day: 0), line("a", "3", day: 1)]
        for lines in [lines, lines.reversed()] {
            let statement = Statement(month: World.may, provider: World.provider, lines: lines)
            #expect(statement.lines.map(\.candidate.subject) == ["d", "b", "c", "a"])
        }
    }

    @Test func `is made for each provider in the order of codes`() throws {
        let statements = try Self.statements()
        #expect(statements.map(\.provider.text) == ["P000", "P001"])
        #expect(statements[1].lines.map(\.candidate.subject) == ["s1", "s2", "s3"])
        #expect(statements[1].lines.map(\.verdict) == [.paid, .held, .blocked])
    }

    @Test func `pays only what no check holds or blocks`() throws {
        let statement = try Self.statements()[1]
        #expect(statement.gross == Fen(24_000))
        #expect(statement.subsidy == Fen(9000))
        #expect(statement.selfPay == Fen(15_000))
        #expect(statement.deducted == Fen(6000))
        #expect(statement.payable == Fen(3000))
        #expect(statement.heldLines == 1)
        #expect(statement.lines[1].findingsText == "R18:hold:工单在服务开始之后补录")
        #expect(statement.lines[1].fundingText == "voucher|VOUCHER|3000")
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `is the same in whatever order its lines come`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let lines = (0..<8).map { World.line("s\($0)", day: Int($0) % 3, minute: 60 * Int($0)) }
        func document(_ lines: [Candidate]) throws -> String {
            let all = Statement.all(lines, month: World.may, terms: try World.terms())
            return all.map { StatementDocument.detail($0, catalogue: World.catalogue) }.joined()
        }
        #expect(try document(lines) == document(lines.shuffled(using: &random)))
    }

    @Test(arguments: [
        ([], Verdict.paid), ([Severity.warn], .paid), ([.warn, .hold], .held), ([.block, .warn], .blocked), ([.hold, .block], .blocked),
    ])
    func `judges a line by its worst finding`(severities: [Severity], verdict: Verdict) {
        #expect(Verdict(severities.map { Finding("R00", $0, "") }) == verdict)
    }
}

@Suite struct `The record of a statement` {
    /// The table of a document as a spreadsheet reads it.
    static func table(_ text: String) throws -> [[String]] {
        #expect(Array(text.utf8.prefix(3)) == [0xEF, 0xBB, 0xBF])
        return try CSV.records(Array(text.utf8)).map(\.fields)
    }

    @Test func `has totals that equal its lines`() throws {
        let statement = try `A statement`.statements()[1]
        let rows = try Self.table(StatementDocument.detail(statement, catalogue: World.catalogue))
        #expect(rows.count == statement.lines.count + 2)
        #expect(Set(rows.map(\.count)) == [18])
        for column in ["应结金额", "补贴金额", "自费金额", "结算金额"] {
            let index = try #require(rows[0].firstIndex(of: column))
            let amounts = try rows.dropFirst().map { try #require(Fen(yuan: $0[index])) }
            #expect(amounts.dropLast().total == amounts.last)
        }
        #expect(rows[1].suffix(4) == ["L2", "应付", "", "30.00"])
        #expect(rows[3].suffix(4) == ["L2", "拒付", "R23 回访反映无人上门或额外收费", "0.00"])
        #expect(rows[1][13] == "VOUCHER=30.00")
    }

    @Test(arguments: [
        (0, "零元整"), (1, "壹分"), (10, "壹角整"), (15, "壹角伍分"), (100, "壹元整"), (105, "壹元零伍分"), (150, "壹元伍角整"), (1_000, "壹拾元整"),
        (10_500, "壹佰零伍元整"), (100_500, "壹仟零伍元整"), (1_000_000, "壹万元整"), (1_000_500, "壹万零伍元整"), (1_050_000, "壹万零伍佰元整"),
        (10_000_000_000, "壹亿元整"), (10_000_000_100, "壹亿零壹元整"), (123_456_789, "壹佰贰拾叁万肆仟伍佰陆拾柒元捌角玖分"), (-12_300, "负壹佰贰拾叁元整"),
        (1_000_001, "壹万元零壹分"), (1_100_500, "壹万壹仟零伍元整"),
    ] as [(Int64, String)])
    func `writes amounts in capitals`(amount: Int64, capitals: String) {
        #expect(Fen(amount).capitals == capitals)
    }
}
