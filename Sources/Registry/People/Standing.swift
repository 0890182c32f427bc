import Kernel

/// Sex as GB/T 2261.1 has it (1 男, 2 女).
public enum Sex: String, Hashable, Sendable, CaseIterable, Codable {
    case male, female

    /// 男 or 女.
    public var term: String { self == .male ? "男" : "女" }
}

/// Where an elder stands with the registry (状态).
public enum ElderStatus: String, Hashable, Sendable, CaseIterable, Codable {
    /// 在册
    case active
    /// 迁出
    case movedOut
    /// 长期外出
    case away
    /// 住院
    case hospital
    /// 入住机构
    case institution
    /// 死亡待核: any source may report it; it stops orders and subsidy the same day.
    case deathReported
    /// 死亡
    case deceased
    /// 注销
    case deregistered

    /// The word on screen.
    public var term: String {
        switch self {
        case .active: "在册"
        case .movedOut: "迁出"
        case .away: "长期外出"
        case .hospital: "住院"
        case .institution: "入住机构"
        case .deathReported: "死亡待核"
        case .deceased: "死亡"
        case .deregistered: "注销"
        }
    }

    /// Whether services at home may be ordered: only for those on the register and at home.
    public var isAtHome: Bool { self == .active }

    /// Whether the elder has died or is reported dead, so that only after-death items may proceed.
    public var isDeath: Bool { self == .deathReported || self == .deceased }
}

/// A class of entitlement (老人类别) held for a span of days.
public struct ClassSpan: Hashable, Sendable, Codable {
    /// A code of the subsidy programmes, such as `A` or `dibao`.
    public var classCode: String
    public var span: DateSpan

    public init(classCode: String, span: DateSpan) {
        self.classCode = classCode
        self.span = span
    }
}

/// What an elder must or must not eat (饮食禁忌).
public enum Diet: String, Hashable, Sendable, CaseIterable, Codable {
    /// 清真
    case halal
    /// 软食
    case soft
    /// 低糖
    case lowSugar
    /// 低盐
    case lowSalt

    /// The word on screen.
    public var term: String {
        switch self {
        case .halal: "清真"
        case .soft: "软食"
        case .lowSugar: "低糖"
        case .lowSalt: "低盐"
        }
    }
}

/// The kinds of persons served by the bureau of retired cadres (老干部局), who have funds of their own.
public enum CadreKind: String, Hashable, Sendable, CaseIterable, Codable {
    /// 离休
    case veteran
    /// 退休
    case retired
    /// 遗属
    case dependant

    /// The word on screen.
    public var term: String {
        switch self {
        case .veteran: "离休"
        case .retired: "退休"
        case .dependant: "遗属"
        }
    }
}
