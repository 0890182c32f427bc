import Catalog
import Kernel
import Pinyin
import Registry

/// A made-up district for demonstrations, tests and measurements: the same seed gives the same people.
///
/// Names are drawn from common characters, numbers from ranges that no operator gives out; any likeness is chance.
public struct District: Sendable {
    private var random: SeededRandom
    private let catalogue: Catalogue
    private let today: LocalDate
    private var made = 0

    public init(seed: UInt64, catalogue: Catalogue, today: LocalDate) {
        random = SeededRandom(seed: seed)
        self.catalogue = catalogue
        self.today = today
    }

    /// The next people of the district: couples share an address and a landline.
    public mutating func elders(_ count: Int) -> [Elder] {
        var elders: [Elder] = []
        elders.reserveCapacity(count)
        while elders.count < count {
            let first = elder(sharing: nil)
            elders.append(first)
            if elders.count < count, random.chance(35) { elders.append(elder(sharing: first)) }
        }
        return elders
    }

    private static let surnames = Array("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文")
    private static let given = Array("秀英桂兰玉珍凤芳淑华建国志明德福文武永贵长生金宝春梅冬雪爱民翠莲素琴月娥彩霞俊杰振东学礼守义兴旺万年有才云山海泉天佑仁和平安喜顺成林")

    private mutating func elder(sharing spouse: Elder?) -> Elder {
        made += 1
        let number = "LZ" + padded(made, 8)
        let sex: Sex = spouse.map { $0.sex == .male ? .female : .male } ?? (random.chance(46) ? .male : .female)
        var name = String(random.pick(Self.surnames)) + String(random.pick(Self.given))
        if random.chance(75) { name.append(random.pick(Self.given)) }
        let reading = catalogue.pinyin.nameReading(name)
        let birthday = birthday(near: spouse?.birthday)
        let region = spouse.flatMap { catalogue.region(ID($0.address.region)) } ?? region()
        let ability = ability(age: today.years(since: birthday))
        let isAlone = spouse == nil && random.chance(18)
        return Elder(
            id: ElderID("e" + padded(made, 8)), number: number, name: name, pinyin: reading.full, initials: reading.initials, sex: sex,
            birthday: birthday, idNumber: identity(region, birthday, sex), phones: phones(spouse), address: spouse?.address ?? address(region),
            place: spouse?.place ?? place(region), classes: classes(birthday), abilityLevel: ability, livesAlone: isAlone, status: .active,
            statusSince: nil, deathDate: nil, diet: random.chance(9) ? [.halal] : [], alerts: alerts(ability), contacts: contacts(),
            preferredProvider: nil, blockedProviders: [], cadre: nil, version: 1)
    }

    private mutating func birthday(near spouse: LocalDate?) -> LocalDate {
        if let spouse { return min(spouse.adding(days: random.below(2400) - 1200), today.adding(days: -60 * 366)) }
        // Three draws make the young old many and the very old few.
        let age = 60 + min(random.below(42), min(random.below(42), random.below(42)))
        return today.adding(days: -(age * 365 + age / 4 + random.below(365)))
    }

    private mutating func ability(age: Int) -> Int {
        let draw = random.below(100) - max(0, age - 75)
        return draw < 1 ? 4 : draw < 4 ? 3 : draw < 9 ? 2 : draw < 20 ? 1 : 0
    }

    private mutating func region() -> Region {
        // Chengguan has nine in ten of the elders.
        let district = random.chance(90) ? "620102" : "620103"
        let regions = catalogue.regions.filter { $0.district == district }
        return random.pick(regions.isEmpty ? catalogue.regions : regions)
    }

    private mutating func identity(_ region: Region, _ birthday: LocalDate, _ sex: Sex) -> IDNumber? {
        let order = random.below(499) * 2 + (sex == .male ? 1 : 0)
        let date = birthday.description.filter { $0 != "-" }
        let first = region.district + date + padded(order, 3)
        return IDNumber.checkDigit(first).flatMap { try? IDNumber(first + String($0)) }
    }

    private mutating func phones(_ spouse: Elder?) -> [Phone] {
        var phones: [Phone] = []
        if let spouse { phones += spouse.phones.filter { !$0.number.isMobile } }
        if spouse == nil, random.chance(60), let line = try? NormalisedPhone("0931" + "8" + padded(random.below(1_000_000), 6)) {
            phones.append(Phone(number: line, label: "家里"))
        }
        if phones.isEmpty || random.chance(70), let mobile = try? NormalisedPhone("199" + padded(random.below(100_000_000), 8)) {
            phones.append(Phone(number: mobile, label: "本人"))
        }
        return phones
    }

    private mutating func contacts() -> [Contact] {
        guard random.chance(80) else { return [] }
        let name = String(random.pick(Self.surnames)) + String(random.pick(Self.given))
        return [
            Contact(
                name: name, relation: random.chance(55) ? "女儿" : "儿子",
                phone: try? NormalisedPhone("198" + padded(random.below(100_000_000), 8)), order: 1)
        ]
    }

    private mutating func address(_ region: Region) -> Address {
        let estate = "示例\(random.pick(Array("一二三四五六七八九十")))号院"
        return Address(
            region: region.code.text, community: "\(region.name)第\(1 + random.below(9))社区", estate: estate, building: "\(1 + random.below(20))",
            unit: "\(1 + random.below(5))", room: "\(1 + random.below(7))0\(1 + random.below(4))", landmark: "")
    }

    private mutating func place(_ region: Region) -> Coordinate? {
        let (north, east) = (Double(random.below(2001) - 1000), Double(random.below(2001) - 1000))
        return Coordinate(latitude: region.centre.latitude + north * 8e-6, longitude: region.centre.longitude + east * 1e-5)
    }

    private mutating func classes(_ birthday: LocalDate) -> [ClassSpan] {
        let draw = random.below(1000)
        let code =
            switch draw {
            case 0..<15: "destitute"
            case 15..<75: "minimum_living"
            case 75..<150: "low_income"
            case 150..<158: "special_family"
            case 158..<170: "cadre_veteran"
            default: "ordinary"
            }
        return [ClassSpan(classCode: code, span: DateSpan(from: max(LocalDate(dayNumber: 14_600), birthday.adding(days: 60 * 366))))]
    }

    private mutating func alerts(_ ability: Int) -> [String] {
        var alerts: [String] = []
        if random.chance(6) { alerts.append("听力差，请大声") }
        if random.chance(4) { alerts.append("青霉素过敏") }
        if random.chance(3) { alerts.append("家里有狗") }
        if ability >= 3 { alerts.append("行动不便，请多等一会儿") }
        return alerts
    }
}

func padded(_ number: Int, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
}
