import Hummingbird
import Kernel
import Web
import Workflow

extension Frame {
    /// The frame of the administrators' pages: each of the three sees what is its own (三员分立).
    static func admin(_ title: String, _ request: Request, _ caller: Caller) -> Frame {
        let links: [(String, String)] =
            switch caller.role {
            case .security: [("用户", "/admin/users"), ("令牌", "/admin/tokens")]
            case .auditor: [("管理操作", "/admin/audit"), ("查阅记录", "/admin/access"), ("月结", "/finance"), ("大屏", "/board")]
            default:
                [
                    ("管理", "/admin"), ("服务商", "/admin/providers"), ("目录与参数", "/admin/reference?file=catalog/items.csv"),
                    ("日历", "/admin/reference?file=catalog/calendar.csv"), ("月结权限", "/admin/rights"), ("令牌", "/admin/tokens"), ("推送", "/admin/webhooks"),
                    ("导入", "/admin/import"), ("月结", "/finance"), ("工作台", "/console"),
                ]
            }
        let here = request.uri.string
        return Frame(
            title: title, caller: caller.name, links: links.map { Link($0.0, to: $0.1, isCurrent: here == $0.1) }, language: request.language)
    }
}
