import Kernel
import Registry
import Testing

@Suite struct `An elder` {
    @Test(arguments: [
        ("2025-12-31", []), ("2026-01-01", ["B"]), ("2026-03-01", ["A", "B"]), ("2026-06-30", ["A", "B"]), ("2026-07-01", ["A"]),
        ("2030-01-01", ["A"]),
    ])
    func `has the classes of the day`(day: String, codes: [String]) throws {
        var elder = Sample.elder
        elder.classes = [
            ClassSpan(classCode: "B", span: DateSpan(from: LocalDate("2026-01-01")!, until: LocalDate("2026-06-30")!)),
            ClassSpan(classCode: "A", span: DateSpan(from: LocalDate("2026-03-01")!)),
            ClassSpan(classCode: "A", span: DateSpan(from: LocalDate("2026-04-01")!)),
        ]
        #expect(elder.classes(on: try #require(LocalDate(day))) == codes)
    }

    @Test(arguments: [("2026-03-04", 83), ("2026-03-05", 84), ("1942-03-05", 0)])
    func `grows older on the birthday`(day: String, age: Int) throws {
        #expect(Sample.elder.age(on: try #require(LocalDate(day))) == age)
    }

    @Test func `has an address for the worker and one for the list`() {
        let address = Sample.elder.address
        #expect(address.line == "畅家巷社区样板小区3号楼2单元501室（小学对面）")
        #expect(address.masked == "畅家巷社区样板小区")
        #expect(Address(region: "620102001", community: "甲社区", room: "5室").line == "甲社区5室")
    }

    @Test(arguments: ElderStatus.allCases)
    func `has a word for each status, is at home only when active and dead only when said so`(status: ElderStatus) {
        #expect(!status.term.isEmpty)
        #expect(status.isAtHome == (status == .active))
        #expect(status.isDeath == [.deathReported, .deceased].contains(status))
    }
}

/// One elder for the tests of this room; nobody of that name is meant.
enum Sample {
    static let elder = Elder(
        id: ElderID("LZ00000001"), number: "LZ00000001", name: "王建国", pinyin: "wangjianguo", initials: "wjg", sex: .male,
        birthday: LocalDate("1942-03-05")!,
        address: Address(
            region: "620102001", community: "畅家巷社区", estate: "样板小区", building: "3号楼", unit: "2单元", room: "501室", landmark: "小学对面"))
}
