import Kernel

/// R23: the elder says that nobody came or that money was taken, or a complaint is open.
struct CallbackCheck: LineCheck {
    let rule = Rule("R23", .block, "回访或投诉否认服务")

    func finding(_ line: Candidate, _: Terms) -> Finding? {
        if line.callbackDenies { return Finding("R23", .block, "回访反映无人上门或额外收费") }
        return line.hasOpenComplaint ? Finding("R23", .hold, "投诉尚未处理完") : nil
    }
}
