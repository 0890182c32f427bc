/// Who may import whom. Knowledge points inward and down; SwiftPM does not enforce it, because a module that is built is also found.
enum Rooms {
    /// Values in, decisions out: no disk, no clock, no chance.
    static let rules: Set<String> = [
        "Kernel", "Pinyin", "Catalog", "Registry", "Entitlement", "Orders", "Intake", "Matching", "Billing", "Notifier",
    ]
    static let faces: Set<String> = ["ConsoleWeb", "PortalWeb", "FinanceWeb"]

    /// Rooms of ours that a room may import. A room that is not listed here may not exist.
    static let ours: [String: Set<String>] = [
        "Kernel": [],
        "Pinyin": [],
        "Catalog": ["Kernel", "Pinyin"],
        "Registry": ["Kernel"],
        "Entitlement": ["Kernel", "Catalog", "Registry"],
        "Orders": ["Kernel", "Catalog", "Registry", "Entitlement"],
        "Intake": belowRules,
        "Matching": belowRules,
        "Billing": belowRules,
        "Notifier": ["Kernel"],
        "Store": rules,
        "StoreSQLite": ["Kernel", "Store", "CSQLite"],
        "StorePostgres": ["Kernel", "Store", "CPostgreSQL"],
        "CurlTransport": ["Kernel", "Notifier", "CCurl"],
        "Spreadsheet": ["Kernel", "Billing", "CXLSXWriter"],
        "QRCode": ["CQREncode"],
        "Workflow": rules.union(["Store"]),
        "Rehearsal": rules.union(["Store", "Workflow"]),
        "Web": rules.union(["Workflow", "QRCode"]),
        "ConsoleWeb": rules.union(["Workflow", "Web"]),
        "PortalWeb": rules.union(["Workflow", "Web"]),
        "FinanceWeb": rules.union(["Workflow", "Web", "Spreadsheet"]),
    ]
    private static let belowRules: Set<String> = ["Kernel", "Catalog", "Registry", "Entitlement", "Orders"]

    /// The composition root chooses what is real, so it knows everybody.
    static let composition = "vnh"

    struct Exception: Sendable {
        let room: String
        let module: String
        let reason: String
    }

    static let exceptions = ["Web", "ConsoleWeb", "PortalWeb", "FinanceWeb"].map {
        Exception(room: $0, module: "Store", reason: "reads run on a snapshot, whose repositories stand on `Transaction`; their SQL stays in Store")
    }

    /// Modules of others that a room may import besides the standard library's own.
    static let others: [String: Set<String>] = [
        "Kernel": ["Glibc", "Darwin"],  // sine and cosine
        "Pinyin": ["Foundation", "Synchronization"],  // ICU's transliteration
        "Matching": ["Glibc", "Darwin"],  // logarithm and power
        "Notifier": ["Crypto", "Synchronization"],
        "Store": ["Foundation", "Crypto"],
        "StoreSQLite": ["Foundation", "GRDB", "GRDBSQLite"],
        "StorePostgres": ["Foundation"],
        "CurlTransport": ["Foundation", "Synchronization", "Dispatch", "Glibc"],
        "Spreadsheet": ["Foundation"],
        "Workflow": ["Foundation", "Synchronization", "Crypto", "CryptoExtras", "Logging", "Yams"],
        "Rehearsal": ["Synchronization"],
        "Web": web.union([
            "Synchronization", "Crypto", "Logging", "Mustache", "ServiceLifecycle", "HummingbirdCore", "NIOHTTP1", "NIOHTTPTypes", "NIOHTTPTypesHTTP1",
        ]),
        "ConsoleWeb": web,
        "PortalWeb": web.union(["Synchronization"]),
        "FinanceWeb": web,
    ]
    private static let web: Set<String> = ["Foundation", "Hummingbird", "HTTPTypes", "NIOCore"]

    static func mayImport(_ module: String, in room: String) -> Bool {
        room == composition || ours[room]?.contains(module) == true || others[room]?.contains(module) == true
            || exceptions.contains { $0.room == room && $0.module == module }
    }
}
