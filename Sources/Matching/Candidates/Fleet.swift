import Kernel
import Registry

/// The cars of a provider as one item sees them.
final class Fleet: Sendable {
    struct Car: Sendable {
        let plate: String
        let isWheelchair: Bool
        let seats: Int
        let licence: Validity
    }

    /// How many are left after each question, every one asked only of those that passed the ones before.
    struct Count: Hashable, Sendable {
        var owned = 0
        var licensed = 0
        var fitting = 0
        var free = 0
    }

    private let cars: [Car]

    init(_ vehicles: [Vehicle], certificates: [String]) {
        cars = vehicles.map {
            Car(
                plate: $0.plate, isWheelchair: $0.isWheelchair, seats: $0.seats,
                licence: Validity(of: $0.credentials, covering: certificates))
        }
    }

    /// - Parameter trips: Trips around the time whose car is not known. They take the fitting cars first, so that nobody is promised one
    ///   that may be gone.
    func count(_ request: MatchRequest, _ workload: Workload, trips: Int, terms: ItemTerms, on date: LocalDate) -> Count {
        var count = Count()
        var trips = trips
        let wheelchair = terms.needsWheelchairCar || request.needsWheelchair
        for index in cars.indices {
            count.owned += 1
            guard cars[index].licence.contains(date.dayNumber) else { continue }
            count.licensed += 1
            guard cars[index].seats >= request.passengers, !wheelchair || cars[index].isWheelchair else { continue }
            count.fitting += 1
            if let booked = workload.busyVehicles[cars[index].plate],
                booked.contains(where: { $0.start < request.end && request.start < $0.end })
            {
                continue
            }
            if trips > 0 {
                trips -= 1
                continue
            }
            count.free += 1
            break
        }
        return count
    }
}
