import Catalog
import Foundation

/// The catalogue as it is shipped, and copies of it with one fault.
enum Shipped {
    static let contents: [String: [UInt8]] = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        var contents: [String: [UInt8]] = [:]
        for name in CatalogueFiles.names {
            contents[name] = FileManager.default.contents(atPath: root.appending(path: "Catalog/\(name)").path).map { Array($0) }
        }
        return contents
    }()

    static let files = CatalogueFiles(contents)

    /// The shipped files with one more row in one of them.
    static func with(_ row: String, in file: String) -> CatalogueFiles {
        var changed = contents
        changed[file, default: []] += Array((row + "\n").utf8)
        return CatalogueFiles(changed)
    }

    /// The line on which ``with(_:in:)`` puts its row.
    static func lastLine(of file: String) -> Int { (contents[file] ?? []).count { $0 == 0x0A } + 1 }
}
