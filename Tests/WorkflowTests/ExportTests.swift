import Billing
import Catalog
import Entitlement
import Foundation
import Kernel
import Orders
import Registry
import Store
import TestSupport
import Testing
import Workflow

@Suite struct `An exported month` {
    /// A closed visit and a meal of March, and the first of April to export them on.
    private static func serve(_ world: World) async throws {
        try await PublishReference(world.office.database)(try Shipped.files(), at: world.now)
        _ = try await world.order(in: .closed)
        let noon = Instant(World.monday.adding(days: 5), minute: 700)
        world.setClock(noon)
        let swipe = SwipeRequest(elder: World.minimum, canteen: ProviderID("P001"), slot: .lunch, at: noon, device: "till-1")
        _ = try await SwipeMeal(world.office)(swipe, by: World.caller(ProviderID("P001")))
        world.setClock(Instant(World.month.last.adding(days: 1), minute: 600))
    }

    private static func files(_ folder: String) throws -> [String: Data] {
        var files: [String: Data] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
            if let data = FileManager.default.contents(atPath: "\(folder)/\(name)") { files[name] = data }
        }
        return files
    }

    @Test(arguments: Backend.available)
    func `is the same bytes every time, and leaves nothing else behind`(backend: Backend) async throws {
        try await World.with(backend) { world in
            try await Self.serve(world)
            let closed = try await CloseMonth(world.office)(World.month, by: World.finance)
            try await Scratch.with { folder in
                let first = try await ExportMonth(world.office)(World.month, to: "\(folder)/a", by: World.finance)
                let second = try await ExportMonth(world.office)(World.month, to: "\(folder)/b", by: World.finance)
                let again = try await ExportMonth(world.office)(World.month, to: "\(folder)/a", by: World.finance)
                #expect(first.root == second.root && second.root == again.root)
                #expect(first.lines == 2 && first.isClosed)
                #expect(first.linesRoot == MonthChain.linesRoot(closed.statements, month: World.month))
                let (a, b) = (try Self.files("\(folder)/a"), try Self.files("\(folder)/b"))
                #expect(a == b)
                #expect(Set(a.keys).isSuperset(of: ["manifest.json", "lines.csv", "orders.csv", "visits.csv", "reference/programmes.json"]))
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["a", "b"])
                let roots = try await world.office.read { tx in try tx.packs.roots(World.month) }
                #expect(roots == [PackRepository.Root(root: first.root, linesRoot: first.linesRoot, lines: 2)])
            }
        }
    }

    @Test(arguments: Backend.available)
    func `has no names, telephones or identity numbers in its records`(backend: Backend) async throws {
        try await World.with(backend) { world in
            try await Self.serve(world)
            try await Scratch.with { folder in
                let result = try await ExportMonth(world.office)(World.month, to: folder, by: World.finance)
                #expect(!result.isClosed)
                for (name, data) in try Self.files(folder) where !name.hasPrefix("reference/") {
                    let text = String(decoding: data, as: UTF8.self)
                    #expect(!text.contains("王示例"), "\(name)")
                    #expect(!text.contains("0931-800000"), "\(name)")
                }
                let roots = try await world.office.read { tx in try tx.packs.roots(World.month) }
                #expect(roots.isEmpty)
            }
        }
    }

    @Test(arguments: Backend.available)
    func `that is closed and gives other lines than before is refused`(backend: Backend) async throws {
        try await World.with(backend) { world in
            try await Self.serve(world)
            _ = try await CloseMonth(world.office)(World.month, by: World.finance)
            try await Scratch.with { folder in
                _ = try await ExportMonth(world.office)(World.month, to: "\(folder)/a", by: World.finance)
                _ = try await world.office.perform { tx in
                    try tx.execute(SQL(text: "UPDATE statement_line SET self_pay_fen = self_pay_fen + 1 WHERE kind = 'meal'"))
                }
                let refused = await refusal { try await ExportMonth(world.office)(World.month, to: "\(folder)/b", by: World.finance) }
                #expect(refused?.code == "month_changed")
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a"])
            }
        }
    }

    /// 路程: from each visit of a worker to the next, where both homes are known; not between two visits of months before.
    @Test(arguments: Backend.available)
    func `tells how far each worker went, and not from where`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let (walker, dressing) = (WorkerID("walker"), ItemCode("02001"))
            var orders: [Order] = []
            for (index, elder) in [World.minimum, World.lowIncome, World.destitute, World.ordinary].enumerated() {
                orders.append(try await world.order(in: .closed, World.request(elder, day: 2 + index)))
            }
            let visits = orders
            try await world.office.perform { tx in
                try tx.execute("UPDATE visit SET worker_id = \(walker)")
                // A tenth of a degree further north; and a home whose place nobody has found.
                try tx.execute("UPDATE elder SET latitude_e6 = latitude_e6 + 100000 WHERE id = \(World.lowIncome)")
                try tx.execute("UPDATE elder SET latitude_e6 = NULL, longitude_e6 = NULL WHERE id = \(World.destitute)")
                try tx.execute("UPDATE service_order SET item_code = \(dressing) WHERE id = \(visits[3].id)")
            }
            func ways(binding isBound: @escaping @Sendable (ItemCode) -> Bool = { _ in true }) async throws -> [String] {
                try await world.office.read { tx in
                    var found: [String] = []
                    try tx.packs.forEachWay(PackRepository.Scope(World.month, isClosed: false, began: nil), isBound: isBound) { way in
                        #expect(way.worker == walker)
                        found.append("\(way.before) \(way.order) \(way.metres.map { "\($0)" } ?? "?")")
                    }
                    return found
                }
            }
            let steps = zip(visits, visits.dropFirst()).map { "\($0.id) \($1.id)" }
            #expect(try await ways() == ["\(steps[0]) 11120", "\(steps[1]) ?", "\(steps[2]) ?"])
            #expect(try await ways { $0 != dressing } == ["\(steps[0]) 11120", "\(steps[1]) ?"])
            // What is not known is no journey that could not have been made.
            let lines = try await PreviewMonth(world.office)(World.month).flatMap(\.lines)
            #expect(lines.count == 4 && !lines.flatMap(\.findings).contains { $0.code == "R05" })
            try await world.office.perform { tx in
                for order in visits.prefix(2) {
                    try tx.execute("UPDATE service_order SET service_date = \(World.month.first.adding(days: -1)) WHERE id = \(order.id)")
                }
            }
            #expect(try await ways() == ["\(steps[1]) ?", "\(steps[2]) ?"])
        }
    }

    /// 关系: by a telephone, whose day nobody knows, or as it was declared first.
    @Test(arguments: Backend.available)
    func `tells which worker is related to which elder, and since when`(backend: Backend) async throws {
        try await World.with(backend) { world in
            for (index, elder) in [World.minimum, World.lowIncome, World.destitute, World.ordinary].enumerated() {
                _ = try await world.order(in: .closed, World.request(elder, day: 2 + index))
            }
            let franchise = world.office.reference.franchise
            let workers = franchise.providers.flatMap { franchise.workers(of: $0.id) }
            let (son, niece, provider, now) = (workers[0], try #require(workers.first { $0.phone != workers[0].phone }), workers[0].provider, world.now)
            try await world.office.perform { tx in
                // The same line at home; the worker among those to be called; a number that is nobody's.
                try tx.execute("UPDATE elder_phone SET number = \(son.phone.text) WHERE elder_id IN (\(World.lowIncome), \(World.minimum))")
                try tx.execute("UPDATE elder SET contacts = \("某某|女儿|\(son.phone.text)|1") WHERE id = \(World.destitute)")
                try tx.execute("UPDATE elder SET contacts = '某某|侄女|13900000000|1' WHERE id = \(World.ordinary)")
                for (worker, at) in [(son, now), (niece, now - .days(1))] {
                    try tx.roster.setTie(Terms.Tie(worker: worker.id, elder: World.minimum), of: provider, relation: "子女", by: "desk", at: at)
                }
                try tx.ties.put(ElderTie(elder: World.minimum, kind: .relative, value: son.id.text, note: "", at: now - .days(9), actor: "desk"))
            }
            let relations = try await world.office.read { tx in
                try tx.packs.relations(PackRepository.Scope(World.month, isClosed: false, began: nil), workers: workers)
            }
            let expected: [Terms.Tie: Instant?] = [
                Terms.Tie(worker: son.id, elder: World.lowIncome): nil, Terms.Tie(worker: son.id, elder: World.destitute): nil,
                Terms.Tie(worker: son.id, elder: World.minimum): now - .days(9), Terms.Tie(worker: niece.id, elder: World.minimum): now - .days(1),
            ]
            #expect(relations.map(\.tie) == expected.keys.sorted { ($0.worker, $0.elder) < ($1.worker, $1.elder) })
            for (tie, at) in relations { #expect(.some(at) == expected[tie], "\(tie)") }
        }
    }

    @Test func `goes only where nothing else lives`() async throws {
        try await World.with(.memory) { world in
            try await Scratch.with { folder in
                try Data("mine".utf8).write(to: URL(fileURLWithPath: "\(folder)/letter.txt"))
                let refused = await refusal { try await ExportMonth(world.office)(World.month, to: folder, by: World.finance) }
                #expect(refused?.code == "output_not_empty")
                let nowhere = await refusal { try await ExportMonth(world.office)(World.month, to: "/proc/nowhere", by: World.finance) }
                #expect(nowhere?.code == "output_not_writable")
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["letter.txt"])
            }
        }
    }

    @Test func `that cannot be finished leaves no folder`() async throws {
        try await World.with(.memory) { world in
            try await Self.serve(world)
            try await Scratch.with { folder in
                let refused = await refusal {
                    try await ExportMonth(world.office)(World.month, to: "\(folder)/a", by: World.finance) { _, _ in
                        throw Rejection(.unavailable, "spreadsheet_failed", "电子表格没有写成。")
                    }
                }
                #expect(refused?.code == "spreadsheet_failed")
                let left = try FileManager.default.contentsOfDirectory(atPath: folder)
                #expect(left == [])
            }
        }
    }
}
