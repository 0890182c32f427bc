import ArgumentParser
import Kernel
import Logging
import ServiceLifecycle
import Store
import Workflow

struct AssignCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "assign", abstract: "全天统一派单：一天中等待的工单一起派给所有服务商")
    @OptionGroup var database: DatabaseOption
    @Option(help: "服务日期 YYYY-MM-DD；默认明天") var day: String?

    func run() async throws {
        let office = try await Premises.office(try database.url)
        let tomorrow = office.now.localDate.adding(days: 1)
        guard let day = day.map({ LocalDate($0) }) ?? tomorrow else {
            throw Rejection(.invalid, "day_invalid", "--day 应为 YYYY-MM-DD。")
        }
        let outcome = try await AssignDay(office)(day, progress: Terminal.progress("派单"))
        await office.database.close()
        print("\(day)：收回 \(outcome.withdrawn) 单，等待 \(outcome.waiting) 单，派出 \(outcome.assigned) 单，仍在等待 \(outcome.unassigned) 单")
    }
}

/// Once an evening the next day is assigned as a whole; every few seconds notices of providers are heeded, also those of other processes.
struct AssignLoop: Service {
    let office: Office
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var assigned: LocalDate?
            while !Task.isCancelled {
                do {
                    try await HeedNotices(office)()
                    let now = office.now
                    if now.minuteOfDay >= AssignDay.minute(office.reference, on: now.localDate), assigned != now.localDate {
                        assigned = now.localDate
                        let outcome = try await AssignDay(office)(now.localDate.adding(days: 1))
                        guard outcome.assigned + outcome.waiting > 0 else { continue }
                        logger.notice(
                            "day assigned",
                            metadata: ["day": "\(outcome.day)", "waiting": "\(outcome.waiting)", "assigned": "\(outcome.assigned)"])
                    }
                } catch is CancellationError {
                    return
                } catch {
                    logger.error("assigning failed", metadata: ["cause": "\(error)"])
                }
                try? await Task.sleep(for: .seconds(5))
            }
        }
    }
}
