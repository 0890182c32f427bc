/// Why a provider cannot be offered an order (不派原因), lasting reasons before passing ones.
///
/// A provider that is refused for several reasons is counted under the first of them in this order.
/// Decisions are stored with the positions of these cases: new ones go to the end of ``position`` and no number is used twice.
public enum RefusalCode: String, Sendable, CaseIterable, Codable {
    case itemNotOffered = "item_not_offered"
    case priceNotValid = "price_not_valid"
    case itemNotPriced = "item_not_priced"
    case priceOverGuide = "price_over_guide"
    case kindNotAllowed = "kind_not_allowed"
    case notInFranchise = "not_in_franchise"
    case credentialMissing = "credential_missing"
    case credentialExpired = "credential_expired"
    case blocked = "blocked"
    case refusedByProvider = "refused_by_provider"
    case doesNotServeStreet = "does_not_serve_street"
    case outOfRadius = "out_of_radius"
    case dietNotServed = "diet_not_served"
    case noWorker = "no_worker"
    case workerCredentialMissing = "worker_credential_missing"
    case noSameSexWorker = "no_same_sex_worker"
    case noLiftingWorker = "no_lifting_worker"
    case languageNotSpoken = "language_not_spoken"
    case noVehicle = "no_vehicle"
    case vehicleCredentialMissing = "vehicle_credential_missing"
    case noFittingVehicle = "no_fitting_vehicle"
    case closedThatDay = "closed_that_day"
    case closed = "closed"
    case slotFull = "slot_full"
    case workersBusy = "workers_busy"
    case vehiclesBusy = "vehicles_busy"
    case alreadyAsked = "already_asked"

    /// The bit of this code in stored decisions: frozen.
    var position: UInt32 {
        switch self {
        case .itemNotOffered: 0
        case .priceNotValid: 1
        case .itemNotPriced: 2
        case .priceOverGuide: 3
        case .kindNotAllowed: 4
        case .notInFranchise: 5
        case .credentialMissing: 6
        case .credentialExpired: 7
        case .blocked: 8
        case .refusedByProvider: 9
        case .doesNotServeStreet: 10
        case .outOfRadius: 11
        case .dietNotServed: 12
        case .noWorker: 13
        case .workerCredentialMissing: 14
        case .noSameSexWorker: 15
        case .noLiftingWorker: 16
        case .languageNotSpoken: 17
        case .noVehicle: 18
        case .vehicleCredentialMissing: 19
        case .noFittingVehicle: 20
        case .closed: 21
        case .slotFull: 22
        case .workersBusy: 23
        case .vehiclesBusy: 24
        case .alreadyAsked: 25
        case .closedThatDay: 26
        }
    }

    /// A few words that follow “3家”, without a full stop.
    public var phrase: String {
        switch self {
        case .itemNotOffered: "不提供该项目"
        case .priceNotValid: "当天没有有效协议价"
        case .itemNotPriced: "因目录当天无价不能派"
        case .priceOverGuide: "协议价高于政府指导价"
        case .kindNotAllowed: "类型不能承接该项目"
        case .notInFranchise: "不在可派单状态"
        case .credentialMissing: "缺少所需证照"
        case .credentialExpired: "证照当天不在有效期"
        case .blocked: "老人不再选用"
        case .refusedByProvider: "已声明不服务该老人"
        case .doesNotServeStreet: "不服务该街道"
        case .outOfRadius: "超出服务半径"
        case .dietNotServed: "不供清真餐"
        case .noWorker: "服务人员不足"
        case .workerCredentialMissing: "持证人员不足"
        case .noSameSexWorker: "没有足够的同性别人员"
        case .noLiftingWorker: "没有能搬扶的人员"
        case .languageNotSpoken: "没有会讲该语言的人员"
        case .noVehicle: "没有车辆"
        case .vehicleCredentialMissing: "车辆证照不在有效期"
        case .noFittingVehicle: "没有合适的车（轮椅或座位）"
        case .closedThatDay: "当天歇业"
        case .closed: "当时不营业"
        case .slotFull: "该时段已满"
        case .workersBusy: "人员当时都有安排"
        case .vehiclesBusy: "车辆当时都有安排"
        case .alreadyAsked: "已拒单或超时未接"
        }
    }

    /// A whole sentence to the provider itself: what is the matter, and where it can be put right.
    public var sentence: String {
        switch self {
        case .itemNotOffered: "贵单位没有签约该项目。"
        case .priceNotValid: "贵单位该项目的协议价在服务当天无效，请续签价格。"
        case .itemNotPriced: "目录中该项目在服务当天没有价格，由平台处理。"
        case .priceOverGuide: "贵单位的协议价高于当天的政府指导价，请调整价格。"
        case .kindNotAllowed: "贵单位的服务商类型不能承接该项目。"
        case .notInFranchise: "贵单位当天不在可派单状态（试运行、正式或整改）。"
        case .credentialMissing: "贵单位没有登记该项目所需的证照。"
        case .credentialExpired: "贵单位所需的证照在服务当天不在有效期，请更新证照。"
        case .blocked: "老人已选择不再由贵单位服务。"
        case .refusedByProvider: "贵单位已声明不服务这位老人。"
        case .doesNotServeStreet: "老人所在街道不在贵单位的服务街道内。"
        case .outOfRadius: "老人的住处超出贵单位登记的服务半径。"
        case .dietNotServed: "本单要清真餐，贵单位没有清真标识。"
        case .noWorker: "贵单位在岗的服务人员少于本单所需人数。"
        case .workerCredentialMissing: "贵单位证照在有效期的服务人员少于本单所需人数。"
        case .noSameSexWorker: "本单要求同性别人员，贵单位持证的同性别人员不足。"
        case .noLiftingWorker: "本单要有能搬扶的人员，贵单位当时没有。"
        case .languageNotSpoken: "本单要有会讲指定语言的人员，贵单位当时没有。"
        case .noVehicle: "贵单位没有登记车辆。"
        case .vehicleCredentialMissing: "贵单位的车辆证照在服务当天不在有效期。"
        case .noFittingVehicle: "贵单位没有合适的车（轮椅车或足够的座位）。"
        case .closedThatDay: "贵单位当天歇业（已登记的歇业日或节假日）。"
        case .closed: "服务开始时间不在贵单位的营业时间内。"
        case .slotFull: "贵单位该时段的接单数已满。"
        case .workersBusy: "贵单位合适的人员当时都有安排。"
        case .vehiclesBusy: "贵单位合适的车辆当时都有安排。"
        case .alreadyAsked: "本单已派给过贵单位，被拒绝或超时未接。"
        }
    }
}
