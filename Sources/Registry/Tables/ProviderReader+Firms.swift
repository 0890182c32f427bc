import Kernel

/// providers.csv and hours.csv.
extension ProviderReader {
    mutating func readProviders() {
        let columns = [
            "id", "name", "kind", "kinds", "credit_code", "region", "address", "latitude", "longitude", "phone", "state", "joined",
            "service_regions", "radius_m", "halal", "quality", "bank_account", "closed_days",
        ]
        var codes: [CreditCode: ProviderID] = [:]
        for row in rows("providers.csv", columns) {
            let id = ProviderID(row.text("id"))
            guard Field.isCode(id.text, upTo: 20) else {
                fault(row, "id“\(id)”只能用字母、数字和连字符，最多20位")
                continue
            }
            if providers[id] != nil { fault(row, "服务商“\(id)”出现两次") }
            guard let provider = provider(row, id) else {
                faultyProviders.insert(id)
                continue
            }
            if let other = codes.updateValue(id, forKey: provider.creditCode) { fault(row, "与\(other)的统一社会信用代码相同") }
            providers[id] = provider
        }
    }

    private mutating func provider(_ row: Row, _ id: ProviderID) -> Provider? {
        let name = row.text("name")
        if name.isEmpty { fault(row, "缺少名称") }
        let kind = row.text("kind")
        var kinds = [kind]
        for further in Field.list(row.text("kinds")) where !kinds.contains(further) { kinds.append(further) }
        for kind in kinds where vocabulary.kinds.map({ !$0.contains(kind) }) ?? kind.isEmpty { fault(row, "没有服务商类型“\(kind)”") }
        let code = creditCode(row)
        let region = row.text("region")
        checkRegion(region, row)
        let place = expect(Field.place(row.text("latitude"), row.text("longitude")), row, "经纬度不对，应为中国境内的度数")
        let phone = phone(row)
        let state = expect(FranchiseState(rawValue: row.text("state")), row, "没有加盟状态“\(row.text("state"))”")
        let joined = date(row, "joined")
        let served = serviceRegions(row)
        let radius = row.text("radius_m").isEmpty ? nil : number(row, "radius_m", 1...100_000)
        let isHalal = flag(row, "halal")
        let quality = number(row, "quality", 0...1000)
        var closed: [LocalDate] = []
        for day in Field.list(row.text("closed_days")) {
            if let date = expect(LocalDate(day), row, "closed_days“\(day)”不是日期") { closed.append(date) }
        }
        // 开户行 and 账号 in one column, as they stand on an invoice: the last word is the account.
        let bank = row.text("bank_account").split(separator: " ").map { String($0) }
        guard let code, let place, let phone, let state, let joined, let quality else { return nil }
        return Provider(
            id: id, name: name, kind: kind, kinds: kinds, creditCode: code, region: region, address: row.text("address"), place: place,
            phone: phone, state: state, joined: joined, serviceRegions: served, radius_m: radius, isHalal: isHalal, closedDays: closed,
            quality: quality, bank: bank.dropLast().joined(separator: " "), bankAccount: bank.last ?? "")
    }

    private mutating func creditCode(_ row: Row) -> CreditCode? {
        do { return try CreditCode(row.text("credit_code")) } catch {
            fault(row, error.reason)
            return nil
        }
    }

    private mutating func checkRegion(_ region: String, _ row: Row) {
        if !Field.isRegion(region) {
            fault(row, "街道代码“\(region)”应为9位数字")
        } else if let known = vocabulary.regions, !known.contains(region) {
            fault(row, "没有街道代码\(region)")
        }
    }

    /// Codes and ranges of codes: `620102001-620102025;620102400`.
    private mutating func serviceRegions(_ row: Row) -> Set<String> {
        var regions: Set<String> = []
        for entry in Field.list(row.text("service_regions")) {
            let (first, last) = Field.pair(entry, separator: 0x2D)
            guard let last else {
                checkRegion(first, row)
                regions.insert(first)
                continue
            }
            guard Field.isRegion(first), Field.isRegion(last), let low = Int(first), let high = Int(last), low <= high, high - low < 1000 else {
                fault(row, "服务街道“\(entry)”应写成 620102001-620102025")
                continue
            }
            for code in low...high {
                checkRegion("\(code)", row)
                regions.insert("\(code)")
            }
        }
        if regions.isEmpty { fault(row, "缺少服务街道") }
        return regions
    }

    mutating func readHours() {
        for row in rows("hours.csv", ["provider", "days", "opens", "closes", "capacity"]) {
            let id = knownProvider(row)
            let days = days(row)
            let opens = expect(ClockTime.minutes(row.text("opens")), row, "opens“\(row.text("opens"))”不是时刻，应写成08:30")
            let closes = expect(ClockTime.minutes(row.text("closes")), row, "closes“\(row.text("closes"))”不是时刻，应写成08:30")
            let capacity = number(row, "capacity", 0...100_000)
            guard let id, let days, let opens, let closes, let capacity else { continue }
            guard opens < closes else {
                fault(row, "结束时间应晚于开始时间，跨夜请分成两行")
                continue
            }
            let clash = providers[id]?.hours.contains { !$0.days.isDisjoint(with: days) && $0.opens < closes && opens < $0.closes }
            if clash ?? false { fault(row, "与\(id)的另一段营业时间重叠") }
            providers[id]?.hours.append(OpeningHours(days: days, opens: opens, closes: closes, capacity: capacity))
        }
        for provider in providers.values where provider.hours.isEmpty && files["hours.csv"] != nil {
            faults.append(TableFault(file: "hours.csv", line: 0, reason: "\(provider.id)没有营业时间"))
        }
    }

    /// `1-5`, `6`, `1-4;6`: ISO weekdays.
    private mutating func days(_ row: Row) -> Set<Int>? {
        var days: Set<Int> = []
        for entry in Field.list(row.text("days")) {
            let (first, last) = Field.pair(entry, separator: 0x2D)
            guard let low = Int(first), let high = Int(last ?? first), low <= high, low >= 1, high <= 7 else {
                fault(row, "days“\(entry)”应为1至7，如1-5")
                return nil
            }
            days.formUnion(low...high)
        }
        return expect(days.isEmpty ? nil : days, row, "缺少days")
    }
}
