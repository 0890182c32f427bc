import Foundation
import Kernel
import Synchronization

#if canImport(Glibc)
import Glibc
#endif

/// A receiver of webhooks on a port of its own: one thread, plain sockets and `poll`, as cheap as a receiver can be.
///
/// It notes for each event (by the number in its `webhook-id`) how often and when it first came.
final class BenchReceiver: Sendable {
    /// What it does with a message.
    enum Manner: Sendable {
        /// Answers 200 at once.
        case prompt
        /// Takes the connection, reads, and never answers.
        case silent
    }

    struct Seen {
        var messages = 0
        var distinct = 0
        /// By number of the event: seconds of the monotonic clock, 0 for one that has not come.
        var firstAt: [Double] = []
    }

    let port: Int
    private let listener: Int32
    private let manner: Manner
    private let seen = Mutex(Seen())
    private let isClosed = Mutex(false)

    init(_ manner: Manner) throws {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        listener = socket
        self.manner = manner
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, length) == 0 && listen(socket, 1024) == 0 && getsockname(socket, $0, &length) == 0
            }
        }
        guard isBound else { throw Rejection(.unavailable, "bench_receiver", "接收端没有启动。") }
        port = Int(UInt16(bigEndian: address.sin_port))
        let thread = Thread { [self] in serve() }
        thread.name = "bench-receiver"
        thread.start()
    }

    var url: String { "http://127.0.0.1:\(port)/" }
    var counts: (messages: Int, distinct: Int) { seen.withLock { ($0.messages, $0.distinct) } }

    /// When an event first came, if it has.
    func firstAt(_ number: Int) -> Double? {
        seen.withLock { $0.firstAt.indices.contains(number) && $0.firstAt[number] > 0 ? $0.firstAt[number] : nil }
    }

    func close() { isClosed.withLock { $0 = true } }

    private func serve() {
        var polls = [pollfd(fd: listener, events: Int16(POLLIN), revents: 0)]
        var buffers: [Int32: [UInt8]] = [:]
        while !isClosed.withLock({ $0 }) {
            guard poll(&polls, nfds_t(polls.count), 200) > 0 else { continue }
            for entry in polls.dropFirst() where entry.revents != 0 && !read(entry.fd, &buffers) {
                Glibc.close(entry.fd)
                buffers[entry.fd] = nil
            }
            if polls[0].revents != 0 {
                let fd = accept(listener, nil, nil)
                if fd >= 0 { buffers[fd] = [] }
            }
            polls = [polls[0]] + buffers.keys.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        }
        for fd in buffers.keys { Glibc.close(fd) }
        Glibc.close(listener)
    }

    /// - Returns: false when the connection is over.
    private func read(_ fd: Int32, _ buffers: inout [Int32: [UInt8]]) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 16_384)
        let count = recv(fd, &chunk, chunk.count, 0)
        guard count > 0 else { return false }
        guard manner == .prompt else { return true }
        buffers[fd]?.append(contentsOf: chunk[..<count])
        let answer = Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".utf8)
        while let (id, length) = Self.message(buffers[fd] ?? []) {
            buffers[fd]?.removeFirst(length)
            note(id)
            guard send(fd, answer, answer.count, Int32(MSG_NOSIGNAL)) == answer.count else { return false }
        }
        return true
    }

    private func note(_ number: Int) {
        let now = LoadGenerator.now
        seen.withLock { seen in
            seen.messages += 1
            if seen.firstAt.count <= number {
                seen.firstAt += [Double](repeating: 0, count: max(number + 1, seen.firstAt.count * 2) - seen.firstAt.count)
            }
            guard seen.firstAt[number] == 0 else { return }
            seen.firstAt[number] = now
            seen.distinct += 1
        }
    }

    /// The number of the event and the length of the first whole request, once it is there.
    private static func message(_ bytes: [UInt8]) -> (number: Int, length: Int)? {
        guard let head = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        var (number, length) = (0, 0)
        for line in String(decoding: bytes[..<head.lowerBound], as: UTF8.self).split(separator: "\r\n") {
            if line.hasPrefix("webhook-id: evt_") { number = Int(line.dropFirst(16)) ?? 0 }
            if line.lowercased().hasPrefix("content-length: ") { length = Int(line.dropFirst(16)) ?? 0 }
        }
        return bytes.count >= head.upperBound + length ? (number, head.upperBound + length) : nil
    }
}
