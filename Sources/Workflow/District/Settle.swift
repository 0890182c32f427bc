import Crypto
import Entitlement
import Kernel
import Registry
import Store

/// Fills an empty database: the published reference files and a made-up district.
public struct SettleDistrict: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    static let batch = 2000

    /// - Throws: `district_exists` when there are elders already.
    public func callAsFunction(
        elders count: Int, seed: UInt64, today: LocalDate, progress: @escaping @Sendable (_ done: Int, _ of: Int) -> Void
    ) async throws {
        guard try await office.read({ tx in try tx.elders.count() }) == 0 else {
            throw Rejection(.conflict, "district_exists", "数据库里已有老人档案，示范数据只能写入空库。")
        }
        var district = District(seed: seed, catalogue: office.reference.catalogue, today: today)
        var done = 0
        while done < count {
            let elders = district.elders(min(Self.batch, count - done))
            _ = try await office.database.writeAlone { tx in for elder in elders { try tx.elders.insert(elder) } }
            done += elders.count
            progress(done, count)
        }
        try await registerTills()
        try await office.database.analyze()
    }

    /// Every canteen has one till.
    private func registerTills() async throws {
        let (franchise, now) = (office.reference.franchise, office.now)
        let canteens = Set(MealSlot.allCases.flatMap { franchise.offers(of: SwipeMeal.standardItem($0).text).map(\.provider) }).sorted()
        _ = try await office.database.writeAlone { tx in
            for canteen in canteens { _ = try tx.tills.register(Self.till(of: canteen), at: canteen, by: Caller.system.name, now: now) }
        }
    }

    public static func till(of canteen: ProviderID) -> String { "till-\(canteen)" }
}

/// Publishes reference files: from here on the database holds all that a server needs.
public struct PublishReference: Sendable {
    let database: any Database
    public init(_ database: any Database) { self.database = database }

    public func callAsFunction(_ files: [String: [UInt8]], at now: Instant) async throws {
        _ = try await database.writeAlone { tx in
            for (name, bytes) in files.sorted(by: { $0.key < $1.key }) {
                try tx.reference.publish(name, bytes, sha256: SHA256.hash(data: bytes).hex, at: now)
            }
        }
    }
}
