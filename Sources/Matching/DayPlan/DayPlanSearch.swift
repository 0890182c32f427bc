import Kernel

/// Finds a good day plan by simulated annealing (Kirkpatrick et al. 1983) over everybody's routes.
///
/// A move changes a few places on the routes, the starts are brought up to date as far as they change, and the change stays when it is good
/// enough at the temperature of the moment. Bounded by steps the result depends on the seed alone.
public struct DayPlanSearch: Sendable {
    /// When to stop.
    public enum Limit: Sendable {
        case steps(Int)
        /// - Parameter elapsed: 0 at the start, 1 at the end of the time given; asked now and then.
        case time(elapsed: @Sendable () -> Double)
    }

    private let instance: DayPlanInstance
    private let seed: UInt64

    public init(_ instance: DayPlanInstance, seed: UInt64) {
        self.instance = instance
        self.seed = seed
    }

    /// - Parameter progress: told the best cost so far, from 0 to 1 of the way.
    public func run(_ limit: Limit, progress: (_ part: Double, _ cost: Double) -> Void = { _, _ in }) -> DayPlan {
        let annealing = DayPlanAnnealing(instance, seed: seed, limit: limit)
        while annealing.advance() { progress(annealing.part, annealing.cost) }
        return annealing.plan
    }

    /// The same, letting others have the thread every fraction of a millisecond, for a server that has more to do.
    public func runPolitely(_ limit: Limit) async -> DayPlan {
        let annealing = DayPlanAnnealing(instance, seed: seed, limit: limit)
        while annealing.advance() { await Task.yield() }
        return annealing.plan
    }
}
