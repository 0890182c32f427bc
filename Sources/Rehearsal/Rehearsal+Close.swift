import Billing
import Entitlement
import Kernel
import Orders
import Registry
import Store
import Workflow

/// What became of one call, as far as the office knows at the end.
public struct CallResult: Sendable {
    public let call: RecordedCall
    public let outcome: CallOutcome
    public let detail: String
    /// The order taken in this call, as it stands at the end, and who pays how much of it.
    public let order: Order?
    public let legs: [FundingLeg]
}

/// The end of a rehearsal.
public struct RehearsalResult: Sendable {
    public let calls: [CallResult]
    public let statements: [Statement]
    public let months: [Month]
    public let tally: Rehearsal.Tally
    /// Everything that should be true and is not; empty when the rehearsal went well.
    public let faults: [String]
    /// The lines of the office's own examination.
    public let examination: [String]
}

extension Rehearsal {
    /// Lets the last month run out, closes every month in which something was served, and examines the books.
    public mutating func close(progress: @escaping @Sendable (_ done: Int, _ of: Int) -> Void = { _, _ in }) async throws -> RehearsalResult {
        let results = try await results()
        let dates = results.compactMap(\.order?.serviceDate) + swipes.map(\.at.localDate)
        let months = Set(dates.map(\.month)).sorted()
        var statements: [Statement] = []
        if let last = months.last { stage.move(to: Instant(last.adding(1).first, minute: 9 * 60)) }
        for month in months {
            _ = try await CloseMonth(office)(month, by: Caller(role: .finance, name: "finance"), progress: progress)
            statements += try await ReadStatements(office)(month).statements
        }
        let findings = try await Examine(office.database)(now: stage.now)
        // The orders once more: the close has marked what it pays.
        return RehearsalResult(
            calls: try await self.results(), statements: statements, months: months, tally: tally,
            faults: try await faults(findings), examination: findings.lines)
    }

    private func results() async throws -> [CallResult] {
        var results: [CallResult] = []
        for index in calls.indices {
            guard let fate = fates[index] else { continue }
            var order: Order?
            var legs: [FundingLeg] = []
            if let id = fate.order?.id {
                let file = try await ReadOrders(office).file(id, by: Desk.caller)
                order = file.order
                legs = file.legs.filter { $0.state != .released }.map(\.leg)
            }
            results.append(CallResult(call: calls[index], outcome: fate.outcome, detail: fate.detail, order: order, legs: legs))
        }
        return results
    }

    private func faults(_ findings: Examine.Findings) async throws -> [String] {
        var faults: [String] = []
        if !findings.isSound { faults += findings.lines.filter { $0.hasPrefix("异常") } }
        if fates.count != calls.count { faults.append("有 \(calls.count - fates.count) 通来电没有结果") }
        if tally.feedGaps > 0 { faults.append("服务商轮询有 \(tally.feedGaps) 处缺号") }
        let open = try await office.read { tx in try tx.audit.openCalls() }
        if !open.isEmpty { faults.append("来电没有小结：\(open.joined(separator: "、"))") }
        let undecided = try await office.read { tx in
            try [OrderState.received, .offered, .accepted, .scheduled, .inService].map { ($0, try tx.orders.counts()[$0] ?? 0) }
        }
        for (state, count) in undecided where count > 0 { faults.append("还有 \(count) 张工单停在“\(state.name)”") }
        return faults
    }
}
