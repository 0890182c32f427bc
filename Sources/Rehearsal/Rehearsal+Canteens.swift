import Catalog
import Entitlement
import Kernel
import Registry
import Store
import Workflow

/// A meal that somebody will take at a canteen.
struct PlannedSwipe: Hashable, Sendable {
    let at: Instant
    let card: String
    let canteen: ProviderID
    let slot: MealSlot
}

/// Who eats where on a day.
struct Canteens: Sendable {
    let office: Office

    /// Elders who eat out are drawn from so many.
    static let guests = 2_000

    func plan(days: [LocalDate], aDay count: Int, seed: UInt64) async throws -> [PlannedSwipe] {
        guard count > 0 else { return [] }
        let elders = try await office.read { tx in try tx.elders.page(after: nil, limit: Self.guests) }
        guard !elders.isEmpty else { return [] }
        var random = SeededRandom(seed: seed ^ 0xEA7)
        var swipes: [PlannedSwipe] = []
        for day in days {
            for _ in 0..<count {
                let elder = random.pick(elders)
                let slot: MealSlot = random.chance(70) ? .lunch : random.chance(60) ? .supper : .breakfast
                let near = canteens(for: elder, slot, day)
                guard !near.isEmpty else { continue }
                let minute = Self.opens(slot) + random.below(100)
                swipes.append(
                    PlannedSwipe(at: Instant(day, minute: minute) + .seconds(random.below(60)), card: elder.number, canteen: random.pick(near), slot: slot))
            }
        }
        return swipes
    }

    /// Registers the till of every canteen at which somebody will eat.
    func register(for swipes: [PlannedSwipe]) async throws {
        let admin = Caller(role: .admin, name: "rehearsal")
        for canteen in Set(swipes.map(\.canteen)).sorted() {
            let device = SettleDistrict.till(of: canteen)
            let isKnown = try await office.read { tx in try tx.tills.isRegistered(device, at: canteen) }
            if !isKnown { try await office.perform(try ManageTills(office).register(device, at: canteen, by: admin)) }
        }
    }

    private func canteens(for elder: Elder, _ slot: MealSlot, _ day: LocalDate) -> [ProviderID] {
        office.reference.franchise.offers(of: SwipeMeal.standardItem(slot).text).compactMap { offer in
            guard offer.span.contains(day), let canteen = office.reference.franchise.provider(offer.provider),
                canteen.state.mayReceiveOrders, canteen.serviceRegions.contains(elder.address.region)
            else { return nil }
            return canteen.id
        }
    }

    private static func opens(_ slot: MealSlot) -> Int {
        switch slot {
        case .breakfast: 6 * 60 + 40
        case .lunch: 11 * 60 + 5
        case .supper: 17 * 60 + 5
        }
    }
}

extension Rehearsal {
    mutating func swipe(_ index: Int) async throws {
        let swipe = swipes[index]
        let till = Caller(role: .provider, name: swipe.canteen.text, provider: swipe.canteen)
        let request = SwipeRequest(card: swipe.card, canteen: swipe.canteen, slot: swipe.slot, at: stage.now, device: SettleDistrict.till(of: swipe.canteen),
            // Some have left the card at home and tell its number.
            isRead: index % 25 != 7)
        do {
            _ = try await SwipeMeal(office)(request, by: till)
            tally.meals += 1
        } catch let error as any Rejecting where error.rejection.kind != .unavailable {
            tally.mealsRefused += 1
        }
    }
}
