import Foundation

/// One Swift file under Sources/.
struct SourceFile: Sendable {
    /// The target it belongs to.
    let room: String
    /// From the root of the package: `Sources/Orders/Order.swift`.
    let path: String
    let lines: [String]

    /// What the file imports and on which line, whatever stands in front of the word.
    var imports: [(module: String, line: Int)] {
        lines.enumerated().compactMap { index, text in
            var words = text.split(separator: " ").map(String.init)
            while let first = words.first, first.hasPrefix("@") || ["public", "internal", "private"].contains(first) { words.removeFirst() }
            guard words.count >= 2, words[0] == "import" else { return nil }
            let kinds = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
            let name = kinds.contains(words[1]) && words.count > 2 ? words[2] : words[1]
            return (String(name.prefix { $0 != "." }), index + 1)
        }
    }

    /// The lines without their comments, so that a rule may be spoken of where it is kept.
    var code: [(text: String, line: Int)] {
        lines.enumerated().map { (String($0.element.prefix(upTo: Self.commentStart($0.element))), $0.offset + 1) }
    }

    /// Where `//` begins outside a text literal.
    private static func commentStart(_ line: String) -> String.Index {
        var isQuoted = false
        var previous: Character = " "
        for index in line.indices {
            let character = line[index]
            if character == "\"", previous != "\\" { isQuoted.toggle() }
            if character == "/", previous == "/", !isQuoted { return line.index(before: index) }
            previous = character
        }
        return line.endIndex
    }

    /// The text of every literal, one line or several, with the line on which it begins.
    var literals: [(text: String, line: Int)] {
        var found: [(String, Int)] = []
        var open: (text: [String], line: Int)?
        for (text, line) in code {
            let parts = text.components(separatedBy: "\"\"\"")
            if parts.count == 1 {
                if open != nil {
                    open?.text.append(text)
                } else {
                    let pieces = text.split(separator: "\"", omittingEmptySubsequences: false)
                    found += pieces.enumerated().filter { $0.offset % 2 == 1 }.map { (String($0.element), line) }
                }
            } else if let closing = open {
                found.append(((closing.text + [parts[0]]).joined(separator: " "), closing.line))
                open = nil
            } else {
                open = ([parts[1]], line)
            }
        }
        return found
    }
}

enum House {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static let files: [SourceFile] = {
        let sources = root.appending(path: "Sources")
        let paths = (FileManager.default.subpaths(atPath: sources.path) ?? []).filter { $0.hasSuffix(".swift") }.sorted()
        return paths.compactMap { path in
            guard let text = try? String(contentsOf: sources.appending(path: path), encoding: .utf8) else { return nil }
            let room = path.split(separator: "/").first.map(String.init) ?? ""
            return SourceFile(room: room, path: "Sources/" + path, lines: text.components(separatedBy: "\n"))
        }
    }()

    static let rooms: [String] = Set(files.map(\.room)).sorted()
}
