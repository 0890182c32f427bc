import Mustache
import Synchronization

/// A row of a list that may be long.
///
/// Its stored properties are texts, whole numbers, truth values, and optionals and lists of them or of such structs. A list of rows is filled in
/// by ``RowTemplate``: to find each name of each row by the template engine is most of the time of a page.
public protocol PageRow: Sendable {}

/// What stands in a template between `{{#rows}}` and `{{/rows}}`, read once and filled in for each row.
///
/// Of mustache it knows what such a text needs: `{{name}}`, `{{name.of.name}}`, `{{.}}`, `{{#name}}`, `{{^name}}`, `{{>partial}}`. Names are looked
/// for in the row, then in what stands around the list. The engine hands it the text as to any of its lambdas.
struct RowTemplate: Sendable {
    private indirect enum Piece: Sendable {
        case text([UInt8])
        case shown([String])
        case section([String], [Piece], isInverted: Bool)
    }

    private let pieces: [Piece]

    /// Something that is not read here, such as a transform.
    struct Unknown: Error { let tag: String }

    /// - Parameter partials: texts of templates by name.
    init(_ text: String, partials: [String: String]) throws(Unknown) {
        var rest = text.utf8[...]
        pieces = try Self.pieces(&rest, until: nil, partials)
    }

    private static func pieces(_ rest: inout Substring.UTF8View, until end: String?, _ partials: [String: String]) throws(Unknown) -> [Piece] {
        var pieces: [Piece] = []
        while let text = take(&rest, before: UInt8(ascii: "{")) {
            pieces.append(.text(text))
            let tag = String(decoding: take(&rest, before: UInt8(ascii: "}")) ?? [], as: UTF8.self)
            let name = String(tag.drop { "#^/>".contains($0) })
            guard !name.contains("(") else { throw Unknown(tag: tag) }
            let path = name == "." ? [name] : name.split(separator: ".").map(String.init)
            switch tag.first {
            case "#": pieces.append(.section(path, try Self.pieces(&rest, until: name, partials), isInverted: false))
            case "^": pieces.append(.section(path, try Self.pieces(&rest, until: name, partials), isInverted: true))
            case "/" where name == end: return pieces
            case ">":
                guard let partial = partials[name] else { throw Unknown(tag: tag) }
                var own = partial.utf8[...]
                pieces += try Self.pieces(&own, until: nil, partials)
            case let first? where first.isLetter || tag == ".": pieces.append(.shown(path))
            default: throw Unknown(tag: tag)
            }
        }
        guard end == nil else { throw Unknown(tag: "/\(end ?? "")") }
        pieces.append(.text(Array(rest)))
        return pieces
    }

    /// Takes what stands before two of these, and them.
    private static func take(_ rest: inout Substring.UTF8View, before mark: UInt8) -> [UInt8]? {
        var place = rest.startIndex
        while let first = rest[place...].firstIndex(of: mark) {
            place = rest.index(after: first)
            guard place < rest.endIndex, rest[place] == mark else { continue }
            defer { rest = rest[rest.index(after: place)...] }
            return Array(rest[..<first])
        }
        return nil
    }

    // MARK: Filling in

    /// The properties of a row, or a text of its own that is called `.`.
    private struct Scope {
        var places: [String: Int] = [:]
        var values: [Any] = []
        var dot: Any?
    }

    /// What it comes to for these rows, one after the other.
    ///
    /// - Parameter outer: what stands around the list.
    func filled(_ rows: [any PageRow], in outer: PageValue.Table) -> String {
        var (html, scopes, places): ([UInt8], [Scope], [ObjectIdentifier: [String: Int]]) = ([], [], [:])
        html.reserveCapacity(rows.count * 512)
        for row in rows { Self.fill(pieces, each: row, &scopes, &places, outer, into: &html) }
        return String(decoding: html, as: UTF8.self)
    }

    /// Goes into a row, or one of the texts of a list.
    private static func fill(
        _ pieces: [Piece], each value: Any, _ scopes: inout [Scope], _ places: inout [ObjectIdentifier: [String: Int]], _ outer: PageValue.Table,
        into html: inout [UInt8]
    ) {
        if value is String || value is Int {
            scopes.append(Scope(dot: value))
        } else {
            let (mirror, type) = (Mirror(reflecting: value), ObjectIdentifier(Swift.type(of: value)))
            if places[type] == nil {
                let named = mirror.children.enumerated().compactMap { place, child in child.label.map { ($0, place) } }
                places[type] = Dictionary(named, uniquingKeysWith: { first, _ in first })
            }
            scopes.append(Scope(places: places[type] ?? [:], values: mirror.children.map(\.value)))
        }
        fill(pieces, &scopes, &places, outer, into: &html)
        scopes.removeLast()
    }

    private static func fill(
        _ pieces: [Piece], _ scopes: inout [Scope], _ places: inout [ObjectIdentifier: [String: Int]], _ outer: PageValue.Table,
        into html: inout [UInt8]
    ) {
        for piece in pieces {
            switch piece {
            case .text(let text): html += text
            case .shown(let path): if let value = value(path, scopes, outer) { HTML.append(PageValue.text(value), to: &html) }
            case .section(let path, let inner, let isInverted):
                let value = value(path, scopes, outer)
                if let list = value.flatMap(PageValue.list) {
                    guard isInverted == list.isEmpty else { continue }
                    if isInverted { fill(inner, &scopes, &places, outer, into: &html) }
                    for element in list { fill(inner, each: element, &scopes, &places, outer, into: &html) }
                } else {
                    guard isInverted != (value.map { $0 as? Bool ?? true } ?? false) else { continue }
                    guard let value, !(value is Bool), !(value is PageValue.Table) else {
                        fill(inner, &scopes, &places, outer, into: &html)
                        continue
                    }
                    fill(inner, each: PageValue.plain(value), &scopes, &places, outer, into: &html)
                }
            }
        }
    }

    /// Nil for what is not there.
    private static func value(_ path: [String], _ scopes: [Scope], _ outer: PageValue.Table) -> Any? {
        guard let name = path.first else { return nil }
        if name == "." { return scopes.last?.dot }
        for scope in scopes.reversed() {
            guard let place = scope.places[name] else { continue }
            return path.count == 1 ? PageValue.present(scope.values[place]) : nil
        }
        return outer.find(path)
    }

    /// Those read already, by their text.
    final class Shelf: Sendable {
        private let partials: [String: String]
        private let read = Mutex<[String: RowTemplate]>([:])

        init(partials: [String: String]) { self.partials = partials }

        subscript(text: String) -> RowTemplate {
            get throws(Unknown) {
                if let known = read.withLock({ $0[text] }) { return known }
                let template = try RowTemplate(text, partials: partials)
                read.withLock { $0[text] = template }
                return template
            }
        }
    }
}
