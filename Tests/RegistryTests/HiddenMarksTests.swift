import Kernel
import Registry
import Testing

@Suite struct `What is written of a person` {
    @Test(arguments: ["王\u{202E}国建", "王\u{200B}建国", "王\u{7}建国", "\u{FEFF}王", "王\u{2028}国", "王\u{AD}国", "a\u{7F}", "\u{2066}王\u{2069}"])
    func `has no marks that nobody sees`(name: String) { #expect(HiddenMarks.stand(in: name)) }

    /// A blank, a minority name's point, rare characters of the supplementary planes and of private use, a variation selector.
    @Test(arguments: ["王建国", "阿卜杜拉·买买提", "𠮷田㛃", "Li Ming", "葛\u{E0100}", "\u{E000}某", ""])
    func `may have rare characters`(name: String) { #expect(!HiddenMarks.stand(in: name)) }

    @Test func `names a contact once who is known by the relation only`() {
        func contact(_ name: String) -> Contact { Contact(name: name, relation: "儿子", phone: nil, order: 1) }
        #expect(contact("儿子").told() == "儿子")
        #expect(contact("儿子").told(as: "儿*") == "儿子")
        #expect(contact("王芳").told() == "儿子 王芳")
        #expect(contact("王芳").told(as: "王*") == "儿子 王*")
    }
}
