import Catalog
import Intake
import Kernel
import Pinyin
import Registry
import Workflow

/// Finding out whom a call is about: the card read out, the line, the name, the identity number; else somebody new.
extension Desk {
    func person(_ call: RecordedCall, _ cards: [CallCard]) async throws -> (elder: Elder, isNew: Bool)? {
        if let known = try await known(call, cards.map(\.elder)) { return (known, false) }
        guard let fresh = try await register(call) else { return nil }
        return (fresh, true)
    }

    private func known(_ call: RecordedCall, _ onLine: [Elder]) async throws -> Elder? {
        let find = FindElders(office)
        if !call.card.isEmpty, let elder = try await find(call.card, limit: 1).first, elder.number == call.card { return elder }
        if call.name.isEmpty { return onLine.first }
        if let elder = onLine.first(where: { $0.name == call.name }) { return elder }
        guard !call.idNumber.isEmpty else {
            let named = try await find(call.name, limit: 20).filter { $0.name == call.name }
            return named.count == 1 ? named[0] : nil
        }
        return try await find(call.idNumber, limit: 50).first { $0.name == call.name }
    }

    /// 建档 during the call: name, a whole identity number and a street are enough to begin with.
    private func register(_ call: RecordedCall) async throws -> Elder? {
        let catalogue = office.reference.catalogue
        guard !call.name.isEmpty, let identity = try? IDNumber(call.idNumber), let region = catalogue.region(ID(call.region)) else { return nil }
        let reading = catalogue.pinyin.nameReading(call.name)
        let isSelf = call.caller == "本人"
        let phone = try? NormalisedPhone(call.from)
        let draft = Elder(
            id: ElderID(""), number: "", name: call.name, pinyin: reading.full, initials: reading.initials, sex: identity.sex,
            birthday: identity.birthday, idNumber: identity,
            phones: phone.map { [Phone(number: $0, label: isSelf ? "本人" : call.caller)] } ?? [],
            address: Address(region: call.region, estate: call.address), place: region.centre,
            classes: [ClassSpan(classCode: "ordinary", span: DateSpan(from: office.now.localDate))],
            contacts: isSelf ? [] : [Contact(name: call.caller, relation: call.caller, phone: phone, order: 1)])
        do {
            return try await office.perform(ManageElder(office).register(draft, by: Self.caller))
        } catch let error as any Rejecting where error.rejection.code == "elder_exists" {
            // On file under another name; a slip of the ear.
            return try await FindElders(office)(identity.text, limit: 1).first
        }
    }
}
