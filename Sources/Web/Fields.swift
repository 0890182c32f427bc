import Hummingbird
import Kernel

/// The body or form of a request that says everything by its address.
public struct Nothing: Decodable, Sendable {}

/// What somebody says who approves or rejects.
public struct Opinion: Decodable, Sendable {
    public let opinion: String?
}

extension Month {
    /// A month as a request writes it.
    ///
    /// - Throws: `month_invalid`.
    public static func read(_ text: String, at pointer: String = "/month") throws -> Month {
        guard let month = Month(text) else { throw Rejection(.invalid, "month_invalid", "月份应为 YYYY-MM。", pointer: pointer) }
        return month
    }
}

extension LocalDate {
    /// A day as a request writes it.
    ///
    /// - Throws: `day_invalid`.
    public static func read(_ text: String, at pointer: String = "/day") throws -> LocalDate {
        guard let day = LocalDate(text) else { throw Rejection(.invalid, "day_invalid", "日期应为 YYYY-MM-DD。", pointer: pointer) }
        return day
    }
}

extension RequestContext {
    /// The month in the address.
    public func month() throws -> Month { try .read(try parameters.require("month")) }
}

extension Request {
    /// The month in the query.
    public func month() throws -> Month? { try query("month").map { try .read($0) } }

    /// A day in the query.
    public func day(_ name: String = "day") throws -> LocalDate? { try query(name).map { try .read($0, at: "/\(name)") } }
}
