import Catalog
import Kernel
import Pinyin
import Testing

@Suite struct `A search of the catalogue` {
    let catalogue: Catalogue
    init() throws { catalogue = try Catalogue(Shipped.files) }

    func names(_ text: String, limit: Int = 9) -> [String] { catalogue.search(text, limit: limit).map(\.name) }

    @Test func `lists lunch and supper by their initials in a stable order`() {
        let found = names("yywc")
        #expect(found.prefix(2) == ["营养午餐", "营养晚餐"])
        for _ in 0..<20 { #expect(names("yywc") == found) }
    }

    @Test(arguments: [
        ("午饭", "营养午餐"), ("黑饭", "营养晚餐"), ("后晌饭", "营养晚餐"), ("早点", "营养早餐"), ("yingyangwucan", "营养午餐"), ("YingYang WuCan", "营养午餐"),
        ("YYWC", "营养午餐"), ("01001", "营养午餐"), ("营养午餐", "营养午餐"), ("营养晚", "营养晚餐"), (" 营养 午餐 ", "营养午餐"), ("wufan", "营养午餐"),
    ])
    func `finds first what is meant`(text: String, name: String) { #expect(names(text).first == name) }

    @Test func `finds every item by its code, name and aliases`() {
        for item in catalogue.items {
            #expect(catalogue.search(item.code.text).first == item)
            #expect(catalogue.search(item.name, limit: 400).contains(item))
            for alias in item.aliases { #expect(catalogue.search(alias, limit: 400).contains(item), "\(alias)") }
        }
    }

    @Test(arguments: ["", "   ", "qqqqqq", "没有这样的东西", String(repeating: "饭", count: 33)])
    func `finds nothing for nothing`(text: String) { #expect(names(text).isEmpty) }

    @Test func `keeps to its limit`() {
        #expect(names("01", limit: 3).count == 3)
        #expect(names("01", limit: 0).isEmpty)
        #expect(names("01", limit: -1).isEmpty)
    }
}

@Suite struct `The reading of a text` {
    @Test(arguments: [("重阳糕", "chongyanggao", "cyg"), ("重量", "zhongliang", "zl"), ("女儿", "nver", "ne"), ("B超检查", "bchaojiancha", "bcjc"), ("（一）", "yi", "y"), ("", "", "")])
    func `follows the exceptions first`(text: String, full: String, initials: String) {
        let reader = PinyinReader(exceptions: ["重阳": "chong yang"])
        #expect(reader.reading(text) == Reading(full: full, initials: initials))
    }

    @Test func `takes the longest exception`() {
        let reader = PinyinReader(exceptions: ["重": "zhong", "重庆": "chong qing", "重庆路": "chong qing lu x"])
        #expect(reader.reading("重庆路重庆重").initials == "cqlxcqz")
    }

    @Test(arguments: [
        ("曾国强", "zengguoqiang"), ("单雄信", "shanxiongxin"), ("欧阳修", "ouyangxiu"), ("尉迟恭", "yuchigong"), ("任重", "renzhong"), ("曾", "ceng"),
    ])
    func `of a name reads its surname as surnames are read`(name: String, full: String) {
        #expect(PinyinReader().nameReading(name).full == full)
    }

    @Test func `of every shipped exception is what the file says`() throws {
        let reader = try Catalogue(Shipped.files).pinyin
        let table = try CSVTable(try #require(Shipped.contents["pinyin.csv"]), requiring: ["phrase", "reading"])
        #expect(table.records.count > 20)
        for record in table.records {
            let syllables = table.field(record, "reading").split(separator: " ")
            #expect(reader.reading(table.field(record, "phrase")) == Reading(full: syllables.joined(), initials: String(syllables.compactMap(\.first))))
        }
    }
}
