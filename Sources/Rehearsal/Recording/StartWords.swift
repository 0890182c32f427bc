import Kernel

/// How a caller says when: `now`, `2h` (in two hours), `today 15:30`, `tomorrow 09:00`, `3d 09:00` (in three days at nine).
public enum StartWords {
    public static func instant(_ words: String, now: Instant) -> Instant? {
        let parts = words.split(separator: " ")
        if parts.count == 1 {
            if words == "now" { return now }
            guard words.hasSuffix("h"), let hours = Int(words.dropLast()), (1...24).contains(hours) else { return nil }
            // People speak of quarters of an hour.
            let quarter: Int64 = 15 * 60_000
            return Instant(milliseconds: (now + .hours(hours)).milliseconds / quarter * quarter)
        }
        guard parts.count == 2, let days = days(parts[0]), let minute = ClockTime.minutes(parts[1]) else { return nil }
        return Instant(now.localDate.adding(days: days), minute: minute)
    }

    private static func days(_ word: Substring) -> Int? {
        switch word {
        case "today": return 0
        case "tomorrow": return 1
        default:
            guard word.hasSuffix("d"), let days = Int(word.dropLast()), (0...90).contains(days) else { return nil }
            return days
        }
    }
}
