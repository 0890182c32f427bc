import Foundation
import GRDB
import GRDBSQLite
import Store

/// A thread that moves the log's pages into the database beside the writer, so that no commit waits for the pages of thousands of others.
///
/// PASSIVE waits for nobody and makes nobody wait. It never quite catches up with a busy writer, who asks it again until few pages are left,
/// moves those itself, and then SQLite starts the log anew instead of letting it grow.
final class Checkpointer: Sendable {
    private struct State {
        var isWanted = false
        var isClosed = false
        /// Pages of the log that stand in the database, as the last run left it.
        var moved: Int?
    }

    // Safe because `state` is only touched while `condition` is locked.
    private final class Shared: @unchecked Sendable {
        let condition = NSCondition()
        var state = State()
    }

    private let shared = Shared()

    /// - Parameter open: opens a connection that may write, on the thread that alone uses it.
    init(on threads: Threads, open: @escaping @Sendable () throws -> DatabaseQueue) {
        threads.start("vnh-checkpoint") { [shared] in
            guard let queue = try? open() else { return }
            while Self.isAsked(shared) {
                var moved: Int32 = 0
                queue.unsafeReentrantWrite { db in
                    _ = sqlite3_wal_checkpoint_v2(db.sqliteConnection, nil, SQLITE_CHECKPOINT_PASSIVE, nil, &moved)
                    Self.synchronise(db.sqliteConnection)
                }
                shared.condition.withLock { shared.state.moved = Int(max(0, moved)) }
            }
            try? queue.close()
        }
    }

    /// SQLite leaves what a run has moved unsynchronised while the log still holds more: whoever moves the last page, the writer, would wait
    /// for the disk to take all of it.
    private static func synchronise(_ connection: OpaquePointer?) {
        var file: UnsafeMutablePointer<sqlite3_file>?
        guard sqlite3_file_control(connection, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK, let file else { return }
        // What it can't do now, the last run must, and says so.
        _ = file.pointee.pMethods?.pointee.xSync(file, SQLITE_SYNC_NORMAL)
    }

    private static func isAsked(_ shared: Shared) -> Bool {
        shared.condition.lock()
        defer { shared.condition.unlock() }
        while !shared.state.isWanted {
            if shared.state.isClosed { return false }
            shared.condition.wait()
        }
        shared.state.isWanted = false
        return true
    }

    func ask() {
        shared.condition.withLock {
            shared.state.isWanted = true
            shared.condition.signal()
        }
    }

    /// How many pages of the log stand in the database, once after each run.
    func takeMoved() -> Int? {
        shared.condition.withLock {
            defer { shared.state.moved = nil }
            return shared.state.moved
        }
    }

    func close() {
        shared.condition.withLock {
            shared.state.isClosed = true
            shared.condition.signal()
        }
    }
}
