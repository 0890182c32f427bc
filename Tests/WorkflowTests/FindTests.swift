import Catalog
import Kernel
import Registry
import Store
import TestSupport
import Testing
import Workflow

@Suite struct `Finding an elder` {
    @Test(arguments: Backend.available)
    func `by a name and a place, where many have the name`(backend: Backend) async throws {
        try await World.with(backend) { world in
            let other = try #require(world.office.reference.catalogue.regions.first { $0.code.text != "620102001" && !$0.name.hasPrefix("酒") })
            var elder = try world.elder(ElderID("e-elsewhere"), class: "ordinary", order: 5)
            elder.address = Address(region: other.code.text, community: "山边社区", estate: "老院")
            let moved = elder
            try await world.office.perform { tx in try tx.elders.insert(moved) }
            func find(_ text: String) async throws -> Set<ElderID> { Set(try await FindElders(world.office)(text, limit: 9).map(\.id)) }
            let here: Set = [World.ordinary, World.lowIncome, World.minimum, World.destitute]
            #expect(try await find("wsl") == here.union([moved.id]))
            for text in ["wsl jql", "王示例 酒泉路", "wangshili  示例社区", "王 示例院"] { #expect(try await find(text) == here, "\(text)") }
            for text in ["wsl \(other.name)", "王 山边", "WSL 老院"] { #expect(try await find(text) == [moved.id], "\(text)") }
            #expect(try await find("wsl 没有的地方").isEmpty)
            // A number written in pieces is a number still.
            #expect(try await find("0931 8000003") == [World.ordinary])
        }
    }
}
