import Kernel
import Orders
import Registry
import Store

/// 加盟状态与歇业日: what changes about a provider between two publications of its files.
public struct ManageProviders: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// Moves a provider along the life of its franchise, such as to 暂停派单.
    ///
    /// - Throws: `state_not_reachable` when that state may not follow the present one.
    public func setState(
        _ id: ProviderID, _ state: FranchiseState, reason: String, by caller: Caller
    ) throws -> @Sendable (any Transaction) throws -> ProviderNotice {
        try OrderRejection.require(reason: reason)
        return try change(id, "provider.state", by: caller, data: ["state": JSON(state.rawValue)], note: reason) { notice, firm in
            let present = notice.state ?? firm.state
            guard present.mayBecome(state) else {
                throw Rejection(
                    .refused, "state_not_reachable", "“\(present.term)”之后不能直接改为“\(state.term)”，请按加盟流程逐步变更。", pointer: "/state")
            }
            notice.state = state
        }
    }

    static let closedDayLimit = 366

    /// Declares days closed, or open again. Days published in the provider's file are changed there.
    public func setClosedDays(
        _ id: ProviderID, closing: [LocalDate], opening: [LocalDate], by caller: Caller
    ) throws -> @Sendable (any Transaction) throws -> ProviderNotice {
        let today = office.now.localDate
        guard !closing.isEmpty || !opening.isEmpty else {
            throw Rejection(.refused, "closed_days_empty", "请至少给出一个歇业日或恢复营业日。", pointer: "/close")
        }
        guard closing.allSatisfy({ $0 >= today && today.days(to: $0) <= Self.closedDayLimit }) else {
            throw Rejection(.refused, "closed_day_out_of_range", "歇业日应在今天到一年之内。", pointer: "/close")
        }
        let data: JSON = ["close": .array(closing.map { JSON($0) }), "open": .array(opening.map { JSON($0) })]
        return try change(id, "provider.closed_days", by: caller, data: data) { notice, _ in
            let days = Set(notice.closedDays).union(closing).subtracting(opening)
            notice.closedDays = days.filter { $0 >= today.adding(days: -31) }.sorted()
        }
    }

    static let capacityLimit = 10_000

    /// Lowers what each opening window takes until further notice; nil restores what is published. What has been taken stays.
    public func setCapacity(_ id: ProviderID, _ most: Int?, by caller: Caller) throws -> @Sendable (any Transaction) throws -> ProviderNotice {
        if let most, !(0...Self.capacityLimit).contains(most) {
            throw Rejection(.refused, "capacity_out_of_range", "接单上限应为 0 到 \(Self.capacityLimit)，或留空恢复备案数。", pointer: "/capacity")
        }
        return try change(id, "provider.capacity", by: caller, data: ["capacity": JSON(most)]) { notice, _ in notice.capacity = most }
    }

    private func change(
        _ id: ProviderID, _ event: String, by caller: Caller, data: JSON, note: String? = nil,
        _ body: @escaping @Sendable (inout ProviderNotice, Provider) throws -> Void
    ) throws -> @Sendable (any Transaction) throws -> ProviderNotice {
        let now = office.now
        guard let firm = office.reference.franchise.provider(id) else {
            throw Rejection(.missing, "provider_unknown", "没有这家服务商，请核对编号。")
        }
        return { tx in
            var notice = try tx.providers.find(id) ?? ProviderNotice(provider: id)
            try body(&notice, firm)
            try tx.providers.save(notice)
            notice.version += 1
            try tx.events.append(event, subject: id.text, subjectSeq: notice.version, to: id, by: caller.name, at: now, data: data.text, note: note)
            return notice
        }
    }

    /// What follows a change: decisions look at it from now on, and what the provider can no longer serve goes to others, day by day.
    ///
    /// - Returns: what became of each day on which something had to move.
    @discardableResult
    public func follow(_ id: ProviderID, by caller: Caller) async throws -> [AssignDay.Outcome] {
        try await HeedNotices(office)()
        let today = office.now.localDate
        let days = try await office.read { tx in try tx.orders.openDays(of: id, from: today) }
        var outcomes: [AssignDay.Outcome] = []
        for day in days {
            let outcome = try await AssignDay(office)(day, by: caller)
            if outcome.waiting > 0 { outcomes.append(outcome) }
        }
        return outcomes
    }
}

/// Takes notices of providers into the reference in force, also those that another process has written.
public struct HeedNotices: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// - Returns: whether anything had changed.
    @discardableResult
    public func callAsFunction() async throws -> Bool {
        let reference = office.reference
        let notices = try await office.read { tx in
            try tx.providers.edition() == reference.edition ? nil : try tx.providers.notices()
        }
        guard let notices else { return false }
        office.shelf.replace(with: reference.noticing(notices))
        return true
    }
}
