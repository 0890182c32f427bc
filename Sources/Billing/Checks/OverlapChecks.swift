import Catalog
import Kernel

/// R03: the elder is in two services at once that cannot go together. The later one is refused.
struct ElderOverlapCheck: Check {
    func finding(_ line: Candidate, _ surroundings: Surroundings) -> Finding? {
        guard let here = line.presence else { return nil }
        let clash = surroundings.earlier(line) { $0.presence?.overlaps(here) ?? false }.first
        return clash.map { Finding("R03", .block, "与工单 \($0.number) 服务时间重叠") }
    }
}

/// R04: the worker is in two places at once; who stands at a counter or leads a group serves many at the same time.
struct WorkerOverlapCheck: Check {
    func finding(_ line: Candidate, _ surroundings: Surroundings) -> Finding? {
        guard let here = line.presence, let worker = line.worker, isBound(line, surroundings) else { return nil }
        let clash = (surroundings.byWorker[worker] ?? []).first { other in
            other.subject != line.subject && isBound(other, surroundings) && (other.presence?.overlaps(here) ?? false)
                && (other.createdAt, other.subject) < (line.createdAt, line.subject)
        }
        return clash.map { Finding("R04", .block, "服务人员 \(worker) 同时在工单 \($0.number) 服务") }
    }

    private func isBound(_ line: Candidate, _ surroundings: Surroundings) -> Bool {
        let mode = surroundings.catalogue.item(line.item)?.mode
        return mode != .group && mode != .onSite
    }
}
