import Kernel
import Registry
import Store

/// 刷卡机登记: the platform's people say which tills stand at a canteen.
///
/// A device's name is what the canteen sends. What an unknown one swipes is booked, for the elder has eaten; it is paid when a person has looked.
public struct ManageTills: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// How far back devices are looked for that nobody has registered.
    static let recent_d = 45

    public struct Page: Sendable {
        public let tills: [TillRepository.Till]
        public let unregistered: [(device: String, meals: Int)]
    }

    public func all(of canteen: ProviderID) async throws -> Page {
        try require(canteen)
        let from = office.now.localDate.adding(days: -Self.recent_d)
        return try await office.read { tx in
            Page(tills: try tx.tills.all(of: canteen), unregistered: try tx.tills.unregistered(of: canteen, from: from))
        }
    }

    /// - Throws: `role_forbidden`, `provider_unknown`, `device_missing`, `till_known`.
    public func register(_ device: String, at canteen: ProviderID, by caller: Caller) throws -> @Sendable (any Transaction) throws -> Void {
        try check(device, canteen, by: caller)
        let now = office.now
        return { tx in
            guard try tx.tills.register(device, at: canteen, by: caller.name, now: now) else {
                throw Rejection(.conflict, "till_known", "这台刷卡机已登记在该餐厅。", pointer: "/device")
            }
            try Self.tell(tx, "till.registered", device, canteen, by: caller, at: now)
        }
    }

    /// 停用: what it swipes from now on is looked at.
    ///
    /// - Throws: `role_forbidden`, `provider_unknown`, `device_missing`, `till_unknown`.
    public func end(_ device: String, at canteen: ProviderID, by caller: Caller) throws -> @Sendable (any Transaction) throws -> Void {
        try check(device, canteen, by: caller)
        let now = office.now
        return { tx in
            guard try tx.tills.end(device, at: canteen, now: now) else {
                throw Rejection(.missing, "till_unknown", "该餐厅没有登记这台刷卡机，请核对设备编号。", pointer: "/device")
            }
            try Self.tell(tx, "till.ended", device, canteen, by: caller, at: now)
        }
    }

    /// - Throws: `role_forbidden`.
    public static func admit(_ caller: Caller) throws {
        guard caller.role == .admin else { throw Rejection(.forbidden, "role_forbidden", "只有管理员能登记或停用刷卡机。") }
    }

    private func check(_ device: String, _ canteen: ProviderID, by caller: Caller) throws {
        try Self.admit(caller)
        try require(canteen)
        guard (1...64).contains(device.utf8.count) else {
            throw Rejection(.invalid, "device_missing", "请填写刷卡设备编号。", pointer: "/device")
        }
    }

    private func require(_ canteen: ProviderID) throws {
        guard office.reference.franchise.provider(canteen) != nil else {
            throw Rejection(.missing, "provider_unknown", "没有这家服务商，请核对编号。")
        }
    }

    private static func tell(
        _ tx: any Transaction, _ type: String, _ device: String, _ canteen: ProviderID, by caller: Caller, at now: Instant
    ) throws {
        try tx.events.append(
            type, subject: canteen.text, subjectSeq: try tx.events.count(about: canteen.text) + 1, to: canteen, by: caller.name, at: now,
            data: (["device": JSON(device)] as JSON).text)
    }
}
