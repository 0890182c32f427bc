import CCurl
import Kernel
import Notifier
import Synchronization

#if canImport(Glibc)
import Glibc
#endif

/// One message under way: what libcurl is told, and what it tells.
///
// Safe because after `begin` only the loop's thread touches the stored variables; libcurl calls back on that thread.
final class Transfer: @unchecked Sendable {
    let request: SignedRequest
    private let rule: AddressRule
    private let limits: CurlTransport.Limits
    private var continuation: CheckedContinuation<Reply, Never>?
    private var headers: UnsafeMutablePointer<curl_slist>?
    private var received = 0
    private var isTooLarge = false
    /// The beginning of the answer, kept only where it must contain a mark.
    private var answer: [UInt8] = []
    /// Addresses that the rule refused, and those it let pass.
    private var refused = 0
    private var allowed = 0

    init(_ request: SignedRequest, rule: AddressRule, limits: CurlTransport.Limits) {
        self.request = request
        self.rule = rule
        self.limits = limits
    }

    func begin(_ continuation: CheckedContinuation<Reply, Never>) { self.continuation = continuation }

    func finish(_ reply: Reply) {
        curl_slist_free_all(headers)
        headers = nil
        continuation?.resume(returning: reply)
        continuation = nil
    }

    /// Tells a fresh or reset handle everything about this message.
    /// - Returns: false when libcurl refuses an option; nothing is sent then.
    func configure(_ easy: UnsafeMutableRawPointer) -> Bool {
        let context = Unmanaged.passUnretained(self).toOpaque()
        for (name, value) in request.headers + [("expect", ""), ("accept", "*/*")] {
            // An empty value takes away what libcurl would add of itself.
            guard let longer = curl_slist_append(headers, value.isEmpty ? "\(name):" : "\(name): \(value)") else { return false }
            headers = longer
        }
        let authorities = limits.authorities.map { [(CURLOPT_CAINFO, $0)] } ?? []
        let texts: [(CURLoption, String)] = authorities + [
            (CURLOPT_URL, request.url.text), (CURLOPT_PROTOCOLS_STR, "http,https"), (CURLOPT_PROXY, ""), (CURLOPT_NOPROXY, "*"),
        ]
        let numbers: [(CURLoption, Int)] = [
            (CURLOPT_NOSIGNAL, 1), (CURLOPT_POST, 1), (CURLOPT_FOLLOWLOCATION, 0), (CURLOPT_PATH_AS_IS, 1),
            (CURLOPT_DISALLOW_USERNAME_IN_URL, 1), (CURLOPT_SSL_VERIFYPEER, 1), (CURLOPT_SSL_VERIFYHOST, 2),
            (CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS), (CURLOPT_TCP_NODELAY, 1), (CURLOPT_MAXLIFETIME_CONN, 300),
            (CURLOPT_CONNECTTIMEOUT_MS, Int(limits.connect.milliseconds)), (CURLOPT_TIMEOUT_MS, Int(limits.total.milliseconds)),
        ]
        let body = request.body.withUnsafeBytes { ccurl_set_body(easy, $0.baseAddress, $0.count) }
        return texts.allSatisfy { ccurl_set_string(easy, $0.0, $0.1) == CURLE_OK }
            && numbers.allSatisfy { ccurl_set_long(easy, $0.0, $0.1) == CURLE_OK }
            && body == CURLE_OK && ccurl_set_headers(easy, headers) == CURLE_OK
            && ccurl_set_receiver(easy, { Transfer.receive($0, $1, $2, $3) }, context) == CURLE_OK
            && ccurl_set_socket_opener(easy, { Transfer.open($0, $1, $2) }, context) == CURLE_OK
    }

    /// What the end of the transfer means.
    func reply(_ result: CURLcode, _ easy: UnsafeMutableRawPointer) -> Reply {
        guard result == CURLE_OK else { return .failed(reason(result)) }
        var status = 0
        var wait: curl_off_t = 0
        guard ccurl_get_long(easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK else { return .failed(.reset) }
        if let mark = request.mark, (200...299).contains(status), answer.firstRange(of: Array(mark.utf8)) == nil { return .failed(.unmarked) }
        let asked = ccurl_get_offset(easy, CURLINFO_RETRY_AFTER, &wait) == CURLE_OK && wait > 0
        // A receiver may name any number; what is too long is cut by the retry schedule, what cannot be a span is cut here.
        return .status(status, retryAfter: asked ? Span(milliseconds: Int64(min(wait, 31_536_000)) * 1000) : nil)
    }

    private func reason(_ result: CURLcode) -> FailureReason {
        switch result {
        case CURLE_COULDNT_RESOLVE_HOST: .dns
        case CURLE_COULDNT_CONNECT: refused > 0 && allowed == 0 ? .privateAddress : .connect
        case CURLE_OPERATION_TIMEDOUT: .timeout
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_CACERT_BADFILE,
            CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS:
            .tls
        case CURLE_WRITE_ERROR where isTooLarge: .tooLarge
        case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_WEIRD_SERVER_REPLY: .reset
        default: .other(Int32(bitPattern: result.rawValue))
        }
    }

    /// Counts what comes and keeps nothing of it unless a mark is looked for; a count that differs from what was given makes libcurl stop.
    private static func receive(_ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?) -> Int {
        guard let context else { return 0 }
        let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
        transfer.received += size * count
        guard transfer.received <= transfer.limits.answerBytes else {
            transfer.isTooLarge = true
            return 0
        }
        if transfer.request.mark != nil, let bytes {
            transfer.answer.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
        return size * count
    }

    /// Opens the socket for an address that the rule allows.
    private static func open(
        _ context: UnsafeMutableRawPointer?, _ purpose: curlsocktype, _ address: UnsafeMutablePointer<curl_sockaddr>?
    ) -> curl_socket_t {
        guard let context, let address, let bytes = ccurl_address_bytes(address) else { return -1 }
        let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
        guard let ip = ip(family: address.pointee.family, bytes), transfer.rule.refusal(of: ip, for: transfer.request.url.host) == nil else {
            transfer.refused += 1
            return -1
        }
        transfer.allowed += 1
        return socket(address.pointee.family, address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue), address.pointee.protocol)
    }

    private static func ip(family: Int32, _ bytes: UnsafeRawPointer) -> IPAddress? {
        switch family {
        case AF_INET:
            withUnsafeBytes(of: bytes.loadUnaligned(as: sockaddr_in.self).sin_addr) { IPAddress(bytes: Array($0)) }
        case AF_INET6:
            withUnsafeBytes(of: bytes.loadUnaligned(as: sockaddr_in6.self).sin6_addr) { IPAddress(bytes: Array($0)) }
        default: nil
        }
    }
}
