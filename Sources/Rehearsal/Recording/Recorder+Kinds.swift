import Catalog
import Intake
import Kernel
import Registry
import Workflow

/// What is said in each kind of call.
extension Recorder {
    /// An elder rings from the own line; whoever shares it says the name, many read out the card.
    mutating func request(_ at: Instant) -> RecordedCall {
        let index = random.below(people.count)
        var call = call(.request, by: people[index], at)
        wish(&call)
        remember(index, call)
        return call
    }

    /// Son or daughter, from a telephone that nobody has on file: the parent is found by name and the tail of the identity number.
    mutating func requestByChild(_ at: Instant) -> RecordedCall {
        let index = random.below(people.count)
        let elder = people[index].elder
        var call = RecordedCall(
            at: at, id: "", from: mobile(), kind: .request, caller: random.chance(55) ? "女儿" : "儿子", name: elder.name,
            idNumber: elder.idNumber.map { random.chance(30) ? $0.text : $0.tail } ?? "", note: "替老人来电")
        wish(&call)
        remember(index, call)
        return call
    }

    /// Somebody who is not on file yet; now and then without the papers at hand.
    mutating func requestByStranger(_ at: Instant) -> RecordedCall {
        let elder = strangers.elders(1)[0]
        var call = RecordedCall(
            at: at, id: "", from: elder.phones.first?.number.text ?? mobile(), kind: .request, caller: random.chance(70) ? "本人" : "儿子",
            name: elder.name, idNumber: random.chance(85) ? elder.idNumber?.text ?? "" : "", region: elder.address.region,
            address: elder.address.line, note: "第一次来电")
        wish(&call)
        return call
    }

    /// Wishes that nobody can fulfil: not in the catalogue, offered by nobody, or in the middle of the night.
    mutating func impossible(_ at: Instant) -> RecordedCall {
        let index = random.below(people.count)
        var call = call(.request, by: people[index], at)
        wish(&call)
        switch random.below(3) {
        case 0: call.item = random.pick(["代写回忆录", "租一架轮椅飞机", "陪打游戏上分", "宠物美容"])
        case 1 where !wishes.unserved.isEmpty: call.item = random.pick(wishes.unserved).name
        default: call.start = "tomorrow 0\(1 + random.below(4)):30"
        }
        return call
    }

    mutating func again(_ at: Instant) -> RecordedCall {
        guard earlier.count >= Self.enough else { return request(at) }
        var call = call(.again, by: people[random.pick(earlier).person], at)
        call.start = "\(1 + random.below(9))d \(clock(9, 16))"
        call.note = "老样子"
        return call
    }

    mutating func cancellation(_ at: Instant) -> RecordedCall {
        let coming = earlier.filter { $0.start > at + .hours(1) }
        guard coming.count >= Self.enough else { return request(at) }
        var call = call(.cancellation, by: people[random.pick(coming).person], at)
        call.note = random.pick(["临时有事", "住院了", "孩子回来了", "不想要了"])
        return call
    }

    mutating func complaint(_ at: Instant) -> RecordedCall {
        let served = earlier.filter { $0.start + .minutes(30) < at }
        guard served.count >= Self.enough else { return request(at) }
        var call = call(.complaint, by: people[random.pick(served).person], at)
        call.note = random.pick(["人来晚了", "活没干完", "态度不好", "多收了钱"])
        return call
    }

    mutating func emergency(_ at: Instant) -> RecordedCall {
        var call = call(.emergency, by: people[random.below(people.count)], at)
        call.item = wishes.emergencies.isEmpty ? "" : random.pick(wishes.emergencies).name
        call.start = "now"
        call.note = random.pick(["摔倒起不来", "胸口疼", "门打不开，炉子上有火", "联系不上老人"])
        return call
    }

    /// Nobody spoke, or nobody waited: from a known line mostly, sometimes from an unknown or withheld one.
    mutating func quiet(_ kind: CallKind, _ at: Instant) -> RecordedCall {
        let draw = random.below(100)
        let from = draw < 75 ? people[random.below(people.count)].line : draw < 92 ? mobile() : ""
        return RecordedCall(at: at, id: "", from: from, kind: kind)
    }

    /// Before so many have asked for something, nobody calls about an order.
    private static let enough = 10

    private mutating func remember(_ person: Int, _ call: RecordedCall) {
        if let start = StartWords.instant(call.start, now: call.at) { earlier.append((person, start)) }
    }

    func call(_ kind: CallKind, by person: Person, _ at: Instant) -> RecordedCall {
        var call = RecordedCall(at: at, id: "", from: person.line, kind: kind, caller: "本人")
        // On a line of one's own there is nothing to say.
        if person.sharesLine { call.name = person.elder.name }
        return call
    }

    mutating func wish(_ call: inout RecordedCall) {
        let wish = wishes.pick(&random)
        call.item = random.chance(50) && !wish.aliases.isEmpty ? random.pick(wish.aliases) : wish.item.name
        if random.chance(15), call.card.isEmpty, call.caller == "本人", let known = people.first(where: { $0.line == call.from }), !known.sharesLine {
            call.card = known.elder.number
        }
        call.quantity = wish.item.unit == .hour ? String(1 + random.below(3)) : "1"
        let hour = call.at.minuteOfDay / 60
        if wish.item.category == .meals {
            call.start = hour < 9 ? "today 11:30" : hour < 14 ? "today 17:30" : "tomorrow 11:\(random.chance(50) ? "15" : "45")"
            return
        }
        switch random.below(100) {
        case ..<12 where (8..<16).contains(hour): call.start = "\(1 + random.below(2))h"
        case ..<45 where hour < 11: call.start = "today \(clock(14, 17))"
        case ..<80: call.start = "tomorrow \(clock(8, 17))"
        default: call.start = "\(2 + random.below(8))d \(clock(8, 17))"
        }
    }

    private mutating func clock(_ first: Int, _ last: Int) -> String {
        ClockTime.text((first + random.below(last - first + 1)) * 60 + random.below(4) * 15)
    }

    mutating func mobile() -> String {
        let digits = String(random.below(100_000_000))
        return "197" + String(repeating: "0", count: 8 - digits.utf8.count) + digits
    }
}
