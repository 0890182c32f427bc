import Foundation
import Synchronization

/// One request being handled, in a task of its own.
struct Handling: Sendable {
    private final class Mark: Sendable {
        let answered = Mutex<ContinuousClock.Instant?>(nil)
    }

    private let task: Task<Void, any Error>
    private let mark: Mark

    init(_ handle: @escaping @Sendable () async throws -> Void) {
        let mark = Mark()
        self.mark = mark
        task = Task {
            defer { mark.answered.withLock { $0 = .now } }
            try await handle()
        }
    }

    /// When it was answered; nil while it is not.
    var answered: ContinuousClock.Instant? { mark.answered.withLock { $0 } }

    @inline(never) func done() async throws {
        let task = task
        try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }
}

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
