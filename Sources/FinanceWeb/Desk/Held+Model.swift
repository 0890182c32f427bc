import Billing
import Catalog
import Kernel
import Orders
import Registry
import Store
import Web
import Workflow

/// 待核: each line with what the rules say, what is on record, and room for a decision.
struct HeldModel: Sendable {
    struct Line: Sendable {
        let subject: String
        let number: String
        /// Where more is told of it, as far as the reader may go.
        let address: String?
        let item: String
        let date: String
        let providerID: String
        let provider: String
        let amount: String
        /// What the rules say; also the reason of whoever refuses without another.
        let findings: [String]
        let why: String
        let evidence: [Fact]
        /// What was said of it, which may be long.
        let said: [Fact]
        let hasSaid: Bool
    }

    let month: String
    let count: Int
    /// How many of them are laid out.
    let shown: Int
    let isCut: Bool
    let lines: [Line]
    let mayDecide: Bool
    /// Why the caller may only look.
    let obstacle: String?
    let once: String

    init(
        _ month: Month, _ held: [ReadHeld.Held], count: Int, obstacle: String?, once: String, caller: Caller, reference: Reference, vocabulary: Vocabulary
    ) {
        (self.month, self.count, self.obstacle, self.once) = (month.description, count, obstacle, once)
        (shown, isCut) = (held.count, held.count < count)
        mayDecide = obstacle == nil
        let record = Evidence(reference: reference, vocabulary: vocabulary)
        lines = held.map { entry in
            let line = entry.line.candidate
            var facts = record.facts(entry.order, entry.visit, entry.swipe)
            facts.tell("核验等级", "L\(line.evidence.rawValue)")
            var said = Facts()
            for callback in entry.callbacks { said.tell("回访", record.told(callback)) }
            for complaint in entry.complaints { said.tell("投诉", record.told(complaint)) }
            let findings = entry.line.findings.map { "\($0.code) \($0.sentence)" }
            return Line(
                subject: line.subject, number: line.shownNumber, address: caller.address(of: line),
                item: reference.catalogue.item(line.item)?.name ?? line.item.text,
                date: line.date.description, providerID: line.provider.text, provider: reference.franchise.provider(line.provider)?.name ?? "",
                amount: HTML.grouped(line.subsidy), findings: findings, why: String(findings.joined(separator: "；").prefix(500)),
                evidence: facts.all, said: said.all, hasSaid: !said.all.isEmpty)
        }
    }
}
