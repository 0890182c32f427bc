import Catalog
import Entitlement
import Kernel
import Registry

public typealias OrderID = ID<Order>

/// 工单: one service for one elder at one time.
///
/// The elder's and the provider's facts are copied where the past must not change with them (price, street, place).
public struct Order: Hashable, Sendable {
    public let id: OrderID
    /// Shown to people: `260301-00042`, the day it was taken and its place in that day.
    public let number: String
    public let elder: ElderID
    public let item: ItemCode
    public let mode: Mode
    /// Street code of the elder on the day of the order.
    public let region: String
    public var window: TimeWindow
    public let quantity: Quantity
    public let urgency: Urgency
    /// `hotline`, `portal`, `standing`, `replay` …
    public let source: String
    public let caller: String?
    public let callID: String?
    public let note: String
    public let fromAddress: String?
    public let toAddress: String?
    public let preferredProvider: ProviderID?
    public let createdAt: Instant
    public let createdBy: String
    /// True when the order was entered after its visit began: shown on the statement, never silent.
    public let isBackfilled: Bool
    /// Four digits that the operator tells the elder and the elder tells the worker: proof of presence without a smartphone.
    public let visitCode: String

    public var state: OrderState
    public var verification: Verification
    public var settlement: Settlement
    public var serviceLevel: ServiceLevel
    public var hasOpenComplaint: Bool

    /// The provider of the live attempt, or of the last one when the visit took place.
    public var provider: ProviderID?
    public var worker: WorkerID?
    /// Who comes along where the service needs two.
    public var secondWorker: WorkerID?
    public var attempts: Int
    public var timer: OrderTimer?

    /// The price row the order was taken under, and the provider's contract price for one unit.
    public var priceVersion: String
    public var unitPrice: Fen
    public var payable: Fen
    public var selfPay: Fen

    /// Counts the changes of this order; every event carries it as its per-order sequence.
    public var version: Int

    public init(
        id: OrderID, number: String, elder: ElderID, item: ItemCode, mode: Mode, region: String, window: TimeWindow, quantity: Quantity,
        urgency: Urgency, source: String, caller: String?, callID: String?, note: String, fromAddress: String?, toAddress: String?,
        preferredProvider: ProviderID?, createdAt: Instant, createdBy: String, isBackfilled: Bool, visitCode: String, state: OrderState = .received,
        verification: Verification = .unverified, settlement: Settlement = .notReady, serviceLevel: ServiceLevel = .normal,
        hasOpenComplaint: Bool = false, provider: ProviderID? = nil, worker: WorkerID? = nil, secondWorker: WorkerID? = nil,
        attempts: Int = 0, timer: OrderTimer? = nil, priceVersion: String, unitPrice: Fen = .zero, payable: Fen = .zero, selfPay: Fen = .zero, version: Int = 0
    ) {
        self.id = id
        self.number = number
        self.elder = elder
        self.item = item
        self.mode = mode
        self.region = region
        self.window = window
        self.quantity = quantity
        self.urgency = urgency
        self.source = source
        self.caller = caller
        self.callID = callID
        self.note = note
        self.fromAddress = fromAddress
        self.toAddress = toAddress
        self.preferredProvider = preferredProvider
        self.createdAt = createdAt
        self.createdBy = createdBy
        self.isBackfilled = isBackfilled
        self.visitCode = visitCode
        self.state = state
        self.verification = verification
        self.settlement = settlement
        self.serviceLevel = serviceLevel
        self.hasOpenComplaint = hasOpenComplaint
        self.provider = provider
        self.worker = worker
        self.secondWorker = secondWorker
        self.attempts = attempts
        self.timer = timer
        self.priceVersion = priceVersion
        self.unitPrice = unitPrice
        self.payable = payable
        self.selfPay = selfPay
        self.version = version
    }
}

extension Order {
    /// The order after an action, with its new state, timer and version.
    ///
    /// - Throws: ``OrderRejection/illegalTransition(from:action:)`` or ``OrderRejection/notAllowed(_:_:)`` by ``Transition/table``.
    public func after(_ action: OrderAction, by actor: Actor, at now: Instant, timers: TimerPolicy) throws(OrderRejection) -> Order {
        guard let transition = Transition.of(action, from: state) else { throw .illegalTransition(from: state, action: action) }
        guard transition.actors.contains(actor) else { throw .notAllowed(actor, action) }
        var order = self
        order.state = transition.to
        order.version += 1
        order.timer = timers.timer(for: order, now: now)
        switch action {
        case .decline, .expire, .reassign:
            order.provider = nil
            (order.worker, order.secondWorker) = (nil, nil)
        case .void:
            order.settlement = .notReady
            order.verification = .refused
        case .reopen:
            order.settlement = .notReady
            order.verification = .unverified
            if transition.to == .received {
                order.provider = nil
                (order.worker, order.secondWorker) = (nil, nil)
            }
        default: break
        }
        return order
    }

    /// Until when somebody may still be sent: what was wanted at once is wanted until its time is over, what was booked only before its start.
    public var latestBegin: Instant { urgency == .emergency || urgency == .urgent ? window.end : window.start }

    /// Made from a standing order (长期服务单), days ahead.
    public var isStanding: Bool { source == Self.standingSource }
    public static let standingSource = "standing"

    /// The day whose month pays for the visit.
    public var serviceDate: LocalDate { window.start.localDate }
}
