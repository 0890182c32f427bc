import Entitlement
import Kernel
import Registry

/// R08: the programme was not in force on the day of service, or the elder not eligible for it that day.
struct EligibilityCheck: LineCheck {
    let rule = Rule("R08", .block, "服务当日补贴资格无效")

    func finding(_ line: Candidate, _ terms: Terms) -> Finding? {
        guard !line.funding.isEmpty else { return nil }
        guard let programmes = terms.programmes, let recipient = line.recipient else {
            return Finding("R08", .hold, "缺少补贴项目或老人资料，不能核对资格")
        }
        let who = Beneficiary(
            classes: recipient.classes, birthday: recipient.birthday, region: recipient.region(on: line.date), abilityLevel: recipient.abilityLevel,
            livesAlone: recipient.livesAlone, cadre: recipient.cadre.flatMap { CadreKind(rawValue: $0) }, on: line.date)
        for leg in line.funding {
            guard let programme = programmes.all.first(where: { $0.code == leg.programme }) else {
                return Finding("R08", .block, "没有补贴项目 \(leg.programme)")
            }
            if programme.versions.contains(where: { $0.span.contains(line.date) && $0.admits(who, on: line.date) }) { continue }
            let hasVersion = programme.versions.contains { $0.span.contains(line.date) }
            return Finding(
                "R08", .block,
                hasVersion ? "老人在 \(line.date) 不符合“\(programme.name)”的条件" : "“\(programme.name)”在 \(line.date) 没有有效的规定")
        }
        return nil
    }
}
