import Catalog
import Kernel
import Orders
import Registry
import Store
import Web
import Workflow

/// The wall board, ready to be drawn.
struct WallModel: Sendable {
    struct Tile: Sendable {
        let code: String
        let name: String
        let value: String
        /// `alarm` when it must not be above zero.
        let tone: String
        /// The share that the number is of another, where a number alone says little.
        let share: String?
    }

    struct Line: Sendable {
        let label: String
        let value: String
    }

    let at: String
    let tiles: [Tile]
    let states: [Line]
    let late: [Line]
    let emergencies: [Line]
    let meals: [Line]
    let spent: [Line]
    let satisfaction: String
    let map: String
    let hours: String
    let heat: String

    init(_ wall: ReadWall.Wall, words: Words, messages: Messages, language: Language) {
        func name(_ figure: BoardFigure) -> String { messages["figure.\(figure.rawValue)", language] ?? figure.rawValue }
        at = wall.at.shown
        tiles = BoardFigure.allCases.map { figure in
            let value = wall.figures[figure] ?? 0
            let isAlarm = [.late, .emergencies, .unmet, .abandoned, .complaints].contains(figure) && value > 0
            let visits = wall.figures[.visits] ?? 0
            return Tile(
                code: figure.rawValue, name: name(figure), value: "\(value)", tone: isAlarm ? "alarm" : "",
                share: figure == .punctual && visits > 0 ? "\((value * 200 / visits + 1) / 2)%" : nil)
        }
        states = OrderState.allCases.filter { !$0.isEnd }.map { Line(label: localized(term: $0.name), value: "\(wall.states[$0] ?? 0)") }
        func lines(_ rows: [BoardRow]) -> [Line] {
            rows.map { row in
                let minutes = (wall.at - Instant(milliseconds: row.atMilliseconds)).minutes
                return Line(label: "\(row.subject) \(words.item(row.label)) \(words.region(row.region))", value: localized("\(minutes) 分钟"))
            }
        }
        late = lines(wall.late)
        emergencies = lines(wall.emergencies)
        let today = Dictionary(uniqueKeysWithValues: wall.mealsToday.map { ($0.canteen, $0.meals) })
        let canteens = Set(today.keys).union(wall.mealsUsual.keys).sorted { (today[$1] ?? 0, $0) < (today[$0] ?? 0, $1) }
        meals = canteens.prefix(10).map { Line(label: words.provider($0), value: "\(today[$0] ?? 0) / \(wall.mealsUsual[$0] ?? 0)") }
        spent = wall.spent.map { Line(label: words.programme($0.programme), value: "\($0.posted.yuan) + \($0.reserved.yuan)") }
        satisfaction = wall.satisfaction.map { "\($0 / 100).\($0 % 100 < 10 ? "0" : "")\($0 % 100)" } ?? "–"
        let regions = words.reference.catalogue.regions
        func message(_ key: String) -> String { messages[key, language] ?? "" }
        let active = Dictionary(grouping: wall.running, by: \.region).mapValues(\.count)
        let firms = Dictionary(grouping: words.reference.franchise.providers, by: \.region).mapValues(\.count)
        map = Plot.map(
            message("wall.map"),
            regions.map {
                Plot.Place(
                    name: $0.name.replacing("街道", with: ""), latitude: $0.centre.latitude, longitude: $0.centre.longitude,
                    weight: wall.elders[$0.code.text] ?? 0, active: active[$0.code.text] ?? 0,
                    posts: firms[$0.code.text] ?? 0)
            }, legend: (localized("登记老人（越多越大）"), localized("服务商一家"), localized("正在服务")))
        hours = Plot.bars(
            message("wall.hours"), labels: (0..<24).map { $0 % 3 == 0 ? "\($0)" : "" }, values: wall.hoursToday,
            second: wall.hoursLastWeek)
        let categories = Category.allCases
        let demand = Dictionary(wall.demand.map { ("\($0.region)/\($0.category)", $0.orders) }, uniquingKeysWith: +)
        let totals = Dictionary(wall.demand.map { ($0.region, $0.orders) }, uniquingKeysWith: +)
        let busiest = regions.sorted { (totals[$1.code.text] ?? 0, $0.code) < (totals[$0.code.text] ?? 0, $1.code) }.prefix(12)
        heat = Plot.heat(
            message("wall.heat"), rows: busiest.map { $0.name.replacing("街道", with: "") },
            columns: categories.map { localized(term: $0.name) },
            values: busiest.map { region in categories.map { demand["\(region.code)/\($0.rawValue)"] ?? 0 } },
            beside: Self.supply(busiest.map(\.code.text), categories, words.reference))
    }
}

extension WallModel {
    /// How many firms of each street offer something of each category.
    private static func supply(_ regions: [String], _ categories: [Category], _ reference: Reference) -> [[Int]] {
        let home = Dictionary(reference.franchise.providers.map { ($0.id, $0.region) }, uniquingKeysWith: { first, _ in first })
        var firms: [String: Set<ProviderID>] = [:]
        for item in reference.catalogue.items {
            for offer in reference.franchise.offers(of: item.code.text) {
                guard let region = home[offer.provider] else { continue }
                firms["\(region)/\(item.category.rawValue)", default: []].insert(offer.provider)
            }
        }
        return regions.map { region in categories.map { firms["\(region)/\($0.rawValue)"]?.count ?? 0 } }
    }
}

/// What a figure means, and the rows it counts.
struct FigureModel: Sendable {
    struct Row: PageRow {
        let subject: String
        let what: String
        let region: String
        let at: String
    }

    let name: String
    let definition: String
    let count: Int
    let rows: [Row]
    /// How many rows are shown, when there are more.
    let cut: Int?

    init(_ figure: BoardFigure, count: Int, _ rows: [BoardRow], words: Words, messages: Messages, language: Language) {
        name = messages["figure.\(figure.rawValue)", language] ?? ""
        definition = messages["figure.\(figure.rawValue).means", language] ?? ""
        self.count = count
        self.rows = rows.map {
            Row(
                subject: $0.subject, what: words.provider(words.item($0.label)), region: words.region($0.region),
                at: Instant(milliseconds: $0.atMilliseconds).shown)
        }
        cut = rows.count < count ? rows.count : nil
    }
}
