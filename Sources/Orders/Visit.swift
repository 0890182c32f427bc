import Catalog
import Kernel
import Registry

/// How a check-in or check-out was made.
public enum CheckMethod: String, CaseIterable, Sendable {
    /// The worker's phone with its position.
    case app
    /// A call from the elder's own landline, which the platform has heard itself.
    case landline
    /// 座机（未见来电）: said to be such a call, of which the platform knows nothing; the provider's word, weighed like paper.
    case landlineUnheard = "landline_unheard"
    /// A code that the elder tells.
    case code
    /// The elder's card.
    case card
    /// A paper slip, entered later.
    case paper

    /// What a device may tell; whether a call was heard is the platform's to say.
    public static let reported = allCases.filter { $0 != .landlineUnheard }

    /// Rests on the provider's word alone; a provider's share of such visits is limited (R12).
    public var isManual: Bool { self == .paper || self == .landlineUnheard }
}

/// 签到 or 签退: when, how and where, by the device's clock and by ours.
public struct Check: Hashable, Sendable {
    public let at: Instant
    public let receivedAt: Instant
    public var method: CheckMethod
    /// Metres from the elder's door; nil without a position.
    public let distance_m: Int?
    public let accuracy_m: Int?
    public let photoSHA256: String?
    public let reasonCode: String?

    public init(
        at: Instant, receivedAt: Instant, method: CheckMethod, distance_m: Int?, accuracy_m: Int?, photoSHA256: String?, reasonCode: String?
    ) {
        self.at = at
        self.receivedAt = receivedAt
        self.method = method
        self.distance_m = distance_m
        self.accuracy_m = accuracy_m
        self.photoSHA256 = photoSHA256
        self.reasonCode = reasonCode
    }

    /// Proven by something in the elder's home or hand.
    ///
    /// - Parameter takesCodes: false where codes were tried, so that one that fits proves nothing.
    func isAtElder(takesCodes: Bool) -> Bool { method == .landline || (takesCodes && (method == .code || method == .card)) }

    /// Within the fence, allowing for the device's own stated accuracy up to the wide limit; false without a position.
    public func isInside(fence_m: Int, wide_m: Int) -> Bool {
        guard let distance_m else { return false }
        return distance_m <= fence_m || (distance_m <= wide_m && distance_m - (accuracy_m ?? 0) <= fence_m)
    }
}

/// 上门: the visit of one order, with the six elements that public payers ask of a verified visit
/// (service, person, date, place, worker, begin and end; 21st Century Cures Act §12006).
public struct Visit: Hashable, Sendable {
    public let order: OrderID
    public let provider: ProviderID
    public let worker: WorkerID
    public var checkIn: Check
    public var checkOut: Check?
    /// By the elder's code or card, or by call-back; nil until then.
    public var confirmedBy: String?
    public var confirmedAt: Instant?
    /// What the worker's telephone told beside time and place.
    public var traces = VisitTraces()

    public init(
        order: OrderID, provider: ProviderID, worker: WorkerID, checkIn: Check, checkOut: Check? = nil, confirmedBy: String? = nil,
        confirmedAt: Instant? = nil
    ) {
        self.order = order
        self.provider = provider
        self.worker = worker
        self.checkIn = checkIn
        self.checkOut = checkOut
        self.confirmedBy = confirmedBy
        self.confirmedAt = confirmedAt
    }

    /// Either end rests on the provider's word alone.
    public var isManual: Bool { checkIn.method.isManual || checkOut?.method.isManual == true }

    /// Whole minutes between the two checks by the device's clock.
    public var minutes: Int? { checkOut.map { ($0.at - checkIn.at).minutes } }
}

/// What a worker's telephone tells beside time and place; the settlement rules look at it.
public struct VisitTraces: Hashable, Sendable {
    /// The telephone's own stable id, at either end.
    public var inDevice: String?
    public var outDevice: String?
    /// It said that its position was made up (模拟定位).
    public var isMocked = false
    /// It said that its positioning was switched off.
    public var isLocationOff = false
    /// SHA-256 of the signature on its screen, and who signed: `elder`, `child`, `neighbour` …
    public var signatureSHA256: String?
    public var signedBy: String?
    /// So many wrong codes were told that none counts any more, until a new one is given out.
    public var isCodeLocked = false

    public init() {}
}

/// What counts as inside the fence: dated parameters, metres.
public struct EvidencePolicy: Hashable, Sendable {
    public var fence_m = 200
    public var wideFence_m = 500
    /// Minutes before the start from which a check-in is taken.
    public var checkInEarly = 30
    /// Minutes by which a device's clock may run ahead of ours.
    public var clockAhead = 10
    /// Minutes before and after a check within which the call from the elder's landline must have rung.
    public var callWithin = 10

    public init() {}
    public init(_ value: (String) -> Int?) {
        if let n = value("fence_m") { fence_m = n }
        if let n = value("fence_poor_gps_m") { wideFence_m = n }
        if let n = value("check_in_early_min") { checkInEarly = n }
        if let n = value("landline_call_within_min") { callWithin = n }
    }
}

extension Visit {
    /// The rung of the evidence ladder (核验等级): 3 = in the fence at both ends, something of the elder's scanned or told, and confirmed;
    /// 2 = two of the three; 1 = confirmed on paper or by call-back alone; 0 = nothing.
    public func evidence(_ policy: EvidencePolicy) -> EvidenceLevel {
        guard let checkOut else { return .none }
        let inside = checkIn.isInside(fence_m: policy.fence_m, wide_m: policy.wideFence_m)
            && checkOut.isInside(fence_m: policy.fence_m, wide_m: policy.wideFence_m)
        let takesCodes = !traces.isCodeLocked
        let scanned = checkIn.isAtElder(takesCodes: takesCodes) || checkOut.isAtElder(takesCodes: takesCodes)
        let confirmed = confirmedBy != nil
        switch [inside, scanned, confirmed].count(where: { $0 }) {
        case 3: return .full
        case 2: return .partial
        default: return confirmed ? .slip : .none
        }
    }
}
