@testable import Web
import Kernel
import TestSupport
import Testing
import Workflow

/// Pages of whoever is not yet in, and of one's own account.
@Suite("The pages of the door, as they were found right")
struct DoorPagesTests {
    private static let way = Entrance.Way(next: "/console?x=1&y=<b>")

    @Test(arguments: Language.allCases)
    func `a login, and one that failed, in each language`(language: Language) throws {
        let mark = language == .chinese ? "" : "@en"
        try Golden.page("login", as: "login\(mark)", Entrance.LoginModel(way: Self.way), in: language)
        let failed = Rejection(.unauthenticated, "login_failed", "用户名或密码不对，请重试。")
        let kept = Entrance.Way(next: "/admin/webhooks", kept: "url=https%3A%2F%2Fexample.org&csrf=old")
        let model = Entrance.LoginModel(way: kept, name: "desk<b>", hasName: true, fault: .init(failed, language))
        try Golden.page("login", as: "login@failed\(mark)", model, in: language)
    }

    @Test func `the code of the second factor, asked for again`() throws {
        let wrong = Rejection(.invalid, "factor_code_wrong", "验证码不对")
        try Golden.page("login-code", Entrance.CodeModel(way: Self.way, challenge: "challenge", fault: .init(wrong, .chinese)))
    }

    @Test func `every reason for which nobody comes in has its sentence, and another keeps its own`() throws {
        for code in ["login_failed", "login_locked", "factor_code_wrong", "challenge_unknown"] {
            let fault = Entrance.Fault(Rejection(.unauthenticated, code, "中文"), .english)
            #expect(fault.message == nil, "\(code)")
        }
        // Until when, only the sentence itself says.
        #expect(Entrance.Fault(Rejection(.unauthenticated, "login_locked", "锁定到九点"), .chinese).message == "锁定到九点")
        #expect(Entrance.Fault(Rejection(.unauthenticated, "other", "别的"), .english).message == "别的")
    }

    @Test func `a form that is sent once more, and what could not be done`() throws {
        let form = FormFields("once=k&hash=9f8e&opinion=%3Cb%3E&empty=&password=secret&csrf=old")
        let labels = try Golden.pages.get().labels
        try Golden.page("again", Entrance.AgainModel("/finance/2026-01/reject", form, labels, .chinese))
        try Golden.page("again", as: "again@en", Entrance.AgainModel("/finance/2026-01/reject", form, labels, .english), in: .english)
        // Never the address of another, and of what nobody knows nothing is shown.
        try Golden.page("again", as: "again@unknown", Entrance.AgainModel("//evil.example", form, labels, .chinese))
        try Golden.page("undone", Entrance.UndoneModel(message: "您的角色不能使用这个功能。", back: nil))
        try Golden.page("undone", as: "undone@form", Entrance.UndoneModel(message: "这一行已有处理意见。", back: "/finance/2026-01/held"))
    }

    /// Read out of the templates: a field that somebody fills in under no label would not be shown on the page that sends a form once more.
    @Test(arguments: Language.allCases)
    func `every field of every form is shown again under its own label`(language: Language) throws {
        let labels = try Golden.pages.get().labels
        var (found, missing): (Int, [String]) = (0, [])
        for room in ["Web", "ConsoleWeb", "PortalWeb", "FinanceWeb"] {
            for (name, bytes) in try ResourceFolder(of: room).files(".mustache") {
                for form in String(decoding: bytes, as: UTF8.self).matches(of: #/<form [^>]*method="post" action="([^"]*)"(?s:.*?)</form>/#) {
                    let path = String(form.1).replacing(#/\{\{.*?\}\}/#, with: "x")
                    for control in form.0.matches(of: #/<(?:input|select|textarea)\b[^>]*? name="([a-zA-Z_]+)"[^>]*>/#) {
                        guard !control.0.contains(#/type="(hidden|password|file)"| hidden>/#) else { continue }
                        found += 1
                        let label = labels.label(of: String(control.1), at: path, in: language) ?? ""
                        if label.isEmpty || label.contains(#/[\[<{]/#) { missing.append("\(name) \(path) \(control.1): \(label)") }
                    }
                }
            }
        }
        #expect(found > 80)
        #expect(missing == [])
    }

    /// The key by which it is done once; see `Exchange/once`. What is revealed is written down however often it is.
    @Test func `every form of the desks carries its key`() throws {
        var missing: [String] = []
        for room in ["ConsoleWeb", "FinanceWeb"] {
            for (name, bytes) in try ResourceFolder(of: room).files(".mustache") {
                for form in String(decoding: bytes, as: UTF8.self).matches(of: #/<form [^>]*method="post" action="([^"]*)"(?s:.*?)</form>/#) {
                    guard !form.0.contains(#/<input type="hidden" name="once" value="\{\{[a-z.]*once\}\}/#), !form.1.hasSuffix("/reveal") else { continue }
                    missing.append("\(name) \(form.1)")
                }
            }
        }
        #expect(missing == [])
    }

    @Test(arguments: [
        ("/finance/2026-01/reject", "opinion=%E4%B8%8D%E5%90%8C%E6%84%8F", "退回一步", ["意见（退回必填）: 不同意"]),
        ("/finance/2026-01/lines/o1", "kind=refuse&why=R7&reason=x", "拒付", ["理由: x"]),
        ("/console/callbacks/c1", "came=no&satisfaction=5&at=&answered_by=child", "记下答复，再看记录", ["有没有人来？: 没有人来", "满意吗: 5 很满意", "谁接的: 子女"]),
        ("/console/complaints/c1/answer", "after=&text=x", nil, ["答复或处理结果: x"]),
        ("/admin/users", "name=desk&password=secret&role=operator", "新建或改密码", ["用户名: desk", "角色: operator"]),
    ] as [(String, String, String?, [String])])
    func `a form is told in the words of its page, and its button`(path: String, form: String, button: String?, facts: [String]) throws {
        let typed = try Golden.pages.get().labels.typed(FormFields(form).kept, at: path, in: .chinese)
        #expect(typed.button == button)
        #expect(typed.facts.map { "\($0.name): \($0.value)" } == facts)
    }

    @Test func `one's own account: off, being turned on, and on`() throws {
        try Golden.page("account", AccountPages.Model(name: "张三", isOn: false, isOff: true, recoveryLeft: 0))
        try Golden.page(
            "account", as: "account@password", AccountPages.Model(name: "张三", isOn: false, isOff: true, recoveryLeft: 0, passwordFault: "旧密码不对。"))
        try Golden.page(
            "account", as: "account@changed", AccountPages.Model(name: "张三", isOn: false, isOff: true, recoveryLeft: 0, isPasswordChanged: true))
        let uri = "otpauth://totp/VNH:desk?secret=JBSWY3DPEHPK3PXP&issuer=VNH"
        try Golden.page(
            "account", as: "account@begun", AccountPages.Model(
                name: "张三", isOn: false, isOff: false, recoveryLeft: 0, secret: "JBSW Y3DP EHPK 3PXP", uri: uri, picture: "<svg></svg>"))
        try Golden.page(
            "account", as: "account@on", AccountPages.Model(
                name: "张三", isOn: true, isOff: false, recoveryLeft: 8, codes: ["aaaa bbbb"], hasCodes: true, fault: "验证码不对"))
    }
}
