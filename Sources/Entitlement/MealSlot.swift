/// 餐次: which meal of the day a swipe is for, and what a programme may be limited to.
public enum MealSlot: String, CaseIterable, Codable, Sendable {
    case breakfast, lunch, supper

    /// The word on screen.
    public var name: String {
        switch self {
        case .breakfast: "早餐"
        case .lunch: "午餐"
        case .supper: "晚餐"
        }
    }
}
