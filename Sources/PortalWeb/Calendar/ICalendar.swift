import Kernel

/// A calendar of RFC 5545: lines of at most 75 octets, texts escaped, times in UTC.
struct ICalendar {
    struct Event {
        let id: String
        let sequence: Int
        let changed: Instant
        let start: Instant
        let end: Instant
        let summary: String
        let location: String?
        let description: String
        let isConfirmed: Bool
    }

    let name: String
    let events: [Event]

    var text: String {
        var lines = [
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//vnh//visits//ZH", "CALSCALE:GREGORIAN", "METHOD:PUBLISH",
            "X-WR-CALNAME:\(Self.escaped(name))", "REFRESH-INTERVAL;VALUE=DURATION:PT15M",
        ]
        for event in events {
            lines += [
                "BEGIN:VEVENT", "UID:\(event.id)@vnh", "SEQUENCE:\(event.sequence)", "DTSTAMP:\(Self.utc(event.changed))",
                "DTSTART:\(Self.utc(event.start))", "DTEND:\(Self.utc(event.end))", "SUMMARY:\(Self.escaped(event.summary))",
            ]
            if let location = event.location { lines.append("LOCATION:\(Self.escaped(location))") }
            lines += [
                "DESCRIPTION:\(Self.escaped(event.description))", "STATUS:\(event.isConfirmed ? "CONFIRMED" : "TENTATIVE")", "END:VEVENT",
            ]
        }
        lines.append("END:VCALENDAR")
        return lines.map { Self.folded($0) + "\r\n" }.joined()
    }

    /// §3.3.11: backslash, comma, semicolon and line break.
    static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "\\": result += "\\\\"
            case ",": result += "\\,"
            case ";": result += "\\;"
            case "\n", "\r\n", "\r": result += "\\n"
            default: result.append(character)
            }
        }
        return result
    }

    /// §3.1: no line longer than 75 octets; never cut within a character.
    static func folded(_ line: String) -> String {
        var result = ""
        var octets = 0
        for scalar in line.unicodeScalars {
            let size = UTF8.width(scalar)
            if octets + size > 75 {
                result += "\r\n "
                octets = 1
            }
            result.unicodeScalars.append(scalar)
            octets += size
        }
        return result
    }

    /// `20260302T010000Z`
    static func utc(_ instant: Instant) -> String {
        // Eight hours earlier, a clock in Lanzhou shows what one in Greenwich shows now.
        let shifted = instant - .hours(8)
        func two(_ n: Int) -> String { n < 10 ? "0\(n)" : "\(n)" }
        let (minute, second) = (shifted.minuteOfDay, Int(shifted.milliseconds / 1000 % 60))
        return shifted.localDate.description.filter { $0 != "-" } + "T\(two(minute / 60))\(two(minute % 60))\(two(second))Z"
    }
}
