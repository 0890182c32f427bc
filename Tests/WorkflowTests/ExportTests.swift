import Billing
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
