import Crypto
import Foundation
import Kernel
import Store

/// Time-based one-time passwords: RFC 6238 over RFC 4226 with HMAC-SHA-1, thirty seconds and six digits, which every authenticator app speaks.
enum TOTP {
    static let period: Int64 = 30_000
    /// How many steps a telephone's clock may be off.
    static let drift: Int64 = 1

    static func step(at now: Instant) -> Int64 { now.milliseconds / period }

    static func code(_ secret: [UInt8], step: Int64) -> String {
        let counter = withUnsafeBytes(of: UInt64(bitPattern: step).bigEndian) { Data($0) }
        let mac = Array(HMAC<Insecure.SHA1>.authenticationCode(for: counter, using: SymmetricKey(data: Data(secret))))
        let offset = Int(mac[mac.count - 1] & 0x0F)
        let number = mac[offset..<offset + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
        let text = String(number % 1_000_000)
        return String(repeating: "0", count: 6 - text.count) + text
    }

    /// The time step that a code belongs to; nil when it belongs to none near now.
    static func step(of code: String, _ secret: [UInt8], at now: Instant) -> Int64? {
        let present = step(at: now)
        return (present - drift...present + drift).first { Self.code(secret, step: $0) == code }
    }
}

/// RFC 4648 base 32 without padding: what a person can type from a screen.
enum Base32 {
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")

    static func text(_ bytes: [UInt8]) -> String {
        var (text, buffer, bits) = ("", 0, 0)
        for byte in bytes {
            buffer = (buffer << 8 | Int(byte)) & 0xFFFF
            bits += 8
            while bits >= 5 {
                bits -= 5
                text.append(digits[buffer >> bits & 31])
            }
        }
        if bits > 0 { text.append(digits[buffer << (5 - bits) & 31]) }
        return text
    }

    static func bytes(_ text: String) -> [UInt8] {
        var (bytes, buffer, bits): ([UInt8], Int, Int) = ([], 0, 0)
        for character in text {
            guard let digit = digits.firstIndex(of: character) else { continue }
            buffer = (buffer << 5 | digit) & 0xFFF
            bits += 5
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(buffer >> bits & 0xFF))
            }
        }
        return bytes
    }
}

/// 双因子: what an authenticator app shows is asked for beside the password.
public struct SecondFactor: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    static let recoveryCount = 8

    public enum Standing: Sendable {
        case off
        case on(recoveryLeft: Int)
    }

    public func standing(of caller: Caller) async throws -> Standing {
        try await office.read { tx in
            guard try tx.factors.find(caller.name)?.confirmedAt != nil else { return .off }
            return .on(recoveryLeft: try tx.factors.recoveryLeft(caller.name))
        }
    }

    /// A secret for the app, shown once; it holds once a code of it has been given.
    public struct Enrolment: Sendable {
        /// In groups of four, to be typed.
        public let secret: String
        /// The Key URI that apps read.
        public let uri: String
    }

    /// - Throws: `factor_on` while one holds: it is taken away first.
    public func begin(by caller: Caller) async throws -> Enrolment {
        let now = office.now
        // 160 bits, as RFC 4226 section 4 recommends.
        let raw = (0..<3).flatMap { _ in withUnsafeBytes(of: office.random(), Array.init) }.prefix(20)
        let secret = Base32.text(Array(raw))
        try await office.perform { tx in
            guard try tx.factors.find(caller.name)?.confirmedAt == nil else {
                throw Rejection(.conflict, "factor_on", "双因子已经启用；要换手机，请先停用再重新启用。")
            }
            try tx.factors.begin(caller.name, secret: secret, at: now)
        }
        return Enrolment(secret: Self.grouped(secret), uri: Self.uri(secret, caller.name))
    }

    /// The secret that waits for its first code, for one more try.
    public func begun(by caller: Caller) async throws -> Enrolment? {
        let found = try await office.read { tx in try tx.factors.find(caller.name) }
        guard let found, found.confirmedAt == nil else { return nil }
        return Enrolment(secret: Self.grouped(found.secret), uri: Self.uri(found.secret, caller.name))
    }

    /// - Returns: recovery codes, shown once: each lets in once without the app.
    /// - Throws: `factor_code_wrong`, `factor_on`, `factor_not_begun`.
    public func confirm(_ code: String, by caller: Caller) async throws -> [String] {
        let now = office.now
        let codes = (0..<Self.recoveryCount).map { _ in Self.grouped(Base32.text(withUnsafeBytes(of: office.random(), Array.init)).lowercased()) }
        let hashes = codes.map { Secrets.hash(Self.plain($0)) }
        try await office.perform { tx in
            guard let factor = try tx.factors.find(caller.name) else {
                throw Rejection(.conflict, "factor_not_begun", "请先取得密钥，再输入验证码。")
            }
            guard factor.confirmedAt == nil else { throw Rejection(.conflict, "factor_on", "双因子已经启用。") }
            guard let step = TOTP.step(of: Self.plain(code), Base32.bytes(factor.secret), at: now), try tx.factors.take(step, of: caller.name) else {
                throw Rejection(.invalid, "factor_code_wrong", "验证码不对，请核对手机时间后输入当前的六位数字。", pointer: "/code")
            }
            try tx.factors.confirm(caller.name, at: now, recovery: hashes)
            try tx.events.append("factor.on", subject: caller.name, subjectSeq: 1, by: caller.name, at: now)
        }
        return codes
    }

    /// 停用, by whoever has it: with a code once more, so that an unattended screen is not enough.
    public func remove(_ code: String, by caller: Caller) async throws {
        let now = office.now
        let isRemoved = try await office.perform { tx in
            guard try Self.takes(tx, code, of: caller.name, at: now), try tx.factors.remove(caller.name) else {
                // Whoever sits at somebody else's screen has no more tries than at the door.
                if try ManageAccess.countFailure(tx, of: caller.name, at: now) { try tx.access.endSessions(of: caller.name) }
                return false
            }
            let data: JSON = ["reason": "own"]
            try tx.events.append("factor.reset", subject: caller.name, subjectSeq: 1, by: caller.name, at: now, data: data.text)
            return true
        }
        guard isRemoved else {
            throw Rejection(.invalid, "factor_code_wrong", "验证码不对或已用过，请等下一个验证码，或使用恢复码。", pointer: "/code")
        }
    }

    /// What an authenticator app shows for a secret.
    public static func code(_ secret: String, at now: Instant) -> String { TOTP.code(Base32.bytes(secret), step: TOTP.step(at: now)) }

    /// Takes a code of the app or a recovery code, each once.
    static func takes(_ tx: any Transaction, _ code: String, of login: String, at now: Instant) throws -> Bool {
        guard let factor = try tx.factors.find(login), factor.confirmedAt != nil else { return false }
        let code = plain(code)
        if let step = TOTP.step(of: code, Base32.bytes(factor.secret), at: now) { return try tx.factors.take(step, of: login) }
        return try tx.factors.takeRecovery(Secrets.hash(code), of: login, at: now)
    }

    /// As the app shows it, however it was typed: full width, in groups, with blanks.
    private static func plain(_ code: String) -> String { PaperNumber.normalised(code).lowercased().filter { $0.isLetter || $0.isNumber } }

    private static func grouped(_ text: String) -> String {
        text.enumerated().map { ($0 > 0 && $0 % 4 == 0 ? " " : "") + String($1) }.joined()
    }

    private static let unreserved = CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")

    private static func uri(_ secret: String, _ login: String) -> String {
        let label = login.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
        return "otpauth://totp/VNH:\(label)?secret=\(secret)&issuer=VNH&algorithm=SHA1&digits=6&period=30"
    }
}
