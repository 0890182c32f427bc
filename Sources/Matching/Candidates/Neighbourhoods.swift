import Catalog
import Kernel

/// Where each street lies and which streets border on it.
struct Neighbourhoods: Sendable {
    private struct Street: Sendable {
        let own: StreetSet
        let near: StreetSet
        let centre: Coordinate
    }

    private let index: StreetIndex
    private let known: [String: Street]

    init(_ regions: [Region], streets: StreetIndex) {
        index = streets
        known = Dictionary(
            regions.map { region in
                let own = region.code.text
                let street = Street(
                    own: streets.set([own]), near: streets.set([own] + region.neighbours.map(\.text)), centre: region.centre)
                return (own, street)
            }, uniquingKeysWith: { $1 })
    }

    /// The streets whose providers are asked for an elder of this one. A street that the catalogue does not know has no neighbours.
    func streets(around code: String, _ reach: Reach) -> StreetSet {
        guard let street = known[code] else { return index.set([code]) }
        return reach == .street ? street.own : street.near
    }

    func centre(of code: String) -> Coordinate? { known[code]?.centre }
}
