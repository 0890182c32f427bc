import Kernel
import Registry
import Store

/// 档案项目: the 27 items of an elder's file, read with their history, and written one at a time.
public struct KeepRegister: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    static let longest = 200

    public func entries(of elder: ElderID) async throws -> [RegisterRepository.Entry] {
        try await office.read { tx in try tx.register.entries(of: elder) }
    }

    /// - Parameter seen: how many entries the editor had before it; a newer one of the same item is not written over.
    /// - Throws: `item_changed` saying by whom and to what; `item_value`, `elder_unknown`.
    public func write(_ item: RegisterItem, _ value: String, of elder: ElderID, seen: Int, by caller: Caller) async throws {
        let value = value.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard value.count <= Self.longest else {
            throw Rejection(.invalid, "item_value", "每个项目至多 \(Self.longest) 个字。", pointer: "/value")
        }
        let now = office.now
        try await office.perform { tx in
            _ = try tx.elders.require(elder)
            let entries = try tx.register.entries(of: elder)
            if let newer = entries.last(where: { $0.item == item && $0.seq > seen }) {
                throw Rejection(
                    .conflict, "item_changed", "\(newer.by) 已于 \(newer.at) 把“\(item.term)”改为“\(newer.value)”。您填写的还在，核对后可再次保存。")
            }
            // Saved twice, or not changed at all.
            guard entries.last(where: { $0.item == item })?.value ?? "" != value else { return }
            try tx.register.add(.init((entries.last?.seq ?? 0) + 1, item, value, at: now, by: caller.name), to: elder)
            let data: JSON = ["item": JSON(item.rawValue)]
            try tx.events.append(
                "elder.item", subject: elder.text, subjectSeq: (entries.last?.seq ?? 0) + 1, by: caller.name, at: now, data: data.text)
        }
    }
}
