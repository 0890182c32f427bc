/// The sentences that a source file tells: what stands in `localized("…")`, with `{1}`, `{2}` … for what changes.
enum SentencePatterns {
    static func of(_ source: String) -> [String] {
        // One may stand inside another.
        source.ranges(of: "localized(\"").map { call in
            var (pattern, parts, characters) = ("", 0, source[call.upperBound...])
            while let next = characters.popFirst(), next != "\"" {
                guard next == "\\", characters.first == "(" else { pattern.append(next); continue }
                parts += 1
                pattern += "{\(parts)}"
                skip(&characters)
            }
            return pattern
        }
    }

    /// An interpolation, with the strings inside it and theirs.
    private static func skip(_ characters: inout Substring) {
        var (depth, isText) = (0, false)
        while let next = characters.popFirst() {
            switch next {
            case "\"": isText.toggle()
            case "\\" where isText && characters.first == "(": skip(&characters)
            case "(" where !isText: depth += 1
            case ")" where !isText: depth -= 1
            default: break
            }
            if depth == 0, !isText { return }
        }
    }
}
