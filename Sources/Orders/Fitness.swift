import Catalog
import Kernel
import Registry

/// 能否派这个人: what one visit asks of each person who is sent for it.
///
/// One rule refuses a name that is given and makes the list of those who may be chosen, so that nobody is offered who would be refused.
public struct Fitness: Sendable {
    /// 已有安排: another visit that keeps people busy.
    public struct Engagement: Hashable, Sendable {
        public let order: OrderID
        public let number: String
        public let window: TimeWindow
        public let workers: [WorkerID]

        public init(order: OrderID, number: String, window: TimeWindow, workers: [WorkerID]) {
            self.order = order
            self.number = number
            self.window = window
            self.workers = workers
        }
    }

    /// Why a person is not sent, lasting reasons before passing ones.
    public enum Obstacle: Hashable, Sendable {
        /// Not among the provider's people at work.
        case unknown
        /// On leave that day, or entered as not there.
        case absent
        /// A relative of the elder: avoidance of interest.
        case relative
        /// Lacks a credential on the day of the visit; its name.
        case credential(String)
        /// Intimate care (同性别) by the other sex.
        case sex
        /// Comes alone where somebody has to be lifted, and cannot.
        case lifting
        /// Promised to another home at that time.
        case busy(Engagement)
    }

    private let order: Order
    private let credentials: [CredentialType]
    /// Nil when either may come.
    private let sex: Sex?
    private let mustLift: Bool
    private let relatives: Set<WorkerID>
    private let absent: Set<WorkerID>

    /// - Parameter absent: those who are not there on the day of the visit.
    public init(_ order: Order, catalogue: Catalogue, elderSex: Sex, relatives: Set<WorkerID>, absent: Set<WorkerID>) {
        let item = catalogue.item(order.item)
        self.order = order
        credentials = catalogue.credentials(of: order.item).filter { $0.holder == .worker }
        sex = item?.tags.contains(.sameSex) == true ? elderSex : nil
        // Where two come one of them lifts: that is for the plan of the day to see to.
        mustLift = item?.tags.contains(.lifting) == true && item?.staffCount == 1
        self.relatives = relatives
        self.absent = absent
    }

    /// - Parameter engaged: visits of the same provider; empty where a plan has weighed the times of all visits itself.
    public func obstacle(to worker: Worker, engaged: [Engagement]) -> Obstacle? {
        if !worker.isActive || worker.provider != order.provider { return .unknown }
        if relatives.contains(worker.id) { return .relative }
        if let lacking = credentials.first(where: { !worker.credentials.cover($0.code.text, on: order.serviceDate) }) { return .credential(lacking.name) }
        if let sex, worker.sex != sex { return .sex }
        if mustLift, !worker.canLift { return .lifting }
        if absent.contains(worker.id) { return .absent }
        guard order.mode.bindsWorker else { return nil }
        return engaged
            .first { $0.order != order.id && $0.workers.contains(worker.id) && $0.window.overlaps(order.window) }
            .map { .busy($0) }
    }
}

extension Fitness.Obstacle {
    /// Stable, the same in the list as in the refusal.
    public var code: String { told.code }

    /// What of it differs from case to case: the credential, or the other visit's time and number; empty for the others.
    public var detail: String {
        switch self {
        case .unknown, .absent, .relative, .sex, .lifting: ""
        case .credential(let name): name
        case .busy(let other): "\(ClockTime.text(other.window.start.minuteOfDay))–\(ClockTime.text(other.window.end.minuteOfDay)) \(other.number)"
        }
    }

    /// What is told to whoever names the person all the same.
    public func rejection(pointer: String? = nil) -> Rejection {
        Rejection(.refused, told.code, told.message, pointer: pointer)
    }

    private var told: (code: String, message: String) {
        switch self {
        case .unknown: ("worker_unknown", "没有这位在岗人员，请先在人员名单中登记。")
        case .absent: ("worker_absent", "该人员当天请假或不上班，请换一位人员，或先更正班次、销假。")
        case .relative: ("worker_relative", "该人员是这位老人的亲属，按回避规定不能上门，请换一位人员。")
        case .credential(let name): ("worker_credential", "该人员在服务当日没有有效的“\(name)”，请换人或更新证件。")
        case .sex: ("worker_sex", "这项服务须由与老人同性别的人员提供，请换一位人员。")
        case .lifting: ("worker_lifting", "这项服务要搬扶老人，该人员不能搬扶，请换一位人员。")
        case .busy(let other): ("worker_busy", Self.told(other))
        }
    }

    private static func told(_ other: Fitness.Engagement) -> String {
        let (day, start, end) = (other.window.start.localDate, ClockTime.text(other.window.start.minuteOfDay), ClockTime.text(other.window.end.minuteOfDay))
        return "该人员 \(day.monthOfYear) 月 \(day.day) 日 \(start) 至 \(end) 已安排工单 \(other.number)，请换一位人员，或先与老人约定另一时间。"
    }
}
