import Kernel

/// What can go wrong with the database itself, as opposed to a rule of the business.
public enum StoreFault: Error, Hashable, Sendable {
    /// The URL is not one of ours.
    case badURL(String)
    case missing(path: String)
    case notWritable(path: String)
    /// Another program holds the database for longer than we wait.
    case locked
    case diskFull
    /// Not a database, damaged pages, or a value that breaks its own column's promise.
    case corrupt(String)
    /// The schema is from a newer version, or a migration that has run differs from ours.
    case schema(String)
    /// A UNIQUE, CHECK, NOT NULL or foreign key refused a row.
    case constraint(String)
    /// Too many writes are waiting, or the server cannot be reached.
    case overloaded
    case unreachable(String)
    case failed(String)
}

extension StoreFault {
    /// Only the row that was to be written is at fault, not the database.
    public var isOfOneRow: Bool {
        if case .constraint = self { true } else { false }
    }
}

extension StoreFault: Rejecting {
    /// What a client hears: never the text of the database.
    public var rejection: Rejection {
        switch self {
        case .badURL(let url): Rejection(.invalid, "database_url", "数据库地址无法识别：\(url)。请写成 sqlite:路径 或 postgres://用户@主机:端口/库名。")
        case .missing(let path): Rejection(.unavailable, "database_missing", "找不到数据库文件 \(path)。请检查路径，或先运行 vnh migrate。")
        case .notWritable(let path): Rejection(.unavailable, "database_read_only", "数据库 \(path) 不可写。请检查文件和目录的权限。")
        case .locked: Rejection(.unavailable, "database_locked", "数据库正被另一个程序占用。请关闭该程序后重试。")
        case .diskFull: Rejection(.unavailable, "disk_full", "磁盘已满，本次没有写入任何内容。请清理磁盘后重试。")
        case .corrupt: Rejection(.unavailable, "database_corrupt", "数据库已损坏，请停止使用并从备份恢复（vnh restore）。")
        case .schema(let why): Rejection(.unavailable, "database_schema", why)
        case .constraint: Rejection(.conflict, "constraint", "数据与已有记录冲突，请刷新后重试。")
        case .overloaded: Rejection(.unavailable, "overloaded", "系统繁忙，请稍后重试。")
        case .unreachable: Rejection(.unavailable, "database_unreachable", "无法连接数据库服务器。请检查地址和网络。")
        case .failed: Rejection(.unavailable, "database_failed", "数据库出错，本次没有写入任何内容。请重试；若仍出错请联系管理员。")
        }
    }
}
