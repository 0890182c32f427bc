import ArgumentParser
import ConsoleWeb
import CurlTransport
import FinanceWeb
import Foundation
import Hummingbird
import Kernel
import Logging
import Notifier
import PortalWeb
import ServiceLifecycle
import Store
import Synchronization
import Web
import Workflow

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "启动服务")
    @OptionGroup var database: DatabaseOption
    @Option(help: "监听地址") var host = "127.0.0.1"
    @Option(help: "监听端口") var port = 8080
    @Flag(help: "只检查配置和数据库，不启动") var check = false

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port 应在 0 到 65535 之间") }
    }

    func run() async throws {
        LoggingSystem.bootstrap { JSONLog(label: $0) }
        let (rule, limits) = (try Premises.webhookRule(), try Premises.webhookLimits())
        let office = try await Premises.office(try database.url)
        guard !check else {
            await office.database.close()
            return print("配置和数据库没有问题。")
        }
        var logger = Logger(label: "vnh")
        logger.logLevel = .notice
        let server = Server(office, rule, try PageLibrary(["Web", "ConsoleWeb", "PortalWeb", "FinanceWeb"].map { try ResourceFolder(of: $0) }))
        let transport = try CurlTransport(rule: rule, limits: limits)
        defer { transport.close() }
        let (host, port) = (host, port)
        let listening = Mutex(false)
        var app = Application(
            router: server.router(),
            configuration: .init(address: .hostname(host, port: port), serverName: "vnh", backlog: 1024, reuseAddress: true),
            onServerRunning: { channel in
                listening.withLock { $0 = true }
                Terminal.note("已启动：http://\(host):\(channel.localAddress?.port ?? port)")
            }, logger: logger)
        app.addServices(
            TimerLoop(office: office, logger: logger), AssignLoop(office: office, logger: logger),
            WebhookLoop(office: office, transport: transport, logger: logger))
        do {
            try await app.runService()
        } catch where !listening.withLock({ $0 }) {
            await office.database.close()
            throw Rejection(.unavailable, "address_unavailable", "无法在 \(host):\(port) 监听：端口已被占用或无权使用，请换一个 --port。")
        }
        await office.database.close()
    }
}

/// Rings the orders' timers every second until the server stops.
struct TimerLoop: Service {
    let office: Office
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            let ring = RingTimers(office)
            while !Task.isCancelled {
                do {
                    while try await ring() == RingTimers.batch { continue }
                } catch is CancellationError {
                    return
                } catch {
                    logger.error("timers failed", metadata: ["cause": "\(error)"])
                }
                try? await Task.sleep(for: .seconds(1))
            }
        }
    }
}

/// All routes of all faces, joined. The faces know nothing of each other.
struct Server {
    let office: Office
    let rule: AddressRule
    let pages: PageLibrary

    init(_ office: Office, _ rule: AddressRule, _ pages: PageLibrary) {
        self.office = office
        self.rule = rule
        self.pages = pages
    }

    func router() -> Router<AppContext> {
        let router = Router(context: AppContext.self)
        router.add(middleware: ProblemMiddleware())
        let open = Health(office)
        open.add(to: router.group(""))
        let exchange = Exchange(office)
        pages.addAssets(to: router.group(""))
        let inside = router.group("").add(middleware: Doorkeeper(office))
        Pages(exchange).add(to: inside)
        let api = inside.group("api/v1")
        let desk = api.group("", context: DeskContext.self)
        let known = api.group("", context: KnownContext.self)
        CallRoutes(exchange).add(to: desk)
        OrderRoutes(exchange).add(desk: desk, known: known)
        DispatchRoutes(exchange).add(to: desk)
        AnalyticsRoutes(exchange).add(to: api.group("", context: AnalystContext.self))
        RegistryRoutes(exchange).add(desk: desk, known: known)
        MealRoutes(exchange).add(to: api.group("", context: TillContext.self), desk: desk)
        ProviderRoutes(exchange).add(to: api.group("provider", context: ProviderContext.self))
        DecisionRoutes(exchange).add(to: api.group("provider", context: ProviderContext.self))
        WebhookRoutes(exchange, rule: rule).add(to: api.group("webhooks", context: SubscriberContext.self))
        SettlementRoutes(exchange).add(to: api.group("", context: FinanceContext.self))
        BudgetRoutes(exchange).add(to: api.group("", context: FinanceContext.self))
        FundRoutes(exchange).add(to: api.group("", context: FinanceContext.self))
        CloseRoutes(exchange).add(to: api.group("", context: CloseContext.self))
        ProviderStatementRoutes(exchange).add(to: api.group("provider", context: ProviderContext.self))
        let faces = inside.group("").add(middleware: FaceMiddleware())
        let console = faces.group("console", context: DeskContext.self)
        DeskPages(exchange, pages).add(to: console)
        DutyPages(exchange, pages).add(to: console)
        ConsolePages(exchange).add(to: console)
        AdminPages(exchange, pages).add(to: faces.group("admin", context: AdminContext.self))
        WallPages(exchange, pages).add(to: faces.group("board", context: StaffContext.self))
        PortalPages(exchange, pages).add(to: faces.group("provider", context: ProviderContext.self))
        FinancePages(exchange, pages).add(to: faces.group("finance", context: FinanceContext.self))
        return router
    }
}
