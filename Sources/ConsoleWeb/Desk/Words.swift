import Catalog
import Entitlement
import Kernel
import Orders
import Registry
import Web
import Workflow

/// Names for codes, as the pages show them.
struct Words {
    let reference: Reference
    init(_ reference: Reference) { self.reference = reference }

    func item(_ code: String) -> String { reference.catalogue.item(.init(code))?.name ?? code }
    func region(_ code: String) -> String { reference.catalogue.region(.init(code))?.name ?? code }
    func elderClass(_ code: String) -> String { reference.catalogue.elderClass(.init(code))?.name ?? code }
    func provider(_ code: String?) -> String { code.map { reference.franchise.provider(.init($0))?.name ?? $0 } ?? "" }
    func programme(_ code: String) -> String { reference.programmes.all.first { $0.code == code }?.name ?? code }

    /// Street and address to the estate, without the street twice.
    func place(_ address: Address) -> String {
        let (street, place) = (region(address.region), address.masked)
        return place.hasPrefix(street) ? place : "\(street) \(place)"
    }

    /// 王奶奶
    static func address(_ elder: Elder) -> String { "\(elder.name.prefix(1))\(elder.sex == .male ? "爷爷" : "奶奶")" }

    /// What will happen, as it is said: who comes, or where to go.
    func coming(_ mode: Mode, _ provider: String?) -> String {
        let name = self.provider(provider).replacing("（示例）", with: "")
        return switch mode {
        case .visit: "\(name)派人来"
        case .onSite, .group: "请您到\(name)"
        case .vehicle: "\(name)派车来接"
        case .phone: "\(name)给您打电话"
        case .monthly: "由\(name)办"
        }
    }

    /// `11月26日 周四 09:00`
    static func when(_ instant: Instant) -> String {
        let date = instant.localDate
        return localized("\(date.month.monthOfYear)月\(date.day)日 \(weekday(date.weekday)) \(instant.clock)")
    }

    /// `11月26日 周四 09:00 至 10:00`, with the day again when it is another.
    static func span(_ window: TimeWindow) -> String {
        localized("\(when(window.start)) 至 \(window.end.localDate == window.start.localDate ? window.end.clock : when(window.end))")
    }

    /// 周四
    static func weekday(_ day: Int) -> String { localized(term: ["周一", "周二", "周三", "周四", "周五", "周六", "周日"][day - 1]) }

    /// 家政便民 · 上门 · 每小时
    static func about(_ item: Item) -> String {
        localized("\(localized(term: item.category.name)) · \(localized(term: item.mode.rawValue)) · 每\(localized(term: item.unit.rawValue))")
    }

    /// 女 63岁
    static func person(_ elder: Elder, on today: LocalDate) -> String {
        localized("\(localized(term: elder.sex == .male ? "男" : "女")) \(elder.age(on: today))岁")
    }

    /// As it is said on the telephone, which is always in Chinese: 今天、明天、后天 where that is clearer than a date.
    static func spoken(_ instant: Instant, now: Instant) -> String {
        let (days, minute) = (now.localDate.days(to: instant.localDate), instant.minuteOfDay)
        let day = (0...2).contains(days) ? ["今天", "明天", "后天"][days] : "\(instant.localDate.month.monthOfYear)月\(instant.localDate.day)日"
        let part = minute < 9 * 60 ? "早上" : minute < 12 * 60 ? "上午" : minute < 14 * 60 ? "中午" : minute < 18 * 60 ? "下午" : "晚上"
        let hour = minute / 60 > 12 ? minute / 60 - 12 : minute / 60
        let rest = minute % 60 == 0 ? "" : minute % 60 == 30 ? "半" : "\(minute % 60)分"
        return "\(day)\(part)\(hour)点\(rest)"
    }
}

extension PageGroup {
    var words: Words { Words(office.reference) }
}
