import Catalog
import Kernel

/// What holds at the moment asked for: worked out once for the order and once for each candidate, before the filters look.
public struct Facts: Sendable {
    let terms: ItemTerms
    let date: LocalDate
    let minute: Int
    /// The catalogue's price of the day.
    let guide: Price?
    /// The streets within reach of the request.
    let streets: StreetSet
    /// Where the service is to be: the home, or else the centre of its street.
    let place: Coordinate?

    /// The contract price of the candidate on the day.
    var price: Fen?
    /// Great-circle distance between the home and the provider; nil when the home is nowhere on the map.
    var distance_m: Int?
    var window: WeekHours.Window?
    /// Closed all day: declared by the firm, or by the office calendar it keeps.
    var isClosedDay = false
    /// Orders taken in that window already.
    var taken = 0
    var staff = Staff.Count()
    var fleet = Fleet.Count()

    init(terms: ItemTerms, request: MatchRequest, guide: Price?, streets: StreetSet, centre: Coordinate?) {
        self.terms = terms
        date = request.start.localDate
        minute = request.start.minuteOfDay
        self.guide = guide
        self.streets = streets
        place = request.elderPlace ?? centre
    }

    /// Turns to the next candidate.
    mutating func look(at candidate: Candidate, _ request: MatchRequest, _ workload: Workload) {
        price = candidate.price(on: date)
        distance_m = place.map { $0.metres(to: candidate.place) }
        window = candidate.week.window(on: date, minute: minute)
        isClosedDay = window == nil && candidate.week.isClosedDay(date)
        taken = 0
        if let window, !workload.slotTaken.isEmpty {
            taken = workload.slotTaken[SlotKey(provider: candidate.provider, date: date, opens: window.opens)] ?? 0
        }
        if terms.staffCount > 0 { staff = candidate.staff.count(request, workload, terms: terms, on: date) }
        if terms.needsVehicle {
            let trips = workload.trips.isEmpty ? 0 : workload.trips[candidate.provider] ?? 0
            fleet = candidate.fleet.count(request, workload, trips: trips, terms: terms, on: date)
        }
    }
}
