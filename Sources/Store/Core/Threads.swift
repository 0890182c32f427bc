import Foundation

/// The threads of one database, which end by themselves once it is closed; whoever closes it waits for the last of them.
public final class Threads: Sendable {
    private let running = DispatchGroup()

    public init() {}

    /// Starts a thread that lives as long as `body` runs.
    public func start(_ name: String, _ body: @escaping @Sendable () -> Void) {
        running.enter()
        let thread = Thread { [running] in
            body()
            running.leave()
        }
        thread.name = name
        thread.stackSize = 4 << 20
        thread.start()
    }

    /// Returns when every thread has ended.
    public func ended() async {
        await withCheckedContinuation { continuation in running.notify(queue: .global()) { continuation.resume() } }
    }
}
