import Kernel

/// The numbers of the settlement rules: dated parameters of the district, in the units of their names.
public struct CheckPolicy: Hashable, Sendable {
    /// R05: faster than this between two homes is impossible in town, km/h.
    public var travelSpeed = 60
    /// R05: fewer minutes than `travelGap` between homes farther apart than `travelNear_m` are impossible.
    public var travelGap = 2
    public var travelNear_m = 1000
    /// R12: share of slips entered by hand that a provider may have, percent; counted from `manualFrom` visits on.
    public var manualQuota = 10
    public var manualFrom = 10
    /// R13: so many elders signed for with one telephone within so many minutes.
    public var deviceElders = 4
    public var deviceWindow = 10
    /// R14, percent of the planned time.
    public var shortVisit = 80
    public var shortVisitHold = 50
    /// R14: a short visit is paid by blocks of so many minutes, of each of which so many may be missing.
    public var payBlock = 15
    public var payBlockTolerance = 5
    /// 月度考核: scores from which all, the good and the fair share is paid; below, the poor share. Shares in percent.
    public var scoreFull = 90
    public var scoreGood = 80
    public var scoreGoodPercent = 95
    public var scoreFair = 70
    public var scoreFairPercent = 90
    public var scorePoorPercent = 80
    /// R14: so many visits of one worker, all of the same length to the second.
    public var sameDuration = 10
    /// R15: signed in so many minutes after the agreed time is late.
    public var checkInLate = 60
    /// R15, minutes of the day.
    public var dayOpens = 360
    public var dayCloses = 1320
    /// R16, minutes of work a day.
    public var workerDay = 600
    /// R22: so many cards at one till within so many seconds.
    public var burstCards = 30
    public var burstSeconds = 120
    /// R22: so many cards at one canteen within so many seconds, whatever its tills are called.
    public var canteenBurstCards = 60
    public var canteenBurstSeconds = 120
    /// R22: share of a canteen's meals of a day that may rest on a number that was told, percent; so many always may.
    public var weakEntryQuota = 10
    public var weakEntryFrom = 5
    /// Sampling: share of a canteen's meals by numbers that were told, percent.
    public var weakEntrySample = 20
    /// Sampling, percent and fen.
    public var sample = 10
    public var sampleNewProvider = 30
    public var sampleAlwaysAbove = Fen(30_000)
    /// Months after joining during which a provider counts as new.
    public var newProviderMonths = 3
    /// Percent of failed samples above which all of a provider's lines are sampled.
    public var failedSampleLimit = 5
    /// Days of the next month until which a provider may answer its statement; silence is consent afterwards.
    public var confirmDays = 8
    /// Days within which a provider may answer anew whose confirmation was set back to a smaller sum, however late.
    public var reconfirmDays = 3

    public init() {}

    /// - Parameter value: the dated parameter of a key; a missing one keeps the shipped value.
    public init(_ value: (String) -> Int?) {
        func read(_ key: String, _ field: WritableKeyPath<CheckPolicy, Int>) { if let n = value(key) { self[keyPath: field] = n } }
        read("travel_speed_kmh", \.travelSpeed)
        read("travel_gap_min", \.travelGap)
        read("travel_near_m", \.travelNear_m)
        read("manual_quota_percent", \.manualQuota)
        read("manual_quota_from", \.manualFrom)
        read("device_elders", \.deviceElders)
        read("device_window_min", \.deviceWindow)
        read("short_visit_percent", \.shortVisit)
        read("short_visit_hold_percent", \.shortVisitHold)
        // Planned minutes are divided by it.
        if let n = value("pay_block_min"), n > 0 { payBlock = n }
        read("pay_block_tolerance_min", \.payBlockTolerance)
        read("score_full", \.scoreFull)
        read("score_good", \.scoreGood)
        read("score_good_percent", \.scoreGoodPercent)
        read("score_fair", \.scoreFair)
        read("score_fair_percent", \.scoreFairPercent)
        read("score_poor_percent", \.scorePoorPercent)
        read("same_duration_visits", \.sameDuration)
        read("check_in_late_min", \.checkInLate)
        read("service_day_opens_min", \.dayOpens)
        read("service_day_closes_min", \.dayCloses)
        read("worker_day_min", \.workerDay)
        read("burst_cards", \.burstCards)
        read("burst_seconds", \.burstSeconds)
        read("canteen_burst_cards", \.canteenBurstCards)
        read("canteen_burst_seconds", \.canteenBurstSeconds)
        read("weak_entry_quota_percent", \.weakEntryQuota)
        read("weak_entry_quota_from", \.weakEntryFrom)
        read("weak_entry_sample_percent", \.weakEntrySample)
        read("callback_sample_percent", \.sample)
        read("new_provider_sample_percent", \.sampleNewProvider)
        if let n = value("callback_always_above_fen") { sampleAlwaysAbove = Fen(Int64(n)) }
        read("new_provider_months", \.newProviderMonths)
        read("failed_sample_limit_percent", \.failedSampleLimit)
        read("confirm_days", \.confirmDays)
        read("reconfirm_days", \.reconfirmDays)
    }

    /// The last day on which the review of a month waits for answers of providers.
    ///
    /// Silence is consent to what a provider has been shown: a sum that was lowered after it had confirmed another must stay before it for some days.
    /// - Parameter lowered: when a confirmation was last set back to a smaller sum that nobody has answered since.
    public func answerDeadline(of month: Month, lowered: Instant?) -> LocalDate {
        let usual = month.last.adding(days: confirmDays)
        return max(usual, lowered?.localDate.adding(days: reconfirmDays) ?? usual)
    }
}
