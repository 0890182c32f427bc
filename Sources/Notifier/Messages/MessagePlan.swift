import Kernel

/// 短信方案: which events send a text message to whom, when not, how many, and through which gateway. Data of the district, read from YAML.
public struct MessagePlan: Hashable, Sendable {
    /// Stands in front of every text, as the rules for business messages ask: `【兰州市城关区虚拟养老院】`.
    public let signature: String
    public let rules: [MessageRule]
    public let quiet: QuietHours?
    public let limits: MessageLimits
    /// Nil: messages are only logged, with masked numbers.
    public let gateway: MessageGateway?

    /// - Throws: `messages_invalid`, naming the rule and what is wrong with it.
    public init(
        signature: String, rules: [MessageRule], quiet: QuietHours? = nil, limits: MessageLimits = MessageLimits(), gateway: MessageGateway? = nil
    ) throws(Rejection) {
        self.signature = signature
        self.rules = rules
        self.quiet = quiet
        self.limits = limits
        self.gateway = gateway
        guard (1...50).contains(rules.count) else { throw MessagePlan.fault("rules 应有 1 到 50 条。") }
        guard Set(rules.map(\.name)).count == rules.count else { throw MessagePlan.fault("rules 的 name 不能重复。") }
        for rule in rules { try rule.check() }
        guard limits.perHour >= 1, limits.perDay >= limits.perHour else {
            throw MessagePlan.fault("limits 的 per_hour 应不小于 1，per_day 应不小于 per_hour。")
        }
    }

    /// The rules that an event of this type sets off.
    public func rules(for type: String) -> [MessageRule] { rules.filter { $0.event == type } }

    public func rule(_ name: String) -> MessageRule? { rules.first { $0.name == name } }

    /// When messages are tried again: soon or not at all, for they are about today.
    public static let schedule = RetrySchedule(waits: [.seconds(0), .seconds(10), .minutes(1), .minutes(5), .minutes(20)])

    static func fault(_ what: String) -> Rejection { Rejection(.invalid, "messages_invalid", "短信方案有误：\(what)") }
}

/// One kind of message: an event, a receiver, a text.
public struct MessageRule: Hashable, Sendable {
    public enum Receiver: String, Hashable, Sendable, Decodable {
        /// The elder's own mobile; without one that of the first contact who has one.
        case elder
        /// The first contact with a mobile.
        case contact
        /// The provider the event is addressed to.
        case provider
    }

    public let name: String
    /// Type of the event: `order.scheduled`.
    public let event: String
    public let receiver: Receiver
    public let text: MessageTemplate
    /// States of the order in which the text is still true; the message is dropped in any other. Empty: always.
    public let states: [String]
    /// Whether it waits while ``QuietHours`` last.
    public let isQuiet: Bool
    /// For how long after the event it is worth sending.
    public let useful: Span

    public init(
        name: String, event: String, receiver: Receiver, text: String, states: [String] = [], isQuiet: Bool = true, useful: Span = .hours(12)
    ) {
        self.name = name
        self.event = event
        self.receiver = receiver
        self.text = MessageTemplate(text)
        self.states = states
        self.isQuiet = isQuiet
        self.useful = useful
    }

    /// What a text may tell. No name, address or diagnosis of an elder: a telephone lies on tables.
    public static let places: Set<String> = ["item", "start", "provider", "provider_phone", "worker", "number", "visit_code"]
    /// Characters of a text, each place counted as one.
    public static let longest = 300

    func check() throws(Rejection) {
        guard EventTypes.all.contains(event) else { throw MessagePlan.fault("规则“\(name)”的 event“\(event)”不存在。") }
        guard event.hasPrefix("order.") else { throw MessagePlan.fault("规则“\(name)”的 event 应为 order. 开头的事件。") }
        if let unknown = text.places.first(where: { !Self.places.contains($0) }) {
            throw MessagePlan.fault("规则“\(name)”的 text 中没有“{\(unknown)}”这一项，可用：\(Self.places.sorted().joined(separator: "、"))。")
        }
        guard (1...Self.longest).contains(text.filled([:]).count + text.places.count) else {
            throw MessagePlan.fault("规则“\(name)”的 text 应为 1 到 \(Self.longest) 字。")
        }
        guard useful >= .minutes(1), useful <= .days(7) else { throw MessagePlan.fault("规则“\(name)”的 useful_minutes 应为 1 到 10080。") }
    }
}

/// Hours of the night in which a telephone shall be silent (免打扰时段), by the clock in Lanzhou.
public struct QuietHours: Hashable, Sendable {
    /// Minutes after midnight, 0 ..< 1440; the night may pass midnight.
    public let from: Int
    public let until: Int

    public init(from: Int, until: Int) {
        self.from = from
        self.until = until
    }

    /// The first moment, not before `now`, that lies outside.
    public func passed(_ now: Instant) -> Instant {
        let minute = now.minuteOfDay
        let isInside = from <= until ? minute >= from && minute < until : minute >= from || minute < until
        guard isInside else { return now }
        let day = minute < until ? now.localDate : now.localDate.adding(days: 1)
        return Instant(day, minute: until)
    }
}

/// How many messages one number gets at most (单号限量), whatever they are about.
public struct MessageLimits: Hashable, Sendable {
    public var perHour = 4
    public var perDay = 12

    public init() {}
}
