import Catalog
import Kernel
import Orders
import Registry
import Store
import TestSupport
import Testing
import Workflow

@Suite struct `An order that cannot be` {
    struct Wrong: Sendable, CustomTestStringConvertible {
        let name: String
        let code: String
        let change: @Sendable (inout OrderRequest) -> Void

        init(_ name: String, _ code: String, _ change: @escaping @Sendable (inout OrderRequest) -> Void) {
            self.name = name
            self.code = code
            self.change = change
        }

        var testDescription: String { name }
    }

    static let table = [
        Wrong("an unknown elder", "elder_unknown") { $0.elder = ElderID("none") },
        Wrong("an unknown item", "item_unknown") { $0.item = ItemCode("99999") },
        Wrong("quantity 0", "quantity_out_of_range") { $0.quantity = Quantity(0) },
        Wrong("quantity −1", "quantity_out_of_range") { $0.quantity = Quantity(-1) },
        Wrong("quantity 10⁹", "quantity_out_of_range") { $0.quantity = Quantity(1_000_000_000) },
        Wrong("a start an hour ago", "start_in_past") { $0.start = Instant(World.monday, minute: 480) },
        Wrong("a start in half a year", "start_too_far") { $0.start = Instant(World.monday.adding(days: 180)) },
        Wrong("an end before the start", "end_before_start") { $0.end = $0.start - .minutes(1) },
        Wrong("an end as it starts", "end_before_start") { $0.end = $0.start },
        Wrong("a service of two days", "end_before_start") { $0.end = $0.start + .days(2) },
        Wrong("a note of 501 characters", "note_too_long") { $0.note = String(repeating: "字", count: 501) },
        Wrong("a note of 1 MB", "note_too_long") { $0.note = String(repeating: "x", count: 1 << 20) },
    ]

    @Test(arguments: Backend.available, table)
    func `is refused with its code and leaves no trace`(backend: Backend, wrong: Wrong) async throws {
        try await World.with(backend) { world in
            var request = World.request()
            wrong.change(&request)
            let asked = request
            #expect(await refusal { try await PlaceOrder(world.office)(asked, by: World.desk) }?.code == wrong.code)
            #expect(await refusal { try await QuoteOrder(world.office)(asked) }?.code == wrong.code)
            let events = try await world.office.read { tx in try tx.events.last() }
            #expect(events == 0)
        }
    }

    @Test(arguments: Backend.available)
    func `because its price has expired is refused`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let old = world.office.reference
            let item = try #require(old.catalogue.item(World.cleaning))
            let span = DateSpan(from: World.monday.adding(days: -9), until: World.monday.adding(days: 1))
            let catalogue = Catalogue(
                items: [item], prices: [Price(item: item.code, type: .agreed, guide: Fen(3200), span: span, source: "")])
            world.office.shelf.replace(with: Reference(catalogue: catalogue, programmes: old.programmes, franchise: old.franchise))
            #expect(await refusal { try await world.place() }?.code == "price_expired")
        }
    }

    @Test(arguments: Backend.available)
    func `told from an honest repetition: the twin is refused until it is allowed`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let first = try await world.place()
            let twin = await refusal { try await world.place() }
            #expect(twin?.code == "order_twin")
            #expect(twin?.message.contains(first.number) == true)
            #expect(try await world.place(World.request(twin: true)).state == .offered)
        }
    }

    @Test(arguments: Backend.available)
    func `found is told by its code alone`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let missing = OrderID("none")
            #expect(await refusal { try await CancelOrder(world.office)(missing, reason: "x", by: World.desk) }?.code == "order_unknown")
            #expect(await refusal { try await AcceptOffer(world.office)(missing, by: World.desk) }?.code == "order_unknown")
            let unknown = await refusal {
                try await ManageTokens(world.office).createToken(.init(role: .provider, provider: ProviderID("none"), name: "x"))
            }
            #expect(unknown?.code == "provider_unknown")
            let caller = try await ManageTokens(world.office).caller(token: "vnh_none")
            #expect(caller == nil)
        }
    }
}

@Suite struct `A new elder's file` {
    @Test(arguments: Backend.available)
    func `is refused when the identity number or the card is already on file`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let again = try world.elder(ElderID("new"), class: "ordinary", order: 1)
            let register = try ManageElder(world.office).register(again, by: World.desk)
            #expect(await refusal { try await world.office.perform(register) }?.code == "elder_exists")
            var other = again
            other.idNumber = nil
            let card = try ManageElder(world.office).register(other, by: World.desk)
            #expect(await refusal { try await world.office.perform(card) }?.code == "card_taken")
        }
    }

    @Test(arguments: Backend.available)
    func `with a wrong check digit is named by line and column, and nothing is imported`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let good = try world.elder(ElderID("x"), class: "ordinary", order: 7)
            let number = try #require(good.idNumber).text
            let last = try #require(number.last)
            let wrong = number.dropLast() + (last == "0" ? "1" : "0")
            let header = ElderRow.Columns.required
            func row(_ number: String, _ id: String) -> String {
                let fields = ["number": number, "name": "王试", "id_number": id, "sex": "女", "birthday": good.birthday.description, "region": good.address.region]
                return header.map { fields[$0] ?? "" }.joined(separator: ",")
            }
            let columns = header.contains("id_number") ? header.joined(separator: ",") : header.joined(separator: ",") + ",id_number"
            let tail = header.contains("id_number") ? "" : ",\(wrong)"
            let text = "\(columns)\n\(row("LZ900", String(wrong)))\(tail)\n"
            let report = try await ImportElders(world.office)(
                Array(text.utf8), dryRun: false, skipBad: false, by: World.admin, progress: { _, _ in })
            #expect(report.inserted == 0)
            #expect(report.faults.contains { $0.line == 2 && $0.column == "id_number" })
        }
    }
}
