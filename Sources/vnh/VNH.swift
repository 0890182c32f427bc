import ArgumentParser
import CMalloc
import Foundation
import Kernel
import Registry
import Store

/// The command line of the virtual nursing home, and the only place that knows which database, transport and clock are real.
@main
struct VNH: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vnh", abstract: "虚拟养老院调度平台",
        subcommands: [
            Serve.self, Migrate.self, Publish.self, Demo.self, TokenCommand.self, LoginCommand.self, CatalogCommand.self, ImportCommand.self,
            Calls.self, Replay.self, Close.self, Export.self, Meals.self, Backup.self, Restore.self, Doctor.self, MatchCommand.self, AssignCommand.self,
            PolicyCommand.self, PlanCommand.self, StandingCommand.self, BenchCommand.self, ConformanceCommand.self,
        ])

    /// Every failure is one clear line on standard error and a status that is not 0.
    static func main() async {
        // What a close needs for a moment goes back when it is done. Left alone, the C library raises this size with every large piece that is
        // freed, and a server would keep the room of a month's traces for good. What a page needs is less, and stays for the next one.
        cmalloc_return_from(2 << 20)
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let error as any Rejecting {
            Terminal.fail("\(error.rejection.message)（\(error.rejection.code)）")
        } catch let fault as CSV.Fault {
            Terminal.fail("第 \(fault.line) 行：\(fault.reason)")
        } catch {
            exit(withError: error)
        }
    }
}

struct DatabaseOption: ParsableArguments {
    @Option(help: "sqlite:路径 或 postgres://用户@主机:端口/库名（也可用环境变量 VNH_DATABASE）")
    var database: String?

    var url: DatabaseURL {
        get throws {
            guard let text = database ?? ProcessInfo.processInfo.environment["VNH_DATABASE"] else {
                throw ValidationError("请用 --database 指定数据库，例如 --database sqlite:vnh.sqlite")
            }
            return try DatabaseURL(text)
        }
    }
}

enum Terminal {
    static func fail(_ line: String) -> Never {
        FileHandle.standardError.write(Data("vnh: \(line)\n".utf8))
        exit(1)
    }

    static func note(_ line: String) { FileHandle.standardError.write(Data("\(line)\n".utf8)) }

    /// A bar that is drawn on a terminal and nowhere else.
    static func progress(_ title: String) -> @Sendable (Int, Int) -> Void {
        guard isatty(STDERR_FILENO) == 1 else { return { _, _ in } }
        return { done, total in
            let percent = total > 0 ? min(100, done * 100 / total) : 100
            let bar = String(repeating: "█", count: percent / 4) + String(repeating: "░", count: 25 - percent / 4)
            FileHandle.standardError.write(Data("\r\(title) \(bar) \(percent)%\(done >= total ? "\n" : "")".utf8))
        }
    }
}
