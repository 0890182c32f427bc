/// Writes a template over a value, byte by byte into one text: the longest pages have tens of thousands of values.
struct PageWriter {
    let templates: [String: PageTemplate]
    private(set) var html: [UInt8] = []
    /// The thing itself, and last the innermost section's.
    private var stack: [PageValue]

    init(_ templates: [String: PageTemplate], _ model: PageValue) {
        self.templates = templates
        stack = [model]
    }

    /// - Returns: false when there is no such template.
    mutating func write(_ template: String) -> Bool {
        guard let template = templates[template] else { return false }
        write(template.parts, blocks: [:])
        return true
    }

    /// - Parameter blocks: what templates further out have put into the blocks of this one.
    private mutating func write(_ parts: [PageTemplate.Part], blocks: [String: [PageTemplate.Part]]) {
        for part in parts {
            switch part {
            case .text(let text): html += text
            case .value(let path, let isEscaped):
                switch value(path) {
                case .text(let text): if isEscaped { HTML.append(text, to: &html) } else { html += text.utf8 }
                case .flag(let flag): html += String(flag).utf8
                case .list, .table, nil: continue
                }
            case .section(let path, let parts):
                switch value(path) {
                case nil, .flag(false): continue
                case .flag(true): write(parts, blocks: blocks)
                case .list(let values): for value in values { write(parts, of: value, blocks: blocks) }
                case .some(let value): write(parts, of: value, blocks: blocks)
                }
            case .inverted(let path, let parts):
                if value(path)?.isEmpty ?? true { write(parts, blocks: blocks) }
            case .partial(let name):
                if let template = templates[name] { write(template.parts, blocks: blocks) }
            case .parent(let name, let filled):
                if let template = templates[name] { write(template.parts, blocks: filled.merging(blocks) { $1 }) }
            case .block(let name, let otherwise): write(blocks[name] ?? otherwise, blocks: blocks)
            }
        }
    }

    private mutating func write(_ parts: [PageTemplate.Part], of value: PageValue, blocks: [String: [PageTemplate.Part]]) {
        stack.append(value)
        write(parts, blocks: blocks)
        stack.removeLast()
    }

    private func value(_ path: [String]) -> PageValue? {
        guard let first = path.first else { return stack.last }
        for value in stack.reversed() {
            guard let found = value[first] else { continue }
            return path.dropFirst().reduce(found) { $0?[$1] }
        }
        return nil
    }
}
