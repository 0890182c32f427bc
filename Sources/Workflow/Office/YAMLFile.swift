import Catalog
import Kernel
import Yams

/// A YAML file of the district, read so that whoever wrote it is told file and line in one sentence.
enum YAMLFile {
    /// - Returns: nil for a file without content.
    /// - Throws: what keeps the bytes from being YAML. The parser's own words are English and about its grammar: only the line is its.
    static func node(_ bytes: [UInt8], name: String) throws(CatalogueFault) -> Node? {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CatalogueFault(file: name, line: 0, message: "不是 UTF-8 文字，请用 UTF-8 编码另存")
        }
        // As the decoder reads a text: `3:` is the name of a field, whatever it looks like.
        do { return try Yams.compose(yaml: text, Resolver.basic.appending(.merge)) } catch { throw fault(error, name) }
    }

    private static func fault(_ error: any Error, _ name: String) -> CatalogueFault {
        switch error as? YamlError {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _):
            CatalogueFault(file: name, line: mark.line, message: "不是有效的 YAML：请核对这一行和上一行的缩进、冒号、引号和括号")
        case .duplicatedKeysInMapping(let keys, let context):
            CatalogueFault(file: name, line: context.mark.line, message: "同一项里字段写了两次：\(keys.sorted().joined(separator: "、"))")
        default:
            CatalogueFault(file: name, line: 0, message: "不是有效的 YAML：含有不能使用的字符")
        }
    }
}
