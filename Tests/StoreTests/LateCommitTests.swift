import Foundation
import Kernel
import Registry
import Store
import StorePostgres
import TestSupport
import Testing

#if PostgreSQL
/// A sequence of PostgreSQL is not the order of the commits; the log must not have that hole.
@Suite(.enabled(if: Backend.server != nil)) struct `A transaction that commits late` {
    @Test func `hides no event from a reader of the log, though another process writes meanwhile`() async throws {
        let server = try #require(Backend.server)
        let schema = "t_\(String(UInt64.random(in: .min ... .max), radix: 36))"
        guard case .postgres(let conninfo, let name?) = try DatabaseURL("\(server)?schema=\(schema)") else { throw StoreFault.badURL(server) }
        let slow = try await PostgresDatabase(conninfo: conninfo, schema: name)
        let quick = try await PostgresDatabase(conninfo: conninfo, schema: name)
        try await Migrator.all.migrate(slow, now: Instant(milliseconds: 0))
        let provider = ProviderID("P001")
        @Sendable func append(_ database: PostgresDatabase, _ subject: String, pause: Double) async throws {
            try await database.write { tx in
                try tx.events.append("order.offered", subject: subject, subjectSeq: 1, to: provider, by: "t", at: Instant(milliseconds: 1))
                // The number is given out, the commit is still to come.
                Thread.sleep(forTimeInterval: pause)
            }
        }
        let rounds = 8
        let (seen, skipped) = try await withThrowingTaskGroup(of: Void.self) { group in
            for round in 0..<rounds {
                group.addTask { try await append(slow, "slow-\(round)", pause: 0.05) }
                group.addTask { try await append(quick, "quick-\(round)", pause: 0) }
            }
            // A reader that goes on from the last number it has seen, as the feed and the webhooks do.
            var seen: [Int64] = []
            var subjects: Set<String> = []
            while seen.count < rounds * 2 {
                let last = seen.last ?? 0
                let news = try await quick.read { tx in try tx.events.of(provider, after: last, limit: 3) }
                seen += news.compactMap(\.providerSeq)
                subjects.formUnion(news.map(\.subject))
                if news.isEmpty { try await Task.sleep(for: .milliseconds(2)) }
            }
            try await group.waitForAll()
            return (seen, rounds * 2 - subjects.count)
        }
        #expect(seen == (1...Int64(rounds * 2)).map(\.self))
        #expect(skipped == 0)
        _ = try await slow.writeAlone { tx in try tx.execute(SQL(text: "DROP SCHEMA \(schema) CASCADE")) }
        await slow.close()
        await quick.close()
    }
}
#endif
