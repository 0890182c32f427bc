import Registry
import Testing

@Suite struct `A card number` {
    /// The check digits come from a second implementation, which gives 5 for 0794, the standard's own example.
    @Test func `ends with the check digit of the standard`() {
        #expect(CardNumber(random: 794).text == "LZ000000007949")
        #expect(CardNumber(random: 12_345_678_901).text == "LZ123456789014")
    }

    @Test func `shows one wrong digit and two neighbours that have changed places`() {
        for seed in [0, 7, 12_345_678_901, 99_999_999_999] as [UInt64] {
            let number = CardNumber(random: seed).text
            #expect(number.count == 14 && CardNumber.isChecked(number) && !CardNumber.isMistyped(number))
            let digits = Array(number)
            for place in 2..<14 {
                for digit in "0123456789" where digit != digits[place] {
                    var wrong = digits
                    wrong[place] = digit
                    #expect(CardNumber.isMistyped(String(wrong)))
                }
                guard place < 13, digits[place] != digits[place + 1] else { continue }
                var wrong = digits
                wrong.swapAt(place, place + 1)
                #expect(CardNumber.isMistyped(String(wrong)))
            }
        }
    }

    @Test(arguments: ["LZ00000001", "LZ26030100042", "LZ-none", "", "LZ00000000000X", "XX000000000000"])
    func `is neither right nor mistyped in another form`(text: String) {
        #expect(!CardNumber.isChecked(text) && !CardNumber.isMistyped(text))
    }
}
