import Catalog
import Kernel
import Registry

/// R06: service on or after the day of death, unless the item is for that time.
struct DeathCheck: Check {
    func finding(_ line: Candidate, _ surroundings: Surroundings) -> Finding? {
        guard let death = line.elderDeath, line.date >= death,
            surroundings.catalogue.item(line.item)?.tags.contains(.afterDeath) != true
        else { return nil }
        return Finding("R06", .block, "老人已于 \(death) 去世，服务日期 \(line.date)")
    }
}

/// R09: the unit price is above the guide price of the day, or there was no price that day.
struct PriceCheck: Check {
    func finding(_ line: Candidate, _ surroundings: Surroundings) -> Finding? {
        guard let price = surroundings.catalogue.price(of: line.item, on: line.date) else {
            return Finding("R09", .block, "服务当日没有有效的指导价")
        }
        guard price.type == .guided || price.type == .agreed, line.unitPrice > price.guide else { return nil }
        return Finding("R09", .block, "单价 \(line.unitPrice) 高于指导价 \(price.guide)")
    }
}

/// R10: the provider, or its worker, had no valid credential on the service date.
struct CredentialCheck: Check {
    func finding(_ line: Candidate, _ surroundings: Surroundings) -> Finding? {
        guard let provider = surroundings.franchise.provider(line.provider) else { return Finding("R10", .block, "服务商不在加盟名录") }
        guard provider.state.mayBePaid else { return Finding("R10", .block, "服务商状态为“\(provider.state.term)”") }
        guard let item = surroundings.catalogue.item(line.item) else { return Finding("R10", .block, "项目不在目录") }
        let worker = line.worker.flatMap { id in surroundings.franchise.workers(of: line.provider).first { $0.id == id } }
        for type in surroundings.catalogue.credentialTypes where item.credentials.contains(type.code) {
            let held: [Credential]
            switch type.holder {
            case .provider: held = provider.credentials
            case .worker:
                guard let worker else { continue }
                held = worker.credentials
            case .vehicle: continue
            }
            guard held.contains(where: { $0.type == type.code.text && $0.span.contains(line.date) }) else {
                return Finding("R10", .block, "服务当日没有有效的“\(type.name)”")
            }
        }
        return nil
    }
}

/// R11: the item is outside what the provider had agreed to offer that day.
struct ScopeCheck: Check {
    func finding(_ line: Candidate, _ surroundings: Surroundings) -> Finding? {
        surroundings.franchise.offer(line.provider, line.item.text, on: line.date) == nil
            ? Finding("R11", .block, "服务商当日未签约该项目") : nil
    }
}

/// R12: the evidence is below what the item asks for.
struct EvidenceCheck: Check {
    func finding(_ line: Candidate, _ surroundings: Surroundings) -> Finding? {
        guard line.kind == .order, let needed = surroundings.catalogue.item(line.item)?.evidence, line.evidence < needed else { return nil }
        return Finding("R12", .hold, "核验等级 L\(line.evidence.rawValue)，项目要求 L\(needed.rawValue)")
    }
}

/// R14: less than half of the planned time is held; less than 80 % is noted.
struct DurationCheck: Check {
    func finding(_ line: Candidate, _: Surroundings) -> Finding? {
        guard line.plannedMinutes > 0, let begin = line.begin, let end = line.end else { return nil }
        let minutes = (end - begin).minutes
        if minutes * 100 < line.plannedMinutes * 50 { return Finding("R14", .hold, "实际 \(minutes) 分钟，不足计划 \(line.plannedMinutes) 分钟的一半") }
        if minutes * 100 < line.plannedMinutes * 80 { return Finding("R14", .warn, "实际 \(minutes) 分钟，不足计划 \(line.plannedMinutes) 分钟的八成") }
        return nil
    }
}

/// R18: the order was entered after its service had begun.
struct BackfillCheck: Check {
    func finding(_ line: Candidate, _: Surroundings) -> Finding? {
        line.isBackfilled ? Finding("R18", .hold, "工单在服务开始之后补录") : nil
    }
}

/// R21: one programme pays twice for one service, or public money exceeds the price.
struct DoubleFundingCheck: Check {
    func finding(_ line: Candidate, _: Surroundings) -> Finding? {
        if Set(line.funding.map(\.programme)).count < line.funding.count { return Finding("R21", .block, "同一资金在同一服务中支付两次") }
        return line.subsidy > line.gross ? Finding("R21", .block, "补贴合计 \(line.subsidy) 超过应付 \(line.gross)") : nil
    }
}

/// R23: the elder says that nobody came or that money was taken, or a complaint is open.
struct CallbackCheck: Check {
    func finding(_ line: Candidate, _: Surroundings) -> Finding? {
        if line.callbackDenies { return Finding("R23", .block, "回访反映无人上门或额外收费") }
        return line.hasOpenComplaint ? Finding("R23", .hold, "投诉尚未处理完") : nil
    }
}

/// R27: the parts of a line make up its whole, to the fen.
struct SumCheck: Check {
    func finding(_ line: Candidate, _: Surroundings) -> Finding? {
        guard line.unitPrice.times(line.quantity) == line.gross else { return Finding("R27", .block, "数量×单价与应结金额不符") }
        return line.subsidy + line.selfPay == line.gross ? nil : Finding("R27", .block, "资金分摊合计与应结金额不符")
    }
}
