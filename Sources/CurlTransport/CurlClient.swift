import CCurl
import Kernel

/// A plain HTTP client for the command line's own checks and benchmarks: one request at a time on the caller's thread, connections kept.
///
/// Goes where it is told, loopback and private networks included: the address comes from whoever runs the command, not from a subscriber.
public final class CurlClient {
    public struct Answer: Sendable {
        public let status: Int
        /// Names in lower case.
        public let headers: [String: String]
        public let body: [UInt8]
        /// From the beginning to the last byte.
        public let took: Span
    }

    /// What libcurl calls back with; alive as long as the call.
    private final class Sink {
        var body: [UInt8] = []
        var headers: [String: String] = [:]
    }

    private let easy: UnsafeMutableRawPointer
    private let timeout: Span
    /// The longest answer taken.
    public static let longestAnswer = 8 << 20

    /// - Parameter timeout: for each request as a whole.
    public init(timeout: Span = .seconds(15)) throws {
        guard let easy = curl_easy_init() else {
            throw Rejection(.unavailable, "curl_unavailable", "libcurl 初始化失败，请检查系统的 libcurl。")
        }
        self.easy = easy
        self.timeout = timeout
    }

    deinit { curl_easy_cleanup(easy) }

    /// - Parameter bytesPerSecond: Sends no faster than that, as over a bad line; nil is as fast as it goes.
    /// - Throws: `http_failed` when no whole answer came; any status is an answer.
    public func send(
        _ method: String, _ url: String, headers: [(String, String)] = [], body: [UInt8]? = nil, bytesPerSecond: Int? = nil
    ) throws -> Answer {
        curl_easy_reset(easy)
        let sink = Sink()
        var list: UnsafeMutablePointer<curl_slist>?
        defer { curl_slist_free_all(list) }
        for (name, value) in headers + [("expect", "")] {
            guard let longer = curl_slist_append(list, value.isEmpty ? "\(name):" : "\(name): \(value)") else { throw failed(CURLE_OUT_OF_MEMORY) }
            list = longer
        }
        let texts: [(CURLoption, String)] = [
            (CURLOPT_URL, url), (CURLOPT_PROTOCOLS_STR, "http,https"), (CURLOPT_PROXY, ""), (CURLOPT_NOPROXY, "*"), (CURLOPT_CUSTOMREQUEST, method),
        ]
        let numbers: [(CURLoption, Int)] = [
            (CURLOPT_NOSIGNAL, 1), (CURLOPT_FOLLOWLOCATION, 0), (CURLOPT_PATH_AS_IS, 1), (CURLOPT_TCP_NODELAY, 1),
            (CURLOPT_TIMEOUT_MS, Int(timeout.milliseconds)),
        ]
        for (option, text) in texts { try check(ccurl_set_string(easy, option, text)) }
        for (option, number) in numbers { try check(ccurl_set_long(easy, option, number)) }
        if let bytesPerSecond { try check(ccurl_set_offset(easy, CURLOPT_MAX_SEND_SPEED_LARGE, curl_off_t(bytesPerSecond))) }
        if let body { try check(body.withUnsafeBytes { ccurl_set_body(easy, $0.baseAddress, $0.count) }) }
        try check(ccurl_set_headers(easy, list))
        try check(
            ccurl_set_sinks(
                easy, { CurlClient.take($0, $1 * $2, $3) }, { CurlClient.note($0, $1 * $2, $3) }, Unmanaged.passUnretained(sink).toOpaque()))
        let result = withExtendedLifetime(sink) { curl_easy_perform(easy) }
        try check(result)
        var status = 0
        var took: curl_off_t = 0
        try check(ccurl_get_long(easy, CURLINFO_RESPONSE_CODE, &status))
        try check(ccurl_get_offset(easy, CURLINFO_TOTAL_TIME_T, &took))
        return Answer(status: status, headers: sink.headers, body: sink.body, took: Span(milliseconds: Int64(took) / 1000))
    }

    private func check(_ result: CURLcode) throws { if result != CURLE_OK { throw failed(result) } }

    private func failed(_ result: CURLcode) -> Rejection {
        Rejection(.unavailable, "http_failed", "没有得到完整的回答：\(String(cString: curl_easy_strerror(result)))。")
    }

    private static func take(_ bytes: UnsafeMutablePointer<CChar>?, _ count: Int, _ context: UnsafeMutableRawPointer?) -> Int {
        guard let bytes, let context else { return 0 }
        let sink = Unmanaged<Sink>.fromOpaque(context).takeUnretainedValue()
        guard sink.body.count + count <= longestAnswer else { return 0 }
        sink.body.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: count))
        return count
    }

    private static func note(_ bytes: UnsafeMutablePointer<CChar>?, _ count: Int, _ context: UnsafeMutableRawPointer?) -> Int {
        guard let bytes, let context else { return 0 }
        let line = String(decoding: UnsafeRawBufferPointer(start: bytes, count: count), as: UTF8.self)
        guard let colon = line.firstIndex(of: ":") else { return count }
        let value = line[line.index(after: colon)...].drop { $0 == " " }.prefix { !$0.isNewline }
        Unmanaged<Sink>.fromOpaque(context).takeUnretainedValue().headers[line[..<colon].lowercased()] = String(value)
        return count
    }
}
