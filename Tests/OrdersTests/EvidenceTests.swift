import Catalog
import Kernel
import Orders
import Registry
import Testing

@Suite struct `The evidence of a visit` {
    static func check(_ minute: Int, _ method: CheckMethod = .app, distance: Int? = nil, accuracy: Int? = nil) -> Check {
        let at = Sample.start + .minutes(minute)
        return Check(
            at: at, receivedAt: at, method: method, distance_m: distance, accuracy_m: accuracy, photoSHA256: nil, reasonCode: nil)
    }

    static func visit(_ checkIn: Check, _ checkOut: Check?, confirmedBy: String? = nil) -> Visit {
        Visit(
            order: OrderID("o1"), provider: ProviderID("P001"), worker: WorkerID("W001"), checkIn: checkIn, checkOut: checkOut,
            confirmedBy: confirmedBy, confirmedAt: confirmedBy.map { _ in Sample.start })
    }

    /// In the fence at both ends, something of the elder's, confirmed → rung.
    @Test(arguments: [
        (true, true, true, EvidenceLevel.full), (true, true, false, .partial), (true, false, true, .partial), (false, true, true, .partial),
        (false, false, true, .slip), (true, false, false, .none), (false, true, false, .none), (false, false, false, .none),
    ])
    func `climbs a rung for each proof`(isInside: Bool, isScanned: Bool, isConfirmed: Bool, level: EvidenceLevel) {
        let distance = isInside ? 150 : 900
        let visit = Self.visit(
            Self.check(0, distance: distance), Self.check(60, isScanned ? .code : .app, distance: distance),
            confirmedBy: isConfirmed ? "elder" : nil)
        #expect(visit.evidence(EvidencePolicy()) == level)
    }

    @Test(arguments: zip(CheckMethod.allCases, [false, true, false, true, true, false]))
    func `takes a landline that was heard, code and card as something of the elder's`(method: CheckMethod, isAtElder: Bool) {
        let visit = Self.visit(Self.check(0, distance: 10), Self.check(60, method, distance: 10))
        #expect(visit.evidence(EvidencePolicy()) == (isAtElder ? .partial : .none))
    }

    @Test(arguments: zip(CheckMethod.allCases, [false, true, false, false, false, false]))
    func `takes no code or card where codes were tried`(method: CheckMethod, isAtElder: Bool) {
        var visit = Self.visit(Self.check(0, distance: 10), Self.check(60, method, distance: 10))
        visit.traces.isCodeLocked = true
        #expect(visit.evidence(EvidencePolicy()) == (isAtElder ? .partial : .none))
    }

    /// Distance, the device's own accuracy → in the fence of 200 m, 500 m at the widest.
    @Test(arguments: [
        (0, nil, true), (200, nil, true), (201, nil, false), (201, 1, true), (450, 250, true), (450, 249, false), (500, 300, true),
        (501, 5000, false), (nil, nil, false), (nil, 10, false),
    ] as [(Int?, Int?, Bool)])
    func `allows for a poor position up to the wide fence`(distance: Int?, accuracy: Int?, isInside: Bool) {
        let check = Self.check(0, .card, distance: distance, accuracy: accuracy)
        #expect(Self.visit(check, check).evidence(EvidencePolicy()) == (isInside ? .partial : .none))
    }

    @Test func `needs both ends in the fence`() {
        let (near, far) = (Self.check(0, .card, distance: 10), Self.check(60, .card, distance: 900))
        #expect(Self.visit(near, far).evidence(EvidencePolicy()) == .none)
        #expect(Self.visit(far, near).evidence(EvidencePolicy()) == .none)
    }

    @Test func `is none until the worker has left`() {
        let visit = Self.visit(Self.check(0, .card, distance: 10), nil, confirmedBy: "elder")
        #expect(visit.evidence(EvidencePolicy()) == .none)
        #expect(visit.minutes == nil)
        #expect(Self.visit(Self.check(0), Self.check(59)).minutes == 59)
    }

    @Test func `measures by the district's fence`() {
        let check = Self.check(0, .card, distance: 150)
        let table = ["fence_m": 100, "fence_poor_gps_m": 120, "check_in_early_min": 45, "landline_call_within_min": 5]
        let policy = EvidencePolicy { table[$0] }
        #expect(policy.checkInEarly == 45 && policy.callWithin == 5)
        #expect(Self.visit(check, check).evidence(policy) == .none)
        #expect(Self.visit(check, check).evidence(EvidencePolicy { _ in nil }) == .partial)
    }
}
