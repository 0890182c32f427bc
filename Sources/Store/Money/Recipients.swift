import Billing
import Kernel
import Orders
import Registry

/// 服务对象: who is served in a month, as the register knows them.
///
/// A month's lines name the same elders again and again, in no order: for a close all are read once, for one visit each that is met.
public struct Recipients: Sendable {
    /// A class, as a map of large values takes twice their room.
    final class Person: Sendable {
        /// To be kept instead of an equal one: a million lines then share their elders' ids.
        let id: ElderID
        let recipient: Recipient
        let death: LocalDate?

        init(_ id: ElderID, _ recipient: Recipient, death: LocalDate?) { (self.id, self.recipient, self.death) = (id, recipient, death) }
    }

    let month: Month
    private let stays: [ElderID: [Recipient.Stay]]
    private var known: [ElderID: Person] = [:]

    init(_ tx: any Transaction, _ month: Month) throws {
        self.month = month
        stays = try Self.stays(tx, month)
    }

    mutating func readAll(_ tx: any Transaction) throws {
        known.reserveCapacity(try tx.count("SELECT COUNT(*) FROM elder"))
        var classes: [String: [ClassSpan]] = [:]
        try tx.forEachRow("SELECT \(sql: Self.columns) FROM elder") { row in
            let id = try row.id(Elder.self)
            known[id] = try person(id, &row, &classes)
        }
    }

    func person(_ elder: ElderID, _ tx: any Transaction) throws -> Person {
        if let known = known[elder] { return known }
        var classes: [String: [ClassSpan]] = [:]
        return try tx.one("SELECT \(sql: Self.columns) FROM elder WHERE id = \(elder)") { try person($0.id(), &$0, &classes) }
    }

    /// When an elder was not at home in or around the month.
    public func stays(of elder: ElderID) -> [Recipient.Stay] { stays[elder] ?? [] }

    private static let columns: StaticString =
        "id, death_date, latitude_e6, longitude_e6, birthday, region, classes, ability_level, lives_alone, cadre, contacts, streets"

    private func person(_ id: ElderID, _ row: inout Row, _ classes: inout [String: [ClassSpan]]) throws -> Person {
        let death = try row.optionalDate()
        let (latitude, longitude) = (row.optionalInteger(), row.optionalInteger())
        let (birthday, region, packed) = (try row.date(), try row.text(), try row.text())
        // A district has a few dozen different lists of classes; each is read once.
        let spans = try classes[packed] ?? Packed.classes(packed)
        classes[packed] = spans
        var recipient = Recipient(
            place: Self.place(latitude, longitude), birthday: birthday, region: region, classes: spans, abilityLevel: try row.int(),
            livesAlone: try row.bool(), cadre: row.optionalText(), stays: stays(of: id), phones: Packed.phones(try row.text()))
        recipient.formerStreets = try Self.streets(try row.text())
        return Person(id, recipient, death: death)
    }

    static func streets(_ text: String) throws -> [Recipient.FormerStreet] {
        try text.split(separator: ";").map { part in
            let fields = part.split(separator: "|")
            guard fields.count == 2, let until = LocalDate(fields[1]) else { throw StoreFault.corrupt("elder.streets: \(text)") }
            return Recipient.FormerStreet(region: String(fields[0]), until: until)
        }
    }

    /// Of millionths of a degree.
    private static func place(_ latitude: Int64?, _ longitude: Int64?) -> Coordinate? {
        guard let latitude, let longitude else { return nil }
        return Coordinate(latitude: Double(latitude) / 1e6, longitude: Double(longitude) / 1e6)
    }

    private static func stays(_ tx: any Transaction, _ month: Month) throws -> [ElderID: [Recipient.Stay]] {
        var stays: [ElderID: [Recipient.Stay]] = [:]
        try tx.forEachRow(
            """
            SELECT elder_id, kind, from_date, until_date FROM absence
            WHERE from_date <= \(month.last) AND (until_date IS NULL OR until_date >= \(month.first))
            ORDER BY elder_id, from_date, id
            """
        ) { row in
            stays[try row.id(), default: []].append(
                Recipient.Stay(kind: try row.value(), span: DateSpan(from: try row.date(), until: try row.optionalDate())))
        }
        return stays
    }

    static func stays(_ tx: any Transaction, of elder: ElderID, on day: LocalDate) throws -> [Recipient.Stay] {
        try tx.rows(
            """
            SELECT kind, from_date, until_date FROM absence
            WHERE elder_id = \(elder) AND from_date <= \(day) AND (until_date IS NULL OR until_date >= \(day)) ORDER BY from_date, id
            """
        ) { Recipient.Stay(kind: try $0.value(), span: DateSpan(from: try $0.date(), until: try $0.optionalDate())) }
    }
}

extension SettlementRepository {
    /// - Parameter all: whether everybody is read at once, as for a whole month.
    public func recipients(_ month: Month, all: Bool = false) throws -> Recipients {
        var recipients = try Recipients(tx, month)
        if all { try recipients.readAll(tx) }
        return recipients
    }
}
