import Entitlement
import Kernel
import Testing

@Suite struct `A fund account` {
    private func account(_ kind: FundKind, granted: Int64 = 1000, drawn: Int64 = 0, repaid: Int64 = 0) -> FundAccount {
        FundAccount(id: ID("f"), kind: kind, holder: "市委老干部局", year: 2026, granted: Fen(granted), drawn: Fen(drawn), repaid: Fen(repaid))
    }

    private func payment(_ amount: Int64, by: String = "maker", state: FundPayment.State = .requested) -> FundPayment {
        FundPayment(
            id: "p", account: ID("f"), person: "e1", amount: Fen(amount), reason: "困难", state: state, requestedBy: by,
            requestedAt: Instant(milliseconds: 0))
    }

    @Test(arguments: [
        (FundKind.office, 0, nil, "x", false, FundRefusal.amountInvalid), (.office, 100, nil, "", false, .reasonMissing),
        (.nursingFee, 100, "e1", "x", false, .notByRequest), (.specialNeed, 100, nil, "x", false, .personMissing),
        (.medicalAdvance, 100, "", "x", false, .personMissing), (.oneOffAid, 100, "e1", "x", true, .aidAlreadyGiven),
        (.office, 1001, nil, "x", false, .notEnough(available: Fen(1000))), (.office, 1000, nil, "x", false, nil),
        (.specialNeed, 1000, "e1", "x", true, nil), (.oneOffAid, 1000, "e1", "x", false, nil),
    ] as [(FundKind, Int64, String?, String, Bool, FundRefusal?)])
    func `says what may be asked of it`(kind: FundKind, amount: Int64, person: String?, reason: String, before: Bool, refusal: FundRefusal?) {
        var found: FundRefusal?
        do throws(FundRefusal) {
            try account(kind).check(request: Fen(amount), person: person, reason: reason, hasReceived: before)
        } catch { found = error }
        #expect(found == refusal)
        if let found { #expect(!found.rejection.message.isEmpty) }
    }

    @Test func `has a word on screen for every nature, and only an advance is owed`() {
        #expect(FundKind.allCases.map(\.name) == ["公用经费", "特需经费", "护理费", "医药费垫支", "困难帮扶"])
        #expect(FundKind.allCases.map { account($0, drawn: 300, repaid: 100).outstanding } == [.zero, .zero, .zero, Fen(200), .zero])
        #expect(FundRefusal.notALoan.rejection.code == "fund_not_loan")
    }

    /// First and last month of a nursing fee → months of which it is owed.
    @Test(arguments: [
        ("2026-03", nil, ["2026-03", "2026-04", "2027-01"]), ("2026-03", "2026-04", ["2026-03", "2026-04"]), (nil, nil, []), (nil, "2026-04", []),
    ] as [(String?, String?, [String])])
    func `owes the nursing fee from its first month to its last`(first: String?, last: String?, months: [String]) {
        var fee = account(.nursingFee)
        (fee.firstMonth, fee.lastMonth) = (first.flatMap { Month($0) }, last.flatMap { Month($0) })
        #expect(["2026-02", "2026-03", "2026-04", "2027-01"].filter { fee.owesNursing(Month($0)!) } == months)
        #expect(!account(.office).owesNursing(Month(2026, 3)))
    }

    @Test func `pays by two persons, once, and no more than it has`() throws {
        #expect(try account(.specialNeed).paying(payment(1000), by: ["checker"]).available == .zero)
        #expect(throws: FundRefusal.ownRequest) { try account(.specialNeed).paying(payment(10), by: ["other", "maker"]) }
        #expect(throws: FundRefusal.alreadyDecided()) { try account(.specialNeed).paying(payment(10, state: .paid), by: ["checker"]) }
        #expect(throws: FundRefusal.notEnough(available: Fen(900))) { try account(.specialNeed, drawn: 100).paying(payment(901), by: ["checker"]) }
    }

    @Test func `for medical bills revolves`() throws {
        let lent = try account(.medicalAdvance).paying(payment(800), by: ["checker"])
        #expect(lent.outstanding == Fen(800))
        #expect(lent.available == Fen(200))
        let back = try lent.repaid(Fen(500), owed: Fen(800))
        #expect(back.outstanding == Fen(300))
        #expect(back.available == Fen(700))
        #expect(throws: FundRefusal.moreThanOwed(outstanding: Fen(300))) { try back.repaid(Fen(301), owed: Fen(300)) }
        #expect(throws: FundRefusal.notALoan) { try account(.specialNeed).repaid(Fen(1), owed: Fen(1)) }
        #expect(throws: FundRefusal.amountInvalid) { try back.repaid(.zero, owed: Fen(300)) }
    }

    @Test(arguments: [("2026-02", false), ("2026-03", true), ("2026-05", true), ("2026-06", false)])
    func `of a nursing fee owes from the first to the last month`(month: String, owes: Bool) {
        var nursing = account(.nursingFee, granted: 0)
        (nursing.firstMonth, nursing.lastMonth, nursing.monthly) = (Month("2026-03"), Month("2026-05"), Fen(250_000))
        #expect(nursing.owesNursing(Month(month)!) == owes)
        #expect(nursing.payingNursing().available == .zero)
        #expect(nursing.payingNursing().drawn == Fen(250_000))
    }
}
