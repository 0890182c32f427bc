import CCurl
import Foundation
import Kernel
import Notifier
import Synchronization

/// The thread that drives libcurl's multi interface, and the commands to it.
final class CurlLoop: Sendable {
    private enum Command {
        case start(Transfer)
        case cancel(Transfer)
    }

    private struct State {
        var commands: [Command] = []
        var isClosed = false
    }

    // Safe because libcurl allows `curl_multi_wakeup` from any thread; everything else happens on the loop's thread.
    private struct Multi: @unchecked Sendable {
        let handle: UnsafeMutableRawPointer
    }

    private let state = Mutex(State())
    private let multi: Multi

    /// Idle connections kept for later messages.
    static let keptConnections = 64
    /// The longest sleep between two looks when no socket stirs.
    static let longestPause_ms: Int32 = 1000

    private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    init() throws {
        guard CurlLoop.isReady, let handle = curl_multi_init() else {
            throw Rejection(.unavailable, "curl_unavailable", "libcurl 初始化失败，无法推送，请检查系统的 libcurl。")
        }
        multi = Multi(handle: handle)
        _ = ccurl_multi_set_long(handle, CURLMOPT_MAXCONNECTS, CurlLoop.keptConnections)
        let thread = Thread { [self] in Runner(self, multi.handle).run() }
        thread.name = "vnh-webhooks"
        thread.start()
    }

    func start(_ transfer: Transfer) { enqueue(.start(transfer)) }
    func cancel(_ transfer: Transfer) { enqueue(.cancel(transfer)) }

    func close() {
        state.withLock { state in
            guard !state.isClosed else { return }
            state.isClosed = true
            // Under the lock, because the thread cleans the handle up once it has seen the closing.
            curl_multi_wakeup(multi.handle)
        }
    }

    private func enqueue(_ command: Command) {
        let isOpen = state.withLock { state -> Bool in
            guard !state.isClosed else { return false }
            state.commands.append(command)
            curl_multi_wakeup(multi.handle)
            return true
        }
        if !isOpen, case .start(let transfer) = command { transfer.finish(.failed(.cancelled)) }
    }

    private func take() -> State {
        state.withLock { state in
            defer { state.commands.removeAll(keepingCapacity: true) }
            return state
        }
    }

    /// What lives on the thread and nowhere else.
    private final class Runner {
        private let loop: CurlLoop
        private let multi: UnsafeMutableRawPointer
        private var running: [UnsafeMutableRawPointer: Transfer] = [:]
        /// Handles that are at rest, to be used again.
        private var idle: [UnsafeMutableRawPointer] = []

        init(_ loop: CurlLoop, _ multi: UnsafeMutableRawPointer) {
            self.loop = loop
            self.multi = multi
        }

        func run() {
            while true {
                let state = loop.take()
                for command in state.commands { obey(command) }
                if state.isClosed { break }
                var active: Int32 = 0
                curl_multi_perform(multi, &active)
                collect()
                curl_multi_poll(multi, nil, 0, CurlLoop.longestPause_ms, nil)
            }
            for (easy, transfer) in running { end(easy, transfer, .failed(.cancelled)) }
            for easy in idle { curl_easy_cleanup(easy) }
            curl_multi_cleanup(multi)
        }

        private func obey(_ command: Command) {
            switch command {
            case .start(let transfer):
                guard let easy = idle.popLast() ?? curl_easy_init() else {
                    return transfer.finish(.failed(.other(Int32(bitPattern: CURLE_FAILED_INIT.rawValue))))
                }
                guard transfer.configure(easy), curl_multi_add_handle(multi, easy) == CURLM_OK else {
                    curl_easy_cleanup(easy)
                    return transfer.finish(.failed(.other(Int32(bitPattern: CURLE_FAILED_INIT.rawValue))))
                }
                running[easy] = transfer
            case .cancel(let transfer):
                guard let (easy, _) = running.first(where: { $0.value === transfer }) else { return }
                end(easy, transfer, .failed(.cancelled))
            }
        }

        private func collect() {
            var left: Int32 = 0
            while let message = curl_multi_info_read(multi, &left) {
                guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle,
                    let transfer = running[easy]
                else { continue }
                end(easy, transfer, transfer.reply(ccurl_message_result(message), easy))
            }
        }

        private func end(_ easy: UnsafeMutableRawPointer, _ transfer: Transfer, _ reply: Reply) {
            curl_multi_remove_handle(multi, easy)
            curl_easy_reset(easy)
            running[easy] = nil
            idle.append(easy)
            transfer.finish(reply)
        }
    }
}
