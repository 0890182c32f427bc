import Kernel

/// What a driver shows of the row under its cursor. Columns count from 0.
public protocol RowCursor: AnyObject {
    func integer(_ column: Int) -> Int64?
    func text(_ column: Int) -> String?
    func bytes(_ column: Int) -> [UInt8]?
}

/// The row under the cursor, read column by column in the order in which the SELECT lists them.
///
/// A value that does not fit its type is a damaged database and is reported as ``StoreFault/corrupt(_:)``, never guessed.
public struct Row {
    private let cursor: any RowCursor
    private var column = 0

    public init(_ cursor: any RowCursor) { self.cursor = cursor }

    /// Makes the next read start at the first column again; used by drivers between rows.
    public mutating func rewind() { column = 0 }

    private mutating func next() -> Int {
        defer { column += 1 }
        return column
    }

    public mutating func optionalInteger() -> Int64? { cursor.integer(next()) }
    public mutating func optionalText() -> String? { cursor.text(next()) }
    public mutating func optionalBytes() -> [UInt8]? { cursor.bytes(next()) }

    public mutating func integer() throws -> Int64 { try present(optionalInteger()) }
    public mutating func int() throws -> Int { Int(try integer()) }
    public mutating func text() throws -> String { try present(optionalText()) }
    public mutating func bytes() throws -> [UInt8] { try present(optionalBytes()) }
    public mutating func bool() throws -> Bool { try integer() != 0 }

    public mutating func fen() throws -> Fen { Fen(try integer()) }
    public mutating func quantity() throws -> Quantity { Quantity(hundredths: try integer()) }
    public mutating func instant() throws -> Instant { Instant(milliseconds: try integer()) }
    public mutating func optionalInstant() -> Instant? { optionalInteger().map(Instant.init(milliseconds:)) }
    public mutating func date() throws -> LocalDate { try present(LocalDate(try text())) }
    public mutating func optionalDate() throws -> LocalDate? { try optionalText().map { try present(LocalDate($0)) } }
    public mutating func month() throws -> Month { try present(Month(try text())) }
    public mutating func id<Of>(_: Of.Type = Of.self) throws -> ID<Of> { ID(try text()) }
    public mutating func optionalID<Of>(_: Of.Type = Of.self) -> ID<Of>? { optionalText().map { ID($0) } }
    /// An enum stored as its raw text.
    public mutating func value<T: RawRepresentable<String>>(_: T.Type = T.self) throws -> T { try present(T(rawValue: try text())) }
    public mutating func optionalValue<T: RawRepresentable<String>>(_: T.Type = T.self) throws -> T? {
        try optionalText().map { try present(T(rawValue: $0)) }
    }

    /// An enum stored as its number.
    public mutating func value<T: RawRepresentable<Int>>(_: T.Type = T.self) throws -> T { try present(T(rawValue: try int())) }

    private func present<T>(_ value: T?) throws -> T {
        guard let value else { throw StoreFault.corrupt("column \(column - 1): value missing or out of range") }
        return value
    }
}
