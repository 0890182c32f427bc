import Crypto
import Foundation
import Kernel

/// The folder of an export while it is made: files are written beside the place where they will stand and appear there all at once.
final class PackFolder {
    struct File: Sendable {
        /// From the folder: `lines.csv`, `reference/items.csv`.
        let name: String
        let sha256: String
        let bytes: Int
    }

    private let target: String
    private let draft: String
    private(set) var files: [File] = []

    /// - Throws: `output_not_empty` when there is something at the place that is not an export, `output_not_writable`.
    init(_ target: String) throws {
        var target = target
        while target.count > 1, target.hasSuffix("/") { target.removeLast() }
        self.target = target
        draft = "\(target).partial-\(UUID().uuidString.prefix(8))"
        if let there = try? FileManager.default.contentsOfDirectory(atPath: target), !there.isEmpty, !there.contains(Self.manifest) {
            throw Rejection(.conflict, "output_not_empty", "目录 \(target) 已有其他文件，请换一个空目录。")
        }
        try Self.writing(target) { try FileManager.default.createDirectory(atPath: draft, withIntermediateDirectories: true) }
    }

    static let manifest = "manifest.json"

    /// Writes a file piece by piece.
    func write(_ name: String, _ body: (inout FileWriter) throws -> Void) throws {
        try makeFolder(of: name)
        var writer = try FileWriter("\(draft)/\(name)", shown: target)
        try body(&writer)
        let (sha256, bytes) = try writer.finish()
        files.append(File(name: name, sha256: sha256, bytes: bytes))
    }

    func write(_ name: String, _ bytes: some Sequence<UInt8>) throws {
        try write(name) { try $0.append(Array(bytes)) }
    }

    /// A file that something else writes.
    func adopt(_ name: String, _ write: (_ path: String) throws -> Void) throws {
        try makeFolder(of: name)
        try write("\(draft)/\(name)")
        try Self.writing(target) {
            let data = try Data(contentsOf: URL(fileURLWithPath: "\(draft)/\(name)"))
            files.append(File(name: name, sha256: SHA256.hash(data: data).hex, bytes: data.count))
        }
    }

    private func makeFolder(of name: String) throws {
        guard let slash = name.lastIndex(of: "/") else { return }
        try Self.writing(target) { try FileManager.default.createDirectory(atPath: "\(draft)/\(name[..<slash])", withIntermediateDirectories: true) }
    }

    /// Puts the finished folder in its place; an older export there is replaced.
    func publish() throws {
        try Self.writing(target) {
            let manager = FileManager.default
            let old = "\(draft).old"
            if manager.fileExists(atPath: target) { try manager.moveItem(atPath: target, toPath: old) }
            try manager.moveItem(atPath: draft, toPath: target)
            if manager.fileExists(atPath: old) { try manager.removeItem(atPath: old) }
        }
    }

    func discard() { try? FileManager.default.removeItem(atPath: draft) }

    static func writing<T>(_ place: String, _ body: () throws -> T) throws -> T {
        do { return try body() } catch {
            throw Rejection(.unavailable, "output_not_writable", "无法写入 \(place)，请检查目录权限和磁盘空间。")
        }
    }
}

/// One file being written, with its hash.
struct FileWriter {
    private let handle: FileHandle
    private let place: String
    private var hash = SHA256()
    private var buffer: [UInt8] = []
    private var count = 0

    private static let bufferSize = 64 * 1024

    fileprivate init(_ path: String, shown place: String) throws {
        self.place = place
        handle = try PackFolder.writing(place) {
            guard FileManager.default.createFile(atPath: path, contents: nil) else { throw CocoaError(.fileWriteUnknown) }
            return try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        }
    }

    mutating func append(_ bytes: some Sequence<UInt8>) throws {
        buffer += bytes
        if buffer.count >= Self.bufferSize { try flush() }
    }

    private mutating func flush() throws {
        hash.update(data: buffer)
        count += buffer.count
        let data = Data(buffer)
        buffer.removeAll(keepingCapacity: true)
        try PackFolder.writing(place) { try handle.write(contentsOf: data) }
    }

    fileprivate mutating func finish() throws -> (sha256: String, bytes: Int) {
        try flush()
        try PackFolder.writing(place) {
            try handle.synchronize()
            try handle.close()
        }
        return (hash.finalize().hex, count)
    }
}
