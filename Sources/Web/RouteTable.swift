import HTTPTypes
import Hummingbird
import Kernel
import Synchronization

/// What the router answers, by the shape of the path: which methods a known path has, and what each documented operation expects.
///
/// Filled once, when all routes have been added.
public final class RouteTable: Sendable {
    private struct Known {
        /// Methods by the parts of the path; nil stands for a part that is filled in.
        var paths: [(parts: [Substring?], methods: Set<String>)] = []
        var operations: [String: Operation] = [:]
    }

    private let known = Mutex(Known())

    public init() {}

    public func fill(_ router: Router<AppContext>, _ document: OpenAPIDocument) {
        var byPath: [String: Set<String>] = [:]
        for route in router.routes { byPath[route.path.description, default: []].insert(route.method.rawValue) }
        let paths = byPath.map { path, methods in
            (
                parts: path.split(separator: "/").map { $0.contains("{") || $0.contains("*") ? nil : $0 },
                methods: methods.contains("GET") ? methods.union(["HEAD"]) : methods
            )
        }
        let operations = Dictionary(document.operations.map { ("\($0.method) \($0.path)", $0) }, uniquingKeysWith: { first, _ in first })
        known.withLock { $0 = Known(paths: paths, operations: operations) }
    }

    /// The methods of a path; empty for a path that does not exist. Where several fit, the one with the fewest filled in, as the router does.
    func methods(of path: String) -> [String] {
        let parts = path.split(separator: "/")
        return known.withLock { known in
            known.paths.filter { entry in
                entry.parts.count == parts.count && zip(entry.parts, parts).allSatisfy { $0 == nil || $0 == $1 }
            }.min { $0.parts.count(where: { $0 == nil }) < $1.parts.count(where: { $0 == nil }) }?.methods.sorted() ?? []
        }
    }

    func operation(_ method: HTTPRequest.Method, _ path: String) -> Operation? {
        let method = method == .head ? HTTPRequest.Method.get : method
        return known.withLock { $0.operations["\(method) \(path)"] }
    }
}

/// Holds requests to the document before a handler sees them: no query parameter that is not described, no body that is not JSON.
public struct ContractMiddleware: RouterMiddleware {
    public typealias Context = AppContext
    let table: RouteTable
    public init(_ table: RouteTable) { self.table = table }

    public func handle(
        _ request: Request, context: AppContext, next: @concurrent (Request, AppContext) async throws -> Response
    ) async throws -> Response {
        if let path = context.endpointPath, let operation = table.operation(request.method, path) {
            for (name, value) in request.uri.queryParameters { try Self.check(name, value, operation) }
            if operation.body != nil, let type = request.headers[.contentType], !Self.isJSON(type) { throw HTTPError(.unsupportedMediaType) }
        }
        return try await next(request, context)
    }

    private static func check(_ name: Substring, _ value: Substring, _ operation: Operation) throws {
        guard let parameter = operation.query.first(where: { $0.name == name }) else {
            let known = operation.query.map(\.name).joined(separator: "、")
            throw Rejection(
                .invalid, "query_unknown", "没有参数 \(name.prefix(40))，\(known.isEmpty ? "这个地址不带参数" : "可用的参数：\(known)")。",
                pointer: "/\(name.prefix(40))")
        }
        if let length = parameter.schema.length, !length.contains(value.unicodeScalars.count) {
            throw Rejection(.invalid, "query_invalid", "参数 \(name) 应为 \(length.lowerBound) 到 \(length.upperBound) 个字。", pointer: "/\(name)")
        }
    }

    private static func isJSON(_ type: String) -> Bool {
        let name = type.prefix { $0 != ";" }.lowercased().filter { $0 != " " }
        return name == "application/json"
    }
}
