import ArgumentParser
import Foundation
import Kernel
import Rehearsal
import Store
import Workflow

extension LocalDate: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

struct Calls: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "录制一天（或几天）的热线来电，供 vnh replay 使用",
        discussion: """
            从数据库里的老人档案抽取来电人；同一档案、种子和日期得到同样的文件。每行一通来电（UTF-8 CSV）：
              at         来电时间（RFC 3339，带时区）
              call_id    来电编号，不重复
              from       来电号码，空为不显示
              kind       request 下单，repeat 老样子，cancellation 取消，complaint 投诉，emergency 紧急，silent 静默，
                         wrong_number 打错，abandoned 未等接听
              caller     谁在说话：本人、女儿、儿子……
              card       报出的卡号；name 报出的姓名；id_number 报出的身份证号（全部或后四位）
              region     新老人的街道代码；address 街道以下地址
              item       想要什么，用来电人的话（名称或俗称）
              start      什么时候：now、2h（两小时后）、today 15:30、tomorrow 09:00、3d 09:00（三天后）
              quantity   数量；note 备注
            """)
    @Option(help: "输出文件") var output = "CALLS.csv"
    @OptionGroup var database: DatabaseOption
    @Option(help: "每天来电数") var calls = 1_300
    @Option(help: "第一天，YYYY-MM-DD") var date = LocalDate(argument: "2026-03-10")!
    @Option(help: "天数") var days = 1
    @Option(help: "随机种子") var seed: UInt64 = 1

    func validate() throws {
        guard (1...100_000).contains(calls) else { throw ValidationError("--calls 应在 1 到 100000 之间") }
        guard (1...366).contains(days) else { throw ValidationError("--days 应在 1 到 366 之间") }
    }

    func run() async throws {
        let office = try await Premises.office(try database.url)
        var recorder = try await Recorder(office, people: calls, from: date, seed: seed)
        await office.database.close()
        let recorded = (0..<days).flatMap { recorder.calls(calls, on: date.adding(days: $0)) }
        do {
            try Data(CallFile.text(recorded).utf8).write(to: URL(fileURLWithPath: output))
        } catch {
            throw Rejection(.unavailable, "output_not_writable", "无法写入 \(output)，请检查目录权限和磁盘空间。")
        }
        print("已录制 \(recorded.count) 通来电：\(output)")
    }
}

struct Replay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "重演录下的来电：从响铃到月结走完全程，逐通报告结果",
        discussion: """
            用模拟时钟和固定种子；座席、服务商、上门人员和来电人由程序扮演，其余都是真实流程。写入的是给定的数据库，请用示范库。
            同一数据库、来电文件和种子得到逐字节相同的输出。账目不平、重复支付、日志缺号、来电没有结果时以非零状态退出。
            """)
    @Argument(help: "来电文件（格式见 vnh calls --help）") var file: String
    @OptionGroup var database: DatabaseOption
    @Option(help: "每个有来电的日子的餐厅刷卡次数") var meals = 400
    @Option(help: "随机种子") var seed: UInt64 = 1

    func validate() throws {
        guard (0...100_000).contains(meals) else { throw ValidationError("--meals 应在 0 到 100000 之间") }
    }

    func run() async throws {
        let calls = try CallFile.calls(try Premises.bytes(file))
        let office = try await Premises.office(try database.url)
        try await Self.checkIsFresh(office, before: calls[0].at)
        var rehearsal = try await Rehearsal(office.database, office.shelf, calls: calls, meals: meals, seed: seed)
        try await rehearsal.run(progress: Terminal.progress("重演"))
        let result = try await rehearsal.close(progress: Terminal.progress("月结"))
        await office.database.close()
        print(RehearsalReport(result, franchise: office.reference.franchise).text, terminator: "")
        guard result.faults.isEmpty else { throw Rejection(.invalid, "replay_failed", "重演未通过：\(result.faults.count) 处异常。") }
    }

    /// A log that runs backwards in time would help nobody, and a working office must not be played with.
    private static func checkIsFresh(_ office: Office, before start: Instant) async throws {
        let last = try await office.read { tx in try tx.calls.latest(limit: 1).first?.rangAt }
        if let last, last >= start {
            throw Rejection(.conflict, "calls_in_past", "数据库里已有 \(last) 的来电，晚于录音的开始；请用新的示范库，或录制更晚的日期。")
        }
    }
}
