import Kernel

/// What the firms work with: workers.csv, vehicles.csv, offers.csv and credentials.csv.
extension ProviderReader {
    mutating func readWorkers() {
        for row in rows("workers.csv", ["id", "provider", "name", "sex", "phone", "languages", "can_lift", "active"]) {
            let id = WorkerID(row.text("id"))
            if !Field.isCode(id.text, upTo: 20) { fault(row, "id“\(id)”只能用字母、数字和连字符，最多20位") }
            if workers[id] != nil { fault(row, "服务人员“\(id)”出现两次") }
            let provider = knownProvider(row)
            let name = row.text("name")
            if name.isEmpty { fault(row, "缺少姓名") }
            let sex = expect(Field.sex(row.text("sex")), row, "性别应为male或female")
            let phone = phone(row)
            let canLift = flag(row, "can_lift")
            let isActive = flag(row, "active")
            guard let provider, let sex, let phone else {
                faultyWorkers.insert(id)
                continue
            }
            workers[id] = Worker(
                id: id, provider: provider, name: name, sex: sex, phone: phone, languages: Field.list(row.text("languages")),
                canLift: canLift, isActive: isActive)
        }
    }

    mutating func readVehicles() {
        for row in rows("vehicles.csv", ["plate", "provider", "wheelchair", "seats"], isOptional: true) {
            let plate = row.text("plate")
            if plate.isEmpty { fault(row, "缺少车牌号") }
            if vehicles[plate] != nil { fault(row, "车辆“\(plate)”出现两次") }
            let provider = knownProvider(row)
            let isWheelchair = flag(row, "wheelchair")
            let seats = number(row, "seats", 1...60)
            guard let provider, let seats else {
                faultyVehicles.insert(plate)
                continue
            }
            vehicles[plate] = Vehicle(plate: plate, provider: provider, isWheelchair: isWheelchair, seats: seats)
        }
    }

    mutating func readOffers() {
        var spans: [String: [DateSpan]] = [:]
        for row in rows("offers.csv", ["provider", "item", "price", "from", "until"]) {
            let id = knownProvider(row)
            let item = row.text("item")
            let span = span(row, "from", "until")
            let price = expect(Fen(yuan: row.text("price")), row, "价格“\(row.text("price"))”不是金额")
            guard let id, let span, let price else { continue }
            if price < .zero || price > Fen.limit { fault(row, "价格\(price)超出范围") }
            checkItem(item, id, row)
            if let limit = vocabulary.guidePrice?(item, span.from), price > limit { fault(row, "\(item)的价格\(price)高于指导价\(limit)") }
            let key = "\(id)/\(item)"
            if spans[key, default: []].contains(where: { $0.overlaps(span) }) { fault(row, "\(id)的\(item)已有同期价格") }
            spans[key, default: []].append(span)
            offers.append(Offer(provider: id, item: item, price: price, span: span))
        }
    }

    /// The item exists, and one of the firm's kinds may serve it (check R11).
    private mutating func checkItem(_ item: String, _ id: ProviderID, _ row: Row) {
        if item.isEmpty { fault(row, "缺少项目编码") }
        guard let items = vocabulary.items else { return }
        guard let kinds = items[item] else {
            fault(row, "没有服务项目“\(item)”")
            return
        }
        if let provider = providers[id], kinds.isDisjoint(with: provider.kinds) {
            fault(row, "\(id)的类型（\(provider.kinds.joined(separator: "、"))）不能承接\(item)")
        }
    }

    mutating func readCredentials() {
        for row in rows("credentials.csv", ["holder_kind", "holder", "type", "number", "issued", "expires"]) {
            let type = row.text("type")
            if type.isEmpty || vocabulary.credentials.map({ !$0.contains(type) }) ?? false { fault(row, "没有证照类型“\(type)”") }
            if row.text("number").isEmpty { fault(row, "缺少证照编号") }
            guard let span = span(row, "issued", "expires") else { continue }
            assign(row, Credential(type: type, holder: .provider, number: row.text("number"), span: span))
        }
    }

    private mutating func assign(_ row: Row, _ credential: Credential) {
        var credential = credential
        let holder = row.text("holder")
        switch row.text("holder_kind") {
        case "provider":
            guard let id = knownProvider(row, "holder") else { return }
            providers[id]?.credentials.append(credential)
        case "worker":
            let id = WorkerID(holder)
            if faultyWorkers.contains(id) { return }
            guard expect(workers[id], row, "没有服务人员“\(holder)”") != nil else { return }
            credential.holder = .worker(id)
            workers[id]?.credentials.append(credential)
        case "vehicle":
            if faultyVehicles.contains(holder) { return }
            guard expect(vehicles[holder], row, "没有车辆“\(holder)”") != nil else { return }
            credential.holder = .vehicle(holder)
            vehicles[holder]?.credentials.append(credential)
        default:
            fault(row, "holder_kind应为provider、worker或vehicle")
        }
    }
}
