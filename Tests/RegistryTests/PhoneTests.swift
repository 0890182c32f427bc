import Registry
import Testing

@Suite struct `A telephone number` {
    @Test(arguments: [
        ("13812345678", "13812345678", nil), ("+86 138 1234 5678", "13812345678", nil), ("0086-138-1234-5678", "13812345678", nil),
        ("8613812345678", "13812345678", nil), ("+86-13812345678", "13812345678", nil), ("013812345678", "13812345678", nil),
        ("138.1234.5678", "13812345678", nil), ("138/1234/5678", "13812345678", nil), ("138 1234 5678 ", "13812345678", nil),
        ("１３８１２３４５６７８", "13812345678", nil), ("＋８６　138－1234－5678", "13812345678", nil), ("138—1234—5678", "13812345678", nil),
        ("13812345678-1234", "13812345678", "1234"),
        ("8412345", "09318412345", nil), ("841 2345", "09318412345", nil), ("0931-8412345", "09318412345", nil),
        ("09318412345", "09318412345", nil), ("(0931)8412345-801", "09318412345", "801"), ("（0931）8412345转801", "09318412345", "801"),
        ("0931 8412345 转 801", "09318412345", "801"), ("8412345转分机801", "09318412345", "801"), ("8412345分机：801", "09318412345", "801"),
        ("8412345 ext. 12", "09318412345", "12"), ("8412345x12", "09318412345", "12"), ("8412345#12", "09318412345", "12"),
        ("8412345-8", "09318412345", "8"), ("+86 931 8412345", "09318412345", nil), ("+86 (0931) 8412345", "09318412345", nil),
        ("0086 931 8412345 转 801", "09318412345", "801"), ("010-62345678", "01062345678", nil), ("+86 10 6234 5678", "01062345678", nil),
        ("021-62345678-0", "02162345678", "0"), ("0755-82345678", "075582345678", nil), ("400-812-3456", "4008123456", nil),
        ("+44 20 7946 0958", "+442079460958", nil), ("0044 20 7946 0958", "+442079460958", nil),
    ] as [(String, String, String?)])
    func `is read in every way people write it`(written: String, text: String, extension: String?) throws {
        let number = try NormalisedPhone(written)
        #expect(number.text == text)
        #expect(number.extension == `extension`)
        #expect(try NormalisedPhone(number.description) == number)
    }

    @Test(arguments: [
        ("", PhoneFault.empty), (" - ", .empty), ("转801", .empty), ("12", .tooShort), ("841234", .tooShort), ("1381234567", .noSuchNumber),
        ("138123456789", .noSuchNumber), ("12812345678", .noSuchNumber), ("1412345", .noSuchNumber), ("010-8412345", .noSuchNumber),
        ("13812345678/13912345678", .tooLong), ("+44 20", .noSuchNumber), ("138I2345678", .character("i")), ("8412345转", .character("转")),
        ("8412345转甲", .character("转")), ("电话8412345", .character("电")), ("841+2345", .character("+")), ("0031-8412345", .noSuchNumber),
    ])
    func `is refused with what is wrong with it`(written: String, fault: PhoneFault) {
        #expect(throws: fault) { try NormalisedPhone(written) }
        #expect(!fault.reason.isEmpty)
    }

    @Test func `takes the area code it is told for a local number`() throws {
        #expect(try NormalisedPhone("8412345", areaCode: "0930").text == "09308412345")
        #expect(try NormalisedPhone("62345678", areaCode: "010").text == "01062345678")
    }

    @Test(arguments: [
        ("13812345678", "138****5678"), ("8412345-801", "0931****345"), ("010-62345678", "010*****678"), ("0755-82345678", "0755*****678"),
    ])
    func `is masked in lists`(written: String, masked: String) throws {
        #expect(try NormalisedPhone(written).masked == masked)
    }

    @Test func `knows whether a text message can reach it`() throws {
        #expect(try NormalisedPhone("13812345678").isMobile)
        #expect(try !NormalisedPhone("8412345").isMobile)
        #expect(try NormalisedPhone("8412345").tail == "2345")
    }
}

@Suite struct `A masked name` {
    @Test(arguments: [
        ("", ""), ("王", "*"), ("王芳", "王*"), ("王建国", "王*国"), ("欧阳", "欧*"), ("欧阳修", "欧阳*"), ("欧阳文华", "欧阳*华"), ("王李建国", "王**国"),
        ("阿卜杜拉·买买提", "阿**提"), ("𠮷建国", "𠮷*国"),
    ])
    func `shows no more than it must`(name: String, masked: String) {
        #expect(Masked.name(name) == masked)
    }
}
