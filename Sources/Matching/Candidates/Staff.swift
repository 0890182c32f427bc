import Kernel
import Registry

/// The active workers of a provider as one item sees them.
final class Staff: Sendable {
    struct Member: Sendable {
        let id: WorkerID
        let sex: Sex
        let canLift: Bool
        let languages: [String]
        /// The days on which all certificates for the item are valid.
        let licence: Validity
    }

    /// How many are left after each question, every one asked only of those who passed the ones before.
    struct Count: Hashable, Sendable {
        var active = 0
        var licensed = 0
        var rightSex = 0
        var free = 0
        var canLift = false
        var speaks = false
    }

    let members: [Member]

    init(_ workers: [Worker], certificates: [String]) {
        members = workers.filter(\.isActive).map {
            Member(
                id: $0.id, sex: $0.sex, canLift: $0.canLift, languages: $0.languages,
                licence: Validity(of: $0.credentials, covering: certificates))
        }
    }

    /// Stops as soon as enough have been found, so that a firm of hundreds costs no more than a small one.
    func count(_ request: MatchRequest, _ workload: Workload, terms: ItemTerms, on date: LocalDate) -> Count {
        var count = Count()
        for index in members.indices {
            if !request.relatives.isEmpty && request.relatives.contains(members[index].id) { continue }
            count.active += 1
            guard members[index].licence.contains(date.dayNumber) else { continue }
            count.licensed += 1
            guard !terms.isSameSex || members[index].sex == request.elderSex else { continue }
            count.rightSex += 1
            guard !terms.bindsStaff || workload.busyWorkers.isEmpty || isFree(members[index].id, request, workload) else { continue }
            count.free += 1
            let lifts = !request.needsLifting || members[index].canLift
            let speaks = request.language.map(members[index].languages.contains) ?? true
            count.canLift = count.canLift || lifts
            // Who comes alone must do both; of two, one may lift and the other speak.
            count.speaks = count.speaks || (speaks && (lifts || terms.staffCount > 1))
            if count.free >= terms.staffCount && count.canLift && count.speaks { break }
        }
        return count
    }

    private func isFree(_ id: WorkerID, _ request: MatchRequest, _ workload: Workload) -> Bool {
        guard let booked = workload.busyWorkers[id] else { return true }
        return !booked.contains { $0.start < request.end && request.start < $0.end }
    }
}
