import Foundation
import Testing

/// One file under Sources/, read as text.
struct Source: Sendable, CustomTestStringConvertible {
    let room: String
    let path: String
    let lines: [Substring]
    var testDescription: String { path }

    /// Lines without comments, with their numbers.
    var code: [(number: Int, text: Substring)] {
        lines.enumerated().filter { !$0.element.drop { $0 == " " }.hasPrefix("//") }.map { ($0.offset + 1, $0.element) }
    }

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static let all: [Source] = {
        let folder = root.appendingPathComponent("Sources").path
        let paths = (FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []).filter { $0.hasSuffix(".swift") }
        return paths.sorted().compactMap { path in
            guard let text = try? String(contentsOfFile: folder + "/" + path, encoding: .utf8) else { return nil }
            let room = path.split(separator: "/").first.map(String.init) ?? ""
            return Source(room: room, path: path, lines: text.split(separator: "\n", omittingEmptySubsequences: false))
        }
    }()
}

@Suite struct `The house` {
    static let rules: Set<String> = [
        "Kernel", "Pinyin", "Catalog", "Registry", "Entitlement", "Orders", "Intake", "Matching", "Billing", "Notifier",
    ]
    private static let base: Set<String> = ["Kernel", "Catalog", "Registry", "Entitlement", "Orders"]
    /// Faces show values, so they may know the rule rooms; of the others only those named here.
    private static let web: Set<String> = rules.union(["Workflow", "Hummingbird", "HTTPTypes"])

    /// The table of rooms in the design: who may import whom. `vnh` alone may import everything.
    static let table: [String: Set<String>] = [
        "Kernel": ["Glibc", "Darwin"],  // square roots and sines of distances
        "Pinyin": ["Foundation", "Synchronization"],
        "Catalog": ["Kernel", "Pinyin"],
        "Registry": ["Kernel"],
        "Entitlement": ["Kernel", "Catalog", "Registry"],
        "Orders": ["Kernel", "Catalog", "Registry", "Entitlement"],
        "Intake": base, "Matching": base, "Billing": base,
        "Notifier": ["Kernel", "Crypto", "Synchronization"],
        "Store": rules.union(["Crypto", "Foundation"]),
        "StoreSQLite": ["Kernel", "Store", "GRDB", "GRDBSQLite", "Foundation"],
        "StorePostgres": ["Kernel", "Store", "CPostgreSQL", "Foundation"],
        "CurlTransport": ["Kernel", "Notifier", "CCurl", "Foundation", "Synchronization"],
        "Workflow": rules.union(["Store", "Crypto", "CryptoExtras", "Foundation", "Logging", "Metrics", "Synchronization", "Yams"]),
        // Exception: faces receive `Event`, `Transaction` and `StoreFault` as values of an intention's answer, and these types live in Store.
        // They may name them but hold no SQL and open no transaction of their own, which the two tests below see to.
        "Web": web.union(["Store", "Crypto", "Foundation", "Logging", "Metrics", "Mustache", "Synchronization"]),
        "ConsoleWeb": web.union(["Web", "Store"]), "PortalWeb": web.union(["Web", "Store"]), "FinanceWeb": web.union(["Web", "Store"]),
    ]

    @Test func `is read at all`() {
        #expect(Source.all.count > 150)
        #expect(Set(Source.all.map(\.room)).isSuperset(of: Self.rules))
    }

    @Test(arguments: Source.all.filter { $0.room != "vnh" })
    func `has each room import only what the table of rooms allows`(source: Source) throws {
        let allowed = try #require(Self.table[source.room], "a room that the table does not know")
        for (number, text) in source.code {
            let words = text.split(separator: " ")
            guard let at = words.firstIndex(of: "import"), at <= 1, at + 1 < words.count else { continue }
            let module = String(words[at + 1].split(separator: ".")[0])
            #expect(allowed.contains(module), "\(source.path):\(number) imports \(module)")
        }
    }

    @Test(arguments: Source.all.filter { rules.contains($0.room) })
    func `has rules that know no clock, no chance and no terminal`(source: Source) throws {
        let forbidden = try Regex(#"\b(Date\(\)|UUID\(\)|print\(|SystemRandomNumberGenerator|\.random\(|ContinuousClock|FileManager|Task\.sleep)"#)
        for (number, text) in source.code where text.contains(forbidden) {
            Issue.record("\(source.path):\(number): \(text)")
        }
    }

    @Test(arguments: Source.all.filter { !$0.room.hasPrefix("Store") })
    func `keeps SQL in the store`(source: Source) throws {
        let sql = try Regex(#"\b(SELECT\s.+|INSERT INTO\s|DELETE FROM\s|UPDATE [a-z_]+ SET\s|CREATE TABLE\s|ORDER BY\s)"#)
        for (number, text) in source.code where text.contains(sql) {
            Issue.record("\(source.path):\(number): \(text)")
        }
    }

    @Test(arguments: Source.all)
    func `explains whatever could bring it down`(source: Source) throws {
        let risky = try Regex(#"fatalError\(|try!|@unchecked Sendable|nonisolated\(unsafe\)"#)
        for (number, text) in source.code where text.contains(risky) {
            let before = source.lines[max(0, number - 4)..<number - 1]
            #expect(before.contains { $0.contains("// Safe because") }, "\(source.path):\(number): \(text)")
        }
    }

    @Test(arguments: Source.all)
    func `has short files, narrow lines and nothing left to do`(source: Source) throws {
        #expect(source.lines.count <= 400)
        let undone = try Regex("\\b(TO" + "DO|FIX" + "ME|X" + "XX)\\b")
        for (index, text) in source.lines.enumerated() {
            #expect(!text.contains(undone), "\(source.path):\(index + 1): \(text)")
        }
    }
}
