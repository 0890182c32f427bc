import Kernel

/// A window of the week in which orders may start (营业时间), with the number that may start in it.
public struct OpeningHours: Hashable, Sendable {
    /// ISO weekdays, 1 = Monday ... 7 = Sunday.
    public var days: Set<Int>
    /// Minutes since midnight; the first moment inside.
    public var opens: Int
    /// Minutes since midnight, after ``opens`` and at most 1440; the first moment outside.
    public var closes: Int
    /// Orders that may start in this window on one day.
    public var capacity: Int

    public init(days: Set<Int>, opens: Int, closes: Int, capacity: Int) {
        self.days = days
        self.opens = opens
        self.closes = closes
        self.capacity = capacity
    }
}

/// One opening window on one day (时段): the thing whose capacity is counted.
public struct Slot: Hashable, Sendable {
    public var provider: ProviderID
    public var date: LocalDate
    /// Minutes since midnight.
    public var opens: Int
    public var closes: Int
    public var capacity: Int

    public init(provider: ProviderID, date: LocalDate, opens: Int, closes: Int, capacity: Int) {
        self.provider = provider
        self.date = date
        self.opens = opens
        self.closes = closes
        self.capacity = capacity
    }

    /// From the opening to the closing moment; nil for a window that is turned round.
    public var window: TimeWindow? { TimeWindow(start: Instant(date, minute: opens), end: Instant(date, minute: closes)) }
}
