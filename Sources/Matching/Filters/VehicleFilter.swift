/// One car is there that may drive, takes the passengers (and the wheelchair) and is free.
struct VehicleFilter: Filter {
    func refusal(_ candidate: Candidate, _ request: MatchRequest, _ facts: Facts) -> RefusalCode? {
        guard facts.terms.needsVehicle else { return nil }
        if facts.fleet.owned == 0 { return .noVehicle }
        if facts.fleet.licensed == 0 { return .vehicleCredentialMissing }
        if facts.fleet.fitting == 0 { return .noFittingVehicle }
        return facts.fleet.free == 0 ? .vehiclesBusy : nil
    }
}
