import Kernel

/// 回访答复: what the elder remembers of a visit, asked before whoever asks has seen what was recorded.
public struct Recollection: Hashable, Sendable {
    public let came: Bool
    public let cameAt: Instant?
    public let minutes: Int?
    public let paidExtra: Fen
    /// 1 … 5.
    public let satisfaction: Int?

    public init(came: Bool, cameAt: Instant?, minutes: Int?, paidExtra: Fen, satisfaction: Int?) {
        self.came = came
        self.cameAt = cameAt
        self.minutes = minutes
        self.paidExtra = paidExtra
        self.satisfaction = satisfaction
    }

    /// One question: what was answered, what is recorded, and whether the two disagree.
    public struct Answer: Hashable, Sendable {
        public enum Question: String, CaseIterable, Sendable { case came, at, minutes, extra, satisfaction }

        public let question: Question
        public let told: String
        public let recorded: String
        public let disagrees: Bool
    }

    /// How far memory may be from the record: an hour of the clock; half the time spent, or twenty minutes where that is more. Nobody of
    /// eighty looks at a watch when the bell rings, so only what cannot be forgotten counts.
    static let clockTolerance = 60
    static let lengthTolerance = 20

    /// Question by question against the visit; what was not answered disagrees with nothing.
    public func compared(with visit: Visit?) -> [Answer] {
        func clock(_ instant: Instant?) -> String { instant.map { "\($0.localDate) \(ClockTime.text($0.minuteOfDay))" } ?? "—" }
        func minutes(_ count: Int?) -> String { count.map { "\($0) 分钟" } ?? "—" }
        let (began, lasted) = (visit?.checkIn.at, visit?.minutes)
        let apart = cameAt.flatMap { told in began.map { abs((told - $0).minutes) } } ?? 0
        let longer = self.minutes.flatMap { told in lasted.map { abs(told - $0) } } ?? 0
        return [
            Answer(question: .came, told: came ? "来过" : "没有人来", recorded: visit == nil ? "没有签到" : "已签到", disagrees: came != (visit != nil)),
            Answer(question: .at, told: clock(cameAt), recorded: clock(began), disagrees: apart > Self.clockTolerance),
            Answer(
                question: .minutes, told: minutes(self.minutes), recorded: minutes(lasted),
                disagrees: longer > max(Self.lengthTolerance, (lasted ?? 0) / 2)),
            Answer(question: .extra, told: paidExtra.yuan, recorded: Fen.zero.yuan, disagrees: paidExtra > .zero),
            Answer(question: .satisfaction, told: satisfaction.map { "\($0)" } ?? "—", recorded: "—", disagrees: (satisfaction ?? 5) <= 2),
        ]
    }
}
