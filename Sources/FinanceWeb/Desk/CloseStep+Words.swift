import Billing
import Web

/// A step of the month as the officer reads it: where it stands, what comes next, and what comes of going on.
extension CloseStep {
    /// Where a month stands, in a word.
    func told(isOver: Bool) -> String { self == .open && isOver ? localized("待月结") : localized(term: name) }

    /// What is to be done next; nil when nothing is.
    func next(isOver: Bool) -> String? {
        switch self {
        case .open: isOver ? localized("月结") : nil
        case .closing: localized("继续月结")
        case .finance: localized("登记发票、付款")
        case .paying: localized("等银行回单")
        case .paid: nil
        default: CloseMove.table.first { $0.from == self && $0.action == .approve }.map { localized(term: $0.right.name) }
        }
    }

    /// What it means to go on from here: the officer reads it before they sign.
    var effect: String? {
        switch self {
        case .open, .closing: localized("月结之后：结算单的行和金额固定，发给服务商确认，抽查开始；做到一半断了，再按一次从断处继续。")
        case .frozen: localized("同意之后：不能再逐行放行或拒付，批次送街道签字；仍待核的行本月不付，只能以后冲正。")
        case .reviewed: localized("同意之后：批次锁定，一行也不能改，只能整批逐级退回；送区民政审批。")
        case .street: localized("同意之后：送财务审核。")
        case .district: localized("同意之后：不能再退回；登记发票、付款，差错只能以后冲正。")
        case .finance: localized("发票登记后生成付款文件，交银行。")
        case .paying: localized("付款文件已经生成；银行回单到后上传入账。")
        case .paid: nil
        }
    }
}
