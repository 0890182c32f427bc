import Kernel

/// R27: the parts of a line make up its whole, to the fen.
struct SumCheck: LineCheck {
    let rule = Rule("R27", .block, "数量、单价、资金分摊合计不符")

    func finding(_ line: Candidate, _: Terms) -> Finding? {
        guard line.unitPrice.times(line.quantity) == line.gross else { return Finding("R27", .block, "数量×单价与应结金额不符") }
        return line.subsidy + line.selfPay == line.gross ? nil : Finding("R27", .block, "资金分摊合计与应结金额不符")
    }
}
