import Kernel

/// One thing that an integration must or should do, and whether it does.
struct Promise {
    enum Level: String { case must, should }

    enum Result {
        case kept
        case broken(String)
        /// With what would be needed to see it.
        case unchecked(String)
    }

    /// Stable, in `snake_case`.
    let name: String
    let level: Level
    /// A sentence that says what is promised.
    let text: String
    let result: Result

    init(_ name: String, _ level: Level, _ text: String, _ result: Result) {
        self.name = name
        self.level = level
        self.text = text
        self.result = result
    }

    /// Looks; whatever goes wrong while looking breaks the promise.
    init(_ name: String, _ level: Level, _ text: String, look: () throws -> String?) {
        let result: Result
        do { result = try look().map(Result.broken) ?? .kept } catch let error as any Rejecting {
            result = .broken(error.rejection.message)
        } catch {
            result = .broken("\(error)")
        }
        self.init(name, level, text, result)
    }

    var isBrokenMust: Bool { if case .broken = result { level == .must } else { false } }
    var isUncheckedMust: Bool { if case .unchecked = result { level == .must } else { false } }

    private var word: (shown: String, stable: String, detail: String?) {
        switch result {
        case .kept: ("守住", "kept", nil)
        case .broken(let why): ("违反", "broken", why)
        case .unchecked(let need): ("未查", "unchecked", need)
        }
    }

    var line: String {
        "\(word.shown)  \(level == .must ? "必须" : "应当")  \(name)\(String(repeating: " ", count: max(1, 18 - name.count)))\(text)"
            + (word.detail.map { "：\($0)" } ?? "")
    }

    var json: JSON {
        ["promise": JSON(name), "level": JSON(level.rawValue), "result": JSON(word.stable), "text": JSON(text), "detail": JSON(word.detail)]
    }
}
