import Foundation
import Synchronization

/// The time as HTTP writes it (RFC 9110, 5.6.7), made once a second.
final class DateHeader: Sendable {
    private let latest = Mutex<(second: Int, text: String)>((0, ""))

    var now: String {
        var second = time(nil)
        return latest.withLock { latest in
            if latest.second == second { return latest.text }
            var parts = tm()
            gmtime_r(&second, &parts)
            var text = [CChar](repeating: 0, count: 40)
            // The process keeps the C locale, so the names are English.
            let count = strftime(&text, text.count, "%a, %d %b %Y %H:%M:%S GMT", &parts)
            latest = (second, String(decoding: text[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self))
            return latest.text
        }
    }
}
