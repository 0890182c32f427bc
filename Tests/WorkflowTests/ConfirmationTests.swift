import Billing
import Kernel
import Orders
import Registry
import Store
import TestSupport
import Testing
import Workflow

/// 确认失效
@Suite struct `A statement that a provider has confirmed` {
    private static let reviewer = Caller(role: .operator, name: "reviewer")

    /// Two visits, one of them held as its worker was on leave; frozen, sampled and confirmed by their provider.
    private static func confirmed(_ world: World) async throws -> (paid: Order, held: Order) {
        let (paid, held) = (try await world.order(in: .closed), try await world.order(in: .closed, World.request(day: 4)))
        let (provider, worker) = (try #require(held.provider), try #require(held.worker))
        try #require(paid.provider == provider)
        try await world.office.perform(
            try ManageRoster(world.office).leave(worker, from: held.serviceDate, until: held.serviceDate, by: World.caller(provider)))
        world.setClock(Instant(World.month.last.adding(days: 2), minute: 600))
        _ = try await CloseMonth(world.office)(World.month, by: World.finance)
        for (sample, _) in try await ReadClose(world.office).samples(World.month) where sample.result == nil {
            _ = try await world.office.perform(
                try AnswerSample(world.office).prepared(World.month, sample.subject, .passed, note: "电话回访", by: World.quality))
        }
        try await confirm(world, provider)
        world.pass(.hours(1))
        return (paid, held)
    }

    private static func confirm(_ world: World, _ provider: ProviderID, due: Fen? = nil) async throws {
        try await world.office.perform(try AnswerStatement(world.office).confirm(World.month, seen: nil, due: due, by: World.caller(provider)))
    }

    private static func review(_ world: World) async throws {
        _ = try await world.office.perform(try SignMonth(world.office).prepared(World.month, .approve, opinion: "", by: reviewer))
    }

    private static func way(_ world: World, _ provider: ProviderID) async throws -> StatementWay {
        try await world.office.read { tx in try StatementWay(tx, World.month, provider) }
    }

    @Test(arguments: Backend.available)
    func `is to be confirmed again when a decision or a score changes what is due`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let (paid, held) = try await Self.confirmed(world)
            let (provider, subsidy) = (try #require(paid.provider), paid.payable - paid.selfPay)
            _ = try await world.office.perform(
                try DecideLine(world.office).prepared(World.month, held.id.text, .release, reason: "已核实", by: World.quality))
            var way = try await Self.way(world, provider)
            let both = subsidy + held.payable - held.selfPay
            #expect(way.answer == nil && way.undone?.from == subsidy && way.undone?.to == both)
            #expect(way.undone?.reason == "\(held.number) 放行：已核实")
            #expect(await refusal { try await Self.review(world) }?.code == "statements_unconfirmed")
            let told = try await world.office.read { tx in try tx.events.last("statement.reopened", about: "\(World.month)/\(provider)") }
            #expect(told?.data.contains("\"new_due_fen\":\(both.amount)") == true)
            // Not what was on the screen before the change.
            #expect(await refusal { try await Self.confirm(world, provider, due: subsidy) }?.code == "statement_changed")
            try await Self.confirm(world, provider, due: both)
            way = try await Self.way(world, provider)
            #expect(way.answer?.isConfirmed == true && way.undone == nil)
            // A score that leaves all of it changes nothing, one that does not undoes it again.
            func score(_ points: Int) async throws {
                _ = try await world.office.perform(
                    try ScoreProvider(world.office).prepared(World.month, provider, score: points, by: World.quality))
            }
            try await score(95)
            #expect(try await Self.way(world, provider).answer != nil)
            try await score(85)
            #expect(try await Self.way(world, provider).undone?.reason == "月度考核 85 分")
            let kept = try await world.office.read { tx in try tx.integer("SELECT COUNT(*) FROM answer_undone WHERE answer = 'confirmed'") }
            #expect(kept == 2)
            try await Self.confirm(world, provider)
            try await Self.review(world)
            #expect(try await world.faults() == [])
        }
    }

    @Test(arguments: Backend.available)
    func `is to be confirmed again when a sample fails, and a silent provider consents as before`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let (paid, _) = try await Self.confirmed(world)
            let provider = try #require(paid.provider)
            _ = try await world.office.perform { tx in
                try tx.execute("UPDATE sample SET result = NULL WHERE subject = \(paid.id)")
            }
            _ = try await world.office.perform(
                try AnswerSample(world.office).prepared(World.month, paid.id.text, .failed, note: "未上门", by: World.quality))
            #expect(try await Self.way(world, provider).undone?.to == .zero)
            for (sample, _) in try await ReadClose(world.office).samples(World.month) where sample.result == nil {
                _ = try await world.office.perform(
                    try AnswerSample(world.office).prepared(World.month, sample.subject, .passed, note: "", by: World.quality))
            }
            #expect(await refusal { try await Self.review(world) }?.code == "statements_unconfirmed")
            world.setClock(Instant(World.month.last.adding(days: 9), minute: 600))
            try await Self.review(world)
        }
    }

    /// Silence is consent to what a provider has been shown. A sum that was lowered after the eighth was shown to nobody before.
    @Test(arguments: Backend.available)
    func `and that is lowered after the eighth stays before its provider for three days more, one that is raised does not`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let (paid, held) = try await Self.confirmed(world)
            let provider = try #require(paid.provider)
            world.setClock(Instant(World.month.last.adding(days: 10), minute: 600))
            _ = try await world.office.perform(
                try DecideLine(world.office).prepared(World.month, held.id.text, .release, reason: "已核实", by: World.quality))
            #expect(try await ReadClose(world.office)(World.month).unanswered == [provider])
            #expect(try await ReadClose(world.office)(World.month).lowered == nil)
            // Nobody objects to more; this is a signature that is returned again.
            try await Self.review(world)
            let street = Caller(role: .finance, name: "street")
            try await world.office.perform(try ManageRoster(world.office).grant(.street, to: street.name, street: "all", by: World.admin))
            _ = try await world.office.perform(try SignMonth(world.office).prepared(World.month, .reject, opinion: "再核", by: street))
            try await Self.confirm(world, provider)
            _ = try await world.office.perform { tx in try tx.execute("UPDATE sample SET result = NULL WHERE subject = \(paid.id)") }
            _ = try await world.office.perform(
                try AnswerSample(world.office).prepared(World.month, paid.id.text, .failed, note: "未上门", by: World.quality))
            for (sample, _) in try await ReadClose(world.office).samples(World.month) where sample.result == nil {
                _ = try await world.office.perform(
                    try AnswerSample(world.office).prepared(World.month, sample.subject, .passed, note: "", by: World.quality))
            }
            #expect(try await ReadClose(world.office)(World.month).lowered == world.now)
            let refused = await refusal { try await Self.review(world) }
            #expect(refused?.code == "statements_unconfirmed" && refused?.message.contains("\(World.month.last.adding(days: 13)) 之后视为确认") == true)
            world.setClock(Instant(World.month.last.adding(days: 13), minute: 1439))
            #expect(await refusal { try await Self.review(world) }?.code == "statements_unconfirmed")
            world.setClock(Instant(World.month.last.adding(days: 14), minute: 1))
            try await Self.review(world)
        }
    }

    /// Whatever has changed it.
    @Test(arguments: Backend.available)
    func `is not signed with a confirmation of another sum`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let (paid, _) = try await Self.confirmed(world)
            _ = try await world.office.perform { tx in try tx.execute("UPDATE statement_answer SET due_fen = due_fen - 1") }
            #expect(await refusal { try await Self.review(world) }?.code == "statements_unconfirmed")
            let provider = try #require(paid.provider)
            #expect(try await ReadClose(world.office)(World.month).unanswered == [provider])
        }
    }

    @Test(arguments: Backend.available)
    func `moves the fingerprint of its batch, as every result of a sample does`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let order = try await world.checkOut(try await world.order(in: .inService))
            world.setClock(Instant(World.month.last.adding(days: 2), minute: 600))
            _ = try await CloseMonth(world.office)(World.month, by: World.finance)
            func hash() async throws -> String { try await ReadClose(world.office)(World.month).hash }
            func answer() async throws {
                let sample = try #require(try await ReadClose(world.office).samples(World.month).first { $0.sample.result == nil })
                _ = try await world.office.perform(
                    try AnswerSample(world.office).prepared(World.month, sample.sample.subject, .passed, note: "电话回访", by: World.quality))
            }
            let history = try await ReadClose(world.office)(World.month).history
            #expect(history.map(\.action) == [.cutOff, .freeze] && history.allSatisfy { $0.hash.count == 64 } && history[0].hash != history[1].hash)
            let frozen = try await hash()
            try await answer()
            let sampled = try await hash()
            try await Self.confirm(world, try #require(order.provider))
            let confirmed = try await hash()
            #expect(Set([frozen, sampled, confirmed]).count == 3)
            // So does every word and fen that somebody changes behind the backs of those who sign.
            let provider = try #require(order.provider)
            _ = try await world.office.perform(try ScoreProvider(world.office).prepared(World.month, provider, score: 75, by: World.quality))
            var hashes = [confirmed, try await hash()]
            for change: SQL in [
                "UPDATE adjustment SET amount_fen = amount_fen - 1", "UPDATE close_entry SET opinion = '另说'", "UPDATE close_entry SET street = 'all'",
                "UPDATE sample SET note = '另说'", "UPDATE answer_undone SET reason = '另说'", "UPDATE statement SET sha256 = '0'",
            ] {
                #expect(try await world.office.perform { tx in try tx.execute(change) } > 0, "\(change.text)")
                hashes.append(try await hash())
            }
            #expect(Set(hashes).count == hashes.count)
            // A month that was begun before goes on as it was.
            _ = try await world.office.perform { tx in try tx.execute("UPDATE settlement_month SET hash_version = 1") }
            let old = try await hash()
            _ = try await world.office.perform { tx in try tx.execute("DELETE FROM statement_answer") }
            #expect(try await hash() == old)
        }
    }
}
