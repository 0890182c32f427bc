import ArgumentParser
import ConsoleWeb
import CurlTransport
import FinanceWeb
import Foundation
import Hummingbird
import Kernel
import Logging
import NIOPosix
import Notifier
import PortalWeb
import ServiceLifecycle
import Store
import Synchronization
import UnixSignals
import Web
import Workflow

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "启动服务")
    @OptionGroup var database: DatabaseOption
    @Option(help: "监听地址") var host = "127.0.0.1"
    @Option(help: "监听端口") var port = 8080
    @Flag(help: "只检查配置和数据库，不启动") var check = false
    @Flag(help: "只列出全部地址，不启动") var routes = false

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port 应在 0 到 65535 之间") }
    }

    func run() async throws {
        LoggingSystem.bootstrap { JSONLog(label: $0) }
        let (rule, limits) = (try Premises.webhookRule(), try Premises.webhookLimits())
        let office = try await Premises.office(try database.url)
        let files = try await office.read { tx in try tx.reference.all() }
        let messages = try Messages(files, limits)
        guard !check else {
            await office.database.close()
            return print("配置和数据库没有问题。")
        }
        var logger = Logger(label: "vnh")
        logger.logLevel = .notice
        let pages = try PageLibrary(["Web", "ConsoleWeb", "PortalWeb", "FinanceWeb"].map { try ResourceFolder(of: $0) })
        let server = Server(office, rule, pages, try Premises.rateLimit())
        guard !routes else {
            for route in server.router().routes { print("\(route.method.rawValue) \(route.path)") }
            return await office.database.close()
        }
        let transport = try CurlTransport(rule: rule, limits: limits)
        defer { transport.close() }
        Door.widen()
        let (host, port) = (host, port)
        let listening = Mutex(false)
        let (poll, doorkeeper) = (FeedPoll(office), server.doorkeeper)
        let door = Door(
            server.router().buildResponder(), name: "vnh", logger: logger, glance: { poll.atOnce($0, $1, doorkeeper) }
        ).server(
            configuration: .init(address: .hostname(host, port: port), backlog: 4096, reuseAddress: true),
            onServerRunning: { channel in
                listening.withLock { $0 = true }
                Terminal.note("已启动：http://\(host):\(channel.localAddress?.port ?? port)")
            }, eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger)
        var services: [any Service] = [
            TimerLoop(office: office, logger: logger), AssignLoop(office: office, logger: logger), TidyLoop(office: office, logger: logger),
            StandingLoop(office: office, logger: logger), ShadowLoop(office: office, logger: logger),
            DeliveryLoop.webhooks(office, over: transport, logger),
        ]
        if let messages { services.append(try messages.loop(office, logger)) }
        // The last goes first: polls that wait are answered before the server waits for its connections to end.
        services += [door, FeedLoop(office: office, logger: logger)]
        do {
            try await ServiceGroup(
                configuration: .init(services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)).run()
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
    let doorkeeper: Doorkeeper

    init(_ office: Office, _ rule: AddressRule, _ pages: PageLibrary, _ limit: RateLimit? = .standard) {
        self.office = office
        self.rule = rule
        self.pages = pages
        doorkeeper = Doorkeeper(office, pages, limit: limit)
    }

    /// All routes that machines use. One that is not described here and beside its handler fails the test of the document.
    static let described: [any DescribedRoutes.Type] = [
        Health.self, CallRoutes.self, OrderRoutes.self, DispatchRoutes.self, TillRoutes.self, ProposalRoutes.self, AnalyticsRoutes.self, RegistryRoutes.self,
        StandingRoutes.self, MealRoutes.self, MessageRoutes.self, ProviderRoutes.self,
        CalendarRoutes.self, WebhookRoutes.self, TokenRoutes.self, SettlementRoutes.self,
        CloseRoutes.self, ProviderStatementRoutes.self, BudgetRoutes.self, PayoutRoutes.self, FundRoutes.self,
        DocumentRoutes.self, PlanRoutes.self, DecisionRoutes.self,
    ]

    func router() -> Router<AppContext> {
        let router = Router(context: AppContext.self, options: .autoGenerateHeadEndpoints)
        let (table, document) = (RouteTable(), OpenAPIDocument(Self.described))
        defer { table.fill(router, document) }
        router.add(middleware: RequestNumber())
        router.add(middleware: ProblemMiddleware(table))
        let open = router.group("").add(middleware: ContractMiddleware(table))
        Health(office).add(to: open, document)
        let exchange = Exchange(office)
        pages.addAssets(to: router.group(""))
        let inside = router.group("").add(middleware: doorkeeper)
        Pages(exchange, pages).add(to: inside)
        let api = inside.group("api/v1").add(middleware: LookOnly()).add(middleware: ContractMiddleware(table))
        let desk = api.group("", context: DeskContext.self)
        let known = api.group("", context: KnownContext.self)
        CallRoutes(exchange).add(to: desk)
        OrderRoutes(exchange).add(desk: desk, known: known)
        DispatchRoutes(exchange).add(to: desk)
        TillRoutes(exchange).add(to: desk)
        AnalyticsRoutes(exchange).add(to: api.group("", context: StaffContext.self))
        RegistryRoutes(exchange).add(desk: desk, known: known)
        StandingRoutes(exchange).add(to: desk)
        MealRoutes(exchange).add(to: api.group("", context: TillContext.self), desk: desk)
        ProviderRoutes(exchange).add(to: api.group("provider", context: ProviderContext.self))
        ProposalRoutes(exchange).add(to: desk)
        CalendarRoutes(exchange).add(to: api.group("provider", context: ProviderContext.self), open: open)
        TokenRoutes(exchange, doorkeeper).add(to: api.group("", context: SubscriberContext.self))
        DecisionRoutes(exchange).add(to: api.group("provider", context: ProviderContext.self))
        PlanRoutes(exchange).add(to: api.group("provider", context: ProviderContext.self))
        WebhookRoutes(exchange, rule: rule).add(to: api.group("webhooks", context: SubscriberContext.self))
        MessageRoutes(exchange).add(to: api.group("messages", context: DeskContext.self))
        SettlementRoutes(exchange).add(to: api.group("", context: FinanceContext.self))
        BudgetRoutes(exchange).add(to: api.group("", context: FinanceContext.self))
        PayoutRoutes(exchange).add(to: api.group("", context: FinanceContext.self))
        FundRoutes(exchange).add(to: api.group("", context: FinanceContext.self))
        CloseRoutes(exchange).add(to: api.group("", context: StaffContext.self))
        ProviderStatementRoutes(exchange).add(to: api.group("provider", context: ProviderContext.self))
        DocumentRoutes(exchange).add(to: api.group("", context: FinanceContext.self))
        let site = Site(exchange, pages)
        let faces = inside.group("").add(middleware: FaceMiddleware(pages)).add(middleware: LookOnly())
        let console = faces.group("console", context: DeskContext.self)
        DeskPages(site).add(to: console)
        DutyPages(site).add(to: console)
        DispatchPages(site).add(to: console)
        ElderPages(site).add(to: console)
        CarePages(site).add(to: console)
        StandingPages(site).add(to: console)
        KnowledgePages(site).add(to: console)
        DowntimePages(site).add(to: console)
        AccountPages(site).add(to: faces.group("account", context: OwnContext.self))
        let admin = faces.group("admin", context: AdminContext.self)
        AdminPages(site).add(to: admin)
        ProviderPages(site).add(to: admin)
        WebhookPages(site, rule: rule).add(to: admin)
        RightsPages(site).add(to: admin)
        TokenPages(site, doorkeeper).add(to: faces.group("admin", context: IssuerContext.self))
        SecurityPages(site).add(to: faces.group("admin", context: SecurityContext.self))
        AuditPages(site).add(to: faces.group("admin", context: AuditContext.self))
        WallPages(site).add(to: faces.group("board", context: StaffContext.self))
        PortalPages(site).add(to: faces.group("provider", context: ProviderContext.self))
        FiguresPages(site).add(to: faces.group("provider", context: ProviderContext.self))
        let finance = faces.group("finance", context: FinanceContext.self)
        FinancePages(site).add(to: finance, review: faces.group("finance", context: StaffContext.self))
        BudgetPages(site).add(to: finance)
        PayoutPages(site).add(to: finance)
        FundPages(site).add(to: finance)
        SwipePages(site).add(to: finance)
        TracePages(site).add(to: finance)
        MoneyPages(site).add(to: finance)
        PlanPages(site).add(to: faces.group("provider", context: ProviderContext.self))
        DocumentPages(site).add(to: finance)
        return router
    }
}
