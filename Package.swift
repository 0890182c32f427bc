// swift-tools-version: 6.2
// 虚拟养老院调度平台 — the map of rooms stands in README.md; who may import whom is checked by ArchitectureTests.
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
    .define("PostgreSQL", .when(traits: ["PostgreSQL"])),
    .define("Spreadsheet", .when(traits: ["Spreadsheet"])),
]

/// Rooms in which money is decided or written; with the trait `Coverage` they count what the tests reach (`deploy/coverage`).
///
/// Counters are raised by locked instructions: otherwise threads that raise one together lose counts, and an arm that is reckoned as the difference
/// of two others may show as not run.
let countsLines: [SwiftSetting] = [
    .unsafeFlags(
        ["-profile-generate", "-profile-coverage-mapping", "-Xllvm", "-instrprof-atomic-counter-update-all"], .when(traits: ["Coverage"])),
]
let linksCounters: [LinkerSetting] = [.unsafeFlags(["-profile-generate"], .when(traits: ["Coverage"]))]

/// A room of the house: a target of our own under Sources/.
func room(
    _ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = [], holdsMoney: Bool = false, _ more: [SwiftSetting] = []
) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: settings + (holdsMoney ? countsLines : []) + more)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: settings, linkerSettings: linksCounters)
}

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let pages = [Resource.copy("Resources")]
let postgres = Target.Dependency.target(name: "CPostgreSQL", condition: .when(traits: ["PostgreSQL"]))
let xlsxwriter = Target.Dependency.target(name: "CXLSXWriter", condition: .when(traits: ["Spreadsheet"]))
let qrencode = Target.Dependency.target(name: "CQREncode", condition: .when(traits: ["QRCode"]))

let rules: [Target.Dependency] = [
    "Kernel", "Pinyin", "Catalog", "Registry", "Entitlement", "Orders", "Intake", "Matching", "Billing", "Notifier",
]

let package = Package(
    name: "virtual-nursing-home",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "vnh", targets: ["vnh"])],
    traits: [
        .trait(name: "PostgreSQL", description: "The PostgreSQL driver; needs libpq-dev."),
        .trait(name: "Spreadsheet", description: "Documents as .xlsx; needs libxlsxwriter-dev, and brings QRCode.", enabledTraits: ["QRCode"]),
        .trait(name: "QRCode", description: "The second factor is enrolled by a QR code; needs libqrencode-dev."),
        .trait(name: "Coverage", description: "Debug builds that count which lines of the money rooms run; see deploy/coverage."),
    ],
    dependencies: [
        // The product speaks plain HTTP behind a reverse proxy, so no TLS stack is built: BoringSSL comes once, with swift-crypto.
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: ["FullFoundation"]),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // Rules: values in, decisions out.
        room("Kernel"),
        room("Pinyin"),
        room("Catalog", ["Kernel", "Pinyin"]),
        room("Registry", ["Kernel"]),
        room("Entitlement", ["Kernel", "Catalog", "Registry"], holdsMoney: true),
        room("Orders", ["Kernel", "Catalog", "Registry", "Entitlement"]),
        room("Intake", ["Kernel", "Catalog", "Registry", "Entitlement", "Orders"]),
        room("Matching", ["Kernel", "Catalog", "Registry", "Entitlement", "Orders"]),
        room("Billing", ["Kernel", "Catalog", "Registry", "Entitlement", "Orders"], holdsMoney: true),
        room("Notifier", ["Kernel", crypto]),
        // Memory: one SQL protocol, two drivers.
        room("Store", rules + [crypto], holdsMoney: true),
        room("StoreSQLite", [
            "Kernel", "Store", "CSQLite", .product(name: "GRDB", package: "GRDB.swift"), .product(name: "GRDBSQLite", package: "GRDB.swift"),
        ]),
        .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),
        room("StorePostgres", ["Kernel", "Store", postgres]),
        .systemLibrary(
            name: "CPostgreSQL", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(
            name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CMalloc"),
        .systemLibrary(name: "CXLSXWriter", providers: [.apt(["libxlsxwriter-dev"])]),
        room("Spreadsheet", ["Kernel", "Billing", xlsxwriter]),
        .systemLibrary(name: "CQREncode", providers: [.apt(["libqrencode-dev"])]),
        room("QRCode", [qrencode], [.define("QRCode", .when(traits: ["QRCode"]))]),
        room("CurlTransport", ["Kernel", "Notifier", "CCurl"]),
        // Intentions: one file, one transaction each.
        room("Workflow", rules + [
            "Store", crypto, .product(name: "CryptoExtras", package: "swift-crypto"), logging, yams,
        ]),
        // A recorded day gone through again, with everybody outside the office played by a seed.
        room("Rehearsal", rules + ["Store", "Workflow"]),
        // Faces.
        room("Web", rules + ["Store", "Workflow", "QRCode", crypto, hummingbird, mustache, lifecycle, logging], resources: pages),
        room("ConsoleWeb", rules + ["Store", "Workflow", "Web", hummingbird], resources: pages),
        room("PortalWeb", rules + ["Store", "Workflow", "Web", hummingbird], resources: pages),
        room("FinanceWeb", rules + ["Store", "Workflow", "Web", "Spreadsheet", hummingbird], resources: pages),
        .executableTarget(
            name: "vnh",
            dependencies: rules + [
                "Store", "StoreSQLite", "StorePostgres", "CurlTransport", "CCurl", "CMalloc", "Spreadsheet", "Workflow", "Rehearsal", "Web", "ConsoleWeb", "PortalWeb",
                "FinanceWeb", hummingbird, logging, lifecycle, crypto,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                yams,
            ],
            swiftSettings: settings, linkerSettings: linksCounters),
        // Tests: one target a room; those of the store and of the intentions run on every database there is.
        .target(
            name: "TestSupport", dependencies: rules + ["Store", "StoreSQLite", "StorePostgres", "Workflow"], path: "Tests/TestSupport",
            swiftSettings: settings),
        tests("KernelTests", ["Kernel"]),
        tests("RegistryTests", ["Kernel", "Catalog", "Registry"]),
        tests("EntitlementTests", ["Kernel", "Catalog", "Registry", "Entitlement", "Workflow", "TestSupport", yams]),
        tests("OrdersTests", ["Kernel", "Catalog", "Registry", "Entitlement", "Orders"]),
        tests("IntakeTests", ["Kernel", "Catalog", "Registry", "Intake"]),
        tests("MatchingTests", ["Kernel", "Catalog", "Registry", "Orders", "Matching"]),
        tests("NotifierTests", ["Kernel", "Registry", "Notifier", "CurlTransport", "Store", "StoreSQLite", "StorePostgres"]),
        tests("StoreTests", rules + ["Store", "StoreSQLite", "StorePostgres", "TestSupport"]),
        tests("WorkflowTests", rules + ["Store", "Workflow", "TestSupport"]),
        tests("LedgerTests", rules + ["Store", "Workflow", "TestSupport"]),
        tests("SimulationTests", rules + ["Store", "StoreSQLite", "Workflow", "Rehearsal", yams]),
        tests("WebTests", rules + ["Store", "Workflow", "Web", "ConsoleWeb", "PortalWeb", "FinanceWeb", "TestSupport"]),
        tests("ArchitectureTests", []),
        tests("CatalogTests", ["Kernel", "Pinyin", "Catalog"]),
        tests("BillingTests", ["Kernel", "Catalog", "Registry", "Orders", "Entitlement", "Billing", "Spreadsheet"]),
    ],
    swiftLanguageModes: [.v6]
)
