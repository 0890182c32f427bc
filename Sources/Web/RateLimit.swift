import Kernel
import Synchronization

/// How often one token or session may ask: so many a second, and so many at once after a pause. A token bucket.
public struct RateLimit: Hashable, Sendable {
    public let perSecond: Int
    public let burst: Int

    /// Far above what a till or a desk needs, far below what one caller needs to slow the others.
    public static let standard = RateLimit(perSecond: 200, burst: 2000)

    public init(perSecond: Int, burst: Int) {
        self.perSecond = perSecond
        self.burst = burst
    }

    /// `200/2000`: a second, and at once. Each 1 ... 1,000,000.
    public init?(_ text: String) {
        let parts = text.split(separator: "/").map { Int($0) }
        guard parts.count == 2, let rate = parts[0], let burst = parts[1], (1...1_000_000).contains(rate), (1...1_000_000).contains(burst) else {
            return nil
        }
        self.init(perSecond: rate, burst: burst)
    }
}

/// What is left in each caller's bucket.
final class Buckets: Sendable {
    private struct Bucket {
        /// Thousandths of a request.
        var level: Int64
        var at: Instant
    }

    private let limit: RateLimit
    private let buckets = Mutex<[String: Bucket]>([:])
    static let capacity = 20_000

    init(_ limit: RateLimit) { self.limit = limit }

    /// Takes one request out of the bucket of `key`.
    ///
    /// - Returns: nil, or how many seconds to wait until there is one.
    func take(_ key: String, at now: Instant) -> Int? {
        let full = Int64(limit.burst) * 1000
        return buckets.withLock { buckets in
            if buckets.count >= Self.capacity, buckets[key] == nil {
                // A bucket that would be full by now tells nothing.
                buckets = buckets.filter { filled($0.value, at: now) < full }
                if buckets.count >= Self.capacity { buckets.removeAll(keepingCapacity: true) }
            }
            let level = buckets[key].map { filled($0, at: now) } ?? full
            guard level >= 1000 else {
                buckets[key] = Bucket(level: level, at: now)
                return Int((1000 - level + Int64(limit.perSecond) * 1000 - 1) / (Int64(limit.perSecond) * 1000))
            }
            buckets[key] = Bucket(level: level - 1000, at: now)
            return nil
        }
    }

    private func filled(_ bucket: Bucket, at now: Instant) -> Int64 {
        let passed = min(max(0, (now - bucket.at).milliseconds), 1_000_000_000)
        return min(Int64(limit.burst) * 1000, bucket.level + passed * Int64(limit.perSecond))
    }
}
