import Catalog
import Entitlement
import Foundation
import Kernel
import Registry
import Rehearsal
import Store
import StoreSQLite
import Workflow
import Yams

/// A few hundred elders among the real catalogue and franchise, in memory; every test has its own.
struct SmallDistrict {
    let database: any Database
    let shelf: ReferenceShelf

    static let today = LocalDate(2026, 1, 1)!

    init(elders count: Int, seed: UInt64 = 1) async throws {
        database = try SQLiteDatabase()
        shelf = ReferenceShelf(try Self.reference.get())
        let now = Instant(Self.today)
        try await Migrator.all.migrate(database, now: now)
        let office = Stage(start: now, seed: seed).office(database, shelf)
        try await SettleDistrict(office)(elders: count, seed: seed, today: Self.today) { _, _ in }
    }

    /// Read once: the files are the same for everybody.
    private static let reference = Result { try read() }

    private static func read() throws -> Reference {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        func files(_ folder: String, _ names: [String]) throws -> [String: [UInt8]] {
            try Dictionary(uniqueKeysWithValues: names.map { ($0, Array(try Data(contentsOf: root.appending(path: "\(folder)/\($0)")))) })
        }
        let catalogue = try Catalogue(CatalogueFiles(files("Catalog", CatalogueFiles.names)))
        let programmes = try Programmes(
            try YAMLDecoder().decode([Programme].self, from: String(contentsOf: root.appending(path: "Catalog/programmes.yaml"), encoding: .utf8)))
        let vocabulary = ProviderTables.Vocabulary(
            kinds: Set(catalogue.kinds.map(\.code.text)), regions: Set(catalogue.regions.map(\.code.text)),
            credentials: Set(catalogue.credentialTypes.map(\.code.text)),
            items: Dictionary(uniqueKeysWithValues: catalogue.items.map { ($0.code.text, Set($0.kinds.map(\.text))) }),
            guidePrice: { _, _ in nil })
        let franchise = try ProviderTables.parse(try files("Providers", ProviderTables.fileNames), vocabulary: vocabulary).get()
        return Reference(catalogue: catalogue, programmes: programmes, franchise: franchise)
    }

    /// A month with calls on some of its days, gone through to the close.
    func month(calls: Int, days: [Int], meals: Int, seed: UInt64) async throws -> RehearsalResult {
        let first = LocalDate(2026, 3, 2)!
        let office = Stage(start: Instant(first), seed: seed).office(database, shelf)
        var recorder = try await Recorder(office, people: 200, from: first, seed: seed)
        let recorded = days.flatMap { recorder.calls(calls, on: first.adding(days: $0)) }
        var rehearsal = try await Rehearsal(database, shelf, calls: recorded, meals: meals, seed: seed)
        try await rehearsal.run()
        return try await rehearsal.close()
    }
}
