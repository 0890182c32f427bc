import Kernel

/// R17: confirmed by somebody who is neither the elder nor family, or with the elder's card away from the elder's home.
struct ConfirmationCheck: LineCheck {
    let rule = Rule("R17", .hold, "他人代签，或持卡人不在场")

    func finding(_ line: Candidate, _: Terms) -> Finding? {
        guard line.kind == .order else { return nil }
        if line.proof.isCardAway { return Finding("R17", .hold, "刷卡或报码时设备不在老人家中，卡可能由他人保管") }
        guard let who = line.proof.signedBy, !Self.family.contains(who) else { return nil }
        return Finding("R17", .hold, "由“\(who)”代为确认，不是老人或家属")
    }

    private static let family: Set = ["elder", "child", "spouse", "family", "guardian", "本人", "子女", "配偶", "家属", "监护人"]
}
