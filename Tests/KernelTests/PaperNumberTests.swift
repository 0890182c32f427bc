import Kernel
import Testing

@Suite struct `A number on paper` {
    @Test(arguments: [("ab12", "AB12"), (" 1 2\u{3000}3 ", "123"), ("ＡＢ－１２", "AB-12"), ("票12", "票12"), ("", "")])
    func `is the same however it is written`(text: String, number: String) {
        #expect(PaperNumber.normalised(text) == number)
        #expect(PaperNumber.normalised(number) == number)
    }
}
