/// 资金来源, declared in the order in which they pay.
public enum Fund: String, CaseIterable, Codable, Comparable, Sendable {
    case careInsurance = "care_insurance"
    case voucher
    case directed
    case districtSubsidy = "district_subsidy"
    case mealSubsidy = "meal_subsidy"

    public var name: String {
        switch self {
        case .careInsurance: "长护险"
        case .voucher: "民政通消费券"
        case .directed: "定向资金"
        case .districtSubsidy: "区级服务补贴"
        case .mealSubsidy: "助餐补贴"
        }
    }

    private var order: Int { Self.allCases.prefix { $0 != self }.count }
    public static func < (a: Fund, b: Fund) -> Bool { a.order < b.order }
}
