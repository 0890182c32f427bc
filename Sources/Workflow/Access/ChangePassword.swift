import Kernel
import Store

/// 修改密码, by whoever has it: with the old one once more, so that an unattended screen is not enough.
public struct ChangePassword: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    /// What was typed: the old password, and the new one twice.
    public struct Wish: Sendable {
        public var old: String
        public var new: String
        public var again: String

        public init(old: String, new: String, again: String) { (self.old, self.new, self.again) = (old, new, again) }
    }

    /// A wrong old password counts towards the lock of the login as it does at the door; the one that locks ends every session of the account.
    /// After a change the session it was made in goes on, all others are over, and the log tells of it.
    ///
    /// - Parameter session: the secret of the session; a machine's token has none and no password to change.
    /// - Throws: `session_missing`, `password_differs`, `password_weak`, `password_same`, `password_wrong`, `login_locked`.
    public func callAsFunction(_ wish: Wish, in session: String) async throws {
        let access = ManageAccess(office)
        let now = office.now
        guard let name = try await access.session(session)?.caller.name, let login = try await office.read({ tx in try tx.access.login(name) }) else {
            throw Rejection(.conflict, "session_missing", "请在网页上登录后修改密码。")
        }
        guard wish.new == wish.again else {
            throw Rejection(.invalid, "password_differs", "两次输入的新密码不一样，请重新输入。", pointer: "/again")
        }
        try Password.check(wish.new, pointer: "/password")
        guard wish.new != wish.old else {
            throw Rejection(.invalid, "password_same", "新密码不能与旧密码相同。", pointer: "/password")
        }
        try ManageAccess.refuseLocked(login, at: now)
        let wrong = Rejection(.invalid, "password_wrong", "旧密码不对，没有修改。连续输错五次，账号锁定一刻钟并退出登录。", pointer: "/old")
        guard try Password.matches(wish.old, login.password) else {
            let isLocked = try await office.perform { tx in
                guard try ManageAccess.countFailure(tx, of: name, at: now) else { return false }
                try tx.access.endSessions(of: name)
                return true
            }
            throw isLocked ? ManageAccess.locked(until: now + ManageAccess.lockTime) : wrong
        }
        let salt = (0..<16).map { _ in UInt8(truncatingIfNeeded: office.random()) }
        let (stored, hash) = (try Password.stored(wish.new, salt: salt), Secrets.hash(session))
        let data: JSON = ["reason": "own"]
        try await office.perform { tx in
            // Whoever has set another one in the meantime has ended this session, too.
            guard try tx.access.session(sha256: hash) != nil, try tx.access.setPassword(stored, instead: login.password, of: name) else {
                throw wrong
            }
            try tx.access.endSessions(of: name, besides: hash)
            try tx.events.append("login.saved", subject: name, subjectSeq: 1, by: name, at: now, data: data.text)
        }
    }
}
