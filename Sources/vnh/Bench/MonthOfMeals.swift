import Billing
import Catalog
import Entitlement
import Kernel
import Orders
import Registry
import Store
import Workflow

/// The lunches of the same month: the elders of ``MonthOfVisits`` at the canteens of the franchise, each on days of their own, subsidised as the
/// programmes say. At one canteen a day all cards are drawn within a minute, as somebody does who holds them.
struct MonthOfMeals: Sendable {
    static let slot = MealSlot.lunch
    /// Twenty lunches an elder, where there are four of five.
    static let mostPercent = 80
    private static let workdays = MonthOfVisits.workdays

    let count: Int
    private let visits: MonthOfVisits
    let canteens: [ProviderID]
    private let prices: [(price: Fen, version: String)]
    private let item: Item

    init(count: Int, among visits: MonthOfVisits) throws {
        (self.count, self.visits) = (count, visits)
        let (reference, day) = (visits.reference, MonthOfVisits.month.first)
        let code = SwipeMeal.standardItem(Self.slot)
        guard let item = reference.catalogue.item(code), let price = reference.catalogue.price(of: code, on: day) else {
            throw Rejection(.missing, "item_missing", "目录中没有“\(code)”。")
        }
        self.item = item
        // Those that may swipe at all: the till of another is refused.
        let licences = reference.catalogue.credentials(of: item.code).filter { $0.holder == .provider }.map(\.code.text)
        let offers = reference.franchise.offers(of: code.text).filter { offer in
            guard let canteen = reference.franchise.provider(offer.provider), canteen.state.mayReceiveOrders else { return false }
            return offer.span.contains(day) && canteen.holds(licences, on: MonthOfVisits.month.last)
        }.sorted { $0.provider < $1.provider }
        (canteens, prices) = (offers.map(\.provider), offers.map { ($0.price, price.version) })
        guard count == 0 || !canteens.isEmpty else { throw Rejection(.missing, "offers_missing", "没有提供午餐的餐厅。") }
    }

    /// Shows every meal of a day, at one canteen or at all.
    ///
    /// - Parameter day: counted from the first of the month.
    func forEach(onDay day: Int, at canteen: ProviderID? = nil, _ body: (_ meal: MealSwipe, _ elder: Int) throws -> Void) rethrows {
        guard count > 0 else { return }
        // The turns of one elder fall on days that differ: nine and twenty-eight have no divisor in common.
        for turn in 0...(count - 1) / visits.elders {
            let first = ((day - turn * 9) % Self.workdays + Self.workdays) % Self.workdays
            for elder in stride(from: first, to: min(visits.elders, count - turn * visits.elders), by: Self.workdays)
            where canteen == nil || canteens[place(of: elder)] == canteen {
                try body(made(elder, day), elder)
            }
        }
    }

    /// The elders of one street go to the same few canteens.
    private func place(of elder: Int) -> Int { elder / Self.workdays % canteens.count }

    private func made(_ elder: Int, _ day: Int) -> MealSwipe {
        var random = SeededRandom(seed: (visits.seed &* 0x1_0000_01B3 &+ UInt64(elder)) &* 0x1_0000_01B3 &+ UInt64(day))
        let date = MonthOfVisits.month.first.adding(days: day)
        let place = place(of: elder)
        let (canteen, offered) = (canteens[place], prices[place])
        let isBurst = place == day % canteens.count
        let at = Instant(date, minute: isBurst ? 690 : 660 + random.below(120)) + .seconds(random.below(60))
        let split = visits.reference.programmes.split(
            FundingRequest(
                item: item, date: date, minuteOfDay: at.minuteOfDay, slot: Self.slot, payable: offered.price,
                beneficiary: MonthOfVisits.beneficiary(region: visits.region(of: elder))), balances: [:])
        return MealSwipe(
            id: SwipeID(IDMaker.text(at: at, random: random.next())), elder: visits.elderID(elder), canteen: canteen, item: item.code, date: date,
            slot: Self.slot, device: "till-\(canteen)", deviceSwipe: "\(day)-\(elder)", deviceAt: at, receivedAt: at,
            classCode: MonthOfVisits.classCode, priceVersion: offered.version, payable: offered.price, selfPay: split.selfPay,
            legs: split.legs.map { FundingLeg(fund: $0.fund, programme: $0.programme, version: $0.version, amount: $0.amount, draws: []) },
            entry: .read)
    }

    /// In the order in which the cards are drawn.
    func write(_ day: Int, _ tx: any Transaction) throws {
        var meals: [MealSwipe] = []
        forEach(onDay: day) { meal, _ in meals.append(meal) }
        for meal in meals.sorted(by: { $0.id < $1.id }) { _ = try tx.meals.insert(meal) }
    }

    /// The same meal as the checks see it, without a database between.
    func candidate(_ meal: MealSwipe, of elder: Int) -> Candidate {
        var line = Candidate(
            kind: .meal, subject: meal.id.text, number: meal.id.text, provider: meal.canteen, elder: meal.elder, item: meal.item, date: meal.date,
            createdAt: meal.receivedAt, quantity: .one, unitPrice: meal.payable, gross: meal.payable,
            funding: meal.legs.map { Candidate.Funding(fund: $0.fund.rawValue, programme: $0.programme, amount: $0.amount) }, selfPay: meal.selfPay,
            evidence: .partial)
        line.proof.device = meal.device
        line.proof.swipedAt = meal.deviceAt
        line.proof.slot = meal.slot
        line.recipient = visits.recipient(elder)
        return line
    }
}
