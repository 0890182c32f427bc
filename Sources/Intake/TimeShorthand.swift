import Kernel

/// 时间简写: when, as an operator types it while the caller is still speaking.
///
/// | typed | means |
/// |---|---|
/// | `m9`, `明天9点`, `明早九点` | tomorrow at nine; `j` 今天, `h` 后天 |
/// | `z3 14:30`, `周三下午2点半` | the next Wednesday |
/// | `26日10点`, `12-1 9`, `2026-12-01 09:00` | a date; a day of the month that has passed is next month's |
/// | `9:30`, `下午3点`, `1530` | today, or tomorrow when that has passed |
/// | `今晚`, `明早`, `下午` | 18:00, 8:00, 15:00 |
/// | `+2h`, `+30m`, `+1d` | from now, to the next full five minutes |
public enum TimeShorthand {
    /// - Returns: nil when the text says no time; a time in the past is given as it is, for the order's own check to refuse.
    public static func instant(_ text: String, now: Instant) -> Instant? {
        var reader = Reader(text)
        guard !reader.isAtEnd, text.utf8.count <= 64 else { return nil }
        if reader.take("+") { return later(&reader, now) }
        let today = now.localDate
        let date = reader.date(today: today)
        let part = reader.partOfDay()
        guard let minute = reader.minute(part) ?? part?.usual ?? (date == nil ? nil : 9 * 60), reader.isAtEnd else { return nil }
        if let date { return Instant(date, minute: minute) }
        let here = Instant(today, minute: minute)
        return here < now && part == nil ? Instant(today.adding(days: 1), minute: minute) : here
    }

    private static func later(_ reader: inout Reader, _ now: Instant) -> Instant? {
        guard let count = reader.number(), (1...999).contains(count) else { return nil }
        let span: Span
        if reader.take("h") || reader.take("小时") {
            span = .hours(count)
        } else if reader.take("d") || reader.take("天") {
            span = .days(count)
        } else if reader.take("m") || reader.take("分钟") || reader.take("分") {
            span = .minutes(count)
        } else {
            return nil
        }
        guard reader.isAtEnd else { return nil }
        let step: Int64 = 5 * 60_000
        return Instant(milliseconds: ((now + span).milliseconds + step - 1) / step * step)
    }

    private enum Part {
        case morning, forenoon, noon, afternoon, evening

        /// What people mean when they name no hour.
        var usual: Int {
            switch self {
            case .morning: 8 * 60
            case .forenoon: 9 * 60
            case .noon: 12 * 60
            case .afternoon: 15 * 60
            case .evening: 18 * 60
            }
        }

        /// 下午3点 is 15:00, 中午1点 13:00, 晚上8点 20:00.
        func hour(_ hour: Int) -> Int {
            switch self {
            case .morning, .forenoon: hour
            case .noon: hour < 4 ? hour + 12 : hour
            case .afternoon, .evening: hour < 12 ? hour + 12 : hour
            }
        }
    }

    private struct Reader {
        private var rest: Substring

        init(_ text: String) {
            rest = Substring(Self.plain(text))
        }

        /// Full-width signs and Chinese numerals as ASCII, in small letters: 九点半 → 9点半, 十二点 → 12点.
        private static func plain(_ text: String) -> String {
            let digits: [Character: Int] = ["零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9]
            let signs: [Character: Character] = ["：": ":", "＋": "+", "－": "-", "．": ".", "/": "-", "\u{3000}": " "]
            var result = ""
            var number: Int?
            func flush() { if let value = number { result += String(value); number = nil } }
            for character in text.lowercased() {
                if let digit = digits[character] {
                    number = number.map { $0 > 0 && $0 % 10 == 0 ? $0 + digit : digit } ?? digit
                } else if character == "十" {
                    number = number.map { $0 * 10 } ?? 10
                } else {
                    flush()
                    result.append(signs[character] ?? character)
                }
            }
            flush()
            return result
        }

        var isAtEnd: Bool { rest.allSatisfy { $0 == " " } }

        /// Spaces stand between words and numbers, never inside them.
        private mutating func skipSpaces() { rest = rest.drop { $0 == " " } }

        mutating func take(_ word: String) -> Bool {
            skipSpaces()
            guard rest.hasPrefix(word) else { return false }
            rest.removeFirst(word.count)
            return true
        }

        mutating func number() -> Int? {
            skipSpaces()
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            guard (1...4).contains(digits.count), let value = Int(digits) else { return nil }
            rest.removeFirst(digits.count)
            return value
        }

        mutating func date(today: LocalDate) -> LocalDate? {
            for (word, days) in [("大后天", 3), ("今天", 0), ("明天", 1), ("后天", 2), ("今", 0), ("明", 1), ("j", 0), ("m", 1), ("h", 2)] where take(word) {
                return today.adding(days: days)
            }
            if let weekday = weekday() {
                // 周三 said on a Wednesday is next week's: who means today says so.
                return today.adding(days: (weekday - today.weekday + 6) % 7 + 1)
            }
            return calendarDate(today: today)
        }

        private mutating func weekday() -> Int? {
            let before = rest
            guard take("星期") || take("礼拜") || take("周") || take("z") else { return nil }
            if take("日") || take("天") { return 7 }
            guard let digit = rest.first?.wholeNumberValue, (1...7).contains(digit) else {
                rest = before
                return nil
            }
            rest.removeFirst()
            return digit
        }

        /// `2026-12-01`, `12-1`, `12月1日`, `26日`.
        private mutating func calendarDate(today: LocalDate) -> LocalDate? {
            let before = rest
            guard let first = number() else { return nil }
            if take("日") || take("号") {
                for month in [today.month, today.month.adding(1)] {
                    if let date = LocalDate(month.year, month.monthOfYear, first), date >= today { return date }
                }
            } else if take("-") || take("月"), let second = number() {
                if first >= 1000, take("-"), let third = number() {
                    if let date = LocalDate(first, second, third) { return date }
                } else if first <= 12 {
                    _ = take("日") || take("号")
                    for year in [today.year, today.year + 1] {
                        if let date = LocalDate(year, first, second), date >= today { return date }
                    }
                }
            }
            rest = before
            return nil
        }

        mutating func partOfDay() -> Part? {
            for (word, part): (String, Part) in [
                ("早上", .morning), ("早晨", .morning), ("清早", .morning), ("早", .morning), ("上午", .forenoon), ("中午", .noon), ("下午", .afternoon),
                ("后晌", .afternoon), ("傍晚", .evening), ("晚上", .evening), ("晚", .evening),
            ] where take(word) {
                return part
            }
            return nil
        }

        /// Minutes since midnight: `9`, `9:30`, `930`, `9点`, `9点半`, `9点15分`.
        mutating func minute(_ part: Part?) -> Int? {
            let before = rest
            guard let value = number() else { return nil }
            var (hour, minute) = value >= 100 ? (value / 100, value % 100) : (value, 0)
            if value < 100, take(":") || take(".") {
                guard let number = number() else { rest = before; return nil }
                minute = number
            } else if value < 100, take("点") || take("时") {
                if take("半") {
                    minute = 30
                } else if take("1刻") {
                    minute = 15
                } else if let number = number() {
                    minute = number
                    _ = take("分")
                }
            }
            if let part { hour = part.hour(hour) }
            guard (0...23).contains(hour), (0...59).contains(minute) else { rest = before; return nil }
            return hour * 60 + minute
        }
    }
}
