import Catalog
import CurlTransport
import Entitlement
import Foundation
import Kernel
import Notifier
import Registry
import Store
import StorePostgres
import StoreSQLite
import Workflow
import Yams

/// Opens the real things: database, clock, chance, reference.
enum Premises {
    static let clock: @Sendable () -> Instant = { Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }
    static let random: @Sendable () -> UInt64 = { UInt64.random(in: .min ... .max) }

    static func open(_ url: DatabaseURL, creating: Bool = false) async throws -> any Database {
        switch url {
        case .sqlite(let path): try SQLiteDatabase(path: path, mode: creating ? .create : .existing)
        case .memory: try SQLiteDatabase()
        case .postgres(let conninfo, let schema): try await PostgresDatabase(conninfo: conninfo, schema: schema)
        }
    }

    /// The office over a database whose schema and reference are in order.
    static func office(_ url: DatabaseURL) async throws -> Office {
        let database = try await open(url)
        try await Migrator.all.check(database)
        return try await office(database)
    }

    static func office(_ database: any Database) async throws -> Office {
        let reference = try reference(try await database.read { tx in try tx.reference.all() })
        return Office(database: database, shelf: ReferenceShelf(reference), clock: clock, random: random)
    }

    /// The reference that a set of published files makes.
    ///
    /// - Throws: everything that is wrong with them, one line each.
    static func reference(_ files: [String: [UInt8]]) throws -> Reference {
        guard !files.isEmpty else {
            throw Rejection(.unavailable, "reference_missing", "数据库里还没有服务目录，请先运行 vnh publish 或 vnh demo。")
        }
        func folder(_ name: String) -> [String: [UInt8]] {
            Dictionary(
                uniqueKeysWithValues: files.filter { $0.key.hasPrefix(name + "/") }.map { (String($0.key.dropFirst(name.count + 1)), $0.value) })
        }
        let catalogue: Catalogue
        do { catalogue = try Catalogue(CatalogueFiles(folder("catalog"))) } catch { throw invalid(error.description) }
        let programmes = try programmes(folder("catalog")["programmes.yaml"] ?? [])
        switch ProviderTables.parse(folder("providers"), vocabulary: vocabulary(catalogue)) {
        case .success(let franchise): return Reference(catalogue: catalogue, programmes: programmes, franchise: franchise)
        case .failure(let faults): throw invalid(faults.all.prefix(20).map(\.description).joined(separator: "\n"))
        }
    }

    static func programmes(_ bytes: [UInt8]) throws -> Programmes {
        do {
            return try Programmes(try YAMLDecoder().decode([Programme].self, from: String(decoding: bytes, as: UTF8.self)))
        } catch let faults as ProgrammeFaults {
            throw invalid(faults.description)
        } catch {
            throw invalid("programmes.yaml：\(error)")
        }
    }

    private static func vocabulary(_ catalogue: Catalogue) -> ProviderTables.Vocabulary {
        ProviderTables.Vocabulary(
            kinds: Set(catalogue.kinds.map(\.code.text)), regions: Set(catalogue.regions.map(\.code.text)),
            credentials: Set(catalogue.credentialTypes.map(\.code.text)),
            items: Dictionary(uniqueKeysWithValues: catalogue.items.map { ($0.code.text, Set($0.kinds.map(\.text))) }),
            guidePrice: { item, date in
                guard let price = catalogue.price(of: ItemCode(item), on: date), price.type != .market else { return nil }
                return price.guide
            })
    }

    private static func invalid(_ text: String) -> Rejection { Rejection(.invalid, "reference_invalid", text) }

    /// The data files of a folder that holds `Catalog/` and `Providers/`.
    static func files(in folder: String) throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for (directory, prefix, names) in [
            ("Catalog", "catalog", CatalogueFiles.names + ["programmes.yaml"]), ("Providers", "providers", ProviderTables.fileNames),
        ] {
            for name in names {
                let path = "\(folder)/\(directory)/\(name)"
                guard let data = FileManager.default.contents(atPath: path) else {
                    throw Rejection(.missing, "file_missing", "找不到 \(path)，请用 --data 指定含有 Catalog 和 Providers 的目录。")
                }
                files["\(prefix)/\(name)"] = Array(data)
            }
        }
        return files
    }

    static func bytes(_ path: String) throws -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Rejection(.missing, "file_missing", "打不开文件 \(path)，请检查路径和权限。")
        }
        return Array(data)
    }

    /// Which addresses of our own network webhooks may call: `VNH_WEBHOOK_ALLOW`, hosts and blocks separated by commas; none unless listed.
    static func webhookRule() throws -> AddressRule {
        try AddressRule(allowing: ProcessInfo.processInfo.environment["VNH_WEBHOOK_ALLOW"] ?? "")
    }

    /// How long a receiver may take: `VNH_WEBHOOK_TIMEOUT`, seconds, 1 ... 60, by default 15.
    static func webhookLimits() throws -> CurlTransport.Limits {
        var limits = CurlTransport.Limits()
        guard let text = ProcessInfo.processInfo.environment["VNH_WEBHOOK_TIMEOUT"] else { return limits }
        guard let seconds = Int(text), (1...60).contains(seconds) else {
            throw Rejection(.invalid, "webhook_timeout_invalid", "VNH_WEBHOOK_TIMEOUT 应为 1 到 60 的整数（秒），请改正后重新启动。")
        }
        limits.total = .seconds(seconds)
        limits.connect = min(limits.connect, limits.total)
        return limits
    }
}
