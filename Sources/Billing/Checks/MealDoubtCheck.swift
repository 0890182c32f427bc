import Entitlement
import Kernel

/// R22: a meal of a till that nobody has registered, or of a day on which numbers were tried.
struct MealDoubtCheck: LineCheck {
    let rule = Rule("R22", .hold, "未登记的刷卡机，或当日报错卡号过多")

    func finding(_ line: Candidate, _: Terms) -> Finding? {
        switch line.proof.doubt {
        case nil: nil
        case .till: Finding("R22", .hold, "刷卡机 \(line.proof.device ?? "") 没有登记在本餐厅")
        case .guessing: Finding("R22", .hold, "本餐厅当日报错卡号过多，凭号码的刷卡须逐笔核实")
        }
    }
}
