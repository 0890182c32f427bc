import Kernel
import Workflow

/// The reference as it is shipped: the real catalogue, programmes and sample franchise, read once for all tests.
public enum Shipped {
    /// The top folder of the repository.
    public static let root: String = {
        var parts = #filePath.split(separator: "/")
        parts.removeLast(3)
        return "/" + parts.joined(separator: "/")
    }()

    public static func reference() throws -> Reference { try loaded.get() }
    public static func files() throws -> [String: [UInt8]] { try read.get() }

    private static let read = Result { try ReferenceFiles.read(in: root) }
    private static let loaded = Result { try Reference(try read.get()) }
}
