import Catalog
import Entitlement
import Kernel
import Registry
import Store
import Web
import Workflow

/// 待核刷卡, the oldest first: who ate where and when, and why it was not booked.
struct SwipesModel: Sendable {
    struct Row: Sendable {
        let id: String
        let what: String
        let canteen: String
        let who: String
        let facts: [Fact]
        let reason: String
        let opinion: String
        /// Why the last decision on it did not go through.
        let refusal: String?
        let once: String
    }

    struct Wrong: Sendable {
        let day: String
        let canteen: String
        let count: Int
    }

    let rows: [Row]
    /// Canteens and days with many numbers that were nobody's.
    let wrong: [Wrong]
    let hasWrong: Bool
    let count: Int
    let mayDecide: Bool
    /// Of a swipe that no longer waits.
    let fault: String?

    init(
        _ held: [HeldSwipe], _ elders: [SwipeID: Elder], _ misses: [TillRepository.Misses] = [],
        typed: (id: String, opinion: String)? = nil, fault: String? = nil, once: String, caller: Caller, reference: Reference
    ) {
        mayDecide = caller.role != .auditor
        count = held.count
        wrong = misses.map {
            Wrong(day: $0.day.description, canteen: "\($0.canteen) \(reference.franchise.provider($0.canteen)?.name ?? "")", count: $0.count)
        }
        hasWrong = !wrong.isEmpty
        rows = held.map { swipe in
            let isTyped = swipe.id.text == typed?.id
            var facts = Facts()
            facts.tell("收到", swipe.receivedAt.shown)
            facts.tell("终端", [swipe.device, swipe.deviceSwipe].compactMap { $0 }.joined(separator: " · "))
            facts.tell("项目", swipe.item.map { reference.catalogue.item($0)?.name ?? $0.text })
            return Row(
                id: swipe.id.text, what: "\(swipe.deviceAt.shown) \(localized(term: swipe.slot.name))",
                canteen: "\(swipe.canteen) \(reference.franchise.provider(swipe.canteen)?.name ?? "")",
                who: elders[swipe.id].map { "\($0.number) \(Masked.name($0.name))" } ?? swipe.card ?? swipe.qr ?? "",
                facts: facts.all, reason: swipe.sentence, opinion: isTyped ? typed?.opinion ?? "" : "", refusal: isTyped ? fault : nil, once: once)
        }
        self.fault = rows.contains { $0.refusal != nil } ? nil : fault
    }
}
