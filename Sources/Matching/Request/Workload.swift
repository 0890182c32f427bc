import Kernel
import Registry

/// The changing facts about providers that the store supplies with each request. What is missing counts as zero or free.
public struct Workload: Sendable {
    /// Orders already taken, by opening window.
    public var slotTaken: [SlotKey: Int]
    /// How often and when this elder has met which provider.
    public var meetings: [ProviderID: Meeting]
    /// Orders of the item's category offered to each provider in the month of service, the measure of its fair share.
    public var recentShare: [ProviderID: Int]
    /// When workers are booked already, around the time asked for.
    public var busyWorkers: [WorkerID: [TimeWindow]]
    /// The same for cars, by plate.
    public var busyVehicles: [String: [TimeWindow]]
    /// Trips of each provider around the time asked for whose car is not known: each takes one of its cars.
    public var trips: [ProviderID: Int]

    public init(
        slotTaken: [SlotKey: Int] = [:], meetings: [ProviderID: Meeting] = [:], recentShare: [ProviderID: Int] = [:],
        busyWorkers: [WorkerID: [TimeWindow]] = [:], busyVehicles: [String: [TimeWindow]] = [:], trips: [ProviderID: Int] = [:]
    ) {
        self.slotTaken = slotTaken
        self.meetings = meetings
        self.recentShare = recentShare
        self.busyWorkers = busyWorkers
        self.busyVehicles = busyVehicles
        self.trips = trips
    }

    /// Nobody has anything to do yet.
    public static let none = Workload()
}

/// One opening window of one provider on one day: what ``Workload/slotTaken`` counts by.
public struct SlotKey: Hashable, Sendable {
    public let provider: ProviderID
    public let date: LocalDate
    /// Minutes since midnight.
    public let opens: Int

    public init(provider: ProviderID, date: LocalDate, opens: Int) {
        self.provider = provider
        self.date = date
        self.opens = opens
    }

    public init(_ slot: Slot) { self.init(provider: slot.provider, date: slot.date, opens: slot.opens) }
}

/// How well an elder and a provider know each other.
public struct Meeting: Hashable, Sendable {
    /// Visits so far.
    public var count: Int
    /// The day of the last one.
    public var last: LocalDate

    public init(count: Int, last: LocalDate) {
        self.count = count
        self.last = last
    }
}
