import Catalog
import CurlTransport
import Entitlement
import Foundation
import Kernel
import Notifier
import Store
import StorePostgres
import StoreSQLite
import Web
import Workflow

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
        let (files, notices) = try await database.read { tx in (try tx.reference.all(), try tx.providers.notices()) }
        let reference = try reference(files).noticing(notices)
        return Office(database: database, shelf: ReferenceShelf(reference), clock: clock, random: random)
    }

    static func reference(_ files: [String: [UInt8]]) throws -> Reference { try Reference(files) }
    static func programmes(_ bytes: [UInt8], against catalogue: Catalogue?) throws -> Programmes { try Reference.programmes(bytes, against: catalogue) }
    static func files(in folder: String) throws -> [String: [UInt8]] { try ReferenceFiles.read(in: folder) }

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

    /// How often one token may ask: `VNH_RATE_LIMIT`, a second and at once (`200/2000`), or `off`.
    static func rateLimit() throws -> RateLimit? {
        guard let text = ProcessInfo.processInfo.environment["VNH_RATE_LIMIT"] else { return .standard }
        if text == "off" { return nil }
        guard let limit = RateLimit(text) else {
            throw Rejection(
                .invalid, "rate_limit_invalid", "VNH_RATE_LIMIT 应写成“每秒/一次最多”，例如 200/2000，或 off；请改正后重新启动。")
        }
        return limit
    }

    /// How long a receiver may take: `VNH_WEBHOOK_TIMEOUT`, seconds, 1 ... 60, by default 15.
    ///
    /// `VNH_WEBHOOK_CA`: a PEM file of the authorities to be believed instead of the system's.
    static func webhookLimits() throws -> CurlTransport.Limits {
        var limits = CurlTransport.Limits()
        if let path = ProcessInfo.processInfo.environment["VNH_WEBHOOK_CA"] {
            guard String(decoding: try bytes(path), as: UTF8.self).contains("-----BEGIN CERTIFICATE-----") else {
                throw Rejection(.invalid, "webhook_ca_invalid", "VNH_WEBHOOK_CA 指定的 \(path) 不是 PEM 证书文件，请改正后重新启动。")
            }
            limits.authorities = path
        }
        guard let text = ProcessInfo.processInfo.environment["VNH_WEBHOOK_TIMEOUT"] else { return limits }
        guard let seconds = Int(text), (1...60).contains(seconds) else {
            throw Rejection(.invalid, "webhook_timeout_invalid", "VNH_WEBHOOK_TIMEOUT 应为 1 到 60 的整数（秒），请改正后重新启动。")
        }
        limits.total = .seconds(seconds)
        limits.connect = min(limits.connect, limits.total)
        return limits
    }
}
