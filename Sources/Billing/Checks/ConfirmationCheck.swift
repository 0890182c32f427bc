import Kernel

/// R17: confirmed by somebody who is neither the elder nor family, with the elder's card away from the elder's home, or after codes were tried.
struct ConfirmationCheck: LineCheck {
    let rule = Rule("R17", .hold, "他人代签、持卡人不在场，或试猜门码", version: 2)

    func finding(_ line: Candidate, _: Terms) -> Finding? {
        guard line.kind == .order else { return nil }
        if line.proof.wasCodeLocked { return Finding("R17", .hold, "门码或卡号连续报错，曾被锁定，须向老人核实") }
        if line.proof.isCardAway { return Finding("R17", .hold, "刷卡或报码时设备不在老人家中，卡可能由他人保管") }
        guard let who = line.proof.signedBy, !Self.family.contains(who) else { return nil }
        return Finding("R17", .hold, "由“\(who)”代为确认，不是老人或家属")
    }

    private static let family: Set = ["elder", "child", "spouse", "family", "guardian", "本人", "子女", "配偶", "家属", "监护人"]
}
