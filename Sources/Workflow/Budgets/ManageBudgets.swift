import Catalog
import Entitlement
import Kernel
import Store

/// 下达预算: what a fund may pay in a year, in all or for one category or street.
///
/// A new budget and a raise are proposed by one person and confirmed by another, as is what goes beyond a budget: otherwise the second signature
/// could be gone round. What grants less, or nothing, takes effect at once.
public struct SetBudget: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public enum Outcome: Sendable {
        case inForce(BudgetRepository.Stored)
        /// Waits for a second person; the budget stays as it is, if there is one.
        case proposed(OverrideRepository.Stored, present: BudgetRepository.Stored?)
    }

    /// - Throws: `role_forbidden`, `amount_invalid`, `region_unknown`, `budget_below_spent`, `budget_proposed` while another amount waits.
    public func prepared(_ key: BudgetKey, granted: Fen, by caller: Caller) throws -> @Sendable (any Transaction) throws -> Outcome {
        try Self.check(key, granted, office.reference, by: caller)
        let (now, reference) = (office.now, office.reference)
        let id: ID<OverrideRepository> = office.newID(at: now)
        return { tx in try Self.write(tx, reference, key, granted, proposal: id.text, by: caller, at: now) }
    }

    static func check(_ key: BudgetKey, _ granted: Fen, _ reference: Reference, by caller: Caller) throws {
        guard caller.role == .finance || caller.role == .admin else { throw Rejection(.forbidden, "role_forbidden", "只有财务和管理员可以下达预算。") }
        guard granted >= .zero, granted <= .limit else { throw Rejection(.invalid, "amount_invalid", "预算金额应为 0 到 10 亿元。", pointer: "/granted_fen") }
        if let region = key.region, reference.catalogue.region(ID(region)) == nil {
            throw Rejection(.invalid, "region_unknown", "没有街道 \(region)，请核对编码。", pointer: "/region")
        }
    }

    /// - Parameter proposal: the id of a proposal, should it come to one.
    static func write(
        _ tx: any Transaction, _ reference: Reference, _ key: BudgetKey, _ granted: Fen, proposal id: String, by caller: Caller, at now: Instant
    ) throws -> Outcome {
        let present = try tx.budgets.find(key)
        guard granted > present?.granted ?? .zero else {
            if present?.granted != granted { try putInForce(tx, reference, key, granted, by: caller, at: now) }
            return .inForce(try tx.budgets.require(key))
        }
        if let waiting = try tx.overrides.waitingGrant(key) {
            guard waiting.amount == granted else {
                throw Rejection(
                    .conflict, "budget_proposed", "\(key.name)已有待批的下达（\(waiting.amount.yuan) 元，\(waiting.requestedBy)），请先由另一人批准或退回。")
            }
            return .proposed(waiting, present: present)
        }
        try tx.overrides.insert(id, .grant, key, granted, reason: "下达预算", by: caller.name, at: now)
        try tx.events.append(
            "budget.proposed", subject: key.text, subjectSeq: 1, by: caller.name, at: now,
            data: (["override": JSON(id), "granted_fen": JSON(granted)] as JSON).text)
        return .proposed(try OverrideBudget.require(tx, id), present: present)
    }

    /// Everybody hears of it; what had been spent before it was entered counts, and may have warned already.
    static func putInForce(_ tx: any Transaction, _ reference: Reference, _ key: BudgetKey, _ granted: Fen, by caller: Caller, at now: Instant) throws {
        try tx.budgets.set(key, granted: granted)
        try tx.events.append(
            "budget.granted", subject: key.text, subjectSeq: 1, by: caller.name, at: now,
            data: (["budget": JSON(key.text), "granted_fen": JSON(granted)] as JSON).text)
        try BudgetWatch(tx, reference, on: now.localDate, by: caller.name, now: now).look(at: try tx.budgets.require(key))
    }
}

/// 导入预算: all rows or none; the same file twice changes nothing. New budgets and raises are proposed, for another person to confirm.
///
/// Columns `fund,year,category,region,granted_yuan`; an empty category or street means all.
public struct ImportBudgets: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    static let columns = ["fund", "year", "category", "region", "granted_yuan"]

    public struct Report: Sendable {
        public var changed = 0
        /// Wait for a second person.
        public var proposed = 0
        public var unchanged = 0
    }

    /// - Throws: ``CSV/Fault`` with the line of the first row at fault.
    public func callAsFunction(_ bytes: [UInt8], by caller: Caller) async throws -> Report {
        let (now, reference) = (office.now, office.reference)
        let rows = try Self.parse(bytes)
        for row in rows {
            do { try SetBudget.check(row.key, row.granted, reference, by: caller) } catch let rejection as Rejection {
                throw CSV.Fault(line: row.line, reason: rejection.message)
            }
        }
        let ids: [ID<OverrideRepository>] = rows.map { _ in office.newID(at: now) }
        return try await office.perform { tx in
            var report = Report()
            for (row, id) in zip(rows, ids) {
                let before = try tx.budgets.find(row.key)?.granted
                do {
                    switch try SetBudget.write(tx, reference, row.key, row.granted, proposal: id.text, by: caller, at: now) {
                    case .proposed(let proposal, _): if proposal.id == id.text { report.proposed += 1 } else { report.unchanged += 1 }
                    case .inForce: if before == row.granted { report.unchanged += 1 } else { report.changed += 1 }
                    }
                } catch let rejection as Rejection { throw CSV.Fault(line: row.line, reason: rejection.message) }
            }
            return report
        }
    }

    private static func parse(_ bytes: [UInt8]) throws -> [(line: Int, key: BudgetKey, granted: Fen)] {
        let records = try CSV.records(bytes)
        guard let header = records.first, header.fields == columns else {
            throw CSV.Fault(line: 1, reason: "表头应为 \(columns.joined(separator: ","))")
        }
        var seen: [BudgetKey: Int] = [:]
        return try records.dropFirst().map { record in
            let f = record.fields
            func fault(_ reason: String) -> CSV.Fault { CSV.Fault(line: record.line, reason: reason) }
            guard f.count == columns.count else { throw fault("应有 \(columns.count) 列，实有 \(f.count) 列") }
            guard let fund = Fund(rawValue: f[0]) else { throw fault("没有资金来源 \(f[0])") }
            guard let year = Int(f[1]), (2000...2399).contains(year) else { throw fault("年度应为四位数字") }
            guard f[2].isEmpty || Category(rawValue: f[2]) != nil else { throw fault("没有服务类别 \(f[2])") }
            guard let granted = Fen(yuan: f[4]) else { throw fault("“\(f[4])”不是以元为单位的金额") }
            let key = BudgetKey(fund: fund, year: year, category: f[2].isEmpty ? nil : f[2], region: f[3].isEmpty ? nil : f[3])
            if let line = seen.updateValue(record.line, forKey: key) { throw fault("与第 \(line) 行重复") }
            return (record.line, key, granted)
        }
    }
}

/// 超支特批: one person asks to go beyond a budget, another decides; a grant that was proposed is decided on in the same way.
public struct OverrideBudget: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public func request(
        _ key: BudgetKey, amount: Fen, reason: String, by caller: Caller
    ) throws -> @Sendable (any Transaction) throws -> OverrideRepository.Stored {
        guard caller.role == .finance || caller.role == .admin else { throw Rejection(.forbidden, "role_forbidden", "只有财务和管理员可以申请超支。") }
        guard amount > .zero, amount <= .limit else { throw Rejection(.invalid, "amount_invalid", "追加金额应大于零且不超过 10 亿元。", pointer: "/amount_fen") }
        guard (1...200).contains(reason.count) else { throw Rejection(.invalid, "reason_missing", "请填写超支理由（1 到 200 个字）。", pointer: "/reason") }
        let now = office.now
        let id: ID<OverrideRepository> = office.newID(at: now)
        return { tx in
            _ = try tx.budgets.require(key)
            try tx.overrides.insert(id.text, .extra, key, amount, reason: reason, by: caller.name, at: now)
            try tx.events.append(
                "budget.override_requested", subject: key.text, subjectSeq: 1, by: caller.name, at: now,
                data: (["override": JSON(id.text), "amount_fen": JSON(amount)] as JSON).text, note: reason)
            return try Self.require(tx, id.text)
        }
    }

    public func decide(
        _ id: String, approve: Bool, opinion: String, by caller: Caller
    ) throws -> @Sendable (any Transaction) throws -> OverrideRepository.Stored {
        guard caller.role == .finance || caller.role == .admin else { throw Rejection(.forbidden, "role_forbidden", "只有财务和管理员可以审批超支。") }
        guard opinion.count <= 200 else { throw Rejection(.invalid, "opinion_too_long", "审批意见不超过 200 个字。", pointer: "/opinion") }
        let (now, reference) = (office.now, office.reference)
        return { tx in
            let asked = try Self.require(tx, id)
            guard asked.state == .requested else { throw FundRefusal.alreadyDecided(by: asked.decidedBy) }
            guard try !tx.access.names(of: caller.name).contains(asked.requestedBy) else { throw FundRefusal.ownRequest }
            guard try tx.overrides.decide(id, approve ? .approved : .rejected, by: caller.name, opinion: opinion, at: now) else {
                throw FundRefusal.alreadyDecided()
            }
            switch asked.kind {
            case .extra: if approve { try tx.budgets.extend(asked.budget, by: asked.amount) }
            case .grant: if approve { try SetBudget.putInForce(tx, reference, asked.budget, asked.amount, by: caller, at: now) }
            }
            try tx.events.append(
                approve ? "budget.override_approved" : "budget.override_rejected", subject: asked.budget.text, subjectSeq: 1, by: caller.name,
                at: now, data: (["override": JSON(id), "amount_fen": JSON(asked.amount)] as JSON).text, note: opinion)
            return try Self.require(tx, id)
        }
    }

    static func require(_ tx: any Transaction, _ id: String) throws -> OverrideRepository.Stored {
        guard let stored = try tx.overrides.find(id) else { throw Rejection(.missing, "override_unknown", "没有这份预算申请，请核对编号。") }
        return stored
    }
}
