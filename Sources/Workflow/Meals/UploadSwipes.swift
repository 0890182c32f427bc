import Entitlement
import Kernel
import Registry
import Store

/// 补传刷卡: what a till has kept while it was offline, handed in at once.
///
/// Judged by the till's clock, earliest first, whatever the order in the file; each swipe for itself. A meal that has been eaten is not
/// thrown away: what a rule does not let book is held for a person, with the sentence that says why.
public struct UploadSwipes: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public static let limit = 500

    public enum Result: Sendable {
        case served(ServedMeal)
        case held(HeldSwipe)
        case refused(Rejection)
    }

    /// Refusals of a late swipe that a person may still set right.
    static let holdable: Set<String> = [
        "meal_already_taken", "swipe_too_late", "meal_day_limit", "qr_expired", "elder_not_registered", "entitlement_exhausted",
        "budget_exhausted", "numbers_refused",
    ]

    /// - Returns: one result for each swipe, in the order of the request.
    /// - Throws: `upload_empty`, `upload_too_long`.
    public func callAsFunction(_ requests: [SwipeRequest], by caller: Caller) async throws -> [Result] {
        guard !requests.isEmpty else { throw Rejection(.invalid, "upload_empty", "没有要上传的刷卡记录。", pointer: "/swipes") }
        guard requests.count <= Self.limit else {
            throw Rejection(.invalid, "upload_too_long", "一次最多上传 \(Self.limit) 条刷卡记录，请分批上传。", pointer: "/swipes")
        }
        var results: [Int: Result] = [:]
        let order = requests.indices.sorted { (requests[$0].at.milliseconds, $0) < (requests[$1].at.milliseconds, $1) }
        for index in order { results[index] = try await book(requests[index], by: caller) }
        return requests.indices.compactMap { results[$0] }
    }

    private func book(_ request: SwipeRequest, by caller: Caller) async throws -> Result {
        // One that waits for a person, or was turned down, is not tried again behind that person's back.
        if let number = request.deviceSwipe, caller.role != .provider || caller.provider == request.canteen,
            let before = try await office.read({ tx in
                try tx.heldSwipes.find(canteen: request.canteen, device: request.device, deviceSwipe: number)
            }), before.state != .accepted
        {
            return .held(before)
        }
        do {
            return .served(try await SwipeMeal(office)(request, by: caller))
        } catch let error as any Rejecting {
            let rejection = error.rejection
            // A fault of the database is nobody's swipe: the till sends everything again.
            guard rejection.kind != .unavailable else { throw error }
            guard request.isLate(at: office.now), Self.holdable.contains(rejection.code) else { return .refused(rejection) }
            return .held(try await hold(request, rejection, by: caller))
        }
    }

    private func hold(_ request: SwipeRequest, _ rejection: Rejection, by caller: Caller) async throws -> HeldSwipe {
        let now = office.now
        let id: SwipeID = office.newID(at: now)
        let held = HeldSwipe(
            id: id, canteen: request.canteen, device: request.device, deviceSwipe: request.deviceSwipe, card: request.card, qr: request.qr,
            elder: request.elder, item: request.item, slot: request.slot, deviceAt: request.at, receivedAt: now, code: rejection.code,
            sentence: rejection.message, isRead: request.isRead)
        return try await office.perform { tx in
            guard try tx.heldSwipes.insert(held) else {
                guard let number = request.deviceSwipe,
                    let before = try tx.heldSwipes.find(canteen: request.canteen, device: request.device, deviceSwipe: number)
                else { throw StoreFault.failed("held swipe neither new nor known") }
                return before
            }
            try tx.events.append(
                "meal.held", subject: id.text, subjectSeq: 1, to: request.canteen, by: caller.name, at: now,
                data: (["code": JSON(rejection.code)] as JSON).text)
            return held
        }
    }
}

/// 待核刷卡的处理: somebody of finance or the platform books a held swipe after all, or turns it down.
public struct DecideHeldSwipe: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// Accepting books the meal as on its day; a rule that still stands in the way, such as a meal taken elsewhere, refuses again.
    public func prepared(
        _ held: HeldSwipe, accept: Bool, opinion: String, by caller: Caller
    ) throws -> @Sendable (any Transaction) throws -> ServedMeal? {
        guard [.finance, .admin].contains(caller.role) else { throw Rejection(.forbidden, "role_forbidden", "只有财务和管理员可以处理待核刷卡。") }
        guard (1...200).contains(opinion.count) else { throw Rejection(.invalid, "opinion_missing", "请填写处理意见（1 到 200 个字）。", pointer: "/opinion") }
        let now = office.now
        let swipe = try accept
            ? SwipeMeal(office).prepared(
                SwipeRequest(
                    card: held.card, qr: held.qr, elder: held.elder, canteen: held.canteen, slot: held.slot, item: held.item,
                    at: held.deviceAt, device: held.device, deviceSwipe: held.deviceSwipe, isRead: held.isRead), by: caller, waivesGrace: true) : nil
        return { tx in
            guard try tx.heldSwipes.decide(held.id, accept ? .accepted : .rejected, by: caller.name, opinion: opinion, at: now) else {
                throw FundRefusal.alreadyDecided()
            }
            let served = try swipe?(tx)
            try tx.events.append(
                accept ? "meal.held_accepted" : "meal.held_rejected", subject: held.id.text, subjectSeq: 2, to: held.canteen,
                by: caller.name, at: now, data: (["swipe": JSON(served?.swipe.id)] as JSON).text, note: opinion)
            return served
        }
    }

    /// - Throws: `held_unknown`.
    public func find(_ id: SwipeID) async throws -> HeldSwipe {
        guard let held = try await office.read({ tx in try tx.heldSwipes.find(id) }) else {
            throw Rejection(.missing, "held_unknown", "没有这条待核刷卡，请核对编号。")
        }
        return held
    }

    /// Those that wait, the oldest first, with whom each is about as far as card or elder tell.
    public func waiting() async throws -> (held: [HeldSwipe], elders: [SwipeID: Elder]) {
        try await office.read { tx in
            let held = try tx.heldSwipes.all(.held)
            var elders: [SwipeID: Elder] = [:]
            for swipe in held {
                elders[swipe.id] = try swipe.elder.map { try tx.elders.require($0) } ?? swipe.card.flatMap { try tx.elders.byNumber($0) }
            }
            return (held, elders)
        }
    }

    public func all(_ state: HeldSwipe.State) async throws -> [HeldSwipe] { try await office.read { tx in try tx.heldSwipes.all(state) } }
}
