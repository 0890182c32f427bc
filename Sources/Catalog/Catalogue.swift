import Kernel
import Pinyin

/// 服务目录: what can be ordered, at what guide price, by whom, where, on a day. Immutable; published anew when a file changes.
public struct Catalogue: Sendable {
    /// In the order of their codes.
    public let items: [Item]
    public let kinds: [ProviderKind]
    public let credentialTypes: [CredentialType]
    public let regions: [Region]
    public let classes: [ElderClass]
    public let parameters: Parameters
    public let holidays: Holidays
    public let pinyin: PinyinReader
    private let positions: [ItemCode: Int]
    /// Of each item, in the order of ``items``.
    private let needed: [[CredentialType]]
    private let prices: [ItemCode: [Price]]
    private let regionPositions: [ID<Region>: Int]
    private let index: SearchIndex

    public init(
        items: [Item], prices: [Price], kinds: [ProviderKind] = [], credentialTypes: [CredentialType] = [], regions: [Region] = [],
        classes: [ElderClass] = [], parameters: Parameters = Parameters([]), holidays: Holidays = Holidays([:]),
        pinyin: PinyinReader = PinyinReader()
    ) {
        self.items = items.sorted { $0.code < $1.code }
        self.kinds = kinds
        self.credentialTypes = credentialTypes
        self.regions = regions
        self.classes = classes
        self.parameters = parameters
        self.holidays = holidays
        self.pinyin = pinyin
        positions = Dictionary(self.items.enumerated().map { ($0.element.code, $0.offset) }) { first, _ in first }
        needed = self.items.map { item in credentialTypes.filter { item.credentials.contains($0.code) } }
        self.prices = Dictionary(grouping: prices, by: \.item)
        regionPositions = Dictionary(regions.enumerated().map { ($0.element.code, $0.offset) }) { first, _ in first }
        index = SearchIndex(self.items, pinyin: pinyin)
    }

    public func item(_ code: ItemCode) -> Item? { positions[code].map { items[$0] } }

    // Single facts, without a copy of all others: a close asks for them a million times.
    public func contains(_ code: ItemCode) -> Bool { positions[code] != nil }
    public func name(of code: ItemCode) -> String? { positions[code].map { items[$0].name } }
    public func category(of code: ItemCode) -> Category? { positions[code].map { items[$0].category } }
    public func unit(of code: ItemCode) -> Unit? { positions[code].map { items[$0].unit } }
    public func mode(of code: ItemCode) -> Mode? { positions[code].map { items[$0].mode } }
    public func evidence(of code: ItemCode) -> EvidenceLevel? { positions[code].map { items[$0].evidence } }
    public func caps(of code: ItemCode) -> [FrequencyCap] { positions[code].map { items[$0].caps } ?? [] }

    /// What a firm, its workers or its cars must hold for an item, in the order of the file; none for an item that is not here.
    public func credentials(of code: ItemCode) -> [CredentialType] { positions[code].map { needed[$0] } ?? [] }

    /// The price row in force on a day; nil when there is none.
    public func price(of code: ItemCode, on date: LocalDate) -> Price? { prices[code]?.first { $0.span.contains(date) } }

    public func kind(_ code: ID<ProviderKind>) -> ProviderKind? { kinds.first { $0.code == code } }
    public func region(_ code: ID<Region>) -> Region? { regionPositions[code].map { regions[$0] } }
    public func elderClass(_ code: ID<ElderClass>) -> ElderClass? { classes.first { $0.code == code } }

    /// Items by code, name, alias, pinyin or initials, best first; equals in the order of their codes.
    public func search(_ text: String, limit: Int = 9) -> [Item] { index.search(text, limit: limit).map { items[$0] } }
}

/// 参数: dated numbers of the district. The row with the latest day not after the asked one counts.
public struct Parameters: Sendable {
    public struct Row: Hashable, Sendable {
        public let key: String
        public let value: Int
        public let from: LocalDate

        public init(key: String, value: Int, from: LocalDate) {
            self.key = key
            self.value = value
            self.from = from
        }
    }

    private let rows: [String: [Row]]

    public init(_ rows: [Row]) { self.rows = Dictionary(grouping: rows, by: \.key).mapValues { $0.sorted { $0.from > $1.from } } }

    public func int(_ key: String, on date: LocalDate) -> Int? { rows[key]?.first { $0.from <= date }?.value }
}

/// 节假日与调休
public struct Holidays: Hashable, Sendable {
    public enum Kind: String, CaseIterable, Sendable {
        case statutory = "法定假"
        case shiftedRest = "调休休"
        case shiftedWork = "调休班"
        /// Shown and planned for (重阳节), but offices work as on any such day.
        case localEvent = "本地活动"
    }

    private let days: [LocalDate: Kind]

    public init(_ days: [LocalDate: Kind]) { self.days = days }

    public func kind(_ date: LocalDate) -> Kind? { days[date] }

    /// A day on which offices work: Monday to Friday but for holidays, and the weekends worked in exchange.
    public func isWorkday(_ date: LocalDate) -> Bool {
        switch days[date] {
        case .statutory, .shiftedRest: false
        case .shiftedWork: true
        case .localEvent, nil: date.weekday <= 5
        }
    }
}
