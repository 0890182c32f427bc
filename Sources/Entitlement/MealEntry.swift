/// 识别方式: how the till knew who eats, and with that what the swipe proves about who was there.
public enum MealEntry: String, CaseIterable, Sendable {
    /// 读卡: the till has read the card itself.
    case read
    /// 就餐码 of the community, scanned.
    case pass
    /// 报卡号: a number that was spoken or typed. Whoever knows a number can say it.
    case typed
    /// 按老人编号: found in the register, no card at hand.
    case elder

    /// Nothing of the elder's was shown: limited by canteen and day, and looked at beyond that (R22).
    public var isWeak: Bool { self == .typed || self == .elder }
}

/// 存疑: why a meal that was served is not paid before a person has looked at it (R22).
public enum MealDoubt: String, CaseIterable, Sendable {
    /// 未登记的刷卡机
    case till
    /// 当日报错的卡号过多: the numbers that did fit may have been found by trying.
    case guessing
}
