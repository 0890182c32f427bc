import Catalog
import Kernel
import Registry
import Store

/// 助餐月报: meals by canteen, day and class: how many, what public money paid, what the elders paid.
public struct MealReport: Sendable {
    public let month: Month
    public let lines: [MealRepository.ReportLine]

    public var meals: Int { lines.map(\.meals).reduce(0, +) }
    public var subsidy: Fen { lines.map(\.subsidy).total }
    public var selfPay: Fen { lines.map(\.selfPay).total }

    static let header = ["序号", "餐厅编码", "餐厅", "日期", "老人类别", "人次", "补贴金额", "自付金额"]

    /// UTF-8 with a byte order mark, amounts in yuan, the totals as the last line.
    public func csv(_ reference: Reference) -> String {
        var text = CSV.byteOrderMark + CSV.line(Self.header)
        for (index, line) in lines.enumerated() {
            text += CSV.line([
                String(index + 1), line.canteen.text, reference.franchise.provider(line.canteen)?.name ?? "", line.date.description,
                reference.catalogue.elderClass(ID(line.classCode))?.name ?? line.classCode, String(line.meals), line.subsidy.yuan,
                line.selfPay.yuan,
            ])
        }
        return text + CSV.line(["合计", "", "", "", "", String(meals), subsidy.yuan, selfPay.yuan])
    }
}

public struct ReadMealReport: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public func callAsFunction(_ month: Month) async throws -> MealReport {
        MealReport(month: month, lines: try await office.read { tx in try tx.meals.report(month) })
    }
}
