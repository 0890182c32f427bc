import Kernel

extension RecurrenceRule {
    static let longest = 500

    /// Reads `FREQ=WEEKLY;BYDAY=MO,TH`, with or without `RRULE:` in front, in any case of letters.
    ///
    /// - Throws: `rrule_invalid` with the part at fault and what it should be.
    public init(_ text: String) throws(Rejection) {
        var text = text.uppercased()
        if text.hasPrefix("RRULE:") { text = String(text.dropFirst(6)) }
        guard !text.isEmpty, text.utf8.count <= Self.longest else { throw Self.fault("规则应为 1 到 \(Self.longest) 个字符") }
        var parts: [(name: String, value: String)] = []
        for part in text.split(separator: ";", omittingEmptySubsequences: false) {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2, !pair[1].isEmpty else { throw Self.fault("“\(part)”应写成 名称=值") }
            guard !parts.contains(where: { $0.name == pair[0] }) else { throw Self.fault("\(pair[0]) 出现两次") }
            parts.append((String(pair[0]), String(pair[1])))
        }
        guard let named = parts.first(where: { $0.name == "FREQ" }) else { throw Self.fault("缺少 FREQ") }
        guard let frequency = Frequency(rawValue: named.value) else {
            throw Self.fault("FREQ=\(named.value) 应为 DAILY、WEEKLY、MONTHLY 或 YEARLY")
        }
        self.init(frequency)
        for (name, value) in parts where name != "FREQ" { try read(name, value) }
        try check()
    }

    private mutating func read(_ name: String, _ value: String) throws(Rejection) {
        switch name {
        case "INTERVAL": interval = try Self.number(name, value, in: 1...1000)
        case "COUNT": count = try Self.number(name, value, in: 1...10_000)
        case "UNTIL": until = try Self.until(value)
        case "WKST":
            guard let index = Self.weekdays.firstIndex(of: value) else { throw Self.fault("WKST=\(value) 应为 MO 到 SU") }
            weekStart = index + 1
        case "BYMONTH": byMonth = try Self.numbers(name, value, 1...12, signed: false)
        case "BYMONTHDAY": byMonthDay = try Self.numbers(name, value, 1...31, signed: true)
        case "BYSETPOS": bySetPosition = try Self.numbers(name, value, 1...366, signed: true)
        case "BYDAY": byDay = try Self.days(value)
        case "BYHOUR", "BYMINUTE", "BYSECOND", "BYWEEKNO", "BYYEARDAY":
            throw Self.fault("不支持 \(name)；时间请填在 start 和 end，日期请用 BYDAY、BYMONTHDAY、BYMONTH")
        default: throw Self.fault("没有 \(name) 这一项")
        }
    }

    /// What the RFC forbids of parts together.
    private func check() throws(Rejection) {
        if count != nil, until != nil { throw Self.fault("COUNT 和 UNTIL 只能写一个") }
        if frequency == .weekly, !byMonthDay.isEmpty { throw Self.fault("FREQ=WEEKLY 不能与 BYMONTHDAY 同用") }
        if byDay.contains(where: { $0.ordinal != nil }) {
            guard frequency == .monthly || frequency == .yearly else { throw Self.fault("BYDAY 带序数只能用于 MONTHLY 和 YEARLY") }
            let most = frequency == .monthly || !byMonth.isEmpty ? 5 : 53
            if let day = byDay.first(where: { abs($0.ordinal ?? 1) > most }) {
                throw Self.fault("BYDAY 的序数 \(day.ordinal ?? 0) 超出 −\(most) 到 \(most)")
            }
        }
        if !bySetPosition.isEmpty, byDay.isEmpty, byMonthDay.isEmpty, byMonth.isEmpty { throw Self.fault("BYSETPOS 须与另一个 BY 项同用") }
    }

    private static func number(_ name: String, _ text: String, in range: ClosedRange<Int>) throws(Rejection) -> Int {
        guard text.utf8.count <= 6, text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let value = Int(text), range.contains(value) else {
            throw fault("\(name)=\(text) 应为 \(range.lowerBound) 到 \(range.upperBound) 的整数")
        }
        return value
    }

    private static func numbers(_ name: String, _ text: String, _ range: ClosedRange<Int>, signed: Bool) throws(Rejection) -> [Int] {
        var values: [Int] = []
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard item.utf8.count <= 4, let value = Int(item), range.contains(signed ? abs(value) : value) else {
                throw fault("\(name) 中的“\(item)”应为 \(signed ? "正负 " : "")\(range.lowerBound) 到 \(range.upperBound) 的整数")
            }
            values.append(value)
        }
        return values
    }

    private static func days(_ text: String) throws(Rejection) -> [Day] {
        var days: [Day] = []
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let index = weekdays.firstIndex(of: String(item.suffix(2))) else { throw fault("BYDAY 中的“\(item)”应为 MO 到 SU，前面可带序数") }
            let prefix = item.dropLast(2)
            guard !prefix.isEmpty else {
                days.append(Day(weekday: index + 1))
                continue
            }
            guard prefix.utf8.count <= 3, let ordinal = Int(prefix), ordinal != 0, abs(ordinal) <= 53 else {
                throw fault("BYDAY 中的“\(item)”序数应为正负 1 到 53")
            }
            days.append(Day(weekday: index + 1, ordinal: ordinal))
        }
        return days
    }

    /// A day, or a moment whose day in Lanzhou counts: `20261231`, `20261231T235959`, `20261231T155959Z`.
    private static func until(_ text: String) throws(Rejection) -> LocalDate {
        let digits = text.filter { $0.isASCII && $0.isNumber }
        func date(_ digits: some StringProtocol) -> LocalDate? {
            let d = String(digits)
            return LocalDate("\(d.prefix(4))-\(d.dropFirst(4).prefix(2))-\(d.dropFirst(6).prefix(2))")
        }
        if text.utf8.count == 8, digits.count == 8, let day = date(digits) { return day }
        let isMoment = [15, 16].contains(text.utf8.count) && digits.count == 14 && text.dropFirst(8).first == "T"
        if isMoment, text.utf8.count == 15 || text.hasSuffix("Z"), let day = date(digits.prefix(8)) {
            guard text.hasSuffix("Z") else { return day }
            return (Int(digits.dropFirst(8).prefix(2)) ?? 0) >= 16 ? day.adding(days: 1) : day
        }
        throw fault("UNTIL=\(text) 应为 YYYYMMDD，例如 20261231")
    }

    private static func fault(_ reason: String) -> Rejection {
        Rejection(.invalid, "rrule_invalid", "重复规则有误：\(reason)。", pointer: "/rrule")
    }
}
