import Billing
import Catalog
import Kernel
import Registry
import Testing

@Suite struct `The close of a month` {
    static func entry(_ move: CloseMove, by: String) -> CloseEntry {
        CloseEntry(from: move.from, action: move.action, to: move.to, by: by, at: Instant(milliseconds: 0), opinion: "", hash: "")
    }

    static let cases = CloseStep.allCases.flatMap { step in CloseAction.allCases.map { (step, $0) } }

    @Test(arguments: cases)
    func `goes only where the table says`(step: CloseStep, action: CloseAction) throws {
        let rows = CloseMove.table.filter { $0.from == step && $0.action == action }
        #expect(rows.count <= 1)
        guard let row = rows.first else {
            let refusal = #expect(throws: Rejection.self) { try CloseMove.of(action, at: step, month: World.may) }
            #expect(refusal?.code == "close_out_of_order")
            #expect(refusal?.message.contains(step.name) == true)
            return
        }
        #expect(try CloseMove.of(action, at: step, month: World.may) == row)
        #expect(!row.right.name.isEmpty)
    }

    @Test func `is locked from the street on, and a return goes back one step`() {
        #expect(CloseStep.allCases.filter(\.isLocked) == [.street, .district, .finance, .paying, .paid])
        let order = CloseStep.allCases
        for move in CloseMove.table {
            let steps = order.firstIndex(of: move.to)! - order.firstIndex(of: move.from)!
            // A month in which nothing is paid needs no bank.
            let forward = move.from == .finance && move.action == .settle ? 2 : 1
            let bounce = [CloseStep.finance: 0, .paying: -1, .paid: -2][move.from]
            guard move.action != .answerPart else {
                #expect(steps == 0)
                continue
            }
            #expect(steps == (move.action == .bounce ? bounce : move.action == .reject || move.action == .payPart ? -1 : forward))
        }
    }

    @Test func `asks about a share of meals by numbers, and about none of cards`() {
        func line(_ index: Int, isTold: Bool) -> Sampling.Line {
            Sampling.Line(subject: "m\(index)", gross: Fen(100), evidence: .slip, isConfirmed: false, isTold: isTold)
        }
        let samples = Sampling.plan(
            (0..<11).map { line($0, isTold: true) }, of: World.may, provider: nil, CheckPolicy(), isFirst: { _ in true })
        #expect(samples.count == 3 && samples.allSatisfy { $0.reason == .weakEvidence && $0.result == nil })
        let policy = CheckPolicy { $0 == "weak_entry_sample_percent" ? 0 : nil }
        #expect(Sampling.plan([line(0, isTold: true)], of: World.may, provider: nil, policy, isFirst: { _ in false }).isEmpty)
    }

    @Test func `waits for every street with money in it`() throws {
        func sign(_ street: String, _ to: CloseStep) -> CloseEntry {
            CloseEntry(
                from: .reviewed, action: .approve, to: to, by: "of-\(street)", at: Instant(milliseconds: 0), opinion: "", hash: "", street: street)
        }
        func step(_ street: String, due: Set<String>, after history: [CloseEntry] = []) throws -> CloseStep {
            try CloseEntry.step(after: street, due: due, history: history)
        }
        #expect(try step("1", due: ["1", "2"]) == .reviewed)
        let one = [sign("1", .reviewed)]
        #expect(try step("2", due: ["1", "2"], after: one) == .street)
        #expect(throws: Rejection.self) { try step("1", due: ["1", "2"], after: one) }
        #expect(throws: Rejection.self) { try step("3", due: ["1", "2"]) }
        #expect(try step(CloseEntry.allStreets, due: ["1", "2"], after: one) == .street)
        // Nobody is due anything: one signature is enough.
        #expect(try step("3", due: []) == .street)
        let returned = try CloseMove.of(.reject, at: .street, month: World.may)
        let history = one + [sign("2", .street)]
        #expect(CloseEntry.ofStreets(history).compactMap(\.street) == ["1", "2"])
        #expect(CloseEntry.ofStreets(history + [Self.entry(returned, by: "di")]).isEmpty)
        let sentBack = try CloseMove.of(.reject, at: .reviewed, month: World.may)
        #expect(CloseEntry.ofStreets(one + [Self.entry(sentBack, by: "of-2")]).isEmpty)
    }

    @Test func `takes another person at every step`() throws {
        let moves = try [(CloseStep.frozen, CloseAction.approve), (.reviewed, .approve), (.street, .approve)].map {
            try CloseMove.of($0.1, at: $0.0, month: World.may)
        }
        let history = [Self.entry(moves[0], by: "op"), Self.entry(moves[1], by: "st")]
        func code(_ move: CloseMove, _ names: String..., after history: [CloseEntry], makers: Set<String> = []) -> String? {
            do {
                try CloseEntry.checkSeparation(move, by: Set(names), history: history, makers: makers)
                return nil
            } catch { return error.code }
        }
        #expect(code(moves[2], "di", after: history) == nil)
        #expect(code(moves[2], "st", after: history) == "own_entry")
        #expect(code(moves[2], "op", after: history) == "own_entry")
        #expect(code(moves[0], "maker", after: [], makers: ["maker"]) == "own_entry")
        // Under another name, but the same person.
        #expect(code(moves[2], "st2", "st", after: history) == "own_entry")
        #expect(code(moves[0], "maker2", "maker", after: [], makers: ["maker"]) == "own_entry")
        // Returned by the district: the street's signature no longer counts, the review still does.
        let reject = try CloseMove.of(.reject, at: .street, month: World.may)
        let returned = history + [Self.entry(reject, by: "di")]
        #expect(code(moves[1], "st", after: returned) == nil)
        #expect(code(moves[1], "op", after: returned) == "own_entry")
        #expect(code(reject, "op", after: history) == nil)
        let pay = try CloseMove.of(.pay, at: .finance, month: World.may)
        let bounce = try CloseMove.of(.bounce, at: .paying, month: World.may)
        #expect(code(pay, "cash", after: [Self.entry(pay, by: "cash"), Self.entry(bounce, by: "cash")]) == nil)
        #expect(code(pay, "cash", after: [Self.entry(pay, by: "cash")]) == "own_entry")
        let part = try CloseMove.of(.answerPart, at: .paying, month: World.may)
        #expect(code(pay, "cash", after: [Self.entry(pay, by: "cash"), Self.entry(part, by: "cash"), Self.entry(bounce, by: "cash")]) == nil)
    }

    @Test(arguments: [
        (LineDecision.Kind.release, Verdict.held, true), (.refuse, .held, true), (.refuse, .paid, true), (.release, .paid, false),
        (.release, .blocked, false), (.refuse, .blocked, false),
    ])
    func `decides on held lines`(kind: LineDecision.Kind, verdict: Verdict, isAllowed: Bool) {
        #expect(LineDecision.mayDecide(kind, on: verdict) == isAllowed)
    }

    @Test func `counts what a person has decided`() throws {
        var line = StatementLine(candidate: World.line(), findings: [Finding("R18", .hold, "")])
        #expect(line.verdict == .held)
        line.decision = LineDecision(kind: .release, reason: "看过", by: "op", at: Instant(milliseconds: 0))
        #expect(line.verdict == .paid)
        var statement = Statement(month: World.may, provider: World.provider, lines: [line])
        #expect(statement.due == Fen(3000))
        func correction(_ amount: Int64) -> Adjustment {
            Adjustment(
                id: "a", month: World.may.adding(-1), provider: World.provider, subject: "s0", amount: Fen(amount), reason: "", enteredBy: "f")
        }
        statement.adjustments = [correction(-1000)]
        #expect(statement.due == Fen(2000))
        statement.adjustments = [correction(-4000)]
        #expect(statement.due == .zero)
        // What this payment cannot bear waits for the next one.
        let rest = try #require(Deduction.carried(StatementSums(statement)))
        #expect(rest.amount == Fen(-1000) && rest.subject == "carry/P001" && !rest.isOfItsMonth)
        statement.adjustments = [correction(-3000)]
        #expect(Deduction.carried(StatementSums(statement)) == nil)
    }
}

@Suite struct `The sample of a statement` {
    static func statement(_ count: Int, change: (Int, inout Candidate) -> Void = { _, _ in }) -> Statement {
        Statement(
            month: World.may, provider: World.provider,
            lines: (0..<count).map { index in
                StatementLine(candidate: altered(World.line("s\(index)", day: index % 28), change: { change(index, &$0) }), findings: [])
            })
    }

    static func lines(_ statement: Statement) -> [Sampling.Line] {
        statement.lines.map(\.candidate).map {
            Sampling.Line(subject: $0.subject, gross: $0.gross, evidence: $0.evidence, isConfirmed: $0.proof.callbackConfirms)
        }
    }

    static func reasons(
        _ statement: Statement, joined: LocalDate = LocalDate("2020-01-01")!, first: Set<String> = []
    ) throws -> [String: Sample.Reason] {
        var provider = try #require(try World.franchise().provider(World.provider))
        provider.joined = joined
        let samples = Sampling.plan(Self.lines(statement), of: World.may, provider: provider, CheckPolicy(), isFirst: first.contains)
        return Dictionary(uniqueKeysWithValues: samples.map { ($0.subject, $0.reason) })
    }

    @Test func `takes everything risky`() throws {
        let statement = Self.statement(3) { index, line in
            if index == 1 { line.evidence = .slip }
            if index == 2 { line.price(30_001) }
        }
        #expect(try Self.reasons(statement, first: ["s0"]) == ["s0": .first, "s1": .weakEvidence, "s2": .amount])
    }

    @Test(arguments: [(1, 1), (10, 1), (11, 2), (100, 10), (0, 0)])
    func `draws a tenth of the rest, rounded up`(count: Int, wanted: Int) throws {
        let reasons = try Self.reasons(Self.statement(count))
        #expect(reasons.count == wanted)
        #expect(reasons.values.allSatisfy { $0 == .random })
        #expect(try Self.reasons(Self.statement(count)) == reasons)
    }

    @Test func `draws more of a new provider, and of one nobody knows`() throws {
        #expect(try Self.reasons(Self.statement(100), joined: LocalDate("2026-03-01")!).count == 30)
        #expect(try Self.reasons(Self.statement(100), joined: LocalDate("2026-02-28")!).count == 10)
        #expect(Sampling.plan(Self.lines(Self.statement(100)), of: World.may, provider: nil, CheckPolicy(), isFirst: { _ in false }).count == 30)
    }

    @Test func `knows call-backs made before`() {
        let line = Sampling.Line(subject: "c", gross: Fen(100), evidence: .full, isConfirmed: true)
        let samples = Sampling.plan([line], of: World.may, provider: nil, CheckPolicy(), isFirst: { _ in true })
        #expect(samples == [Sample(subject: "c", reason: .first, result: .passed)])
        #expect(Sample.Reason.allCases.allSatisfy { !$0.name.isEmpty })
    }

    @Test(arguments: [(0, 0, false), (0, 20, false), (1, 20, false), (1, 19, true), (2, 20, true)])
    func `widens when too many fail`(failed: Int, answered: Int, isWidened: Bool) {
        #expect(Sampling.isWidened(failed: failed, answered: answered, CheckPolicy()) == isWidened)
    }
}

@Suite struct `The bank's answer` {
    static func payment(_ number: Int) -> Payment {
        Payment(reference: "2026-05-P00\(number)-1", provider: ProviderID("P00\(number)"), account: "6222", name: "店", amount: Fen(100), invoice: "9")
    }
    static func file(_ rows: String...) -> [UInt8] { Array((["付款编号,金额,状态,说明"] + rows).joined(separator: "\r\n").utf8) }

    @Test func `is matched line by line`() throws {
        let lines = try BankLine.read(Self.file("2026-05-P001-1,1.00,成功,", "2026-05-P002-1,1.00,失败,户名不符"))
        let matched = try BankLine.match(lines, with: [Self.payment(1), Self.payment(2)])
        #expect(matched.map(\.line.isPaid) == [true, false])
        #expect(Payment.file([Self.payment(1)]).contains("2026-05-P001-1,P001,店,6222,1.00,9"))
    }

    @Test func `is matched whatever blanks a client has put around and into its fields`() throws {
        let text = " 付款编号 ,金额,状态,说明\r\n\u{3000}2026-05-p001-1 , 1.00\t,成功 ,\r\n2026-05-P０02 -1,1.00,失败, 户名不符 \r\n"
        let lines = try BankLine.read(Array(text.utf8))
        #expect(try BankLine.match(lines, with: [Self.payment(1), Self.payment(2)]).map(\.line.isPaid) == [true, false])
        #expect(lines.last?.note == "户名不符")
    }

    @Test(arguments: [
        ([("X", "1.00")], "没有付款编号 X"), ([("2026-05-P001-1", "1.01")], "应为 1.00元"),
        ([("2026-05-P001-1", "1.00"), ("2026-05-P001-1", "1.00")], "出现两次"), ([], "没有任何行"),
        ((1...6).map { ("X\($0)", "1.00") }, "没有付款编号 X5 等 6 处"),
    ] as [([(String, String)], String)])
    func `is refused whole when one line is wrong`(rows: [(String, String)], words: String) {
        let lines = rows.map { BankLine(reference: $0.0, amount: Fen(yuan: $0.1)!, isPaid: true, note: "") }
        let refusal = #expect(throws: Rejection.self) { try BankLine.match(lines, with: [Self.payment(1)]) }
        #expect(refusal?.code == "bank_file_mismatch")
        #expect(refusal?.message.contains(words) == true)
    }

    @Test(arguments: ["a,b\n", "付款编号,金额,状态,说明\nX,一元,成功,\n", "付款编号,金额,状态,说明\nX,1.00,也许,\n", "付款编号,金额,状态,说明\n\"X"])
    func `is read strictly`(text: String) {
        #expect(throws: Rejection.self) { try BankLine.read(Array(text.utf8)) }
    }
}

@Suite struct `The number of a swipe` {
    @Test func `has the day and the end of the id, and reads back`() throws {
        let number = SwipeNumber("1kdvdv5g02hdxj4g4q61", on: try #require(LocalDate("2026-01-09")))
        #expect(number.text == "260109-4g4q61")
        #expect(SwipeNumber("260109-4G4Q61") == number)
    }

    /// An order's number, a payment's, an invoice's, a day that is none, and what is neither letter nor digit.
    @Test(arguments: ["260109-00004", "2026-03-P001-1", "260109", "261332-4g4q61", "260109-4g4q6%", "260109-刷卡一二三四", ""])
    func `is nothing else`(text: String) { #expect(SwipeNumber(text) == nil) }

    @Test func `stands for a meal, an order keeps its own`() {
        var line = World.line("1kdvdv5g02hdxj4g4q61")
        #expect(line.shownNumber == line.number)
        line.kind = .meal
        #expect(line.shownNumber == SwipeNumber(line.subject, on: line.date).text)
    }
}

@Suite struct `The shadow of a month` {
    @Test func `shows what stops which money, and what has changed since`() throws {
        func shadow(_ lines: [(String, [Finding])], day: Int) -> Shadow {
            Shadow(
                [Statement(month: World.may, provider: World.provider, lines: lines.map {
                    StatementLine(candidate: World.line($0.0), findings: $0.1)
                })], on: World.monday.adding(days: day))
        }
        let (hold, warn) = (Finding("R18", .hold, ""), Finding("R14", .warn, ""))
        let before = shadow([("a", [hold]), ("b", [hold, warn]), ("c", [])], day: 0)
        let now = shadow([("a", [hold]), ("b", []), ("c", [Finding("R01", .block, ""), hold]), ("d", [])], day: 1)
        let byCode = now.stops.byCode
        #expect(byCode.map(\.code) == ["R01", "R18"])
        #expect(byCode.map(\.lines) == [1, 2])
        #expect(byCode.map(\.subsidy) == [Fen(3000), Fen(6000)])
        let difference = now.since(before)
        #expect(difference.lines == 1)
        #expect(difference.payable == Fen(3000))
        #expect(difference.newlyStopped.map(\.subject) == ["c"])
        #expect(difference.cleared.map(\.subject) == ["b"])
        #expect(difference.change == Shadow.Change(lines: 1, payable: Fen(3000), newlyStopped: 1, cleared: 1))
        #expect(now.totals == Shadow.Totals(
            day: World.monday.adding(days: 1), lines: 4, gross: now.gross, subsidy: now.subsidy, payable: now.payable, stops: now.stops))
        // What is added and taken away again leaves nothing.
        var sums = now.stops
        sums.add("R01", lines: -1, subsidy: -Fen(3000))
        #expect(sums.byCode.map(\.code) == ["R18"])
    }
}

/// 收款账户
@Suite struct `An account` {
    private static let old = Payee(name: "石榴餐厅", bank: "兰州银行", account: "1001")
    private static let new = Payee(name: "石榴餐厅", bank: "", account: "1002")
    private static let provider = ProviderID("P001")

    private static func code(_ changes: [Payee.Change], _ approved: [Payee.Approved] = [], by names: Set<String> = ["cashier"]) -> String? {
        do { try Payee.check(changes, approved: approved, by: names) } catch { return "\(error.code) \(error.message)" }
        return nil
    }

    @Test func `is changed when anything of it is, or when nobody knows what was approved`() throws {
        let approved = Payee.Approved(payee: Self.old, by: "treasurer")
        #expect(Payee.Change(Self.provider, approved: approved, now: Self.old) == nil)
        let change = try #require(Payee.Change(Self.provider, approved: approved, now: Self.new))
        #expect(change.approved == Self.old && change.now == Self.new && Self.new.words == "石榴餐厅 1002")
        let unknown = try #require(Payee.Change(Self.provider, approved: nil, now: Self.new))
        #expect(Self.code([change], [approved])?.contains("审核时为“石榴餐厅 兰州银行 1001”，现为“石榴餐厅 1002”") == true)
        #expect(Self.code([unknown])?.contains("payee_changed 1 家服务商的收款账户在财务审核之后有变动：P001 审核时没有留存") == true)
    }

    @Test func `is not paid by whoever has confirmed it`() {
        let confirmed = Payee.Approved(payee: Self.new, by: "checker")
        #expect(Self.code([], [confirmed]) == nil)
        #expect(Self.code([], [confirmed], by: ["cashier", "checker"])?.hasPrefix("own_entry") == true)
    }
}

/// R19
@Suite struct `A photograph of a month before` {
    @Test func `holds the visit under which it stands again`() throws {
        var terms = try World.terms()
        let line = World.line("new", World.market, minute: 600)
        func found() -> [String] {
            Checks.findings(line, Surroundings(terms: terms, month: [line])).filter { $0.code == "R19" }.map { "\($0.severity) \($0.sentence)" }
        }
        #expect(found().isEmpty)
        let march = PhotoReuse(subject: "new", photo: "ab", number: "260312-00012", date: World.monday.adding(days: -60))
        terms.set(reused: [march, PhotoReuse(subject: "new", photo: "cd", number: "260401-00001", date: World.monday)])
        #expect(found() == ["hold 照片与 \(march.date) 的工单 260312-00012 相同"])
    }
}

/// 冲正
@Suite struct `A correction` {
    /// Of seven yuan with three beside them; of a line without either; of one of which rules hold back all but the bonus.
    @Test(arguments: [
        (700, 300, nil, -1000), (700, 300, -700, -1000), (700, 300, -1000, -1000), (700, 300, -699, -699), (700, 300, -701, nil), (700, 300, -1001, nil),
        (700, 300, 0, nil), (700, 300, 5, nil), (700, 0, -700, -700), (0, 0, nil, nil), (0, 300, nil, -300), (0, 300, -300, -300), (0, 300, -1, nil),
    ] as [(Int64, Int64, Int64?, Int64?)])
    func `takes the bonus with the whole of a line, and pays it with it`(share: Int64, bonus: Int64, asked: Int64?, moved: Int64?) {
        let paid = Correction(share: Fen(share), bonus: Fen(bonus), isPaid: true)
        #expect(paid.amount(asked.map { Fen($0) }) == moved.map { Fen($0) })
        let unpaid = Correction(share: Fen(share), bonus: Fen(bonus), isPaid: false)
        #expect(unpaid.amount(asked.map { Fen(-$0) }) == moved.map { Fen(-$0) })
        #expect(paid.whole == -unpaid.whole)
        #expect(moved.map { paid.movesBonus(Fen($0)) } ?? false == (bonus > 0 && moved == paid.whole.amount))
    }

    /// Of a line of ten yuan, of which rules leave nine, or all, or nothing.
    @Test(arguments: [(900, 900, 1000), (900, 450, 500), (900, -899, 999), (900, 1200, 1000), (1000, 1, 1), (0, 300, 1000)] as [(Int64, Int64, Int64)])
    func `moves the public money of a line in proportion`(share: Int64, amount: Int64, funding: Int64) {
        let correction = Correction(share: Fen(share), bonus: Fen(300), isPaid: amount < 0)
        #expect(correction.funding(Fen(amount), of: Fen(1000)) == Fen(funding))
    }
}
