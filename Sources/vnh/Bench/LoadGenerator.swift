import Foundation
import Kernel

#if canImport(Glibc)
import Glibc
#endif

/// Keeps a number of HTTP/1.1 connections busy from one thread, and notes how long each answer took.
///
/// Plain sockets and `poll`, so that the generator takes as little as possible of the two cores it shares with the server.
struct LoadGenerator {
    struct Outcome {
        var statuses: [Int: Int] = [:]
        var milliseconds: [Double] = []
        var seconds = 0.0
        /// The body of the last answer.
        var bytes = 0
        /// The first answers that were not successes, to be shown.
        var surprises: [String] = []

        var perSecond: Double { Double(milliseconds.count) / seconds }
        func percentile(_ p: Double) -> Double {
            let sorted = milliseconds.sorted()
            return sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(Double(sorted.count) * p))]
        }
    }

    let port: Int
    let connections: Int

    /// - Parameter next: the whole request with the given number, or nil when there is nothing more to send.
    func run(seconds: Double, next: (Int) -> [UInt8]?) throws -> Outcome {
        var outcome = Outcome()
        var sent = 0
        var lines = try (0..<connections).map { _ in try Line(port: port) }
        defer { for line in lines { close(line.socket) } }
        let start = Self.now
        let deadline = start + seconds
        for index in lines.indices { if let request = next(sent) { sent += 1; lines[index].send(request) } }
        var polls = lines.map { pollfd(fd: $0.socket, events: Int16(POLLIN), revents: 0) }
        while lines.contains(where: \.isBusy) {
            guard poll(&polls, nfds_t(polls.count), 10_000) > 0 else { throw Rejection(.unavailable, "bench_stalled", "服务器 10 秒没有回答。") }
            for index in lines.indices where polls[index].revents != 0 {
                guard let status = try lines[index].receive() else { continue }
                let now = Self.now
                outcome.milliseconds.append((now - lines[index].sentAt) * 1000)
                outcome.statuses[status, default: 0] += 1
                outcome.bytes = lines[index].bodyLength
                if !(200..<300).contains(status), outcome.surprises.count < 5 { outcome.surprises.append(lines[index].bodyText) }
                lines[index].isBusy = false
                if now < deadline, let request = next(sent) {
                    sent += 1
                    lines[index].send(request)
                }
            }
        }
        outcome.seconds = Self.now - start
        return outcome
    }

    static var now: Double { ProcessInfo.processInfo.systemUptime }

    static func request(_ method: String, _ path: String, token: String, body: String = "", key: String? = nil) -> [UInt8] {
        Array(
            """
            \(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer \(token)\r\n\(key.map { "Idempotency-Key: \($0)\r\n" } ?? "")\
            Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)
            """.utf8)
    }

    /// One keep-alive connection with at most one request under way.
    struct Line {
        let socket: Int32
        var isBusy = false
        var sentAt = 0.0
        private var received: [UInt8] = []
        private(set) var bodyLength = 0

        init(port: Int) throws {
            socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(port).bigEndian
            address.sin_addr.s_addr = inet_addr("127.0.0.1")
            let fd = socket
            let result = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(fd, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
            }
            guard result == 0 else { throw Rejection(.unavailable, "bench_connect", "连不上 127.0.0.1:\(port)。") }
            var one: Int32 = 1
            setsockopt(fd, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        }

        mutating func send(_ request: [UInt8]) {
            sentAt = LoadGenerator.now
            isBusy = true
            received.removeAll(keepingCapacity: true)
            var offset = 0
            while offset < request.count {
                let count = request.withUnsafeBytes { Glibc.send(socket, $0.baseAddress! + offset, request.count - offset, Int32(MSG_NOSIGNAL)) }
                guard count > 0 else { return }
                offset += count
            }
        }

        /// The status, once the whole answer is there.
        mutating func receive() throws -> Int? {
            let count = buffer.withUnsafeMutableBytes { recv(socket, $0.baseAddress, $0.count, 0) }
            guard count > 0 else { throw Rejection(.unavailable, "bench_closed", "服务器关闭了连接。") }
            received += buffer[..<count]
            let answer: (status: Int, length: Int)? = received.withUnsafeBytes { bytes in
                guard let head = Self.find("\r\n\r\n", in: bytes, limit: bytes.count),
                    let name = Self.find("\r\ncontent-length: ", in: bytes, limit: head) ?? Self.find("\r\nContent-Length: ", in: bytes, limit: head)
                else { return nil }
                let length = Self.number(bytes[(name + 18)...])
                return bytes.count >= head + 4 + length ? (Self.number(bytes[9...]), length) : nil
            }
            bodyLength = answer?.length ?? 0
            return answer?.status
        }
        private var buffer = [UInt8](repeating: 0, count: 16_384)

        private static func find(_ needle: StaticString, in bytes: UnsafeRawBufferPointer, limit: Int) -> Int? {
            let needle = UnsafeRawBufferPointer(start: needle.utf8Start, count: needle.utf8CodeUnitCount)
            guard limit >= needle.count else { return nil }
            return (0...(limit - needle.count)).first { bytes[$0] == needle[0] && bytes[$0...].starts(with: needle) }
        }

        private static func number(_ bytes: Slice<UnsafeRawBufferPointer>) -> Int {
            bytes.prefix { $0 >= 0x30 && $0 <= 0x39 }.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        }

        var bodyText: String { String(decoding: received.suffix(400), as: UTF8.self) }
    }
}
