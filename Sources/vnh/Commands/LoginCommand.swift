import ArgumentParser
import Kernel
import Registry
import Store
import Workflow

struct LoginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "login", abstract: "新建账号或改密码；密码从标准输入读一行。第一位安全管理员由此建立，其余账号由他在页面上办理")
    @OptionGroup var database: DatabaseOption
    @Argument(help: "用户名") var name: String
    @Option(help: "operator|provider|finance|quality|admin|security|auditor") var role: String
    @Option(help: "服务商编号（角色为 provider 时必填）") var provider: String?
    @Option(help: "工号（角色为 admin、security、auditor、finance 时必填；前三种一人只能任一种，同一角色一人只有一个账号）") var person: String?

    func run() async throws {
        guard let role = Caller.Role(rawValue: role) else {
            throw Rejection(.invalid, "role_unknown", "没有角色 \(role)，应为 \(Caller.Role.allCases.map(\.rawValue).joined(separator: "、")) 之一。")
        }
        guard let password = readLine() else { throw Rejection(.invalid, "password_weak", "请从标准输入给出密码。") }
        let office = try await Premises.office(try database.url)
        try await ManageAccess(office).saveLogin(
            .init(name: name, password: password, role: role, provider: provider.map { ProviderID($0) }, person: person), by: .system)
        await office.database.close()
        print("已保存账号 \(name)（\(role.rawValue)）。")
    }
}
