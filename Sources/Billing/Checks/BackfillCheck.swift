import Kernel

/// R18: the order was entered after its service had begun.
struct BackfillCheck: LineCheck {
    let rule = Rule("R18", .hold, "工单事后补录")

    func finding(_ line: Candidate, _: Terms) -> Finding? {
        line.isBackfilled ? Finding("R18", .hold, "工单在服务开始之后补录") : nil
    }
}
