import Billing
import Catalog
import Entitlement
import Kernel
import Registry
import Testing

/// What rules and papers do where the register knows less than they ask.
@Suite struct `A fact that is missing` {
    static let unknown = Item(code: ItemCode("99999"), category: .leisure, name: "不在目录")

    @Test func `of a benefit is looked for among the programmes that are known`() throws {
        var line = World.line()
        line.funding = ["A", "B"].map { Candidate.Funding(fund: "voucher", programme: $0, amount: Fen(1000)) }
        line.selfPay = Fen(6000)
        var terms = Terms(catalogue: World.catalogue, franchise: try World.franchise(), programmes: nil)
        terms.leaves = [:]
        #expect(Checks.findings(line, Surroundings(terms: terms, month: [line])).map(\.code) == ["R08"])
    }

    @Test func `of a cadre is none when the register knows the kind`() throws {
        #expect(try World.findings(altered(World.line()) { $0.recipient?.cadre = "veteran" }).isEmpty)
    }

    @Test func `names what was handed over by its code`() throws {
        var meal = World.meal("m1")
        meal.item = Self.unknown.code
        #expect(try World.findings(meal).first { $0.code == "R20" }?.sentence.contains("99999") == true)
        var visit = World.line("s1", Self.unknown)
        visit.proof.received = "meal"
        #expect(try World.findings(visit).first { $0.code == "R20" }?.sentence.contains("99999") == true)
    }

    /// An elder of whom nothing is known, an item nobody has heard of, a provider that is not in the list.
    @Test func `leaves an empty cell on every paper, and never a wrong sum`() throws {
        var line = World.line("s9", Self.unknown)
        line.provider = ProviderID("P404")
        line.worker = WorkerID("W404")
        let statement = Statement(month: World.may, provider: line.provider, lines: [
            StatementLine(candidate: line, findings: []),
            StatementLine(candidate: altered(line) { $0.subject = "s99" }, findings: [Finding("R12", .hold, "核验等级低")]),
        ])
        let facts = MonthPapers.ElderFacts(
            number: "LZ1", maskedName: "王*", idTail: "", region: "999999999", community: "", abilityLevel: 0, classes: [])
        let papers = MonthPapers(
            month: World.may, isClosed: true, statements: [statement], elders: [:],
            visits: ["s9": MonthPapers.VisitFacts(
                planned: line.createdAt, begin: line.createdAt, end: nil, worker: WorkerID("W404"), outMethod: nil, confirmedBy: nil)],
            mealClasses: [:], owed: [:], unproven: [:], catalogue: World.catalogue, franchise: try World.franchise())
        let scope = DocumentScope(provider: line.provider)
        #expect(try Papers.column(papers.document(.detail, scope), "老人编号") == ["E1", "E1"])
        #expect(try Papers.column(papers.document(.detail, scope), "名称") == ["", ""])
        #expect(try Papers.column(papers.document(.detail, scope), "服务人员").first == "W404")
        #expect(try Papers.column(papers.document(.detail, scope), "类别") == ["普通", "普通"])
        #expect(try Papers.column(papers.document(.deductions, scope), "服务项目") == ["99999"])
        #expect(try Papers.column(papers.document(.streets), "所属街道") == ["未登记街道"])
        #expect(try Papers.column(papers.document(.payment), "收款单位") == ["P404"])
        #expect(try Papers.column(papers.document(.payment), "账号") == [""])
        #expect(try Papers.column(papers.document(.summary), "名称") == [""])
        #expect(try Papers.column(papers.document(.funds), "金额").first == "60.00")
        #expect(try Papers.column(papers.document(.differences), "结论") == ["补贴与台账（含待核）不符"])
        #expect(try papers.document(.meals).rows.isEmpty)
        let known = MonthPapers(
            month: World.may, isClosed: true, statements: [statement], elders: [line.elder: facts], visits: [:], mealClasses: ["s9": "A1"], owed: [:],
            unproven: [:], catalogue: World.catalogue, franchise: try World.franchise())
        let slip = try known.document(.confirmation, DocumentScope(elder: line.elder))
        #expect(slip.rows.map { $0[1].text } == ["99999", "99999"])
        #expect(try Papers.column(known.document(.detail, scope), "类别") == ["A1", "普通"])
        #expect(StatementDocument.detail(statement, catalogue: World.catalogue).contains("99999"))
    }

    @Test func `of a street puts a correction where nobody is registered`() throws {
        var empty = Statement(month: World.may, provider: ProviderID("P404"), lines: [])
        empty.adjustments = [
            Adjustment(id: "a", month: World.may.adding(-1), provider: empty.provider, subject: "s0", amount: Fen(100), reason: "", enteredBy: "f"),
        ]
        let papers = MonthPapers(
            month: World.may, isClosed: true, statements: [empty], elders: [:], visits: [:], mealClasses: [:], owed: [:], unproven: [:],
            catalogue: World.catalogue, franchise: try World.franchise())
        #expect(try Papers.column(papers.document(.streets), "总计拨款") == ["1.00"])
        #expect(try Papers.column(papers.document(.funds, DocumentScope(street: "620102001")), "金额").allSatisfy { $0 == "0.00" })
        #expect(try papers.document(.funds, DocumentScope(street: "620102001")).facts.map(\.value).contains("酒泉路街道"))
    }

    @Test func `of a class is made up for by the neediest that is known, meals apart by canteen, day and class`() throws {
        let meal = Item(code: ItemCode("01901"), category: .meals, name: "送餐", unit: .portion, mode: .visit)
        let classes = [
            ElderClass(code: ID("low_income"), name: "低收入", rank: 3), ElderClass(code: ID("destitute"), name: "特困", rank: 1),
            ElderClass(code: ID("aged"), name: "高龄", rank: 5),
        ]
        let catalogue = Catalogue(items: [meal, World.lunch], prices: [], classes: classes)
        let facts = MonthPapers.ElderFacts(
            number: "LZ1", maskedName: "王*", idTail: "", region: "620102001", community: "", abilityLevel: 0,
            classes: classes.map { ClassSpan(classCode: $0.code.text, span: World.year) })
        let lines = [World.line("m1", meal), World.line("m2", meal, day: 1), World.meal("m3")].map { StatementLine(candidate: $0, findings: []) }
        let papers = MonthPapers(
            month: World.may, isClosed: true, statements: [Statement(month: World.may, provider: World.provider, lines: lines)],
            elders: [ElderID("E1"): facts], visits: [:], mealClasses: [:], owed: [:], unproven: [:], catalogue: catalogue, franchise: try World.franchise())
        let report = try papers.document(.meals)
        #expect(try Papers.column(report, "类别") == ["普通", "特困", "特困"])
        #expect(try Papers.column(report, "送餐数") == ["0", "1", "1"])
    }

    @Test func `of an item without a cap looks at no days`() {
        let item = Item(code: ItemCode("06001"), category: .household, name: "保洁")
        #expect(CapCheck.span(of: item, around: World.may.first) == nil)
        #expect(CapCheck.span(of: World.weekly, around: World.may.first).map { $0.lowerBound.days(to: $0.upperBound) } == 7)
    }

    @Test func `has a title for every paper and says what else must be named`() {
        #expect(DocumentKind.allCases.map(\.title) == [
            "结算汇总表", "结算明细表", "服务确认单", "街道拨付表", "资金收支表", "资金拨付申请表", "扣减通知书", "对账差异表", "助餐月报", "现金发放与报销表",
        ])
        #expect(DocumentKind.allCases.filter { $0.subject == .provider } == [.deductions])
        #expect(DocumentKind.allCases.filter { $0.subject == .elder } == [.confirmation])
        #expect(DocumentKind.allCases.filter { $0.subject == .month }.count == 8)
    }
}

@Suite struct `Comparisons in order` {
    @Test func `take swipes, check-ins and visits of the same moment by their names`() throws {
        let pile = (0..<30).map { World.meal("p\($0)", at: 0) }
        #expect(try World.findings(pile[29], among: Array(pile.dropLast())).map(\.code) == ["R22"])
        var (first, second) = (World.line("a", World.weekly), World.line("b", World.weekly, day: 7))
        (first.proof.device, second.proof.device) = ("phone", "phone")
        #expect(try World.findings(first, among: [second]).isEmpty)
        // At the same time in two places.
        second = altered(World.line("b", World.market)) { $0.elder = ElderID("E2") }
        #expect(try World.findings(second, among: [first]).map(\.code) == ["R04"])
    }

    @Test func `forget an elder whose check-ins have left the window, each in its turn`() throws {
        func visit(_ subject: String, _ elder: String, minute: Int) -> Candidate {
            altered(World.line(subject, World.market, minute: minute, lasting: 1)) {
                $0.elder = ElderID(elder)
                $0.proof.device = "phone"
                $0.recipient?.place = nil
            }
        }
        // Four elders, but never within ten minutes; the first is there twice.
        let visits = [visit("a", "E1", minute: 600), visit("b", "E1", minute: 602), visit("c", "E2", minute: 611), visit("d", "E3", minute: 613), visit("e", "E4", minute: 615)]
        for index in visits.indices {
            let others = visits.indices.filter { $0 != index }.map { visits[$0] }
            #expect(!(try World.findings(visits[index], among: others).map(\.code).contains("R13")))
        }
    }

    @Test func `say whose signature it also is`() throws {
        let hash = String(repeating: "ab", count: 32)
        func signed(_ subject: String, _ elder: String) -> Candidate {
            altered(World.line(subject, World.market, day: subject == "c" ? 2 : 0, minute: subject == "b" ? 900 : 600)) {
                $0.elder = ElderID(elder)
                $0.proof.signature = hash
            }
        }
        let (a, b, c) = (signed("a", "E1"), signed("b", "E1"), signed("c", "E2"))
        #expect(try World.findings(b, among: [a, c]).first?.sentence.contains("含其他老人") == true)
        #expect(try World.findings(c, among: [a, b]).first?.sentence.contains("属其他老人") == true)
    }

    @Test func `count what was paid before without blaming it`() throws {
        var traces = Traces()
        traces.add(World.line("old1", World.yearly), isContext: true)
        traces.add(World.line("old2", World.yearly, day: 1), isContext: true)
        #expect(traces.findings(try World.terms()).isEmpty)
    }
}
