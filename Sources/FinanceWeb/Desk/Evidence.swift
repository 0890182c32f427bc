import Entitlement
import Kernel
import Orders
import Registry
import Store
import Web
import Workflow

/// What is on record about a service, in words: on the trace of a yuan and beside a held line.
struct Evidence {
    let reference: Reference
    let vocabulary: Vocabulary

    /// When, how and where, and by whom: of a visit by its two checks, of a meal by its swipe.
    func facts(_ order: Order?, _ visit: Visit?, _ swipe: MealSwipe?) -> Facts {
        var facts = Facts()
        if let swipe {
            facts.tell("刷卡", localized("\(swipe.deviceAt.shown) \(localized(term: swipe.slot.name)) · 终端 \(swipe.device)"))
            facts.tell("识别", swipe.entry.map { vocabulary(.entry, $0.rawValue) })
            facts.tell("存疑", swipe.doubt.map { vocabulary(.doubt, $0.rawValue) })
            facts.tell("收到", swipe.receivedAt == swipe.deviceAt ? nil : swipe.receivedAt.shown)
        }
        if let order {
            facts.tell("约定", localized("\(order.window.start.shown) 起 \((order.window.end - order.window.start).minutes) 分钟"))
            facts.tell("补录", order.isBackfilled ? localized("是，登记于 \(order.createdAt.shown)") : nil)
        }
        guard let visit else { return facts }
        facts.tell("签到", check(visit.checkIn))
        facts.tell("签退", visit.checkOut.map(check) ?? localized("没有"))
        facts.tell("实际", visit.minutes.map { localized("\($0) 分钟") })
        let name = reference.franchise.workers(of: visit.provider).first { $0.id == visit.worker }?.name
        facts.tell("服务人员", [visit.worker.text, name].compactMap { $0 }.joined(separator: " "))
        facts.tell("老人确认", visit.confirmedBy.map { "\(vocabulary(.who, $0)) \(visit.confirmedAt?.shown ?? "")" } ?? localized("没有"))
        return facts
    }

    /// A check by the telephone's clock and, when it came later than a line takes, by ours: what waited in a dead zone is told from what came at once.
    private func check(_ check: Check) -> String {
        [
            check.at.shown, check.receivedAt - check.at >= .minutes(2) ? localized("收到 \(check.receivedAt.shown)") : nil,
            vocabulary(.method, check.method.rawValue), check.distance_m.map { localized("离门 \($0) 米") } ?? localized("没有定位"),
            check.photoSHA256.map { _ in localized("有照片") }, check.reasonCode.map { vocabulary(.reason, $0) },
        ].compactMap { $0 }.joined(separator: " · ")
    }

    func told(_ callback: Callback) -> String {
        let answers = [
            callback.came ? localized("来过") : localized("没有人来"), callback.minutes.map { localized("待了 \($0) 分钟") },
            callback.paidExtra > .zero ? localized("多付 \(callback.paidExtra.yuan) 元") : nil, callback.satisfaction.map { localized("满意度 \($0)") },
            callback.did.isEmpty ? nil : callback.did,
        ]
        let said = answers.compactMap { $0 }.joined(separator: localized("，"))
        return localized("\(callback.at.shown) \(vocabulary(.who, callback.answeredBy))：\(said)（记录人 \(callback.recordedBy)）")
    }

    func told(_ complaint: QualityRepository.Complaint) -> String {
        "\(complaint.openedAt.shown) \(complaint.text) \(complaint.resolution.map { "→ \($0)" } ?? localized("（未结）"))"
    }
}

extension CloseRepository.PaymentState {
    var name: String {
        switch self {
        case .ordered: localized("待银行回单")
        case .paid: localized("已付")
        case .bounced: localized("退票")
        }
    }
}
