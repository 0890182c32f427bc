import Billing
import Crypto
import Kernel
import Registry
import Store

/// 月结: freezes what every provider is owed for a month.
///
/// One provider a transaction, so that intake goes on beside it; after a crash it continues where it stopped; a second close changes nothing.
public struct CloseMonth: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public struct Result: Sendable {
        public let month: Month
        public let statements: [Statement]
        /// True when the month had been closed before and nothing was changed.
        public let wasClosed: Bool
    }

    /// - Throws: `month_not_over` while the month still runs.
    public func callAsFunction(
        _ month: Month, by caller: Caller, progress: @Sendable (_ done: Int, _ of: Int) -> Void = { _, _ in }
    ) async throws -> Result {
        let (now, office) = (office.now, office)
        guard now.localDate > month.last else {
            throw Rejection(.refused, "month_not_over", "\(month) 还没有结束，不能月结；可先试算（preview）。")
        }
        let before = try await office.read { tx in try tx.settlements.state(of: month) }
        if before == .closed {
            return Result(month: month, statements: try await ReadStatements(office).frozen(month), wasClosed: true)
        }
        try await office.perform { tx in try tx.settlements.begin(month, by: caller.name, at: now) }
        let statements = try await PreviewMonth(office)(month)
        for (index, statement) in statements.enumerated() {
            let sha256 = Self.hash(statement, office.reference)
            try await office.perform { tx in
                guard try !tx.settlements.hasStatement(month, statement.provider) else { return }
                try tx.settlements.freeze(statement, sha256: sha256, at: now)
                try tx.events.append(
                    "statement.frozen", subject: "\(month)/\(statement.provider)", subjectSeq: 1, to: statement.provider, by: caller.name,
                    at: now, data: "{\"month\":\"\(month)\",\"payable_fen\":\(statement.payable.amount),\"sha256\":\"\(sha256)\"}")
            }
            progress(index + 1, statements.count)
        }
        try await office.perform { tx in
            try tx.settlements.finish(month, at: now)
            try tx.events.append("month.closed", subject: month.description, subjectSeq: 1, by: caller.name, at: now)
        }
        return Result(month: month, statements: statements, wasClosed: false)
    }

    /// The fingerprint of a statement: of the very bytes that are signed.
    static func hash(_ statement: Statement, _ reference: Reference) -> String {
        SHA256.hash(data: Array(StatementDocument.detail(statement, catalogue: reference.catalogue).utf8)).hex
    }
}

/// 试算: "if closed now", without changing anything.
public struct PreviewMonth: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public func callAsFunction(_ month: Month) async throws -> [Statement] {
        let reference = office.reference
        let candidates = try await office.read { tx in
            try tx.settlements.candidates(month, evidence: reference.evidence(on: month.last))
        }
        return Statement.all(candidates, month: month, catalogue: reference.catalogue, franchise: reference.franchise)
    }
}

/// The statements of a month: frozen ones as they were signed, otherwise as they would be now.
public struct ReadStatements: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public func callAsFunction(_ month: Month) async throws -> (statements: [Statement], isClosed: Bool) {
        let state = try await office.read { tx in try tx.settlements.state(of: month) }
        return state == .closed ? (try await frozen(month), true) : (try await PreviewMonth(office)(month), false)
    }

    func frozen(_ month: Month) async throws -> [Statement] {
        try await office.read { tx in
            try tx.settlements.providers(month).compactMap { try tx.settlements.statement(month, $0) }
        }
    }

    public func months() async throws -> [(month: Month, isClosed: Bool, closedAt: Instant?, by: String)] {
        try await office.read { tx in try tx.settlements.months().map { ($0.month, $0.state == .closed, $0.closedAt, $0.by) } }
    }
}
