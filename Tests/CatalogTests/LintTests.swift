import Catalog
import Testing

@Suite struct `The shipped catalogue` {
    @Test func `has no fault`() { #expect(lint(Shipped.files).map(\.description) == []) }

    @Test func `has at least 230 items in all ten categories`() throws {
        let catalogue = try Catalogue(Shipped.files)
        #expect(catalogue.items.count >= 230)
        #expect(Set(catalogue.items.map(\.category)) == Set(Category.allCases))
        #expect(Set(catalogue.items.map(\.code)).count == catalogue.items.count)
    }
}

/// A row added to a shipped file and what is then said of it.
struct Planted: Sendable, CustomTestStringConvertible {
    let file: String
    let row: String
    let message: String
    var testDescription: String { message }

    init(_ file: String, _ row: String, _ message: String) {
        self.file = file
        self.row = row
        self.message = message
    }

    /// A sound item, but for the columns that are changed.
    static func item(_ message: String, _ change: (column: String, value: String)) -> Planted {
        let columns = CatalogueFiles.required["items.csv"] ?? []
        let sound = [
            "code": "02998", "category": "02", "name": "试验项目", "unit": "次", "mode": "上门", "duration_min": "60", "kinds": "homecare", "staff": "1",
            "fundable": "是", "evidence": "2",
        ].merging([change.column: change.value]) { $1 }
        return Planted("items.csv", columns.map { sound[$0] ?? "" }.joined(separator: ","), message)
    }
}

@Suite struct `A fault in the catalogue` {
    static let planted: [Planted] = [
        Planted("categories.csv", "01,就餐", "编码 01 重复"), Planted("kinds.csv", "clinic,社区医疗站,", "编码 clinic 重复"),
        Planted("credentials.csv", "medical_license,医疗机构执业许可证,服务商", "编码 medical_license 重复"),
        Planted("classes.csv", "destitute,特困,1,", "编码 destitute 重复"), .item("编码 01001 重复", ("code", "01001")),
        .item("项目编码 02a98 应为五位数字，且以类别 02 开头", ("code", "02a98")), .item("项目编码 03998 应为五位数字，且以类别 02 开头", ("code", "03998")),
        Planted("regions.csv", "62010209,620102,城关区,试验街道,36.05,103.83,", "街道编码 62010209 应为九位数字，且以区划 620102 开头"),
        .item("缺少名称", ("name", "")), .item("未知的类别“11”", ("category", "11")), .item("未知的单位“斤”", ("unit", "斤")),
        .item("未知的服务方式“空投”", ("mode", "空投")), .item("未知的国标分组“其他”", ("gb_group", "其他")), .item("未知的核验等级“4”", ("evidence", "4")),
        .item("未知的可否补贴“可”", ("fundable", "可")), .item("未知的时长“-1”", ("duration_min", "-1")), .item("未知的人数“0”", ("staff", "0")),
        .item("无法识别的频次上限“2/季”", ("cap", "2/季")), .item("无法识别的频次上限“0/日”", ("cap", "0/日")),
        .item("未知的服务商类型“nobody”", ("kinds", "homecare;nobody")), .item("未知的资质“magic”", ("credentials", "magic")),
        .item("未知的标签“金色”", ("tags", "金色")), .item("没有任何服务商类型可以提供“试验项目”", ("kinds", "")), .item("没有价格", ("code", "02998")),
        Planted("kinds.csv", "new,新类型,magic", "未知的资质“magic”"), Planted("credentials.csv", "new,新证,邻居", "未知的持有人“邻居”"),
        Planted("prices.csv", "99999,协议价,1.00,2026-01-01,,样例", "价格所属项目 99999 不存在"),
        Planted("prices.csv", "01001,黑市价,1.00,2020-01-01,2020-12-31,样例", "未知的价格类型“黑市价”"),
        Planted("prices.csv", "01001,协议价,1.005,2020-01-01,2020-12-31,样例", "价格“1.005”应为不小于零的元，至多两位小数"),
        Planted("prices.csv", "01001,协议价,-1,2020-01-01,2020-12-31,样例", "价格“-1”应为不小于零的元，至多两位小数"),
        Planted("prices.csv", "01001,协议价,1.00,2026-02-30,,样例", "价格日期应为 YYYY-MM-DD"),
        Planted("prices.csv", "01001,协议价,1.00,2020-02-01,2020-01-01,样例", "价格的结束日期早于开始日期"),
        Planted("prices.csv", "01001,协议价,1.00,2026-01-01,,样例", "与第 2 行的价格日期重叠"),
        .item("名称“营养午餐”与第 2 行相同", ("name", "营养午餐")), .item("别名“午饭”与第 2 行的名称或别名相同", ("aliases", "午饭")),
        Planted("regions.csv", "620102998,620102,城关区,试验街道,36.05,103.83,620102997", "相邻街道 620102997 不存在"),
        Planted("regions.csv", "620102998,620102,城关区,试验街道,36.05,103.83,620102001", "620102001 没有把 620102998 列为相邻街道"),
        Planted("regions.csv", "620102998,620102,城关区,试验街道,96.05,103.83,", "坐标无法识别"),
        Planted("parameters.csv", "fence_m,100,米,2026-13-01,样例", "生效日期“2026-13-01”应为 YYYY-MM-DD"),
        Planted("parameters.csv", "fence_m,1.5,米,2031-01-01,样例", "参数值“1.5”应为整数"),
        Planted("parameters.csv", "fence_m,-1,米,2031-01-01,样例", "参数值“-1”应为 0 到 10 亿"),
        Planted("parameters.csv", "fence_m,9223372036854775807,米,2031-01-01,样例", "参数值“9223372036854775807”应为 0 到 10 亿"),
        Planted("parameters.csv", "age_min,60,岁,2012-01-01,样例", "参数 age_min 在同一天出现两次"),
        Planted("calendar.csv", "2026-02-30,法定假,春节", "日期或类型无法识别"), Planted("calendar.csv", "2026-12-25,洋节,圣诞", "日期或类型无法识别"),
        Planted("classes.csv", "new,新类,甲,", "顺序“甲”应为整数"),
    ]

    @Test(arguments: planted)
    func `is named with file, row and reason`(planted: Planted) throws {
        let files = Shipped.with(planted.row, in: planted.file)
        let expected = CatalogueFault(file: planted.file, line: Shipped.lastLine(of: planted.file), message: planted.message)
        let faults = lint(files)
        #expect(faults.contains(expected), "\(faults)")
        #expect(throws: CatalogueFaults.self) { try Catalogue(files) }
        #expect(expected.description == "\(planted.file):\(expected.line)：\(planted.message)")
    }

    /// Price rows that leave an item without a price for some days: told at the item.
    @Test(arguments: [
        ("2020-01-01,2020-12-31", "2020-12-31 与 2025-01-01 之间没有价格"),
    ])
    func `of missing days is told at the item`(span: String, message: String) {
        let faults = lint(Shipped.with("01001,协议价,1.00,\(span),样例", in: "prices.csv"))
        #expect(faults == [CatalogueFault(file: "items.csv", line: 2, message: message)])
    }

    @Test func `of a price that runs out is told at the item`() throws {
        var contents = Shipped.contents
        let text = String(decoding: try #require(contents["prices.csv"]), as: UTF8.self)
        contents["prices.csv"] = Array(text.replacing("01001,政府指导价,15.00,2025-01-01,,", with: "01001,政府指导价,15.00,2025-01-01,2026-12-31,").utf8)
        #expect(lint(CatalogueFiles(contents)) == [CatalogueFault(file: "items.csv", line: 2, message: "2026-12-31 之后没有价格")])
    }

    @Test(arguments: CatalogueFiles.names)
    func `of a whole file is told at once`(name: String) {
        var contents = Shipped.contents
        contents[name] = nil
        #expect(lint(CatalogueFiles(contents)) == [CatalogueFault(file: name, line: 0, message: "缺少文件")])
        contents[name] = Array("nonsense\n".utf8)
        #expect(lint(CatalogueFiles(contents)).map(\.file) == [name])
        #expect(lint(CatalogueFiles(contents)).map(\.line) == [1])
    }
}
