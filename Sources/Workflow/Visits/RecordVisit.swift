import Catalog
import Kernel
import Orders
import Registry
import Store

/// What a worker's device or a landline call tells at the door.
public struct CheckReport: Sendable {
    public var at: Instant
    /// What the telephone's own clock showed, when that was found to be wrong and ``at`` was put right; kept in the log.
    public var deviceAt: Instant?
    public var worker: WorkerID?
    public var method: CheckMethod
    public var place: Coordinate?
    public var accuracy_m: Int?
    /// The elder's one-time code or card number.
    public var code: String?
    public var photoSHA256: String?
    public var reasonCode: String?
    /// What else the telephone tells, for the settlement rules: see ``VisitTraces``.
    public var device: String?
    public var isMocked = false
    public var isLocationOff = false
    public var signatureSHA256: String?
    public var signedBy: String?

    public init(
        at: Instant, worker: WorkerID? = nil, method: CheckMethod, place: Coordinate? = nil, accuracy_m: Int? = nil, code: String? = nil,
        photoSHA256: String? = nil, reasonCode: String? = nil
    ) {
        self.at = at
        self.worker = worker
        self.method = method
        self.place = place
        self.accuracy_m = accuracy_m
        self.code = code
        self.photoSHA256 = photoSHA256
        self.reasonCode = reasonCode
    }

    /// What the log keeps of it beside the visit.
    var logged: String { deviceAt.map { (["device_at": JSON($0)] as JSON).text } ?? "{}" }

    /// Checks what can be proven on the spot and measures the distance to the door.
    func check(against elder: Elder, _ policy: EvidencePolicy, now: Instant) throws -> Check {
        guard at <= now + .minutes(policy.clockAhead) else { throw OrderRejection.deviceTimeInFuture }
        switch method {
        case .app:
            guard place != nil else { throw Rejection(.refused, "place_missing", "没有位置信息，请打开手机定位后再签到。", pointer: "/lat") }
        case .paper:
            guard reasonCode?.isEmpty == false else { throw OrderRejection.reasonMissing }
        case .code, .card, .landline, .landlineUnheard: break
        }
        func isHash(_ text: String) -> Bool { text.utf8.count == 64 && text.utf8.allSatisfy { Character(UnicodeScalar($0)).isHexDigit } }
        if let photoSHA256, !isHash(photoSHA256) {
            throw Rejection(.invalid, "photo_hash", "photo_sha256 应为 64 位十六进制。", pointer: "/photo_sha256")
        }
        if let signatureSHA256, !isHash(signatureSHA256) {
            throw Rejection(.invalid, "signature_hash", "signature_sha256 应为 64 位十六进制。", pointer: "/signature_sha256")
        }
        guard (device ?? "").utf8.count <= 64, (signedBy ?? "").count <= 20 else {
            throw Rejection(.invalid, "device_too_long", "device 至多 64 个字符，signed_by 至多 20 个字。", pointer: "/device")
        }
        let distance = place.flatMap { here in elder.place.map { here.metres(to: $0) } }
        return Check(
            at: at, receivedAt: now, method: method, distance_m: distance, accuracy_m: accuracy_m,
            photoSHA256: photoSHA256?.lowercased(), reasonCode: reasonCode)
    }
}

/// 签到
public struct CheckIn: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public func prepared(_ id: OrderID, _ report: CheckReport, by caller: Caller) -> @Sendable (any Transaction) throws -> Order {
        let (now, reference) = (office.now, office.reference)
        return { tx in
            let old = try Held.require(tx, id, by: caller)
            let policy = reference.evidence(on: now.localDate)
            var started = try old.after(.checkIn, by: caller.actor, at: now, timers: reference.timers(on: now.localDate))
            guard let provider = old.provider, let planned = old.worker else {
                throw OrderRejection.illegalTransition(from: old.state, action: .checkIn)
            }
            let opens = old.window.start - .minutes(policy.checkInEarly)
            guard report.at >= opens else { throw OrderRejection.tooEarly(opens: opens) }
            let worker = report.worker ?? planned
            guard reference.franchise.workers(of: provider).contains(where: { $0.id == worker }) else {
                throw Rejection(.refused, "worker_unknown", "没有这位在岗人员，请先在人员名单中登记。", pointer: "/worker")
            }
            let elder = try tx.elders.require(old.elder)
            try DoorCode(tx, by: caller.name, now: now).check(report, of: old, elder)
            let told = try report.check(against: elder, policy, now: now)
            let check = try HeardCall(tx, policy, by: caller.name, now: now).weighed(told, of: old, isNew: true)
            started.worker = worker
            // Whoever rings the bell is the one who came; the other of two is then the second.
            if worker == old.secondWorker { started.secondWorker = planned }
            var visit = Visit(order: id, provider: provider, worker: worker, checkIn: check)
            visit.traces.inDevice = report.device
            visit.traces.isMocked = report.isMocked
            visit.traces.isLocationOff = report.isLocationOff
            try tx.visits.begin(visit)
            try tx.orders.save(started, replacing: old)
            try tx.events.append(
                "order.checked_in", subject: id.text, subjectSeq: started.version, to: provider, by: caller.name, at: now, data: report.logged)
            return started
        }
    }
}

/// 签退. With the elder's code or card the visit is confirmed in the same breath.
public struct CheckOut: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public func prepared(_ id: OrderID, _ report: CheckReport, by caller: Caller) -> @Sendable (any Transaction) throws -> Order {
        let (now, reference) = (office.now, office.reference)
        return { tx in
            let old = try Held.require(tx, id, by: caller)
            let policy = reference.evidence(on: now.localDate)
            let done = try old.after(.checkOut, by: caller.actor, at: now, timers: reference.timers(on: now.localDate))
            guard var visit = try tx.visits.find(id) else { throw StoreFault.corrupt("order \(id) in service without a visit") }
            guard report.at >= visit.checkIn.at else { throw OrderRejection.checkOutBeforeCheckIn }
            let elder = try tx.elders.require(old.elder)
            try DoorCode(tx, by: caller.name, now: now).check(report, of: old, elder)
            let told = try report.check(against: elder, policy, now: now)
            let heard = HeardCall(tx, policy, by: caller.name, now: now)
            visit.checkIn = try heard.weighed(visit.checkIn, of: old)
            visit.checkOut = try heard.weighed(told, of: old, isNew: true)
            visit.traces.outDevice = report.device
            visit.traces.isMocked = report.isMocked
            visit.traces.isLocationOff = report.isLocationOff
            visit.traces.signatureSHA256 = report.signatureSHA256
            visit.traces.signedBy = report.signedBy
            try tx.visits.saveCheckOut(visit)
            try tx.events.append(
                "order.checked_out", subject: id.text, subjectSeq: done.version, to: old.provider, by: caller.name, at: now, data: report.logged)
            guard report.method == .code || report.method == .card else {
                try tx.orders.save(done, replacing: old)
                return done
            }
            return try Confirmation(tx, reference, now: now, by: caller.name)
                .confirm(done, replacing: old, visit: visit, confirmedBy: "elder", actor: .elder)
        }
    }
}

/// 回访: an operator asks the elder what happened. "Nobody came" refuses the visit and opens a complaint by itself.
public struct RecordCallback: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public func prepared(
        _ id: OrderID, came: Bool, cameAt: Instant?, did: String, minutes: Int?, paidExtra: Fen, satisfaction: Int?, answeredBy: String,
        received: String? = nil, by caller: Caller
    ) throws -> @Sendable (any Transaction) throws -> Order {
        if let received, !["service", "meal", "goods"].contains(received) {
            throw Rejection(.invalid, "received_unknown", "received 应为 service、meal 或 goods。", pointer: "/received")
        }
        guard did.count <= 500 else { throw OrderRejection.noteTooLong }
        if let satisfaction, !(1...5).contains(satisfaction) {
            throw Rejection(.invalid, "satisfaction_range", "满意度应为 1 到 5。", pointer: "/satisfaction")
        }
        guard paidExtra >= .zero, paidExtra <= .limit else {
            throw Rejection(.invalid, "amount_out_of_range", "金额超出范围。", pointer: "/paid_extra_fen")
        }
        let (now, reference) = (office.now, office.reference)
        let complaint = IDMaker.text(at: now, random: office.random())
        return { tx in
            let old = try tx.orders.require(id)
            guard old.state == .done || old.state == .closed else {
                throw OrderRejection.illegalTransition(from: old.state, action: .confirm)
            }
            var callback = Callback(
                order: id, at: now, came: came, cameAt: cameAt, did: did, minutes: minutes, paidExtra: paidExtra,
                satisfaction: satisfaction, answeredBy: answeredBy, recordedBy: caller.name)
            callback.received = received
            try tx.quality.insert(callback)
            let isDisputed = !came || paidExtra > .zero || (satisfaction ?? 5) <= 2
            if isDisputed {
                try tx.quality.openComplaint(
                    complaint, order: id, text: came ? "回访：额外收费或不满意" : "回访：无人上门", at: now)
                try tx.events.append("complaint.opened", subject: id.text, subjectSeq: old.version, by: caller.name, at: now)
            }
            guard came, old.state == .done else {
                return try Self.dispute(tx, old, came: came, isDisputed: isDisputed, by: caller, now: now)
            }
            var confirmed = try Confirmation(tx, reference, now: now, by: caller.name).confirm(
                old, replacing: old, visit: try tx.visits.find(id), confirmedBy: answeredBy, actor: caller.actor)
            if isDisputed {
                let before = confirmed
                confirmed.hasOpenComplaint = true
                confirmed.version += 1
                try tx.orders.save(confirmed, replacing: before)
            }
            return confirmed
        }
    }

    /// Nobody came, or something is wrong with a visit already closed: no public money for it while the complaint is open.
    private static func dispute(
        _ tx: any Transaction, _ old: Order, came: Bool, isDisputed: Bool, by caller: Caller, now: Instant
    ) throws -> Order {
        guard isDisputed else { return old }
        var disputed = old
        disputed.hasOpenComplaint = true
        disputed.verification = came ? .held : .refused
        if disputed.settlement == .ready { disputed.settlement = .notReady }
        disputed.timer = nil
        disputed.version += 1
        try tx.orders.save(disputed, replacing: old)
        try tx.events.append(
            "order.disputed", subject: old.id.text, subjectSeq: disputed.version, to: old.provider, by: caller.name, at: now)
        return disputed
    }
}

/// Turns a finished visit into a closed order: evidence weighed, entitlement posted when it suffices, held for review when not.
struct Confirmation {
    let tx: any Transaction
    let reference: Reference
    let now: Instant
    let by: String

    init(_ tx: any Transaction, _ reference: Reference, now: Instant, by: String) {
        self.tx = tx
        self.reference = reference
        self.now = now
        self.by = by
    }

    func confirm(_ done: Order, replacing old: Order, visit: Visit?, confirmedBy: String, actor: Actor) throws -> Order {
        guard var visit else { throw StoreFault.corrupt("order \(done.id) done without a visit") }
        visit.confirmedBy = confirmedBy
        visit.confirmedAt = now
        let heard = HeardCall(tx, reference.evidence(on: now.localDate), by: by, now: now)
        visit.checkIn = try heard.weighed(visit.checkIn, of: done)
        visit.checkOut = try visit.checkOut.map { try heard.weighed($0, of: done) }
        try tx.visits.saveConfirmation(visit)
        let timers = reference.timers(on: now.localDate)
        var closed = try done.after(.confirm, by: actor, at: now, timers: timers)
        visit.traces.isCodeLocked = try tx.doorTries.find(done.id)?.isLocked ?? false
        let needed = reference.catalogue.item(done.item)?.evidence ?? .partial
        let isProven = visit.evidence(reference.evidence(on: done.serviceDate)) >= needed
        closed.verification = isProven ? .verified : .held
        closed.settlement = isProven ? .ready : .notReady
        try tx.orders.save(closed, replacing: old)
        if isProven { try Money(tx, closed, now: now).post() }
        if let provider = closed.provider { try tx.loads.met(closed.elder, provider, on: closed.serviceDate) }
        try tx.elders.touch(closed.elder, at: now)
        try tx.events.append(
            "order.closed", subject: closed.id.text, subjectSeq: closed.version, to: closed.provider, by: by, at: now,
            data: "{\"verification\":\"\(closed.verification.rawValue)\"}")
        return closed
    }
}
