import Kernel
import Registry
import Testing

@Suite struct `An identity number` {
    @Test(arguments: [
        ("11010519491231002X", "11010519491231002X"), ("11010519491231002x", "11010519491231002X"),
        ("１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X"), ("110105 19491231 002X", "11010519491231002X"),
        (" 110105-19491231-002x　", "11010519491231002X"), ("110105491231002", "11010519491231002X"),
    ])
    func `is read in every way people write it`(written: String, text: String) throws {
        #expect(try IDNumber(written).text == text)
    }

    @Test(arguments: [
        ("", IDNumberFault.empty), ("  ", .empty), ("1101051949123100", .length(16)), ("11010519491231002XX", .length(19)),
        ("1101O519491231002X", .character(5)), ("1101051949123100X2", .character(17)), ("11010549123100X", .character(15)),
        ("99010519491231002X", .area), ("11010519491331002X", .date), ("11010519490229002X", .date), ("110105490229002", .date),
        ("110105194912310021", .checkDigit), ("11010519491231020X", .checkDigit), ("11010519491231000X", .checkDigit),
    ])
    func `is refused with what is wrong with it`(written: String, fault: IDNumberFault) {
        #expect(throws: fault) { try IDNumber(written) }
        #expect(!fault.reason.isEmpty)
    }

    @Test func `tells birthday, sex, tail and a masked form`() throws {
        let number = try IDNumber("11010519491231002X")
        #expect(number.birthday == LocalDate(1949, 12, 31))
        #expect(number.sex == .female)
        #expect(number.tail == "002X")
        #expect(number.masked == "110105********002X")
        #expect(try IDNumber("110105491231003").sex == .male)
    }

    @Test(arguments: 0..<100 as Range<UInt64>)
    func `with one digit changed or two neighbours exchanged is never valid`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let born = LocalDate(1950, 1, 1)!.adding(days: -random.below(9000))
        let date = born.description.filter { $0 != "-" }
        let first17 = "620102" + date + String("\(1000 + random.below(999))".dropFirst())
        let check = try #require(IDNumber.checkDigit(first17))
        var digits = Array(first17)
        #expect(try IDNumber(first17 + String(check)).birthday == born)
        let place = random.below(17)
        let old = digits[place]
        while digits[place] == old { digits[place] = Character("\(random.below(10))") }
        #expect(throws: IDNumberFault.self) { try IDNumber(String(digits) + String(check)) }
        digits = Array(first17)
        if digits[14] != digits[15] {
            digits.swapAt(14, 15)
            #expect(throws: IDNumberFault.checkDigit) { try IDNumber(String(digits) + String(check)) }
        }
    }

    @Test func `has no check digit for anything but seventeen digits`() {
        #expect(IDNumber.checkDigit("1101051949123100") == nil)
        #expect(IDNumber.checkDigit("1101051949123100x") == nil)
    }
}

@Suite struct `A credit code` {
    // 91350100M000100Y43 is the worked sample that GB 32100-2015 prints in its annex.
    @Test(arguments: ["91350100M000100Y43", "91350100m000100y43", "９１３５０１００Ｍ０００１００Ｙ４３", "9135 0100 M000 100Y 43"])
    func `is read in every way people write it`(written: String) throws {
        #expect(try CreditCode(written).text == "91350100M000100Y43")
    }

    @Test(arguments: [
        ("", CreditCodeFault.length(0)), ("91350100M000100Y4", .length(17)), ("91350100I000100Y43", .character(9)),
        ("9135O100M000100Y43", .character(5)), ("91A50100M000100Y43", .character(3)), ("91350100M000100Y4中", .length(20)),
        ("91350100M000100Y44", .checkDigit), ("91350100M000010Y43", .checkDigit),
    ])
    func `is refused with what is wrong with it`(written: String, fault: CreditCodeFault) {
        #expect(throws: fault) { try CreditCode(written) }
        #expect(!fault.reason.isEmpty)
    }

    @Test func `has its check digit computed from the first seventeen`() {
        #expect(CreditCode.checkDigit("91350100M000100Y4") == "3")
        #expect(CreditCode.checkDigit("91350100M000100Y") == nil)
        #expect(CreditCode.checkDigit("91350100I000100Y4") == nil)
    }
}
