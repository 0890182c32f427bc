import Catalog
import Kernel
import Orders
import Registry

/// How people outside the office behave: decisions from chance alone, without a look at any table.
struct Temper {
    enum Answer: Hashable {
        case accept(after: Span)
        case decline(after: Span)
        /// Looks away until the offer has run out.
        case silence
    }

    var random: SeededRandom

    /// Why a provider says no.
    static let reasons = ["no_worker", "too_far", "too_busy", "price"]

    /// A provider's answer to an offer: quicker the more urgent it is; an emergency is seldom declined.
    mutating func answer(_ urgency: Urgency) -> Answer {
        let draw = random.below(100)
        let isEmergency = urgency == .emergency
        if draw < (isEmergency ? 3 : 4) { return .silence }
        let wait: Span =
            switch urgency {
            case .emergency, .urgent: .seconds(20 + random.below(200))
            case .sameDay: .seconds(60 + random.below(600))
            case .booked: .minutes(2 + random.below(70))
            }
        if draw < (isEmergency ? 5 : 12) { return .decline(after: wait) }
        return .accept(after: wait)
    }

    /// From acceptance until the worker is named.
    mutating func planning(_ urgency: Urgency) -> Span {
        urgency == .emergency || urgency == .urgent ? .seconds(30 + random.below(120)) : .minutes(2 + random.below(25))
    }

    /// What a visit is like before it begins.
    enum Arrival: Hashable {
        case comes(late: Span)
        /// Nobody sets out, and nobody says so.
        case stays
    }

    mutating func arrival() -> Arrival {
        if random.below(1000) < 8 { return .stays }
        return .comes(late: .minutes(random.below(23) - 10))
    }

    /// How the worker proves to have been there.
    mutating func method(_ mode: Mode, atEnd: Bool) -> CheckMethod {
        let draw = random.below(100)
        switch mode {
        case .onSite, .group, .monthly: return draw < 85 ? .card : .code
        case .phone: return draw < 50 ? .landline : .code
        case .visit, .vehicle:
            if draw < 2 { return .paper }
            if atEnd { return draw < 62 ? .code : draw < 72 ? .card : .app }
            return draw < 82 ? .app : draw < 92 ? .landline : .code
        }
    }

    /// Where the telephone of the worker believes to be: within the fence nearly always.
    mutating func place(near door: Coordinate) -> Coordinate? {
        let reach = random.chance(3) ? 1500 : 90
        let north = Double(random.below(2 * reach + 1) - reach) / 111_000
        let east = Double(random.below(2 * reach + 1) - reach) / 90_000
        return Coordinate(latitude: door.latitude + north, longitude: door.longitude + east)
    }

    /// The length of a visit: nearly as planned, seldom much shorter.
    mutating func length(_ planned: Span) -> Span {
        let percent = random.chance(3) ? 30 + random.below(40) : 88 + random.below(24)
        return Span(milliseconds: max(60_000, planned.milliseconds * Int64(percent) / 100))
    }

    /// What the elder says when the operator rings afterwards.
    struct Memory: Hashable {
        var came = true
        var paidExtra = Fen.zero
        var satisfaction: Int
        var answeredBy: String
    }

    mutating func memory() -> Memory {
        var memory = Memory(satisfaction: 3 + random.below(3), answeredBy: random.chance(80) ? "elder" : "child")
        switch random.below(100) {
        case 0: memory.came = false
        case 1: memory.paidExtra = Fen(Int64(500 + random.below(20) * 100))
        case 2: memory.satisfaction = 1 + random.below(2)
        default: break
        }
        return memory
    }

    /// Whether an elder takes the operator's call.
    mutating func picksUp() -> Bool { random.chance(88) }
}
