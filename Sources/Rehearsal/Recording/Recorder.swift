import Catalog
import Intake
import Kernel
import Orders
import Registry
import Store
import Workflow

/// Makes a recording of days on the hotline from the elders of a database: the same elders, seed and days give the same calls.
///
/// The mix follows a district's hotline: most calls are orders, a fifth ask for the same again, one in five brings no order at all.
public struct Recorder {
    let catalogue: Catalogue
    var random: SeededRandom
    var strangers: District
    /// Those who call, in the order drawn; with everybody who shares the line.
    let people: [Person]
    let wishes: Wishes
    /// The people who have asked for something so far, and when somebody should come.
    var earlier: [(person: Int, start: Instant)] = []

    /// An elder, and those reachable on the same line.
    struct Person: Sendable {
        let elder: Elder
        let line: String
        let sharesLine: Bool
    }

    /// - Parameter people: at least one elder with a telephone.
    public init(_ office: Office, people count: Int, from first: LocalDate, seed: UInt64) async throws {
        catalogue = office.reference.catalogue
        random = SeededRandom(seed: seed ^ 0x5EED_CA11)
        strangers = District(seed: seed ^ 0x57A6, catalogue: catalogue, today: first)
        people = try await Self.draw(office, min(count, Self.mostPeople), seed: seed)
        guard !people.isEmpty else {
            throw Rejection(.refused, "nobody_to_call", "数据库里没有带电话的老人，请先运行 vnh demo 或导入老人档案。")
        }
        wishes = Wishes(office.reference, on: first)
        guard !wishes.served.isEmpty else { throw Rejection(.refused, "nothing_to_order", "\(first) 没有任何可预订的项目，请检查目录和名录。") }
    }

    static let mostPeople = 5_000
    private static let page = 2_000

    /// A sample of the register in which everybody has the same chance, without holding it all (Vitter's algorithm R).
    private static func draw(_ office: Office, _ count: Int, seed: UInt64) async throws -> [Person] {
        var random = SeededRandom(seed: seed ^ 0xD4A3)
        var sample: [Elder] = []
        var seen = 0
        var after: ElderID?
        while true {
            let last = after
            let page = try await office.read { tx in try tx.elders.page(after: last, limit: Self.page) }
            for elder in page where elder.status == .active {
                seen += 1
                if sample.count < count {
                    sample.append(elder)
                } else if case let place = random.below(seen), place < count {
                    sample[place] = elder
                }
            }
            guard page.count == Self.page else { break }
            after = page.last?.id
        }
        let drawn = sample
        return try await office.read { tx in
            try drawn.compactMap { elder in
                guard let phone = try tx.elders.phones(of: elder.id).first(where: { !$0.isWrong }) else { return nil }
                let others = try tx.elders.onLine(phone.number)
                return Person(elder: elder, line: phone.number.text, sharesLine: others.count > 1)
            }
        }
    }

    /// The calls of one day, in the order of their time.
    public mutating func calls(_ count: Int, on day: LocalDate) -> [RecordedCall] {
        let times = (0..<count).map { _ in moment(day) }.sorted()
        let date = day.description.filter { $0 != "-" }
        return times.enumerated().map { index, at in
            var call = call(at)
            let number = String(index + 1)
            call.id = "\(date)-\(String(repeating: "0", count: max(0, 5 - number.utf8.count)))\(number)"
            return call
        }
    }

    /// Calls an hour, from midnight; mornings are busiest.
    private static let hours = [1, 1, 1, 1, 2, 4, 18, 60, 130, 140, 120, 80, 45, 50, 75, 85, 70, 55, 40, 30, 18, 8, 3, 2]

    private mutating func moment(_ day: LocalDate) -> Instant {
        var draw = random.below(Self.hours.reduce(0, +))
        var hour = 0
        while draw >= Self.hours[hour] {
            draw -= Self.hours[hour]
            hour += 1
        }
        return Instant(day, minute: hour * 60 + random.below(60)) + .seconds(random.below(60))
    }

    private mutating func call(_ at: Instant) -> RecordedCall {
        let draw = random.below(1000)
        switch draw {
        case ..<350: return request(at)
        case ..<450: return requestByChild(at)
        case ..<500: return requestByStranger(at)
        case ..<540: return impossible(at)
        case ..<730: return again(at)
        case ..<790: return cancellation(at)
        case ..<825: return complaint(at)
        case ..<845: return emergency(at)
        case ..<905: return quiet(.silent, at)
        case ..<945: return RecordedCall(at: at, id: "", from: mobile(), kind: .wrongNumber, note: "找别的单位")
        default: return quiet(.abandoned, at)
        }
    }
}
