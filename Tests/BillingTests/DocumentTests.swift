import Billing
import Catalog
import Entitlement
import Kernel
import Orders
import Registry
import Spreadsheet
import Testing

/// May as in ``A statement``: three lines of P001 (paid, held, blocked) and one of P000, all of one elder.
enum Papers {
    static let elder = MonthPapers.ElderFacts(
        number: "LZ00000001", maskedName: "王*国", idTail: "012X", region: "620102001", community: "示例社区", abilityLevel: 2,
        classes: [ClassSpan(classCode: "minimum_living", span: World.year)])

    static func visit(_ out: CheckMethod? = .code, confirmedBy: String? = "elder") -> MonthPapers.VisitFacts {
        let begin = Instant(World.monday, minute: 600)
        return MonthPapers.VisitFacts(
            planned: begin, begin: begin + .minutes(5), end: begin + .minutes(65), worker: World.worker, outMethod: out, confirmedBy: confirmedBy)
    }

    static func may(
        _ statements: [Statement]? = nil, visits: [String: MonthPapers.VisitFacts] = ["s1": visit()], isClosed: Bool = true,
        owed: [ProviderID: Fen] = [World.provider: Fen(9000), ProviderID("P000"): Fen(3000)], corrected: [String: MonthPapers.CorrectedLine] = [:],
        elders: [ElderID: MonthPapers.ElderFacts] = [ElderID("E1"): elder]
    ) throws -> MonthPapers {
        MonthPapers(
            month: World.may, isClosed: isClosed, statements: try statements ?? `A statement`.statements(), elders: elders, visits: visits, satisfaction: ["s1": 5],
            mealClasses: ["m1": "destitute"], owed: owed, unproven: [:], corrected: corrected, invoices: [World.provider: "01234567"], catalogue: World.catalogue,
            franchise: try World.franchise())
    }

    /// What stands under a column's name.
    static func column(_ document: Document, _ name: String) throws -> [String] {
        let index = try #require(document.columns.firstIndex { $0.name == name })
        return document.rows.map { $0[index].text }
    }
}

@Suite struct `A document` {
    static let table = Document(
        title: "表", facts: [], columns: [.ordinal, Column("名称", width: 10), .count("人次"), .amount("金额")],
        rows: (1...7).map { [.integer($0), "第\($0)行", .integer(2), .amount(Fen(Int64($0) * 101))] })

    @Test func `is read with thousands marks, and computed without`() {
        let amounts = [Fen(0), Fen(-5), Fen(99_999), Fen(100_000), Fen(-12_345_678_90)]
        #expect(amounts.map { Cell.amount($0).shown } == ["0.00", "-0.05", "999.99", "1,000.00", "-12,345,678.90"])
        #expect(Cell.amount(Fen(100_000)).text == "1000.00" && Cell.integer(1000).shown == "1000")
    }

    @Test func `adds up only the columns that are sums`() {
        #expect(Self.table.totals == [.blank, .blank, .integer(14), .amount(Fen(2828))])
        #expect(Self.table.csv.split(separator: "\r\n").last == "合计,,14,28.28")
    }

    @Test(arguments: [(1, [1, 1, 1, 1, 1, 1, 1]), (3, [3, 3, 1]), (7, [7]), (100, [7])])
    func `is divided into sheets whose subtotals run up to the total`(lines: Int, rows: [Int]) {
        let pages = Self.table.pages(Document.Sheet(height: lines, line: 1))
        #expect(pages.map(\.rows.count) == rows)
        #expect(pages.map(\.number) == Array(1...rows.count))
        #expect(pages.flatMap(\.rows) == Self.table.rows)
        #expect(pages.last?.running == Self.table.totals)
        var sum = Fen.zero
        for page in pages {
            guard case .amount(let subtotal) = page.subtotal[3], case .amount(let running) = page.running[3] else {
                Issue.record("no amount")
                return
            }
            sum += subtotal
            #expect(running == sum)
        }
    }

    @Test func `counts a wrapped row as the lines it takes, and gives a higher one a sheet of its own`() {
        let long = Document(
            title: "表", facts: [], columns: [Column("说明", width: 4)], rows: [["一二三四五"], ["一"], ["ab"], ["一二三四五六七八九十"]])
        #expect(long.pages(Document.Sheet(height: 4, line: 1)).map(\.rows.count) == [2, 1, 1])
        #expect(long.pages(Document.Sheet(height: 5, line: 1)).map(\.rows.count) == [3, 1])
        #expect(long.pages(Document.Sheet(height: 8, line: 1, around: 1)).map(\.rows.count) == [3, 1])
    }

    @Test(arguments: [("", 4, 1), ("abcd", 4, 1), ("abcde", 4, 2), ("一二", 4, 1), ("一二三", 5, 2), ("a一二", 4, 2), ("一二三四五", 5, 3), ("03-10 11:30", 6, 2), ("03-10 11:30", 11, 1),
        ("ab 一二三", 4, 3), ("ab cd", 5, 1), ("ကကက", 2, 2), ("ᄀᄀ", 2, 2)])
    func `breaks a text between its words, and a word that is too long where the next character no longer fits`(text: String, width: Int, lines: Int) {
        #expect(text.lines(wrappedAt: width) == lines)
    }

    @Test func `has one sheet even when it is empty`() {
        let empty = Document(title: "表", facts: [], columns: [.amount("金额")], rows: [])
        #expect(empty.pages(Document.Sheet(height: 10, line: 1)).map(\.subtotal) == [[.amount(.zero)]])
    }

    @Test(arguments: 0..<30 as Range<UInt64>)
    func `loses no fen on any division`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let rows: [[Cell]] = (0..<Int.random(in: 0...40, using: &random)).map { _ in
            [.amount(Fen(Int64.random(in: -500...90_000, using: &random))), .text(String(repeating: "字", count: Int.random(in: 0...9, using: &random)))]
        }
        let document = Document(title: "表", facts: [], columns: [.amount("金额"), Column("说明", width: 4)], rows: rows)
        let pages = document.pages(Document.Sheet(height: Int.random(in: 1...12, using: &random), line: 1))
        #expect(pages.flatMap(\.rows) == rows)
        #expect(pages.last?.running == document.totals)
    }

    @Test func `of another width is a mistake of the program`() async {
        await #expect(processExitsWith: .failure) {
            _ = Document(title: "表", facts: [], columns: [.ordinal], rows: [[.blank, .blank]])
        }
    }
}

@Suite struct `The papers of a month` {
    @Test func `have the columns of the settlement rules`() throws {
        let papers = try Papers.may()
        let funds = Fund.allCases.map { "补贴·\($0.name)" }
        #expect(try papers.document(.summary).columns.map(\.name) == [
            "序号", "服务商编码", "名称", "统一社会信用代码", "所属街道", "服务类别", "服务人数", "服务单数", "服务数量/时长", "应结总额", "企业让利", "自费金额",
        ] + funds + ["扣减金额", "扣减原因", "本期调整", "实付金额", "大写金额", "开户行", "账号", "发票号", "备注"])
        #expect(try papers.document(.detail).columns.map(\.name) == [
            "结算批次号", "工单号", "老人编号", "姓名（脱敏）", "身份证后四位", "类别", "能力等级", "社区", "服务项目编码", "名称", "单位", "数量", "单价", "预约时间", "签到",
            "签退", "实际时长", "服务人员", "核验等级", "确认方式",
        ] + funds + ["自费", "扣减", "结算金额", "核查结论"])
        #expect(try papers.document(.streets).columns.map(\.name) == [
            "序号", "所属街道", "本月应发人数", "本月应发金额", "补发人次", "补发金额", "扣回人次", "扣回金额", "结转下月", "总计拨款", "备注",
        ])
    }

    @Test func `summary: long digits whole, reasons by rule, capitals of what is paid`() throws {
        let summary = try Papers.may().document(.summary)
        #expect(summary.rows[1].map(\.text) == [
            "2", "P001", "样板照护，一店", "91350100M000100Y43", "酒泉路街道", "生活照料", "1", "3", "3 次", "240.00", "60.00", "150.00", "0.00", "90.00", "0.00",
            "0.00", "0.00", "60.00", "R18×1、R23×1", "0.00", "30.00", "叁拾元整", "示例银行酒泉路支行", "6222020200112233445", "01234567", "待核 1 单",
        ])
        #expect(summary.notes == ["实付合计：30.00 元，大写：叁拾元整"])
        #expect(try CSV.records(Array(summary.csv.utf8)).map(\.fields)[2] == summary.rows[1].map(\.text))
    }

    @Test func `detail: what was done, by whom, proven how`() throws {
        let detail = try Papers.may().document(.detail, DocumentScope(provider: World.provider))
        #expect(detail.rows[0].map(\.text) == [
            "2026-05-P001", "260504-s1", "LZ00000001", "王*国", "012X", "普通", "2", "示例社区", "02015", "助浴", "次", "1", "80.00", "05-04 10:00", "05-04 10:05",
            "05-04 11:05", "60", "W001 员*", "L2", "口令", "0.00", "30.00", "0.00", "0.00", "0.00", "50.00", "0.00", "30.00", "应付",
        ])
        #expect(try Papers.column(detail, "核查结论") == ["应付", "待核：R18 工单在服务开始之后补录", "拒付：R23 回访反映无人上门或额外收费"])
        #expect(try Papers.column(detail, "扣减") == ["0.00", "30.00", "30.00"])
    }

    @Test(arguments: [
        (CheckMethod.code, "elder", "口令"), (.card, "elder", "刷卡"), (.app, "daughter", "电话回访"), (.paper, nil, "未确认"),
    ] as [(CheckMethod, String?, String)])
    func `name how a visit was confirmed`(out: CheckMethod, by: String?, words: String) throws {
        let papers = try Papers.may(visits: ["s1": Papers.visit(out, confirmedBy: by)])
        #expect(try Papers.column(papers.document(.detail, DocumentScope(provider: World.provider)), "确认方式")[0] == words)
    }

    /// Detail = summary = streets = payment = differences: the same fen in every paper.
    @Test func `agree with each other to the fen`() throws {
        let papers = try Papers.may()
        func total(_ kind: DocumentKind, _ column: String) throws -> String {
            let document = try papers.document(kind)
            let index = try #require(document.columns.firstIndex { $0.name == column })
            return document.totals[index].text
        }
        let paid = try total(.summary, "实付金额")
        #expect(paid == "30.00")
        #expect(try total(.detail, "结算金额") == paid)
        #expect(try total(.streets, "总计拨款") == paid)
        #expect(try total(.payment, "申请拨付金额") == paid)
        #expect(try total(.detail, "扣减") == total(.summary, "扣减金额"))
        #expect(try total(.detail, "自费") == total(.summary, "自费金额"))
        #expect(try papers.document(.deductions, DocumentScope(provider: World.provider)).totals.map(\.text).contains("60.00"))
    }

    private static func correction(_ amount: Int64, _ rule: Deduction.Rule? = nil, on subject: String = "old", of provider: ProviderID = World.provider) -> Adjustment {
        Adjustment(
            id: "\(provider)/\(subject)/\(amount)", month: World.may.adding(-1), provider: provider, subject: subject, amount: Fen(amount),
            reason: "事后查实", enteredBy: "财务", approvedBy: "出纳", rule: rule)
    }

    /// Corrections of both signs and of another street, a rule's deduction, a score, a bonus, and one that a payment cannot bear.
    private static func corrected() throws -> MonthPapers {
        var statements = try `A statement`.statements()
        statements[0].adjustments = [correction(-800, of: ProviderID("P000"))]
        statements[1].adjustments = [
            correction(700), correction(-200, on: "older"), correction(-500, .blocks, on: "s1"), correction(-100, .score, on: "score/P001"),
            correction(300, .bonus, on: "bonus/VOUCHER/P001"), correction(-50, .carried, on: "carry/P001"),
        ]
        let other = MonthPapers.ElderFacts(
            number: "LZ00000002", maskedName: "李*", idTail: "", region: "620102002", community: "", abilityLevel: 0, classes: [])
        return try Papers.may(statements, corrected: [
            "P001/old/700": .init(number: "260401-1", date: World.may.adding(-1).first, elder: other), "P001/older/-200": .init(number: "260402-1", date: World.may.adding(-1).first, elder: other),
            "P000/old/-800": .init(number: "260403-1", date: World.may.adding(-1).first, elder: other),
        ])
    }

    @Test func `end in the same total, whatever was corrected, deducted, added or carried over`() throws {
        let papers = try Self.corrected()
        func total(_ kind: DocumentKind, _ column: String, street: String? = nil) throws -> Fen {
            let document = try papers.document(kind, DocumentScope(street: street))
            let index = try #require(document.columns.firstIndex { $0.name == column })
            guard case .amount(let fen) = document.totals[index] else { return .zero }
            return fen
        }
        let summary = try papers.document(.summary)
        #expect(try Papers.column(summary, "本期调整") == ["-8.00", "1.50"])
        #expect(try Papers.column(summary, "实付金额") == ["0.00", "31.50"])
        #expect(try Papers.column(summary, "备注") == ["不足抵扣，结转下月 8.00 元", "待核 1 单"])
        let paid = try total(.summary, "实付金额")
        #expect(paid == Fen(3150))
        #expect(try total(.detail, "结算金额") == paid)
        #expect(try total(.streets, "总计拨款") == paid)
        #expect(try total(.payment, "申请拨付金额") == paid)
        #expect(try total(.differences, "实付金额") == paid)
        #expect(try total(.differences, "结转下月") == Fen(800))
        let funds = try papers.document(.funds)
        #expect(try Papers.column(funds, "金额").suffix(2) == ["1.50", "31.50"])
        // Street by street it is the same money; what the other provider carries over stands nowhere, as nobody knows where that provider is.
        for (kind, column) in [(DocumentKind.streets, "总计拨款"), (.detail, "结算金额")] {
            #expect(try ["620102001", "620102002"].map { try total(kind, column, street: $0) }.total == paid - Fen(800))
        }
        let spent = try ["620102001", "620102002"].map { try Papers.column(papers.document(.funds, DocumentScope(street: $0)), "金额")[9] }
        #expect(spent == ["26.50", "-3.00"])
        // One provider's papers are those of its statement.
        let own = DocumentScope(provider: World.provider)
        #expect(try papers.document(.detail, own).totals.suffix(2).first == .amount(Fen(3150)))
        #expect(try papers.document(.detail, own).notes == ["实付合计：31.50 元，大写：叁拾壹元伍角整"])
        #expect(try papers.document(.streets, own).notes.first == "总计拨款：31.50 元，大写：叁拾壹元伍角整")
        #expect(try papers.document(.differences, DocumentScope(street: "620102001")).rows.count == 1)
    }

    @Test func `streets: a service counts where the elder lived on its day, whoever moves afterwards`() throws {
        let papers = try Self.corrected()
        let day = try #require(papers.statements.flatMap(\.lines).first { $0.verdict == .paid && $0.candidate.subsidy > .zero }).candidate.date
        func moved(_ until: LocalDate) throws -> MonthPapers {
            let elder = MonthPapers.ElderFacts(
                number: "LZ00000001", maskedName: "王*国", idTail: "012X", region: "620102001",
                formerStreets: [.init(region: "620102002", until: until)], community: "示例社区", abilityLevel: 2, classes: [])
            return try Papers.may(elders: [ElderID("E1"): elder])
        }
        func paid(_ papers: MonthPapers) throws -> [[String]] { try papers.document(.streets).rows.map { [$0[1].text, $0[3].text] } }
        let (before, since) = (try paid(moved(day.adding(days: -40))), try paid(moved(day.adding(days: 40))))
        #expect(before.map { $0[0] } == ["酒泉路街道"] && since == before.map { ["张掖路街道", $0[1]] })
        let there = try moved(day.adding(days: 40)).document(.detail, DocumentScope(street: "620102002")).rows.count
        #expect(there > 0)
        #expect(try moved(day.adding(days: 40)).document(.detail, DocumentScope(street: "620102001")).rows.isEmpty)
    }

    @Test func `streets: what is made up for and taken back where the elder lives, the rest where the provider stands`() throws {
        let streets = try Self.corrected().document(.streets)
        #expect(streets.rows.map { $0.map(\.text) } == [
            ["1", "未登记街道", "0", "0.00", "0", "0.00", "0", "0.00", "8.00", "8.00", ""],
            ["2", "酒泉路街道", "1", "30.00", "1", "3.00", "3", "6.50", "0.00", "26.50", ""],
            ["3", "张掖路街道", "0", "0.00", "1", "7.00", "2", "10.00", "0.00", "-3.00", ""],
        ])
    }

    @Test func `detail: an adjustment is a line of its own, after the services`() throws {
        let detail = try Self.corrected().document(.detail)
        let added = detail.rows.map { $0.map(\.text) }.filter { $0.last?.hasPrefix("本期调整：") == true }
        #expect(added.map { [$0[1], $0[2], $0[9], $0[27]] } == [
            ["260403-1", "LZ00000002", "以前月份扣回", "-8.00"], ["", "", "结转下月抵扣", "8.00"], ["260401-1", "LZ00000002", "以前月份补发", "7.00"],
            ["260402-1", "LZ00000002", "以前月份扣回", "-2.00"], ["260504-s1", "LZ00000001", "按时段扣减", "-5.00"], ["", "", "月度考核", "-1.00"],
            ["", "", "运营补贴", "3.00"], ["", "", "上月未抵扣", "-0.50"],
        ])
        #expect(added[1].last == "本期调整：本月应付不足抵扣")
    }

    @Test func `notice: whatever a payment is less by, and what it comes to`() throws {
        let papers = try Self.corrected()
        let notice = try papers.document(.deductions, DocumentScope(provider: World.provider))
        #expect(try Papers.column(notice, "规则") == ["R18", "R23", "冲正", "R14", "SCORE", "CARRY"])
        #expect(notice.notes[0] == "本月扣减合计：68.50 元，大写：陆拾捌元伍角整；补发和运营补贴 10.00 元；实付 31.50 元。")
        let short = try papers.document(.deductions, DocumentScope(provider: ProviderID("P000")))
        #expect(short.notes[0].hasSuffix("实付 0.00 元，不足抵扣的 8.00 元结转下月。"))
    }

    @Test func `fund statement: grant = spent + refunded + left, and what is paid`() throws {
        let funds = try Papers.may().document(.funds)
        #expect(try Papers.column(funds, "金额") == ["120.00", "30.00", "0.00", "30.00", "0.00", "0.00", "60.00", "30.00", "0.00", "30.00"])
        #expect(try Papers.column(funds, "栏次") == ["一", "二", "", "", "", "", "三", "四", "五", "六"])
    }

    /// What is refused is owed until the close gives it back.
    @Test(arguments: [
        (true, Fen(6000), "相符", "0.00"), (true, Fen(9000), "补贴与台账（含待核）不符", "-30.00"), (false, Fen(9000), "相符", "0.00"),
        (false, Fen(8999), "补贴与台账（含待核）不符", "0.01"),
    ])
    func `name a difference between statement and ledger`(isClosed: Bool, owed: Fen, words: String, gap: String) throws {
        let papers = try Papers.may(isClosed: isClosed, owed: [World.provider: owed, ProviderID("P000"): isClosed ? .zero : Fen(3000)])
        let differences = try papers.document(.differences)
        #expect(try Papers.column(differences, "结论") == ["相符", words])
        #expect(try Papers.column(differences, "差异").last == gap)
    }

    @Test func `confirmation: one elder's services in large type, found by id or card`() throws {
        for name in ["E1", "LZ00000001"] {
            let slip = try Papers.may().document(.confirmation, DocumentScope(elder: ElderID(name)))
            #expect(slip.isLarge)
            #expect(slip.rows.count == 4)
            #expect(slip.rows[0].map(\.text) == ["2026-05-04", "助浴", "10:05", "11:05", "W001 员*", "80.00", "30.00", "50.00", "", "", "5 分"])
            #expect(slip.facts.map(\.value).contains("王*国"))
        }
    }

    @Test func `meal report: canteen by day and class`() throws {
        let meal = Item(code: ItemCode("01001"), category: .meals, name: "营养午餐", unit: .portion, mode: .onSite)
        var line = World.line("m1", meal)
        line.kind = .meal
        let statement = Statement(month: World.may, provider: World.provider, lines: [StatementLine(candidate: line, findings: [])])
        let catalogue = Catalogue(items: [meal], prices: [], classes: [ElderClass(code: ID("destitute"), name: "特困", rank: 1)])
        let papers = MonthPapers(
            month: World.may, isClosed: true, statements: [statement], elders: [:], visits: [:], mealClasses: ["m1": "destitute"], owed: [:],
            unproven: [:], catalogue: catalogue, franchise: try World.franchise())
        #expect(try papers.document(.meals).rows.map { $0.map(\.text) } == [
            ["1", "P001", "样板照护，一店", "2026-05-04", "特困", "1", "30.00", "50.00", "0"],
        ])
    }

    /// One of the register and one who is not, an allowance and a bill, paid and waiting; a programme and an item that have gone since.
    @Test func `cash payments: allowances and bills`() throws {
        func payment(_ elder: String, _ programme: String, _ bill: Bill?, _ state: LegState, by decider: String? = nil) -> CashPayment {
            let leg = FundingLeg(fund: .directed, programme: programme, version: 2, amount: Fen(5_000), draws: [])
            return CashPayment(
                id: "\(elder)/\(programme)", leg: leg, month: World.may, elder: ElderID(elder), claimant: "P001", bill: bill, state: state, madeBy: "maker",
                madeAt: Instant(milliseconds: 0), decidedBy: decider)
        }
        func bill(_ item: String) -> Bill { Bill(number: "0012", item: item, date: LocalDate(2026, 4, 30)!, price: Fen(10_000)) }
        let item = Item(code: ItemCode("01001"), category: .meals, name: "营养午餐", unit: .portion, mode: .onSite)
        let papers = MonthPapers(
            month: World.may, isClosed: false, statements: [], elders: [ElderID("E1"): Papers.elder], visits: [:], mealClasses: [:], owed: [:],
            unproven: [:],
            payments: [
                payment("E1", "AGE", nil, .posted, by: "second"), payment("E1", "BILLS", bill("01001"), .reserved),
                payment("E9", "GONE", bill("99999"), .reserved),
            ],
            reversals: [
                PayoutReversal(
                    id: "r", payment: payment("E1", "AGE", nil, .posted, by: "second"), reason: "重复", requestedBy: "asker",
                    requestedAt: Instant(milliseconds: 0))
            ], programmes: ["AGE": "高龄津贴", "BILLS": "报销"],
            catalogue: Catalogue(items: [item], prices: [], regions: World.catalogue.regions, classes: []), franchise: try World.franchise())
        let paper = try papers.document(.payouts)
        #expect(try Papers.column(paper, "项目") == ["高龄津贴", "报销", "GONE", "高龄津贴"])
        #expect(try Papers.column(paper, "服务项目") == ["", "营养午餐", "99999", ""])
        #expect(try Papers.column(paper, "票据金额") == ["", "100.00", "100.00", ""])
        #expect(try Papers.column(paper, "状态") == ["已发放", "待审批", "待审批", "冲正（原 2026-05）"])
        #expect(try Papers.column(paper, "审批") == ["second", "", "", ""])
        #expect(try Papers.column(paper, "姓名") == [Papers.elder.maskedName, Papers.elder.maskedName, "", Papers.elder.maskedName])
        #expect(paper.facts.map(\.value) == ["2026-05", "2 人"] && paper.notes == ["合计：100.00 元，大写：壹佰元整"])
        #expect(try papers.document(.payouts, DocumentScope(street: Papers.elder.region)).rows.count == 3)
        #expect(try papers.document(.payouts, DocumentScope(provider: ProviderID("P002"))).rows.isEmpty)
    }

    @Test func `say that the month is not closed yet`() throws {
        #expect(try Papers.may(isClosed: false).document(.summary).facts.map(\.value).first == "2026-05（试算，尚未月结）")
    }

    @Test(arguments: [
        (DocumentKind.detail, DocumentScope(provider: ProviderID("P999")), "statement_unknown"), (.deductions, DocumentScope(), "document_scope"),
        (.confirmation, DocumentScope(), "document_scope"), (.confirmation, DocumentScope(elder: ElderID("E9")), "elder_unknown"),
        (.streets, DocumentScope(street: "999999999"), "street_unknown"),
    ])
    func `refuse what they cannot be made for`(kind: DocumentKind, scope: DocumentScope, code: String) throws {
        let papers = try Papers.may()
        #expect { try papers.document(kind, scope) } throws: { ($0 as? Rejection)?.code == code }
    }

    @Test func `keep to one street by where the elders live`() throws {
        let papers = try Papers.may()
        #expect(try papers.document(.detail, DocumentScope(street: "620102001")).rows.count == 4)
        let nobody = try Papers.may(elders: [:])
        #expect(try nobody.document(.detail, DocumentScope(street: "620102001")).rows.isEmpty)
        #expect(try papers.document(.summary, DocumentScope(street: "620102001")).rows.count == 1)
    }

    /// What providers are owed is told by where they are franchised.
    @Test func `keep to one street by where the providers are`() throws {
        let papers = try Papers.may()
        #expect(try papers.document(.differences, DocumentScope(street: "620102001")).rows.count == 1)
        #expect(try papers.document(.differences, DocumentScope(street: "620102002")).rows.isEmpty)
    }

    @Test(arguments: [(World.bath, Fen(500)), (World.market, .zero), (World.unpriced, .zero)])
    func `tell as discount what is asked less than a guide price, and of other prices nothing`(item: Item, discount: Fen) throws {
        let price = World.catalogue.price(of: item.code, on: World.may.first)
        let line = altered(World.line("s1", item)) { $0.gross = max(.zero, (price?.guide ?? Fen(1_000)) - Fen(500)) }
        #expect(ServiceSums([StatementLine(candidate: line, findings: [])], World.catalogue).discount == discount)
    }

    @Test func `are the same made of sums as made of lines`() throws {
        let papers = try Papers.may()
        let sums = SumPapers(
            month: World.may, isClosed: true, rows: papers.statements.map { ProviderSums($0, papers.catalogue) }, invoices: papers.invoices,
            catalogue: papers.catalogue, franchise: papers.franchise)
        #expect(try sums.summary() == papers.document(.summary))
        #expect(try sums.document(.payment, DocumentScope()) == papers.document(.payment))
    }
}

@Suite struct `A spreadsheet` {
    @Test func `is written as a zip file, the same twice, or says that it is not built`() throws {
        let documents = [try Papers.may().document(.summary), `A document`.table, `A document`.table]
        if Workbook.isBuilt {
            let bytes = try Workbook.bytes(of: documents)
            #expect(bytes.prefix(2) == [0x50, 0x4B])
            #expect(try Workbook.bytes(of: documents) == bytes)
        } else {
            #expect { try Workbook.bytes(of: documents) } throws: { ($0 as? Rejection)?.code == "spreadsheet_not_built" }
        }
    }

    @Test func `that cannot be written is one clear error`() throws {
        #expect { try Workbook.write([`A document`.table], to: "/nowhere/at/all.xlsx") } throws: { $0 is Rejection }
    }
}
