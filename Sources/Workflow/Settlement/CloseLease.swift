import Kernel
import Store

/// Keeps a close to one runner at a time, in this program or another, and frees it when the runner has died.
struct CloseLease: Sendable {
    let office: Office
    let month: Month
    let runner: String

    /// A runner that has shown no life for so long is taken for dead.
    static let length = Span.seconds(5)

    init(office: Office, month: Month) {
        self.office = office
        self.month = month
        runner = IDMaker.text(at: office.now, random: office.random())
    }

    /// Takes the close, at once or from a runner that has died.
    ///
    /// - Returns: false when the month has been closed in the meantime.
    /// - Throws: `close_running` when another runner shows that it lives, or ends while this one waits for a sign of it.
    func claim() async throws -> Bool {
        var seen: Int?
        while true {
            let now = office.now
            let (month, runner) = (month, runner)
            let isMine = try await office.perform { tx in
                try tx.settlements.claim(month, for: runner, until: now + Self.length, at: now)
            }
            guard !isMine else { return true }
            let other = try await office.read { tx in try tx.settlements.closing(month) }
            if let seen, other?.beats != seen { throw running }
            guard let other else { return false }
            seen = other.beats
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Part of every transaction of the close: who was taken for dead writes nothing more.
    func hold(_ tx: any Transaction) throws {
        guard try tx.settlements.hold(month, by: runner, until: office.now + Self.length) else { throw running }
    }

    func leave() async throws {
        let (month, runner) = (month, runner)
        try await office.perform { tx in try tx.settlements.leave(month, by: runner) }
    }

    /// Runs something long, and shows meanwhile that its runner lives.
    func beating(_ body: @escaping @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                while true {
                    try await Task.sleep(for: .seconds(1))
                    // Once the month is closed nobody has to live any more: the last beat may come just after the end.
                    try await office.performAlone(isRepeatable: true) { tx in
                        if try tx.settlements.closing(month) != nil { try hold(tx) }
                    }
                }
            }
            group.addTask {
                try await body()
                return true
            }
            defer { group.cancelAll() }
            _ = try await group.next()
        }
    }

    private var running: Rejection {
        Rejection(.conflict, "close_running", "\(month) 正在月结，由另一人或另一程序办理；请等它完成后再看，不必重复提交。")
    }
}
