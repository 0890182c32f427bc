/// Why an elder is not at home.
public enum AbsenceKind: String, CaseIterable, Sendable {
    /// 住院
    case hospital
    /// 外出
    case travel
    /// 入住机构
    case institution

    public var name: String {
        switch self {
        case .hospital: "住院"
        case .travel: "外出"
        case .institution: "入住机构"
        }
    }
}
