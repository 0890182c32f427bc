import Billing
import Catalog
import Kernel
import Testing

@testable import Store

/// Pages of a day: a close judges them side by side, so one that holds the whole day makes the writer wait for it.
struct MonthPagingTests {
    private let day = Month(2026, 3).first.adding(days: 1)

    private func pages(_ numbers: [Int], meals: [String] = [], of size: Int) -> [[String]] {
        var paging = MonthPaging(.day(day), size: size)
        for (index, number) in numbers.enumerated() { paging.add(line(.order, id: "id\(1000 + index)", number: "260302-\(1000 + number)")) }
        for meal in meals { paging.add(line(.meal, id: meal, number: meal)) }
        return paging.pages.map { page in page.ranges.map { "\($0.kind.rawValue) \($0.after)-\($0.until)" } }
    }

    private func line(_ kind: Candidate.Kind, id: String, number: String) -> Candidate {
        Candidate(
            kind: kind, subject: id, number: number, provider: ID("p1"), elder: ID("e1"), item: ID("06001"), date: day, createdAt: Instant(milliseconds: 0),
            quantity: .one, unitPrice: .zero, gross: .zero, funding: [], selfPay: .zero, evidence: .none)
    }

    @Test("Numbers that rise as ids do are cut into pages of the size asked for")
    func rising() {
        #expect(pages([1, 2, 3, 4, 5], of: 2) == [["order -id1001"], ["order id1001-id1003"], ["order id1003-id1004"]])
    }

    @Test("Two that were taken at the same moment stay on one page, and the next is cut behind them")
    func swapped() {
        #expect(pages([1, 3, 2, 4, 5, 6], of: 2) == [["order -id1002"], ["order id1002-id1004"], ["order id1004-id1005"]])
    }

    @Test("A slip that had its number long before it was entered makes the pages before it one")
    func early() {
        #expect(pages([2, 3, 4, 5, 1, 6, 7], of: 2) == [["order -id1004"], ["order id1004-id1006"]])
    }

    @Test("Meals stand in the order of their own numbers, and become one page with the orders between them")
    func meals() {
        #expect(pages([1, 2], meals: ["0a", "0b", "0c"], of: 2) == [["meal -0b"], ["meal 0b-0c"], ["order -id1001"]])
        #expect(
            pages([1, 2, 3], meals: ["260302-1000", "260302-1002a"], of: 2)
                == [["order -id1001", "meal -260302-1002a"], ["order id1001-id1002"]])
    }
}
