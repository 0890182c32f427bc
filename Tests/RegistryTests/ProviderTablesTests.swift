import Kernel
import Registry
import Testing

@Suite struct `The providers' files` {
    static let good: [String: String] = [
        "providers.csv": """
            id,name,kind,kinds,credit_code,region,address,latitude,longitude,phone,state,joined,service_regions,radius_m,halal,quality,bank_account,closed_days
            P001,样板餐厅,canteen,,91350100M000100Y43,620102001,样板路1号,36.06,103.83,8412345,active,2024-01-01,620102001-620102003;620103001,1500,true,900,0001,2026-02-17;2026-02-18
            P002,样板医疗站,clinic,nursing;clinic,\(other),620102002,样板路2号,36.07,103.84,8412346,probation,2025-01-01,620102002,,false,800,0002,

            """,
        "hours.csv": "provider,days,opens,closes,capacity\nP001,1-5;7,11:00,13:30,300\nP001,1-7,17:00,19:00,200\nP002,1-7,00:00,24:00,40\n",
        "offers.csv": "provider,item,price,from,until\nP001,01001,15,2026-01-01,\nP002,03001,30.50,2026-01-01,2026-06-30\nP002,03001,31,2026-07-01,\n",
        "workers.csv": "id,provider,name,sex,phone,languages,can_lift,active\nW0001,P002,样板护士,female,13800000001,兰州话;普通话,true,true\n",
        "vehicles.csv": "plate,provider,wheelchair,seats\n甘A00000,P002,true,3\n",
        "credentials.csv": """
            holder_kind,holder,type,number,issued,expires
            provider,P001,food,F1,2024-01-01,2028-12-31
            worker,W0001,health,H1,2025-06-01,2026-05-31
            vehicle,甘A00000,inspection,V1,2026-01-01,

            """,
    ]
    static let other = "91350100M000200Y4" + String(CreditCode.checkDigit("91350100M000200Y4")!)
    static let vocabulary = ProviderTables.Vocabulary(
        kinds: ["canteen", "clinic", "nursing"],
        regions: ["620102001", "620102002", "620102003", "620103001"], credentials: ["food", "health", "inspection"],
        items: ["01001": ["canteen"], "03001": ["clinic", "hospital"]],
        guidePrice: { item, _ in item == "01001" ? Fen(1500) : nil })

    static func parse(_ change: (file: String, from: String, to: String)? = nil) -> Result<Franchise, TableFaults> {
        var files = good
        if let change {
            files[change.file] = files[change.file]!.split(separator: change.from, omittingEmptySubsequences: false).joined(separator: change.to)
        }
        return ProviderTables.parse(files.mapValues { Array($0.utf8) }, vocabulary: vocabulary)
    }

    @Test func `become the franchise`() throws {
        let franchise = try Self.parse().get()
        let canteen = try #require(franchise.provider(ProviderID("P001")))
        #expect(canteen.serviceRegions == ["620102001", "620102002", "620102003", "620103001"])
        #expect(canteen.radius_m == 1500)
        #expect(canteen.isHalal)
        #expect(canteen.closedDays.count == 2)
        #expect(canteen.hours.map(\.days) == [[1, 2, 3, 4, 5, 7], [1, 2, 3, 4, 5, 6, 7]])
        #expect(canteen.holds(["food"], on: LocalDate("2026-01-01")!))
        let clinic = try #require(franchise.provider(ProviderID("P002")))
        #expect(clinic.kinds == ["clinic", "nursing"])
        #expect(clinic.state == .probation)
        #expect(clinic.radius_m == nil)
        #expect(clinic.hours == [OpeningHours(days: [1, 2, 3, 4, 5, 6, 7], opens: 0, closes: 1440, capacity: 40)])
        #expect(franchise.offer(clinic.id, "03001", on: LocalDate("2026-06-30")!)?.price == Fen(3050))
        #expect(franchise.offer(clinic.id, "03001", on: LocalDate("2026-07-01")!)?.price == Fen(3100))
        let worker = try #require(franchise.workers(of: clinic.id).first)
        #expect(worker.languages == ["兰州话", "普通话"])
        #expect(worker.holds(["health"], on: LocalDate("2026-05-31")!))
        #expect(!worker.holds(["health"], on: LocalDate("2026-06-01")!))
        #expect(worker.credentials.map(\.holder) == [.worker(WorkerID("W0001"))])
        #expect(franchise.vehicles(of: clinic.id).first?.credentials.count == 1)
    }

    @Test(arguments: [
        ("providers.csv", "P002,", "P001,", 3, "出现两次"), ("providers.csv", "Y43", "Y44", 2, "校验码"), ("providers.csv", other, "91350100M000100Y43", 3, "相同"),
        ("providers.csv", "样板医疗站", "", 3, "缺少名称"), ("providers.csv", "nursing;", "nurse;", 3, "服务商类型"),
        ("providers.csv", "620102002,样板", "620102009,样板", 3, "街道代码"), ("providers.csv", "36.07,103.84", "103.84,36.07", 3, "经纬度"),
        ("providers.csv", "8412346", "84", 3, "位数不够"), ("providers.csv", "probation", "trial", 3, "加盟状态"),
        ("providers.csv", "2025-01-01", "2025-1-1", 3, "不是日期"), ("providers.csv", "620102003;", "620102009;", 2, "街道代码"),
        ("providers.csv", "620102001-620102003", "620102003-620102001", 2, "服务街道"), ("providers.csv", ",620102002,,", ",,,", 3, "缺少服务街道"),
        ("providers.csv", ",1500,", ",far,", 2, "radius_m"), ("providers.csv", "true", "maybe", 2, "halal"), ("providers.csv", ",900,", ",1001,", 2, "quality"),
        ("providers.csv", "2026-02-18", "2026-02-30", 2, "closed_days"), ("providers.csv", "halal", "haram", 1, "缺少列"),
        ("providers.csv", ",0002,", ",0002", 3, "列"),
        ("hours.csv", "P002", "P003", 4, "没有服务商"), ("hours.csv", "1-5;7", "5-1", 2, "days"), ("hours.csv", "1-5;7", "1-8", 2, "days"),
        ("hours.csv", "1-5;7", "", 2, "days"), ("hours.csv", "11:00", "11", 2, "opens"), ("hours.csv", "13:30", "25:30", 2, "closes"),
        ("hours.csv", "13:30", "10:30", 2, "跨夜"), ("hours.csv", "13:30", "17:30", 3, "重叠"), ("hours.csv", ",300", ",-1", 2, "capacity"),
        ("hours.csv", "P002,1-7,00:00,24:00,40\n", "", 0, "没有营业时间"),
        ("offers.csv", "P001", "P404", 2, "没有服务商"), ("offers.csv", ",15,", ",15.001,", 2, "不是金额"), ("offers.csv", ",15,", ",-15,", 2, "超出范围"),
        ("offers.csv", ",15,", ",15.01,", 2, "高于指导价"), ("offers.csv", "01001", "09999", 2, "没有服务项目"), ("offers.csv", "P001,01001", "P001,03001", 2, "不能承接"),
        ("offers.csv", "2026-06-30", "2026-07-01", 4, "同期"), ("offers.csv", "2026-06-30", "2025-06-30", 3, "早于"), ("offers.csv", "15,2026-01-01", "15,", 2, "不是日期"),
        ("workers.csv", "female", "f", 2, "性别"), ("workers.csv", "样板护士", "", 2, "缺少姓名"), ("workers.csv", "P002", "P404", 2, "没有服务商"),
        ("workers.csv", "13800000001", "1380000000", 2, "电话号码"), ("workers.csv", "true,true", "true,so", 2, "active"),
        ("vehicles.csv", ",3", ",0", 2, "seats"), ("vehicles.csv", "P002", "P404", 2, "没有服务商"),
        ("credentials.csv", "food", "music", 2, "证照类型"), ("credentials.csv", "W0001", "W0404", 3, "没有服务人员"),
        ("credentials.csv", "vehicle", "ship", 4, "holder_kind"), ("credentials.csv", ",H1,", ",,", 3, "编号"),
        ("credentials.csv", "2026-05-31", "2024-05-31", 3, "早于"), ("credentials.csv", "P001", "P404", 2, "没有服务商"),
    ])
    func `with a fault name file, row and reason`(file: String, from: String, to: String, line: Int, reason: String) {
        guard case .failure(let faults) = Self.parse((file, from, to)) else {
            Issue.record("accepted: \(file) \(from) → \(to)")
            return
        }
        #expect(faults.all.contains { $0.file == file && $0.line == line && $0.reason.contains(reason) }, "\(faults.all)")
    }

    @Test func `with a faulty firm do not blame its other rows`() {
        guard case .failure(let faults) = Self.parse(("providers.csv", "probation", "trial")) else {
            Issue.record("accepted")
            return
        }
        #expect(faults.all.map(\.description) == ["providers.csv:3：没有加盟状态“trial”"])
    }

    @Test func `may lack vehicles but nothing else`() {
        for name in ProviderTables.fileNames {
            var files = Self.good.mapValues { Array($0.utf8) }
            files[name] = nil
            if name == "vehicles.csv" { files["credentials.csv"] = Array("holder_kind,holder,type,number,issued,expires\n".utf8) }
            let result = ProviderTables.parse(files, vocabulary: Self.vocabulary)
            guard case .failure(let faults) = result else {
                #expect(name == "vehicles.csv")
                continue
            }
            #expect(faults.all.contains { $0.file == name && $0.reason == "缺少文件" })
        }
    }
}
