import Catalog
import Kernel
import Registry
import Workflow

/// What people ask for, weighted by category as hotlines are: food first, then the household and care.
struct Wishes: Sendable {
    struct Wish: Sendable {
        let item: Item
        /// The aliases by which the operator finds this very item.
        let aliases: [String]
    }

    /// Offered by somebody on the day, by category.
    let served: [(weight: Int, wishes: [Wish])]
    /// In the catalogue and offered by nobody.
    let unserved: [Item]
    let emergencies: [Item]

    private static let weights: [Category: Int] = [
        .meals: 30, .household: 22, .dailyCare: 16, .medical: 12, .accompaniment: 7, .rehabilitation: 5, .comfort: 3, .legal: 2, .leisure: 2,
        .endOfLife: 1,
    ]

    init(_ reference: Reference, on date: LocalDate) {
        let catalogue = reference.catalogue
        func isOffered(_ item: Item) -> Bool {
            catalogue.price(of: item.code, on: date) != nil
                && reference.franchise.offers(of: item.code.text).contains { $0.span.contains(date) }
        }
        let usual = catalogue.items.filter { [.visit, .onSite, .phone].contains($0.mode) && !$0.tags.contains(.emergency) }
        served = Category.allCases.compactMap { category in
            let wishes = usual.filter { $0.category == category && isOffered($0) && !$0.tags.contains(.afterDeath) }.map { item in
                Wish(item: item, aliases: item.aliases.filter { catalogue.search($0, limit: 1).first?.code == item.code })
            }
            return wishes.isEmpty ? nil : (Self.weights[category] ?? 1, wishes)
        }
        unserved = usual.filter { !isOffered($0) }
        emergencies = catalogue.items.filter { $0.tags.contains(.emergency) && $0.mode == .visit && isOffered($0) }
    }

    func pick(_ random: inout SeededRandom) -> Wish {
        var draw = random.below(served.map(\.weight).reduce(0, +))
        for (weight, wishes) in served {
            if draw < weight { return random.pick(wishes) }
            draw -= weight
        }
        return served[0].wishes[0]
    }
}
