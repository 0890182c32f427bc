import Catalog
import Entitlement
import Kernel
import Registry

public enum Swipe {}
public typealias SwipeID = ID<Swipe>

/// 刷卡就餐: one meal, served and settled against the entitlement at once.
public struct MealSwipe: Hashable, Sendable {
    public let id: SwipeID
    public let elder: ElderID
    public let canteen: ProviderID
    public let item: ItemCode
    public let date: LocalDate
    public let slot: MealSlot
    public let device: String
    /// The till's own number of the swipe, by which one that is uploaded again is known; nil from tills without.
    public let deviceSwipe: String?
    /// By the till's clock and by ours: an offline swipe comes late and shows it.
    public let deviceAt: Instant
    public let receivedAt: Instant
    public let classCode: String
    public let priceVersion: String
    public let payable: Fen
    public let selfPay: Fen
    public let legs: [FundingLeg]
    /// How the elder was known; nil for swipes from before that was kept.
    public let entry: MealEntry?
    /// Why it is not paid before a person has looked.
    public let doubt: MealDoubt?

    public init(
        id: SwipeID, elder: ElderID, canteen: ProviderID, item: ItemCode, date: LocalDate, slot: MealSlot, device: String,
        deviceSwipe: String? = nil, deviceAt: Instant, receivedAt: Instant, classCode: String, priceVersion: String, payable: Fen,
        selfPay: Fen, legs: [FundingLeg], entry: MealEntry? = nil, doubt: MealDoubt? = nil
    ) {
        self.id = id
        self.elder = elder
        self.canteen = canteen
        self.item = item
        self.date = date
        self.slot = slot
        self.device = device
        self.deviceSwipe = deviceSwipe
        self.deviceAt = deviceAt
        self.receivedAt = receivedAt
        self.classCode = classCode
        self.priceVersion = priceVersion
        self.payable = payable
        self.selfPay = selfPay
        self.legs = legs
        self.entry = entry
        self.doubt = doubt
    }
}

/// What a swipe needs to know of the elder, and no more: it is read ten thousand times a minute at noon.
public struct Diner: Sendable {
    public let id: ElderID
    let status: ElderStatus
    let statusSince: LocalDate?
    let deathDate: LocalDate?
    let birthday: LocalDate
    public let region: String
    let abilityLevel: Int
    let livesAlone: Bool
    let cadre: CadreKind?
    let classes: [ClassSpan]

    /// Whether the card is good on a day: a meal from before the elder died or moved away stays a meal, however late its swipe comes.
    public func isRegistered(on date: LocalDate) -> Bool {
        switch status {
        case .deathReported, .deceased: Self.isBefore(deathDate, date)
        case .deregistered, .movedOut: Self.isBefore(statusSince, date)
        case .active, .away, .hospital, .institution: true
        }
    }

    private static func isBefore(_ end: LocalDate?, _ date: LocalDate) -> Bool {
        guard let end else { return false }
        return date < end
    }

    /// The facts that decide who pays, on a day.
    public func beneficiary(on date: LocalDate) -> Beneficiary {
        Beneficiary(
            classes: classes, birthday: birthday, region: region, abilityLevel: abilityLevel, livesAlone: livesAlone, cadre: cadre, on: date)
    }
}

public struct MealRepository {
    let tx: any Transaction

    /// By elder's id, or by the number on the card.
    public func diner(_ id: ElderID) throws -> Diner? {
        try tx.first(
            "SELECT \(sql: Diner.columns) FROM elder WHERE id = \(id)"
        ) { try Diner(row: &$0) }
    }

    public func diner(card: String) throws -> Diner? {
        try tx.first(
            "SELECT \(sql: Diner.columns) FROM elder WHERE number = \(card)"
        ) { try Diner(row: &$0) }
    }

    /// The swipe of a day by the end of its id; nil when none has it, or more than one.
    public func find(on day: LocalDate, endingWith tail: String) throws -> SwipeID? {
        let ids: [SwipeID] = try tx.rows(
            "SELECT id FROM meal_swipe WHERE service_date = \(day) AND id LIKE \("%" + tail) LIMIT 2"
        ) { try $0.id() }
        return ids.count == 1 ? ids[0] : nil
    }

    /// - Returns: false when this elder has already eaten in this slot of this day, at whatever canteen, or the till has sent this swipe
    ///   before; then nothing is written.
    public func insert(_ swipe: MealSwipe) throws -> Bool {
        let legs = swipe.legs.map { "\($0.fund.rawValue)|\($0.programme)|\($0.version)|\($0.amount.amount)" }.joined(separator: ";")
        let bonuses = swipe.legs.contains { $0.bonus > .zero } ? swipe.legs.map { "\($0.bonus.amount)" }.joined(separator: "/") : ""
        return try tx.execute(
            """
            INSERT INTO meal_swipe (id, elder_id, canteen_id, item_code, service_date, slot, device, device_swipe, device_ms, received_ms,
                class_code, price_version, payable_fen, self_pay_fen, legs, draws, budgets, bonuses, entry, doubt, settlement)
            VALUES (\(swipe.id), \(swipe.elder), \(swipe.canteen), \(swipe.item), \(swipe.date), \(swipe.slot), \(swipe.device),
                \(swipe.deviceSwipe), \(swipe.deviceAt), \(swipe.receivedAt), \(swipe.classCode), \(swipe.priceVersion), \(swipe.payable),
                \(swipe.selfPay), \(legs), \(swipe.legs.map { LegRepository.encoded($0.draws) }.joined(separator: "/")),
                \(swipe.legs.map(\.budgets.encoded).joined(separator: "/")), \(bonuses), \(swipe.entry?.rawValue ?? ""),
                \(swipe.doubt?.rawValue ?? ""), 'ready')
            ON CONFLICT DO NOTHING
            """) == 1
    }

    public func find(_ id: SwipeID) throws -> MealSwipe? {
        try tx.first("SELECT \(sql: Self.columns) FROM meal_swipe WHERE id = \(id)") { try MealSwipe(row: &$0) }
    }

    /// Those that there are, in no order.
    public func find(_ ids: [SwipeID]) throws -> [MealSwipe] {
        try ids.chunked(by: Chunk.keys).flatMap { part in
            try tx.rows("SELECT \(sql: Self.columns) FROM meal_swipe WHERE id IN (\(list: part.map(\.text)))") { try MealSwipe(row: &$0) }
        }
    }

    /// The swipe that a till has sent under its own number.
    public func find(canteen: ProviderID, device: String, deviceSwipe: String) throws -> MealSwipe? {
        try tx.first(
            """
            SELECT \(sql: Self.columns) FROM meal_swipe
            WHERE canteen_id = \(canteen) AND device = \(device) AND device_swipe = \(deviceSwipe)
            """
        ) { try MealSwipe(row: &$0) }
    }

    /// What an elder has eaten in a slot of a day.
    public func taken(by elder: ElderID, on date: LocalDate, slot: MealSlot) throws -> MealSwipe? {
        try tx.first(
            """
            SELECT \(sql: Self.columns) FROM meal_swipe
            WHERE elder_id = \(elder) AND service_date = \(date) AND slot = \(slot) AND is_reversed = 0
            """
        ) { try MealSwipe(row: &$0) }
    }

    /// How many meals an elder has had on a day.
    public func count(of elder: ElderID, on date: LocalDate) throws -> Int {
        try tx.count("SELECT COUNT(*) FROM meal_swipe WHERE elder_id = \(elder) AND service_date = \(date) AND is_reversed = 0")
    }

    /// - Returns: false when the swipe stands on a statement or has been taken back already.
    public func reverse(_ id: SwipeID) throws -> Bool {
        try tx.execute("UPDATE meal_swipe SET settlement = 'reversed', is_reversed = 1 WHERE id = \(id) AND settlement = 'ready'") == 1
    }

    static let columns: StaticString = """
        id, elder_id, canteen_id, item_code, service_date, slot, device, device_swipe, device_ms, received_ms, class_code, price_version, \
        payable_fen, self_pay_fen, legs, draws, budgets, bonuses, entry, doubt
        """

    // MARK: The month

    /// One line of 助餐月报.
    public struct ReportLine: Hashable, Sendable {
        public let canteen: ProviderID
        public let date: LocalDate
        public let classCode: String
        /// 人次
        public let meals: Int
        public let subsidy: Fen
        public let selfPay: Fen
    }

    /// Meals of a month by canteen, day and class, those taken back left out.
    public func report(_ month: Month) throws -> [ReportLine] {
        try tx.rows(
            """
            SELECT canteen_id, service_date, class_code, COUNT(*), CAST(SUM(payable_fen - self_pay_fen) AS BIGINT),
                CAST(SUM(self_pay_fen) AS BIGINT)
            FROM meal_swipe
            WHERE service_date >= \(month.first) AND service_date <= \(month.last) AND is_reversed = 0
            GROUP BY canteen_id, service_date, class_code
            ORDER BY canteen_id, service_date, class_code
            """
        ) {
            ReportLine(
                canteen: try $0.id(), date: try $0.date(), classCode: try $0.text(), meals: try $0.int(), subsidy: try $0.fen(),
                selfPay: try $0.fen())
        }
    }

    /// What the meals of each month of a year take from budgets, those that take alike together; a meal stands there once for the budgets of each
    /// of its legs, and counts once for a budget.
    func borne(in year: Int) throws -> [(month: Month, budgets: [BudgetKey], amount: Fen, meals: Int)] {
        let (first, last) = (LocalDate(year, 1, 1), LocalDate(year, 12, 31))
        // Step 30 of the schema asks this, too: it knows no later column.
        // Almost every meal has one leg, whose amount is all that is not the elder's: those are summed in place, the others by what they have in common.
        var parts = try tx.rows(
            """
            SELECT SUBSTR(service_date, 1, 7), budgets, CAST(SUM(payable_fen - self_pay_fen) AS BIGINT), COUNT(*) FROM meal_swipe
            WHERE service_date >= \(first) AND service_date <= \(last) AND settlement <> 'reversed' AND budgets <> ''
                AND bonuses = '' AND budgets NOT LIKE '%/%'
            GROUP BY SUBSTR(service_date, 1, 7), budgets
            """
        ) { (month: try $0.month(), budgets: try [BudgetKey](encoded: try $0.text()), amount: try $0.fen(), meals: try $0.int()) }
        try tx.forEachRow(
            """
            SELECT SUBSTR(service_date, 1, 7), legs, budgets, bonuses, COUNT(*) FROM meal_swipe
            WHERE service_date >= \(first) AND service_date <= \(last) AND settlement <> 'reversed'
                AND budgets <> '' AND (budgets LIKE '%/%' OR bonuses <> '')
            GROUP BY SUBSTR(service_date, 1, 7), legs, budgets, bonuses
            """
        ) { row in
            let month = try row.month()
            let legs = try MealSwipe.legs(try row.text(), draws: "", budgets: try row.text(), bonuses: try row.text())
            let meals = try row.int()
            for key in Set(legs.flatMap(\.budgets)) {
                let amount = Fen(legs.filter { $0.budgets.contains(key) }.map(\.borne).total.amount * Int64(meals))
                parts.append((month: month, budgets: [key], amount: amount, meals: meals))
            }
        }
        return parts
    }

    /// Notes a meal that was booked after the close of its month had begun.
    public func noteLate(_ id: SwipeID) throws { try tx.execute("INSERT INTO late_meal (id) VALUES (\(id))") }

    /// What the meals of a month hold of each budget.
    func held(in month: Month) throws -> [BudgetKey: Fen] {
        var held: [BudgetKey: Fen] = [:]
        try tx.forEachRow(
            """
            SELECT budgets, CAST(SUM(payable_fen - self_pay_fen) AS BIGINT) FROM meal_swipe
            WHERE service_date >= \(month.first) AND service_date <= \(month.last) AND is_reversed = 0 AND budgets <> ''
                AND budgets NOT LIKE '%/%'
            GROUP BY budgets
            """
        ) { row in
            let keys = try [BudgetKey](encoded: try row.text())
            let amount = try row.fen()
            for key in keys { held[key, default: .zero] += amount }
        }
        try tx.forEachRow(
            """
            SELECT \(sql: Self.columns) FROM meal_swipe
            WHERE service_date >= \(month.first) AND service_date <= \(month.last) AND is_reversed = 0 AND budgets LIKE '%/%'
            """
        ) { row in
            for leg in try MealSwipe(row: &row).legs { for key in leg.budgets { held[key, default: .zero] += leg.amount } }
        }
        return held
    }
}

extension Diner {
    static let columns: StaticString = """
        id, status, status_since, death_date, birthday, region, ability_level, lives_alone, cadre, classes
        """

    init(row: inout Row) throws {
        self.init(
            id: try row.id(), status: try row.value(), statusSince: try row.optionalDate(), deathDate: try row.optionalDate(),
            birthday: try row.date(), region: try row.text(), abilityLevel: try row.int(),
            livesAlone: try row.bool(), cadre: try row.optionalValue(), classes: try Packed.classes(try row.text()))
    }
}

extension MealSwipe {
    init(row: inout Row) throws {
        self.init(
            id: try row.id(), elder: try row.id(), canteen: try row.id(), item: try row.id(), date: try row.date(), slot: try row.value(),
            device: try row.text(), deviceSwipe: row.optionalText(), deviceAt: try row.instant(), receivedAt: try row.instant(),
            classCode: try row.text(), priceVersion: try row.text(), payable: try row.fen(), selfPay: try row.fen(),
            legs: try Self.legs(try row.text(), draws: try row.text(), budgets: try row.text(), bonuses: try row.text()),
            entry: MealEntry(rawValue: try row.text()), doubt: MealDoubt(rawValue: try row.text()))
    }

    /// Legs, what each takes from accounts and budgets, and what it brings the provider beside the price: columns with one part a leg. Swipes from
    /// before budgets have only the first, those without a bonus not the last.
    fileprivate static func legs(_ text: String, draws: String, budgets: String, bonuses: String) throws -> [FundingLeg] {
        // The mark of an account that counts services, `n/`, divides no legs.
        func parts(_ text: String) -> [String] {
            text.split(separator: "/", omittingEmptySubsequences: false).reduce(into: []) { parts, part in
                if let last = parts.last, last.hasSuffix("|n") { parts[parts.count - 1] = "\(last)/\(part)" } else { parts.append(String(part)) }
            }
        }
        let (draws, budgets) = (parts(draws), parts(budgets))
        let bonuses = bonuses.split(separator: "/").compactMap { Int64($0) }
        return try text.split(separator: ";").enumerated().map { index, part in
            let fields = part.split(separator: "|")
            guard fields.count == 4, let fund = Fund(rawValue: String(fields[0])), let version = Int(fields[2]), let amount = Int64(fields[3])
            else { throw StoreFault.corrupt("meal_swipe.legs: \(part)") }
            return FundingLeg(
                fund: fund, programme: String(fields[1]), version: version, amount: Fen(amount), bonus: Fen(index < bonuses.count ? bonuses[index] : 0),
                draws: index < draws.count ? try LegRepository.draws(draws[index]) : [],
                budgets: index < budgets.count ? try [BudgetKey](encoded: budgets[index]) : [])
        }
    }
}

extension Transaction {
    public var meals: MealRepository { MealRepository(tx: self) }
}
