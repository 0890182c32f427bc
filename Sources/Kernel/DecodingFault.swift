extension DecodingError {
    /// Where it is and what is wrong, for whoever wrote the file: `versions.[1].from：…`. What the standard library and its coders say is
    /// English and names types of this program, so only sentences of our own are passed on.
    ///
    /// - Parameter depth: how many keys in front are told otherwise, such as the number of an entry.
    public func words(below depth: Int = 0) -> String {
        func place(_ path: [any CodingKey]) -> String {
            let names = path.dropFirst(depth).map { $0.intValue.map { "[\($0 + 1)]" } ?? $0.stringValue }
            return names.isEmpty ? "" : names.joined(separator: ".") + "："
        }
        switch self {
        case .keyNotFound(let key, let context): return place(context.codingPath) + "缺少字段 \(key.stringValue)"
        case .dataCorrupted(let context):
            let isOurs = context.debugDescription.unicodeScalars.contains { $0.value >= 0x2E80 }
            return place(context.codingPath) + (isOurs ? context.debugDescription : "值无法识别")
        // A value of another type, or none.
        case .typeMismatch(_, let context), .valueNotFound(_, let context): return place(context.codingPath) + "值的类型不对"
        @unknown default: return "值的类型不对"
        }
    }
}
