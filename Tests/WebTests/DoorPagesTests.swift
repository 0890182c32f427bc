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
        let form = FormFields("url=https%3A%2F%2Fx%3Fa%3D1&note=%3Cb%3E&empty=&password=secret&csrf=old")
        try Golden.page("again", Entrance.AgainModel("//evil.example", form))
        try Golden.page("undone", Entrance.UndoneModel(message: "您的角色不能使用这个功能。", back: nil))
        try Golden.page("undone", as: "undone@form", Entrance.UndoneModel(message: "这一行已有处理意见。", back: "/finance/2026-01/held"))
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
