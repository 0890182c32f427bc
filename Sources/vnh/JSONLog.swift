import Foundation
import Kernel
import Logging

/// Logs as one JSON object a line on standard error. Carries ids and codes; nothing in this program logs a name, phone or address.
struct JSONLog: LogHandler {
    let label: String
    var logLevel: Logger.Level = .info
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var line: JSON = [
            "at": JSON(Premises.clock()), "level": JSON(event.level.rawValue), "logger": JSON(label), "message": JSON(event.message.description),
        ]
        for (key, value) in metadata.merging(event.metadata ?? [:], uniquingKeysWith: { $1 }).sorted(by: { $0.key < $1.key }) {
            line = .object(fields(of: line) + [JSON.Field(name: key, value: JSON(value.description))])
        }
        FileHandle.standardError.write(Data((line.text + "\n").utf8))
    }

    private func fields(of json: JSON) -> [JSON.Field] {
        guard case .object(let fields) = json else { return [] }
        return fields
    }
}
