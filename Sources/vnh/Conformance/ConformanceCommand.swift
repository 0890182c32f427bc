import ArgumentParser
import Foundation
import Kernel
import Notifier

/// For a provider's developers: plays the platform to their receiver, and their client to a platform, and says what holds.
struct ConformanceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "conformance", abstract: "对接自测：逐条检查推送接收端（URL）或接口（--api）守住了哪些约定",
        discussion: """
            检查接收端：vnh conformance https://till.example/hook --secret whsec_… [--ledger https://till.example/acted]
              --ledger 是接收端自己提供的地址，GET 后返回它已处理的事件编号（任意文本，含 evt_… 即可）；没有它，去重等几条无法从外面看出。
            检查接口：vnh conformance --api http://127.0.0.1:8080 --token vnh_… [--accept]
              --accept 会真的接下一单，请只在演示环境使用。
            必须的约定有一条违反，退出码为 1。
            """)
    @Argument(help: "接收端地址") var url: String?
    @Option(help: "签名密钥 whsec_…") var secret: String?
    @Option(help: "接收端列出已处理事件编号的地址") var ledger: String?
    @Option(help: "平台地址，如 http://127.0.0.1:8080") var api: String?
    @Option(help: "服务商的令牌") var token: String?
    @Flag(help: "真的接下一单，检查重复接单") var accept = false
    @Flag(help: "每行一个 JSON") var json = false

    func validate() throws {
        guard (url == nil) == (secret == nil), (api == nil) == (token == nil), url != nil || api != nil else {
            throw ValidationError("请给出接收端地址和 --secret，或 --api 和 --token")
        }
    }

    func run() async throws {
        var promises: [Promise] = []
        if let url, let secret {
            promises += try ReceiverTrial(url: try EndpointURL(url).text, secret: try Secret(secret), ledger: ledger).run()
        }
        if let api, let token { promises += try ClientTrial(base: api, token: token, mayAccept: accept).run() }
        for promise in promises { print(json ? promise.json.text : promise.line) }
        let broken = promises.filter(\.isBrokenMust).count
        let unchecked = promises.filter(\.isUncheckedMust).count
        if !json {
            print(
                (broken == 0 ? "查过的必须约定全部守住" : "有 \(broken) 条必须的约定没有守住")
                    + (unchecked == 0 ? "。" : "；另有 \(unchecked) 条必须的约定未查，不能算守住。"))
        }
        if broken > 0 { throw ExitCode(1) }
    }
}
