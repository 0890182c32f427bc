import Crypto
import Kernel
import Store

/// 修订目录: a reference file (prices, programmes, calendar, providers …) is checked with all the others, shown as what changes, then published.
public struct ReviseReference: Sendable {
    let office: Office
    public init(_ office: Office) { self.office = office }

    public struct Preview: Sendable {
        /// What is wrong, one line each; empty when the file may be published.
        public let faults: [String]
        public let added: [String]
        public let removed: [String]

        public init(faults: [String], added: [String], removed: [String]) {
            self.faults = faults
            self.added = added
            self.removed = removed
        }
    }

    public func files() async throws -> [String: [UInt8]] { try await office.read { tx in try tx.reference.all() } }

    /// - Throws: `file_unknown` for a name that is not published.
    public func preview(_ name: String, _ content: [UInt8]) async throws -> Preview {
        var files = try await files()
        guard let old = files[name] else { throw Rejection(.missing, "file_unknown", "没有文件 \(name)。") }
        files[name] = content
        var faults: [String] = []
        do { _ = try Reference(files) } catch let error as any Rejecting {
            faults = error.rejection.message.split(separator: "\n").map(String.init)
        }
        let (before, after) = (Self.lines(old), Self.lines(content))
        let (had, has) = (Set(before), Set(after))
        return Preview(faults: faults, added: after.filter { !had.contains($0) }, removed: before.filter { !has.contains($0) })
    }

    /// Puts a checked file in force, for this server at once.
    ///
    /// - Throws: what ``preview(_:_:)`` would have shown as faults.
    public func publish(_ name: String, _ content: [UInt8], by caller: Caller) async throws {
        var files = try await files()
        guard files[name] != nil else { throw Rejection(.missing, "file_unknown", "没有文件 \(name)。") }
        files[name] = content
        let reference = try Reference(files)
        let now = office.now
        let sha256 = SHA256.hash(data: content).hex
        let notices = try await office.perform { tx in
            try tx.reference.publish(name, content, sha256: sha256, at: now)
            let data: JSON = ["file": JSON(name), "sha256": JSON(sha256)]
            try tx.events.append("reference.published", subject: name, subjectSeq: 1, by: caller.name, at: now, data: data.text)
            return try tx.providers.notices()
        }
        office.shelf.replace(with: reference.noticing(notices))
    }

    private static func lines(_ bytes: [UInt8]) -> [String] {
        String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
    }
}
