import Catalog
import Kernel

/// R06: service on or after the day of death, or an order taken after it, unless the item is for that time.
struct DeathCheck: LineCheck {
    let rule = Rule("R06", .block, "服务日期在死亡日期当日或之后")

    func finding(_ line: Candidate, _ terms: Terms) -> Finding? {
        guard let death = line.elderDeath, terms.catalogue.item(line.item)?.tags.contains(.afterDeath) != true else { return nil }
        if line.date >= death { return Finding("R06", .block, "老人已于 \(death) 去世，服务日期 \(line.date)") }
        guard line.kind == .order, line.createdAt.localDate > death else { return nil }
        return Finding("R06", .block, "老人已于 \(death) 去世，工单在 \(line.createdAt.localDate) 才建立")
    }
}
