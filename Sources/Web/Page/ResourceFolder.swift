import Foundation
import Kernel

/// Where a room's templates and assets lie: a folder beside the program, put there by the build.
///
/// Found by the program's own place and not by an address compiled in, so that a folder forgotten at installation is noticed on every machine.
public struct ResourceFolder: Sendable {
    public let path: String

    /// - Throws: `resources_missing` when the folder does not lie beside the program.
    public init(of room: String) throws {
        let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        let folder = URL(fileURLWithPath: program).deletingLastPathComponent().path
        path = "\(folder)/virtual-nursing-home_\(room).resources/Resources"
        guard FileManager.default.fileExists(atPath: path) else {
            throw Rejection(.unavailable, "resources_missing", "缺少页面文件夹 \(path)，请把 vnh 与同一目录下的 *.resources 一起安装。")
        }
    }

    /// A folder wherever it is.
    init(at path: String) { self.path = path }

    /// The files with an ending, by name without it, in the order of names.
    public func files(_ ending: String, under folder: String = "") throws -> [(name: String, bytes: [UInt8])] {
        let base = folder.isEmpty ? path : "\(path)/\(folder)"
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: base)) ?? []).filter { $0.hasSuffix(ending) }.sorted()
        return try names.map { name in
            guard let data = FileManager.default.contents(atPath: "\(base)/\(name)") else {
                throw Rejection(.unavailable, "resources_missing", "无法读取 \(base)/\(name)，请检查文件权限。")
            }
            return (String(name.dropLast(ending.count)), Array(data))
        }
    }
}
