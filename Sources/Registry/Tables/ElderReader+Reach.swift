import Kernel

/// Where and how the elder is reached.
extension ElderReader {
    mutating func phones() -> [Phone] {
        var phones: [Phone] = []
        for entry in Field.list(text(.phones)) {
            var (label, number) = ("本人", entry)
            // A colon parts label and number only when a label stands before it: 分机:801 keeps its own.
            let (before, behind) = Field.pair(entry, separator: 0x3A)
            if let behind, !before.utf8.contains(where: Plain.isDigit) { (label, number) = (before.isEmpty ? label : before, behind) }
            let isWrong = number.hasSuffix("!") || number.hasSuffix("！")
            if isWrong { number.removeLast() }
            do {
                let phone = Phone(number: try NormalisedPhone(number), label: label, isWrong: isWrong)
                if !phones.contains(where: { $0.number == phone.number }) { phones.append(phone) }
            } catch {
                fault(.phones, "bad_phone", "第\(phones.count + 1)个\(error.reason)")
            }
        }
        return phones
    }

    mutating func contacts() -> [Contact] {
        var contacts: [Contact] = []
        for entry in Field.list(text(.contacts)) {
            let parts = Field.cut(entry, 0x2F, most: 3).map(Field.trimmed)
            guard let name = parts.first, !name.isEmpty else {
                fault(.contacts, "bad_contact", "联系人应写成 姓名/关系/电话")
                continue
            }
            if HiddenMarks.stand(in: entry) { fault(.contacts, "bad_character", "联系人中有看不见的控制字符") }
            var phone: NormalisedPhone?
            if parts.count == 3, !parts[2].isEmpty {
                do { phone = try NormalisedPhone(parts[2]) } catch {
                    fault(.contacts, "bad_phone", "联系人的\(error.reason)")
                }
            }
            contacts.append(Contact(name: name, relation: parts.count > 1 ? parts[1] : "", phone: phone, order: contacts.count + 1))
        }
        return contacts
    }

    mutating func address() -> Address {
        let region = text(.region)
        if region.isEmpty {
            fault(.region, "missing", "缺少街道代码")
        } else if !Field.isRegion(region) {
            fault(.region, "bad_region", "街道代码应为9位数字")
        } else if let known = vocabulary.regions, !known.contains(region) {
            fault(.region, "unknown_region", "没有街道代码\(region)")
        }
        return Address(
            region: region, community: text(.community), estate: text(.estate), building: text(.building), unit: text(.unit),
            room: text(.room), landmark: text(.landmark))
    }

    mutating func place() -> Coordinate? {
        let (latitude, longitude) = (text(.latitude), text(.longitude))
        if latitude.isEmpty, longitude.isEmpty { return nil }
        guard let place = Field.place(latitude, longitude) else {
            fault(.latitude, "bad_place", "纬度和经度应同时填写，且在中国境内（是否写反了？）")
            return nil
        }
        return place
    }
}
