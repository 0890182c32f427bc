import Kernel

/// A template, read once: Mustache after its public specification 1.4 with inheritance, without lambdas, comments and other delimiters.
///
/// `{{name}}` writes a value escaped and `{{{name}}}` as it is; `{{#name}}…{{/name}}` once for each of a list, once for anything else that is
/// there, not for false; `{{^name}}…{{/name}}` for what is empty, false or absent. `{{>name}}` is another template in this place;
/// `{{<name}}{{$block}}…{{/block}}{{/name}}` is one with its blocks filled. Names are looked for from the innermost section outwards,
/// `a.b` is b of a, `.` the thing itself. A tag of structure alone on its line leaves no line behind.
struct PageTemplate: Sendable {
    indirect enum Part: Sendable {
        case text([UInt8])
        case value([String], isEscaped: Bool)
        case section([String], [Part])
        case inverted([String], [Part])
        case partial(String)
        case parent(String, blocks: [String: [Part]])
        case block(String, otherwise: [Part])
    }

    let parts: [Part]

    /// - Throws: a fault that names the line.
    init(_ text: String) throws(Fault) {
        var reader = Reader(bytes: Array(text.utf8))
        parts = try reader.parts(until: nil)
    }

    struct Fault: Error, CustomStringConvertible {
        /// From 1.
        let line: Int
        let reason: String

        var description: String { "第 \(line) 行：\(reason)" }
    }
}

extension PageTemplate {
    private struct Tag {
        /// `#`, `^`, `/`, `>`, `<`, `$`, `{`; nil for a plain value.
        let mark: Character?
        let name: String
        /// What is cut out for it: more than itself where it stands alone on its line.
        let range: Range<Int>
    }

    private struct Reader {
        let bytes: [UInt8]
        var position = 0

        private static let (open, close) = (Array("{{".utf8), Array("}}".utf8))

        /// - Parameter name: of the section that is open; nil at the top.
        mutating func parts(until name: String?) throws(Fault) -> [Part] {
            var parts: [Part] = []
            let start = position
            while let tag = try next() {
                if position < tag.range.lowerBound { parts.append(.text(Array(bytes[position..<tag.range.lowerBound]))) }
                let place = tag.range.lowerBound
                position = tag.range.upperBound
                switch tag.mark {
                case "/":
                    guard tag.name == name else { throw fault(place, "{{/\(tag.name)}} 没有对应的开头。") }
                    return parts
                case "#": parts.append(.section(path(tag.name), try self.parts(until: tag.name)))
                case "^": parts.append(.inverted(path(tag.name), try self.parts(until: tag.name)))
                case "$": parts.append(.block(tag.name, otherwise: try self.parts(until: tag.name)))
                case ">": parts.append(.partial(tag.name))
                case "<":
                    var blocks: [String: [Part]] = [:]
                    for case .block(let name, otherwise: let filled) in try self.parts(until: tag.name) { blocks[name] = filled }
                    parts.append(.parent(tag.name, blocks: blocks))
                case "{": parts.append(.value(path(tag.name), isEscaped: false))
                default: parts.append(.value(path(tag.name), isEscaped: true))
                }
            }
            guard name == nil else { throw fault(start, "{{/\(name ?? "")}} 不见了。") }
            if position < bytes.count { parts.append(.text(Array(bytes[position...]))) }
            position = bytes.count
            return parts
        }

        private func path(_ name: String) -> [String] { name == "." ? [] : name.split(separator: ".").map(String.init) }

        private func next() throws(Fault) -> Tag? {
            guard let start = find(Self.open, from: position) else { return nil }
            let first = start + Self.open.count
            guard let end = find(Self.close, from: first) else { throw fault(start, "标签没有写完。") }
            let mark = first < end ? Character(Unicode.Scalar(bytes[first])) : nil
            let isMarked = mark.map { "#^/><${".contains($0) } ?? false
            let name = bytes[(isMarked ? first + 1 : first)..<end].drop { $0 == UInt8(ascii: " ") }.reversed().drop { $0 == UInt8(ascii: " ") }.reversed()
            guard !name.isEmpty, name.allSatisfy(Self.isOfName) else {
                throw fault(start, "标签 {{\(String(decoding: bytes[first..<end], as: UTF8.self))}} 写错了。")
            }
            var range = start..<(end + Self.close.count)
            if mark == "{" {
                guard range.upperBound < bytes.count, bytes[range.upperBound] == UInt8(ascii: "}") else { throw fault(start, "标签没有写完。") }
                range = range.lowerBound..<(range.upperBound + 1)
            } else if isMarked {
                range = line(around: range) ?? range
            }
            return Tag(mark: isMarked ? mark : nil, name: String(decoding: name, as: UTF8.self), range: range)
        }

        private static func isOfName(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): true
            default: false
            }
        }

        /// The whole line, with its end, when nothing but blanks stands on it beside a tag.
        private func line(around tag: Range<Int>) -> Range<Int>? {
            func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
            var (start, end) = (tag.lowerBound, tag.upperBound)
            while start > position, isBlank(bytes[start - 1]) { start -= 1 }
            while end < bytes.count, isBlank(bytes[end]) { end += 1 }
            guard start == 0 || bytes[start - 1] == UInt8(ascii: "\n"), end == bytes.count || bytes[end] == UInt8(ascii: "\n") else { return nil }
            return start..<min(end + 1, bytes.count)
        }

        private func find(_ mark: [UInt8], from start: Int) -> Int? {
            (start..<max(start, bytes.count - mark.count + 1)).first { bytes[$0] == mark[0] && bytes[$0 + 1] == mark[1] }
        }

        private func fault(_ place: Int, _ reason: String) -> Fault {
            Fault(line: 1 + bytes[..<place].count { $0 == UInt8(ascii: "\n") }, reason: reason)
        }
    }
}
