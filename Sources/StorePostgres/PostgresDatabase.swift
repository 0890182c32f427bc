import Store

/// Without the `PostgreSQL` trait there is no driver, and opening one says so.
#if !PostgreSQL
public final class PostgresDatabase: Database {
    public let dialect = Dialect.postgres

    public init(conninfo: String, schema: String?) async throws {
        throw StoreFault.schema("此版本没有编入 PostgreSQL 支持，请用 swift build --traits PostgreSQL 重新编译。")
    }

    public func write<T: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> T) async throws -> T { throw StoreFault.failed("") }
    public func writeAlone<T: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> T) async throws -> T {
        throw StoreFault.failed("")
    }
    public func writeRepeatable<T: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> T) async throws -> T {
        throw StoreFault.failed("")
    }
    public var isBusy: Bool { false }
    public func read<T: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> T) async throws -> T { throw StoreFault.failed("") }
    public func backup(to path: String) async throws { throw StoreFault.failed("") }
    public func analyze() async throws { throw StoreFault.failed("") }
    public func integrityFaults() async throws -> [String] { [] }
    public func close() async {}
}
#endif
