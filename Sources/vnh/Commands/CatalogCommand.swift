import ArgumentParser
import Catalog
import Foundation
import Kernel
import Workflow

struct CatalogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "catalog", abstract: "服务目录", subcommands: [Lint.self, Search.self])

    static func files(_ folder: String) -> CatalogueFiles {
        var contents: [String: [UInt8]] = [:]
        for name in CatalogueFiles.names { contents[name] = FileManager.default.contents(atPath: "\(folder)/\(name)").map { Array($0) } }
        return CatalogueFiles(contents)
    }

    struct Lint: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "检查目录文件，逐条指出文件、行和问题")
        @Argument(help: "目录文件夹") var folder = "Catalog"

        func run() async throws {
            let files = CatalogCommand.files(folder)
            let faults = lint(files)
            for fault in faults { print(fault) }
            let catalogue = faults.isEmpty ? try Catalogue(files) : nil
            var count = faults.count
            if let bytes = FileManager.default.contents(atPath: "\(folder)/programmes.yaml") {
                do { _ = try Premises.programmes(Array(bytes), against: catalogue) } catch let rejection as Rejection {
                    print(rejection.message)
                    count += rejection.message.split(separator: "\n").count
                }
            }
            if FileManager.default.fileExists(atPath: "\(folder)/\(PolicyFile.name)") { _ = try PolicyCommand.read("\(folder)/\(PolicyFile.name)") }
            guard count == 0, let catalogue else { throw Rejection(.invalid, "catalog_faults", "发现 \(count) 个问题，请改正后再检查") }
            print("\(catalogue.items.count) 个项目，\(catalogue.regions.count) 个街道，没有问题。")
        }
    }

    struct Search: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "按名称、编码、别名、全拼或首字母查找")
        @Argument var text: String
        @Option(help: "目录文件夹") var folder = "Catalog"
        @Option(help: "最多显示几项") var limit = 9

        func run() async throws {
            let catalogue: Catalogue
            do { catalogue = try Catalogue(CatalogCommand.files(folder)) } catch {
                throw Rejection(.invalid, "catalog_faults", error.description)
            }
            let found = catalogue.search(text, limit: limit)
            guard !found.isEmpty else { throw Rejection(.missing, "nothing_found", "没有找到“\(text)”，换个说法或首字母再试") }
            for (index, item) in found.enumerated() {
                print("\(index + 1)  \(item.code)  \(item.name)  \(item.category.name)  \(item.mode.rawValue)  \(item.unit.rawValue)")
            }
        }
    }
}
