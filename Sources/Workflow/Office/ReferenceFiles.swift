import Catalog
import Entitlement
import Foundation
import Kernel
import Matching
import Notifier
import Registry
import Yams

/// The published files, by name: `catalog/items.csv`, `providers/offers.csv` … From a folder, or from the database that keeps them.
public enum ReferenceFiles {
    /// The data files of a folder that holds `Catalog/` and `Providers/`.
    ///
    /// - Throws: `file_missing` with the path of the first one that cannot be read.
    public static func read(in folder: String) throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for (directory, prefix, names) in [
            ("Catalog", "catalog", CatalogueFiles.names + ["programmes.yaml", PolicyFile.name]), ("Providers", "providers", ProviderTables.fileNames),
        ] {
            for name in names {
                let path = "\(folder)/\(directory)/\(name)"
                guard let data = FileManager.default.contents(atPath: path) else {
                    throw Rejection(.missing, "file_missing", "找不到 \(path)，请用 --data 指定含有 Catalog 和 Providers 的目录。")
                }
                files["\(prefix)/\(name)"] = Array(data)
            }
        }
        // A district without the first sends no text messages, without the second has no knowledge base.
        for name in ["messages.yaml", Knowledge.fileName] {
            if let data = FileManager.default.contents(atPath: "\(folder)/Catalog/\(name)") { files["catalog/\(name)"] = Array(data) }
        }
        return files
    }
}

extension Reference {
    /// The reference that a set of published files makes.
    ///
    /// - Throws: everything that is wrong with them, one line each.
    public init(_ files: [String: [UInt8]]) throws {
        guard !files.isEmpty else {
            throw Rejection(.unavailable, "reference_missing", "数据库里还没有服务目录，请先运行 vnh publish 或 vnh demo。")
        }
        func folder(_ name: String) -> [String: [UInt8]] {
            Dictionary(
                uniqueKeysWithValues: files.filter { $0.key.hasPrefix(name + "/") }.map { (String($0.key.dropFirst(name.count + 1)), $0.value) })
        }
        let catalogue: Catalogue
        do { catalogue = try Catalogue(CatalogueFiles(folder("catalog"))) } catch { throw Self.invalid(error.description) }
        let programmes = try Self.programmes(folder("catalog")["programmes.yaml"] ?? [], against: catalogue)
        switch ProviderTables.parse(folder("providers"), vocabulary: Self.vocabulary(catalogue)) {
        case .success(let franchise):
            // A database published before there was such a file goes on under the standard policy.
            let policies = try folder("catalog")[PolicyFile.name].map { try PolicyFile.policies($0, name: PolicyFile.name) }
            let knowledge: Knowledge?
            do {
                knowledge = try folder("catalog")[Knowledge.fileName].map { try Knowledge(csv: $0, pinyin: catalogue.pinyin) }
            } catch let faults as CatalogueFaults { throw Self.invalid(faults.description) }
            self.init(
                catalogue: catalogue, programmes: programmes, franchise: franchise, policies: policies ?? [.standard], knowledge: knowledge ?? .none)
        case .failure(let faults): throw Self.invalid(faults.all.prefix(20).map(\.description).joined(separator: "\n"))
        }
    }

    /// The programmes of `programmes.yaml`.
    ///
    /// - Throws: everything that is wrong with them, one line each.
    public static func programmes(_ bytes: [UInt8], against catalogue: Catalogue? = nil) throws -> Programmes {
        let name = "programmes.yaml"
        guard let node = try node(bytes, name: name), let entries = node.sequence.map(Array.init) else {
            throw invalid("\(name)：应为补贴项目的列表，每项以“- code:”开头")
        }
        let file = try YAMLDecoder().decode(ProgrammeFile.self, from: node)
        let faults =
            file.faults + ProgrammeLint.faults(file.programmes)
            + (catalogue.map { ProgrammeLint.faults(file.programmes, against: $0) } ?? [])
        guard faults.isEmpty else {
            throw invalid(
                faults.map { CatalogueFault(file: name, line: line(of: $0, in: entries), message: "\($0)").description }.joined(separator: "\n"))
        }
        do { return try Programmes(file.programmes) } catch { throw invalid(error.description) }
    }

    /// The line on which the version at fault begins, or its programme; 0 where neither can be found.
    private static func line(of fault: ProgrammeFault, in entries: [Node]) -> Int {
        let entry = entries.enumerated().first { index, node in
            node.mapping?["code"]?.string == fault.programme || fault.programme == ProgrammeFile.place(index)
        }
        let version = fault.version.flatMap { number in
            entry?.element.mapping?["versions"]?.sequence?.first { $0.mapping?["version"]?.int == number }
        }
        return (version ?? entry?.element)?.mark?.line ?? 0
    }

    private static func node(_ bytes: [UInt8], name: String) throws -> Node? {
        do { return try YAMLFile.node(bytes, name: name) } catch { throw invalid(error.description) }
    }

    /// The text messages of `messages.yaml`; nil where the district has published none.
    public static func messages(_ files: [String: [UInt8]]) throws -> MessagePlan? {
        let name = "messages.yaml"
        guard let bytes = files["catalog/\(name)"] else { return nil }
        do {
            return try YAMLDecoder().decode(MessagePlan.self, from: try node(bytes, name: name) ?? Node(""))
        } catch let error as DecodingError {
            throw invalid("\(name)：\(error.words())")
        } catch let error as any Rejecting {
            throw error.rejection
        }
    }

    private static func vocabulary(_ catalogue: Catalogue) -> ProviderTables.Vocabulary {
        ProviderTables.Vocabulary(
            kinds: Set(catalogue.kinds.map(\.code.text)), regions: Set(catalogue.regions.map(\.code.text)),
            credentials: Set(catalogue.credentialTypes.map(\.code.text)),
            items: Dictionary(uniqueKeysWithValues: catalogue.items.map { ($0.code.text, Set($0.kinds.map(\.text))) }),
            guidePrice: { item, date in
                guard let price = catalogue.price(of: ItemCode(item), on: date), price.type != .market else { return nil }
                return price.guide
            })
    }

    private static func invalid(_ text: String) -> Rejection { Rejection(.invalid, "reference_invalid", text) }
}
