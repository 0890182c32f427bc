import Catalog
import Entitlement
import Hummingbird
import Kernel
import Pinyin
import Registry
import Store
import Web
import Workflow

/// | method | path | who | what |
/// |---|---|---|---|
/// | GET | /elders?q= | desk | phone, name, initials, ID tail, card number |
/// | POST | /elders | desk | register |
/// | GET, PATCH | /elders/{id} | desk | file; change it, with If-Match |
/// | POST | /elders/{id}/status | desk | absence, hospital, death … |
/// | GET | /catalog/items?q=&elder= | known | search the catalogue; with an elder, who pays what now |
public struct RegistryRoutes: Sendable {
    let exchange: Exchange
    public init(_ exchange: Exchange) { self.exchange = exchange }

    public func add(desk: RouterGroup<DeskContext>, known: RouterGroup<KnownContext>) {
        desk.get("elders", use: search)
        desk.post("elders", use: register)
        desk.get("elders/:id", use: show)
        desk.patch("elders/:id", use: update)
        desk.post("elders/:id/status", use: setStatus)
        known.get("catalog/items", use: items)
    }

    private var today: LocalDate { exchange.office.now.localDate }

    @Sendable func search(_ request: Request, _ context: DeskContext) async throws -> Response {
        let limit = try request.integer("limit", default: 9, in: 1...50)
        let elders = try await FindElders(exchange.office)(request.query("q") ?? "", limit: limit)
        let today = today
        return Exchange.json(["elders": .array(elders.map { Show.elder($0, masked: false, today: today) })])
    }

    @Sendable func show(_ request: Request, _ context: DeskContext) async throws -> Response {
        let elder = try await FindElders(exchange.office).card(ElderID(try context.parameters.require("id")))
        return Exchange.tagged(Show.elder(elder, masked: false, today: today), as: "\(elder.version)", for: request)
    }

    struct PhoneBody: Decodable, Sendable {
        let number: String
        let label: String?
    }

    /// Every field may be left out of a PATCH; a registration needs name, sex, birthday and street.
    struct Body: Decodable, Sendable {
        let number: String?
        let name: String?
        let sex: String?
        let birthday: LocalDate?
        let id_number: String?
        let phones: [PhoneBody]?
        let region: String?
        let community: String?
        let estate: String?
        let building: String?
        let unit: String?
        let room: String?
        let landmark: String?
        let lat: Double?
        let lon: Double?
        let classes: [String]?
        let ability_level: Int?
        let lives_alone: Bool?
        let alerts: [String]?
        let preferred_provider: String?
    }

    private static func hidden(_ what: String, _ pointer: String) -> Rejection {
        Rejection(.refused, "hidden_characters", "\(what)中有看不见的控制字符（多半是从别处复制来的），请删去后手工输入。", pointer: pointer)
    }

    private func apply(_ body: Body, to elder: inout Elder) throws {
        if let name = body.name {
            guard (1...100).contains(name.count) else { throw Rejection(.invalid, "name_length", "姓名应为 1 到 100 个字。", pointer: "/name") }
            guard !HiddenMarks.stand(in: name) else { throw Self.hidden("姓名", "/name") }
            elder.name = name
            let reading = exchange.office.reference.catalogue.pinyin.nameReading(name)
            (elder.pinyin, elder.initials) = (reading.full, reading.initials)
        }
        if let number = body.number { elder.number = number }
        if let sex = body.sex {
            guard let value = Sex(rawValue: sex) else { throw Rejection(.invalid, "sex_unknown", "sex 应为 male 或 female。", pointer: "/sex") }
            elder.sex = value
        }
        if let birthday = body.birthday {
            guard birthday <= today else { throw Rejection(.refused, "birthday_in_future", "出生日期不能晚于今天。", pointer: "/birthday") }
            guard today.years(since: birthday) <= Elder.oldest else {
                throw Rejection(
                    .refused, "birthday_too_early", "出生日期 \(birthday) 距今超过 \(Elder.oldest) 年，请核对年份。", pointer: "/birthday")
            }
            elder.birthday = birthday
        }
        if let text = body.id_number {
            do { elder.idNumber = try IDNumber(text) } catch {
                throw Rejection(.invalid, "id_number_invalid", error.reason, pointer: "/id_number")
            }
        }
        if let phones = body.phones {
            elder.phones = try phones.enumerated().map { index, phone in
                do throws(PhoneFault) {
                    return Phone(number: try NormalisedPhone(phone.number), label: phone.label ?? "本人")
                } catch {
                    throw Rejection(.invalid, "phone_invalid", error.reason, pointer: "/phones/\(index)/number")
                }
            }
        }
        if let region = body.region {
            guard exchange.office.reference.catalogue.region(ID(region)) != nil else {
                throw Rejection(.invalid, "region_unknown", "没有这个街道编码。", pointer: "/region")
            }
            elder.address.region = region
        }
        for (name, text) in [
            ("community", body.community), ("estate", body.estate), ("building", body.building), ("unit", body.unit), ("room", body.room),
            ("landmark", body.landmark),
        ] where text.map(HiddenMarks.stand) ?? false { throw Self.hidden("住址", "/\(name)") }
        if let text = body.community { elder.address.community = text }
        if let text = body.estate { elder.address.estate = text }
        if let text = body.building { elder.address.building = text }
        if let text = body.unit { elder.address.unit = text }
        if let text = body.room { elder.address.room = text }
        if let text = body.landmark { elder.address.landmark = text }
        if let fault = Coordinate.outOfRange(latitude: body.lat, longitude: body.lon) {
            throw Rejection(.invalid, "place_invalid", "坐标超出范围。", pointer: "/\(fault)")
        }
        if let lat = body.lat, let lon = body.lon {
            guard let place = Coordinate(latitude: lat, longitude: lon) else {
                throw Rejection(.invalid, "place_invalid", "坐标超出范围。", pointer: "/lat")
            }
            elder.place = place
        }
        if let classes = body.classes {
            for code in classes where exchange.office.reference.catalogue.elderClass(ID(code)) == nil {
                throw Rejection(.invalid, "class_unknown", "没有老人类别 \(code)。", pointer: "/classes")
            }
            elder.classes = classes.map { ClassSpan(classCode: $0, span: DateSpan(from: today)) }
        }
        if let level = body.ability_level {
            guard (0...4).contains(level) else { throw Rejection(.invalid, "ability_range", "能力等级应为 0 到 4。", pointer: "/ability_level") }
            elder.abilityLevel = level
        }
        if let alone = body.lives_alone { elder.livesAlone = alone }
        if let alerts = body.alerts { elder.alerts = alerts }
        if let provider = body.preferred_provider {
            guard provider.isEmpty || exchange.office.reference.franchise.provider(ProviderID(provider)) != nil else {
                throw Rejection(.missing, "provider_unknown", "没有这家服务商，请核对编号。", pointer: "/preferred_provider")
            }
            elder.preferredProvider = provider.isEmpty ? nil : ProviderID(provider)
        }
    }

    @Sendable func register(_ request: Request, _ context: DeskContext) async throws -> Response {
        try await exchange.once(Body.self, request, context) { body in
            for (field, isMissing) in [
                ("name", body.name == nil), ("sex", body.sex == nil), ("birthday", body.birthday == nil), ("region", body.region == nil),
            ] where isMissing {
                throw Rejection(.invalid, "field_missing", "缺少字段 \(field)。", pointer: "/\(field)")
            }
            var elder = Elder(
                id: ElderID(""), number: "", name: "", pinyin: "", initials: "", sex: .female, birthday: today, idNumber: nil, phones: [],
                address: Address(region: "", community: "", estate: "", building: "", unit: "", room: "", landmark: ""), place: nil,
                classes: [], abilityLevel: 0, livesAlone: false, status: .active, statusSince: nil, deathDate: nil, diet: [], alerts: [],
                contacts: [], preferredProvider: nil, blockedProviders: [], cadre: nil, version: 1)
            try apply(body, to: &elder)
            let step = try ManageElder(exchange.office).register(elder, by: context.caller)
            let today = today
            return { tx in Answer(status: 201, body: Show.elder(try step(tx), masked: false, today: today).text) }
        }
    }

    @Sendable func update(_ request: Request, _ context: DeskContext) async throws -> Response {
        let id = ElderID(try context.parameters.require("id"))
        let seen = try Exchange.seenVersion(request)
        let body = try await exchange.decode(Body.self, request, context)
        let step = ManageElder(exchange.office).update(id, expecting: seen, by: context.caller) { try apply(body, to: &$0) }
        do {
            let elder = try await exchange.office.perform(step)
            return Exchange.tagged(Show.elder(elder, masked: false, today: today), as: "\(elder.version)", for: request)
        } catch let rejection as Rejection where rejection.code == "elder_changed" && seen != nil {
            throw HTTPError(.preconditionFailed)
        }
    }

    struct StatusBody: Decodable, Sendable {
        let status: String
        let since: LocalDate?
    }

    @Sendable func setStatus(_ request: Request, _ context: DeskContext) async throws -> Response {
        let id = ElderID(try context.parameters.require("id"))
        return try await exchange.once(StatusBody.self, request, context) { body in
            guard let status = ElderStatus(rawValue: body.status) else {
                throw Rejection(.invalid, "status_unknown", "没有这个状态。", pointer: "/status")
            }
            let today = today
            let step = ManageElder(exchange.office).setStatus(id, status, since: body.since ?? today, by: context.caller)
            return { tx in
                let (elder, cancelled) = try step(tx)
                return Answer(
                    status: 200,
                    body: Show.elder(elder, masked: false, today: today).adding(["cancelled_orders": .array(cancelled.map { JSON($0) })]).text)
            }
        }
    }

    @Sendable func items(_ request: Request, _ context: KnownContext) async throws -> Response {
        let limit = try request.integer("limit", default: 9, in: 1...400)
        let (catalogue, today) = (exchange.office.reference.catalogue, today)
        let query = request.query("q") ?? ""
        let found = query.isEmpty ? Array(catalogue.items.prefix(limit)) : catalogue.search(query, limit: limit)
        let elder = try await request.query("elder").asyncMap { try await FindElders(exchange.office).card(ElderID($0)) }
        let splits = try await elder.asyncMap { try await ExplainItems(exchange.office)(found, for: $0) } ?? [:]
        return Exchange.json([
            "items": .array(
                found.map { item in
                    let price = catalogue.price(of: item.code, on: today)
                    var shown: JSON = [
                        "code": JSON(item.code), "name": JSON(item.name), "category": JSON(item.category.name), "unit": JSON(item.unit.rawValue),
                        "mode": JSON(item.mode.rawValue), "duration_min": JSON(item.durationMinutes), "price_type": JSON(price?.type.rawValue),
                        "guide_price_fen": price.map { JSON($0.guide) } ?? .null,
                        "questions": .array(item.questions.map { JSON($0) }),
                    ]
                    if let split = splits[item.code] {
                        shown = shown.adding([
                            "funding": Show.legs(split.legs), "self_pay_fen": JSON(split.selfPay), "notes": Show.notes(split.notes),
                            "spoken": JSON(split.spoken),
                        ])
                    }
                    return shown
                })
        ])
    }
}

extension Optional {
    func asyncMap<T>(_ transform: (Wrapped) async throws -> T) async rethrows -> T? {
        switch self {
        case .some(let value): try await transform(value)
        case .none: nil
        }
    }
}
