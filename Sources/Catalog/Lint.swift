import Kernel

/// Everything wrong with a set of catalogue files, in the order of files and rows; empty when they may be published.
public func lint(_ files: CatalogueFiles) -> [CatalogueFault] {
    let tables = SourceTables(files)
    guard tables.faults.isEmpty else { return tables.faults }
    let faults = lintChecks.flatMap { $0(tables) }
    return faults.sorted { ($0.file, $0.line, $0.message) < ($1.file, $1.line, $1.message) }
}

/// One function a kind of fault.
let lintChecks: [@Sendable (SourceTables) -> [CatalogueFault]] = [
    duplicateCodes, malformedCodes, unknownWords, itemWithoutProvider, priceDates, collidingAliases, neighbours, datedRows,
]

@Sendable func duplicateCodes(_ tables: SourceTables) -> [CatalogueFault] {
    ["categories.csv", "kinds.csv", "credentials.csv", "items.csv", "regions.csv", "classes.csv"].flatMap { file in
        var seen: Set<String> = []
        return tables[file].compactMap { seen.insert($0["code"]).inserted ? nil : $0.fault("编码 \($0["code"]) 重复") }
    }
}

@Sendable func malformedCodes(_ tables: SourceTables) -> [CatalogueFault] {
    func isDigits(_ text: String, _ count: Int) -> Bool { text.utf8.count == count && text.utf8.allSatisfy { (0x30...0x39).contains($0) } }
    let items = tables["items.csv"].filter { !isDigits($0["code"], 5) || !$0["code"].hasPrefix($0["category"]) }
        .map { $0.fault("项目编码 \($0["code"]) 应为五位数字，且以类别 \($0["category"]) 开头") }
    let regions = tables["regions.csv"].filter { !isDigits($0["code"], 9) || !$0["code"].hasPrefix($0["district"]) }
        .map { $0.fault("街道编码 \($0["code"]) 应为九位数字，且以区划 \($0["district"]) 开头") }
    let named = tables["items.csv"].filter { $0["name"].isEmpty }.map { $0.fault("缺少名称") }
    return items + regions + named
}

/// Words and references that nobody knows.
@Sendable func unknownWords(_ tables: SourceTables) -> [CatalogueFault] {
    let (kinds, credentials) = (tables.codes("kinds.csv"), tables.codes("credentials.csv"))
    var faults: [CatalogueFault] = []
    for row in tables["items.csv"] {
        func check(_ column: String, _ isKnown: Bool, _ what: String) {
            if !isKnown { faults.append(row.fault("未知的\(what)“\(row[column])”")) }
        }
        check("category", Category(rawValue: row["category"]) != nil && tables.codes("categories.csv").contains(row["category"]), "类别")
        check("unit", Unit(rawValue: row["unit"]) != nil, "单位")
        check("mode", Mode(rawValue: row["mode"]) != nil, "服务方式")
        check("gb_group", row["gb_group"].isEmpty || CareGroup(rawValue: row["gb_group"]) != nil, "国标分组")
        check("evidence", Int(row["evidence"]).flatMap(EvidenceLevel.init(rawValue:)) != nil, "核验等级")
        check("fundable", ["是", "否"].contains(row["fundable"]), "可否补贴")
        check("duration_min", Int(row["duration_min"]).map { (0...100_000).contains($0) } ?? false, "时长")
        check("staff", Int(row["staff"]).map { (1...50).contains($0) } ?? false, "人数")
        for cap in row.list("cap") where FrequencyCap(text: cap) == nil { faults.append(row.fault("无法识别的频次上限“\(cap)”")) }
        for kind in row.list("kinds") where !kinds.contains(kind) { faults.append(row.fault("未知的服务商类型“\(kind)”")) }
        for code in row.list("credentials") where !credentials.contains(code) { faults.append(row.fault("未知的资质“\(code)”")) }
        for tag in row.list("tags") where ItemTag(rawValue: tag) == nil { faults.append(row.fault("未知的标签“\(tag)”")) }
    }
    for row in tables["kinds.csv"] {
        for code in row.list("credentials") where !credentials.contains(code) { faults.append(row.fault("未知的资质“\(code)”")) }
    }
    for row in tables["credentials.csv"] where CredentialType.Holder(rawValue: row["holder"]) == nil {
        faults.append(row.fault("未知的持有人“\(row["holder"])”"))
    }
    return faults
}

@Sendable func itemWithoutProvider(_ tables: SourceTables) -> [CatalogueFault] {
    let kinds = tables.codes("kinds.csv")
    return tables["items.csv"].filter { row in !row.list("kinds").contains { kinds.contains($0) } }
        .map { $0.fault("没有任何服务商类型可以提供“\($0["name"])”") }
}

/// Overlapping, empty, unreadable or missing prices.
@Sendable func priceDates(_ tables: SourceTables) -> [CatalogueFault] {
    var faults: [CatalogueFault] = []
    var spans: [String: [(span: DateSpan, row: SourceRow)]] = [:]
    let items = tables.codes("items.csv")
    for row in tables["prices.csv"] {
        guard items.contains(row["item"]) else {
            faults.append(row.fault("价格所属项目 \(row["item"]) 不存在"))
            continue
        }
        if PriceType(rawValue: row["price_type"]) == nil { faults.append(row.fault("未知的价格类型“\(row["price_type"])”")) }
        if Fen(yuan: row["guide_price"]).map({ $0 >= .zero }) != true { faults.append(row.fault("价格“\(row["guide_price"])”应为不小于零的元，至多两位小数")) }
        guard let from = LocalDate(row["from"]), row["until"].isEmpty || LocalDate(row["until"]) != nil else {
            faults.append(row.fault("价格日期应为 YYYY-MM-DD"))
            continue
        }
        let span = DateSpan(from: from, until: LocalDate(row["until"]))
        if span.isEmpty { faults.append(row.fault("价格的结束日期早于开始日期")) }
        if let other = spans[row["item"]]?.first(where: { $0.span.overlaps(span) }) {
            faults.append(row.fault("与第 \(other.row.line) 行的价格日期重叠"))
        }
        spans[row["item"], default: []].append((span, row))
    }
    for row in tables["items.csv"] {
        let sorted = (spans[row["code"]] ?? []).map(\.span).sorted { $0.from < $1.from }
        guard let last = sorted.last else {
            faults.append(row.fault("没有价格"))
            continue
        }
        if let until = last.until { faults.append(row.fault("\(until) 之后没有价格")) }
        for (a, b) in zip(sorted, sorted.dropFirst()) {
            if let until = a.until, until.adding(days: 1) < b.from { faults.append(row.fault("\(until) 与 \(b.from) 之间没有价格")) }
        }
    }
    return faults
}

@Sendable func collidingAliases(_ tables: SourceTables) -> [CatalogueFault] {
    var owner: [String: SourceRow] = [:]
    var faults: [CatalogueFault] = []
    for row in tables["items.csv"] {
        if let other = owner[row["name"]] { faults.append(row.fault("名称“\(row["name"])”与第 \(other.line) 行相同")) }
        owner[row["name"]] = owner[row["name"]] ?? row
    }
    for row in tables["items.csv"] {
        for alias in row.list("aliases") {
            if let other = owner[alias] { faults.append(row.fault("别名“\(alias)”与第 \(other.line) 行的名称或别名相同")) }
            owner[alias] = owner[alias] ?? row
        }
    }
    return faults
}

@Sendable func neighbours(_ tables: SourceTables) -> [CatalogueFault] {
    let byCode = Dictionary(tables["regions.csv"].map { ($0["code"], $0) }) { first, _ in first }
    return tables["regions.csv"].flatMap { row -> [CatalogueFault] in
        var faults = row.list("neighbours").compactMap { code -> CatalogueFault? in
            guard let other = byCode[code] else { return row.fault("相邻街道 \(code) 不存在") }
            return other.list("neighbours").contains(row["code"]) ? nil : row.fault("\(code) 没有把 \(row["code"]) 列为相邻街道")
        }
        let place = Double(row["latitude"]).flatMap { lat in Double(row["longitude"]).flatMap { Coordinate(latitude: lat, longitude: $0) } }
        if place == nil { faults.append(row.fault("坐标无法识别")) }
        return faults
    }
}

@Sendable func datedRows(_ tables: SourceTables) -> [CatalogueFault] {
    var faults: [CatalogueFault] = []
    var seen: Set<String> = []
    for row in tables["parameters.csv"] {
        if LocalDate(row["from"]) == nil { faults.append(row.fault("生效日期“\(row["from"])”应为 YYYY-MM-DD")) }
        if let value = Int(row["value"]) {
            // Amounts and minutes are multiplied by them.
            if !(0...1_000_000_000).contains(value) { faults.append(row.fault("参数值“\(value)”应为 0 到 10 亿")) }
        } else {
            faults.append(row.fault("参数值“\(row["value"])”应为整数"))
        }
        if !seen.insert("\(row["key"])@\(row["from"])").inserted { faults.append(row.fault("参数 \(row["key"]) 在同一天出现两次")) }
    }
    for row in tables["calendar.csv"] where LocalDate(row["date"]) == nil || Holidays.Kind(rawValue: row["kind"]) == nil {
        faults.append(row.fault("日期或类型无法识别"))
    }
    for row in tables["classes.csv"] where Int(row["rank"]) == nil { faults.append(row.fault("顺序“\(row["rank"])”应为整数")) }
    return faults
}

extension FrequencyCap {
    /// Reads `2/日`.
    init?(text: String) {
        let parts = text.split(separator: "/")
        guard parts.count == 2, let count = Int(parts[0]), (1...1000).contains(count), let period = Period(rawValue: String(parts[1])) else {
            return nil
        }
        self.init(count: count, per: period)
    }
}
