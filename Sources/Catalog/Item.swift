import Kernel

public typealias ItemCode = ID<Item>

/// 服务项目: one thing that can be ordered, such as 营养午餐 or 助浴.
public struct Item: Hashable, Sendable {
    /// Five digits, the first two are the category.
    public let code: ItemCode
    public let category: Category
    public let name: String
    /// The content group of GB/T 43153-2023, where one applies.
    public let careGroup: CareGroup?
    public let unit: Unit
    public let mode: Mode
    /// Usual length of one unit of service in minutes; 0 where time is not the measure.
    public let durationMinutes: Int
    /// Kinds of provider that may offer it.
    public let kinds: [ID<ProviderKind>]
    /// Credentials that firm, worker or vehicle need for it.
    public let credentials: [ID<CredentialType>]
    /// Workers who come together; 1 or more.
    public let staffCount: Int
    /// Whether public money may pay for it at all.
    public let isFundable: Bool
    public let caps: [FrequencyCap]
    /// The least evidence under which public money pays.
    public let evidence: EvidenceLevel
    /// What the operator asks before ordering.
    public let questions: [String]
    /// As people in Lanzhou say it.
    public let aliases: [String]
    public let tags: Set<ItemTag>
    public let notes: String

    public init(
        code: ItemCode, category: Category, name: String, careGroup: CareGroup? = nil, unit: Unit = .time, mode: Mode = .visit,
        durationMinutes: Int = 60, kinds: [ID<ProviderKind>] = [], credentials: [ID<CredentialType>] = [], staffCount: Int = 1,
        isFundable: Bool = true, caps: [FrequencyCap] = [], evidence: EvidenceLevel = .partial, questions: [String] = [],
        aliases: [String] = [], tags: Set<ItemTag> = [], notes: String = ""
    ) {
        self.code = code
        self.category = category
        self.name = name
        self.careGroup = careGroup
        self.unit = unit
        self.mode = mode
        self.durationMinutes = durationMinutes
        self.kinds = kinds
        self.credentials = credentials
        self.staffCount = staffCount
        self.isFundable = isFundable
        self.caps = caps
        self.evidence = evidence
        self.questions = questions
        self.aliases = aliases
        self.tags = tags
        self.notes = notes
    }
}

/// 服务类别: the ten categories of the virtual nursing home.
public enum Category: String, CaseIterable, Sendable, Codable {
    case meals = "01"
    case dailyCare = "02"
    case medical = "03"
    case rehabilitation = "04"
    case accompaniment = "05"
    case household = "06"
    case comfort = "07"
    case legal = "08"
    case leisure = "09"
    case endOfLife = "10"

    public var name: String {
        switch self {
        case .meals: "就餐"
        case .dailyCare: "生活照料"
        case .medical: "卫生医疗"
        case .rehabilitation: "保健康复"
        case .accompaniment: "日常陪护"
        case .household: "家政便民"
        case .comfort: "心理慰藉"
        case .legal: "法律咨询"
        case .leisure: "娱乐学习"
        case .endOfLife: "临终关怀"
        }
    }
}

/// The seven content groups of home services in GB/T 43153-2023 居家养老上门服务基本规范.
public enum CareGroup: String, CaseIterable, Sendable, Codable {
    case dailyCare = "生活照料"
    case basicNursing = "基础照护"
    case healthManagement = "健康管理"
    case visiting = "探访关爱"
    case comfort = "精神慰藉"
    case errands = "委托代办"
    case homeAdaptation = "适老化改造"
}

/// 计量单位
public enum Unit: String, CaseIterable, Sendable, Codable {
    case time = "次"
    case hour = "小时"
    case portion = "份"
    case kilometre = "公里"
    case day = "天"
    case month = "月"
    case lesson = "节"
}

/// 服务方式: the shape of the service; each has its own shortest path.
public enum Mode: String, CaseIterable, Sendable, Codable {
    case visit = "上门"
    case onSite = "到店"
    case group = "集体"
    case vehicle = "车辆"
    case phone = "电话"
    case monthly = "月"

    /// Whether it keeps its worker from everybody else: who stands at a counter, leads a group or answers the telephone serves many at once.
    public var bindsWorker: Bool { self == .visit || self == .vehicle }
}

/// 价格类型
public enum PriceType: String, CaseIterable, Sendable, Codable {
    /// A cap: a contract price above it is a breach.
    case guided = "政府指导价"
    /// Contract price per provider and item.
    case agreed = "协议价"
    /// Self-pay only; the price shown is for orientation.
    case market = "市场价"
    case free = "公益免费"
}

/// 核验等级: how well a visit is proven.
public enum EvidenceLevel: Int, CaseIterable, Comparable, Sendable, Codable {
    case none = 0
    /// Paper slip and call-back.
    case slip
    /// Two of: position, the elder's code or card, confirmation.
    case partial
    /// All three.
    case full

    public static func < (a: EvidenceLevel, b: EvidenceLevel) -> Bool { a.rawValue < b.rawValue }
}

public enum ItemTag: String, CaseIterable, Sendable, Codable {
    case sameSex = "同性别"
    case twoPersons = "双人"
    /// One of those who come has to be able to lift the elder.
    case lifting = "需搬扶"
    case halal = "清真"
    case softDiet = "软食"
    case lowSugar = "低糖"
    case lowSalt = "低盐"
    case wheelchair = "轮椅车"
    case doctorsOrder = "需医嘱"
    case afterDeath = "身后可用"
    case emergency = "紧急"
}

/// 频次上限
public struct FrequencyCap: Hashable, Sendable {
    public enum Period: String, CaseIterable, Sendable {
        case day = "日"
        case week = "周"
        case month = "月"
        case year = "年"
    }
    public let count: Int
    public let per: Period

    public init(count: Int, per: Period) {
        self.count = count
        self.per = per
    }
}

/// 服务商类型, with what the firm itself must hold.
public struct ProviderKind: Hashable, Sendable {
    public let code: ID<ProviderKind>
    public let name: String
    public let credentials: [ID<CredentialType>]

    public init(code: ID<ProviderKind>, name: String, credentials: [ID<CredentialType>]) {
        self.code = code
        self.name = name
        self.credentials = credentials
    }
}

/// 资质类型
public struct CredentialType: Hashable, Sendable {
    public enum Holder: String, CaseIterable, Sendable {
        case provider = "服务商"
        case worker = "人员"
        case vehicle = "车辆"
    }
    public let code: ID<CredentialType>
    public let name: String
    public let holder: Holder

    public init(code: ID<CredentialType>, name: String, holder: Holder) {
        self.code = code
        self.name = name
        self.holder = holder
    }
}

/// 价格版本: the guide price of an item over a span of days.
public struct Price: Hashable, Sendable {
    public let item: ItemCode
    public let type: PriceType
    public let guide: Fen
    public let span: DateSpan
    public let source: String
    /// `01001@2026-01-01`: stored with every order taken under it.
    public let version: String

    public init(item: ItemCode, type: PriceType, guide: Fen, span: DateSpan, source: String = "") {
        self.item = item
        self.type = type
        self.guide = guide
        self.span = span
        self.source = source
        version = "\(item)@\(span.from)"
    }
}

/// 街道
public struct Region: Hashable, Sendable {
    /// Nine digits of the national division code; the first six are the district.
    public let code: ID<Region>
    public let district: String
    public let districtName: String
    public let name: String
    public let centre: Coordinate
    public let neighbours: [ID<Region>]

    public init(code: ID<Region>, district: String, districtName: String, name: String, centre: Coordinate, neighbours: [ID<Region>]) {
        self.code = code
        self.district = district
        self.districtName = districtName
        self.name = name
        self.centre = centre
        self.neighbours = neighbours
    }
}

/// 老人类别: the class that decides which subsidy applies.
public struct ElderClass: Hashable, Sendable {
    public let code: ID<ElderClass>
    public let name: String
    /// 1 is the neediest; of several classes the lowest rank is shown.
    public let rank: Int
    public let notes: String

    public init(code: ID<ElderClass>, name: String, rank: Int, notes: String = "") {
        self.code = code
        self.name = name
        self.rank = rank
        self.notes = notes
    }
}
