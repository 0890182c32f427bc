import Kernel
import Registry
import Testing

@Suite struct `A row of the elders' file` {
    static let header = ElderRow.Columns.required + ElderRow.Columns.optional
    static let today = LocalDate("2026-06-01")!
    static let vocabulary = ElderRow.Vocabulary(
        regions: ["620102001"], classes: ["A", "B"], providers: [ProviderID("P001"), ProviderID("P002")])
    static let good: [String: String] = [
        "number": "LZ00012345", "name": "王建国", "sex": "男", "birthday": "1942-03-05", "id_number": "110105194912310038",
        "phones": "+86 138 0000 0001;女儿:(0931)8412345-801；邻居：13900000002!", "region": "620102001", "community": "畅家巷社区",
        "estate": "样板小区", "building": "3号楼", "unit": "2单元", "room": "501室", "landmark": "小学对面", "latitude": "36.06",
        "longitude": "103.83", "classes": "A@2026-01-01..2026-12-31;B@2026-01-01..", "ability": "2", "lives_alone": "是",
        "diet": "清真;lowSugar", "alerts": "听力差；有狗", "contacts": "王芳/女儿/13800000003;李大妈/邻居", "preferred_provider": "P001",
        "status": "在册", "blocked_providers": "P002", "cadre": "离休", "status_since": "2026-01-01", "death_date": "",
    ]

    static func parse(_ changes: [String: String]) throws -> Result<Elder, RowFaults> {
        let row = good.merging(changes) { $1 }
        let text = CSV.line(header) + CSV.line(header.map { row[$0] ?? "" })
        let table = try CSVTable(Array(text.utf8), requiring: ElderRow.Columns.required)
        return ElderRow.parse(table.records[0], ElderRow.Columns(table.columns), today: today, vocabulary: vocabulary) { ("pinyin of " + $0, "p") }
    }

    @Test func `becomes an elder with everything it says`() throws {
        let elder = try Self.parse([:]).get()
        #expect(elder.id == ElderID("LZ00012345"))
        #expect(elder.pinyin == "pinyin of 王建国")
        #expect(elder.initials == "p")
        #expect(elder.sex == .male)
        #expect(elder.idNumber?.text == "110105194912310038")
        #expect(elder.birthday == LocalDate("1942-03-05"))
        #expect(elder.phones.map(\.number.description) == ["13800000001", "09318412345-801", "13900000002"])
        #expect(elder.phones.map(\.label) == ["本人", "女儿", "邻居"])
        #expect(elder.phones.map(\.isWrong) == [false, false, true])
        #expect(elder.address.line == "畅家巷社区样板小区3号楼2单元501室（小学对面）")
        #expect(elder.place == Coordinate(latitude: 36.06, longitude: 103.83))
        #expect(elder.classes(on: Self.today) == ["A", "B"])
        #expect(elder.abilityLevel == 2)
        #expect(elder.livesAlone)
        #expect(elder.diet == [.halal, .lowSugar])
        #expect(elder.alerts == ["听力差", "有狗"])
        #expect(elder.contacts == [
            Contact(name: "王芳", relation: "女儿", phone: try NormalisedPhone("13800000003"), order: 1),
            Contact(name: "李大妈", relation: "邻居", phone: nil, order: 2),
        ])
        #expect(elder.preferredProvider == ProviderID("P001"))
        #expect(elder.blockedProviders == [ProviderID("P002")])
        #expect(elder.cadre == .veteran)
        #expect(elder.status == .active)
        #expect(elder.version == 1)
    }

    @Test func `written from an elder reads back to the same`() throws {
        let elder = try Self.parse(["death_date": "2026-05-30", "status": "死亡待核", "unit": " 有,逗号\"和引号"]).get()
        let written = Dictionary(uniqueKeysWithValues: zip(Self.header, ElderRow.fields(of: elder)))
        #expect(try Self.parse(written).get() == elder)
    }

    @Test(arguments: [
        ("number", "", "missing"), ("number", "LZ 1", "bad_code"), ("number", "LZ000000000000000000001", "bad_code"), ("name", " ", "missing"),
        ("name", "王建国2", "bad_character"), ("name", "王\u{202E}国建", "bad_character"), ("contacts", "王\u{200B}芳/女儿/", "bad_character"),
        ("name", String(repeating: "长", count: 41), "too_long"), ("sex", "x", "bad_value"),
        ("birthday", "1942-02-30", "bad_date"), ("birthday", "昨天", "bad_date"), ("birthday", "2026-06-02", "bad_date"),
        ("birthday", "1890-01-01", "bad_date"), ("id_number", "110105194912310039", "check_digit"), ("id_number", "1101051949", "bad_id_number"),
        ("phones", "12", "bad_phone"), ("phones", "女儿:abc", "bad_phone"), ("region", "", "missing"), ("region", "城关区", "bad_region"),
        ("region", "620102999", "unknown_region"), ("latitude", "", "bad_place"), ("latitude", "103.83", "bad_place"),
        ("latitude", "nan", "bad_place"), ("longitude", "36.06", "bad_place"), ("classes", "A", "bad_span"), ("classes", "A@2026-13-01..", "bad_span"),
        ("classes", "A@2026-02-01..2026-01-01", "bad_span"), ("classes", "Z@2026-01-01..", "unknown_class"),
        ("classes", "A@2026-01-01..;A@2026-05-01..", "overlapping_class"), ("ability", "5", "bad_value"), ("ability", "-1", "bad_value"),
        ("ability", "中度", "bad_value"), ("lives_alone", "也许", "bad_value"), ("diet", "不吃香菜", "bad_value"), ("contacts", "/女儿/138", "bad_contact"),
        ("contacts", "王芳/女儿/138", "bad_phone"), ("preferred_provider", "P404", "unknown_provider"), ("status", "失联", "bad_value"),
        ("blocked_providers", "P002;P404", "unknown_provider"), ("cadre", "部长", "bad_value"), ("status_since", "2027-01-01", "bad_date"),
        ("death_date", "1941-01-01", "bad_date"),
    ])
    func `with a fault is sent back with column and reason`(column: String, value: String, code: String) throws {
        guard case .failure(let faults) = try Self.parse([column: value]) else {
            Issue.record("\(column)=\(value) was accepted")
            return
        }
        #expect(faults.all.map(\.code) == [code])
        #expect(faults.all.first?.line == 2)
        #expect(column == "longitude" || faults.all.first?.column == column)
        #expect(faults.all.first?.reason.isEmpty == false)
    }

    @Test func `tells all its faults at once, in the order of the columns`() throws {
        let result = try Self.parse(["name": "", "id_number": "1", "phones": "1;2", "ability": "9"])
        guard case .failure(let faults) = result else {
            Issue.record("accepted")
            return
        }
        #expect(faults.all.map(\.column) == ["name", "id_number", "phones", "phones", "ability"])
        #expect(faults.all[0].description == "第2行 name：缺少姓名")
    }

    @Test(arguments: ["1942/3/5", "1942.03.05", "19420305", "1942年3月5日", " 1942-03-05　"])
    func `takes a birthday as spreadsheets write it`(text: String) throws {
        #expect(try Self.parse(["birthday": text]).get().birthday == LocalDate("1942-03-05"))
    }

    @Test func `takes sex and birthday from the identity number when they are left out`() throws {
        let elder = try Self.parse(["sex": "", "birthday": ""]).get()
        #expect(elder.sex == .male)
        #expect(elder.birthday == LocalDate("1949-12-31"))
        let unreadable = try Self.parse(["sex": "", "birthday": "", "id_number": "1"])
        guard case .failure(let faults) = unreadable else {
            Issue.record("accepted")
            return
        }
        #expect(faults.all.map(\.column) == ["id_number"])
        guard case .failure(let silent) = try Self.parse(["sex": "", "birthday": "", "id_number": ""]) else {
            Issue.record("accepted")
            return
        }
        #expect(silent.all.map(\.column) == ["sex", "birthday"])
    }

    @Test func `may leave out what is not known yet`() throws {
        let empty = Dictionary(uniqueKeysWithValues: Self.header.map { ($0, "") })
        let elder = try Self.parse(empty.merging([
            "number": "LZ1", "name": "李芳", "sex": "女", "birthday": "1950-01-01", "region": "620102001",
        ]) { $1 }).get()
        #expect(elder.phones.isEmpty)
        #expect(elder.place == nil)
        #expect(elder.abilityLevel == 0)
        #expect(elder.status == .active)
        #expect(!elder.livesAlone)
    }

    @Test func `never repeats a number in its reasons`() throws {
        guard case .failure(let faults) = try Self.parse(["id_number": "110105194912310039", "phones": "12812345678"]) else {
            Issue.record("accepted")
            return
        }
        for fault in faults.all { #expect(!fault.reason.contains("110105") && !fault.reason.contains("128123")) }
    }

    @Test func `keeps each telephone once`() throws {
        #expect(try Self.parse(["phones": "13800000001;+8613800000001;本人:138 0000 0001"]).get().phones.count == 1)
    }
}
