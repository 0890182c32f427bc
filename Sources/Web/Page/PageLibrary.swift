import Crypto
import HTTPTypes
import Hummingbird
import Kernel
import Mustache
import Workflow

/// All pages of all faces: templates in each language, and the style sheets and scripts they use.
///
/// Read once at start from the rooms' `Resources` folders: `*.mustache`, `*.messages.csv`, `assets/*`. A broken template or a missing sentence
/// stops the start, never a visitor.
public struct PageLibrary: Sendable {
    private let libraries: [Language: MustacheLibrary]
    let assets: [String: Asset]
    /// The names of all templates; for the test that keeps a looked-at page of each.
    public let names: Set<String>
    /// Keys of sentences that no template uses; for the test that keeps the catalogue tidy.
    public let unusedKeys: Set<String>
    public let messages: Messages
    /// What the fields of the forms are called.
    let labels: FormLabels

    struct Asset: Sendable {
        let bytes: [UInt8]
        let type: String
        let tag: String
    }

    public init(_ folders: [ResourceFolder]) throws {
        PageText.register()
        let catalogues = try folders.flatMap { try $0.files(".messages.csv") }
        messages = try Messages(csv: catalogues.map { ("\($0.name).messages.csv", $0.bytes) })
        let templates = try folders.flatMap { try $0.files(".mustache") }
        var used: Set<String> = []
        var libraries: [Language: MustacheLibrary] = [:]
        for language in Language.allCases {
            var compiled: [String: MustacheTemplate] = [:]
            for (name, bytes) in templates {
                guard compiled[name] == nil else { throw Rejection(.unavailable, "template_twice", "有两个模板叫 \(name).mustache，请给其中一个改名。") }
                let text = try messages.filled(String(decoding: bytes, as: UTF8.self), named: name, in: language, used: &used)
                do {
                    compiled[name] = try MustacheTemplate(string: PageText.pragma + text)
                } catch {
                    throw Rejection(.unavailable, "template_broken", "模板 \(name).mustache 有错：\(error)")
                }
            }
            libraries[language] = MustacheLibrary(templates: compiled)
        }
        self.libraries = libraries
        labels = FormLabels(templates.map { String(decoding: $0.bytes, as: UTF8.self) }, messages)
        names = Set(templates.map(\.name))
        unusedKeys = messages.keys.subtracting(used)
        var assets: [String: Asset] = [:]
        for (ending, type) in Self.types {
            for (name, bytes) in try folders.flatMap({ try $0.files(ending, under: "assets") }) {
                assets[name + ending] = Asset(bytes: bytes, type: type, tag: "\"\(SHA256.hash(data: bytes).hex.prefix(20))\"")
            }
        }
        self.assets = assets
    }

    private static let types: KeyValuePairs = [
        ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
        ".webmanifest": "application/manifest+json", ".png": "image/png",
    ]

    /// The HTML of a template over a model: a plain struct whose stored properties the template names.
    public func html(_ template: String, _ model: Any, _ language: Language = .chinese) throws -> String {
        guard let text = libraries[language]?.render(PageValue.opened(model) ?? model, withTemplate: template) else {
            throw Rejection(.unavailable, "template_missing", "没有模板 \(template)。")
        }
        return text
    }

    /// A whole page, or a piece of one that a script puts in its place.
    public func response(_ template: String, _ model: Any, _ language: Language = .chinese, status: HTTPResponse.Status = .ok) throws -> Response {
        Response(
            status: status, headers: HTML.headers, body: .init(byteBuffer: ByteBuffer(string: try html(template, model, language))))
    }

    /// | GET | /assets/{name} | style sheets and scripts; revalidated by their content, so that an update is seen at once |
    public func addAssets(to group: RouterGroup<AppContext>) {
        group.get("assets/:name", use: asset)
    }

    @Sendable func asset(_ request: Request, _ context: AppContext) async throws -> Response {
        guard let asset = assets[try context.parameters.require("name")] else {
            throw Rejection(.missing, "asset_unknown", "没有这个文件。")
        }
        var headers: HTTPFields = [
            .contentType: asset.type, .eTag: asset.tag, .cacheControl: "no-cache", .xContentTypeOptions: "nosniff",
        ]
        if request.headers[.ifNoneMatch] == asset.tag { return Response(status: .notModified, headers: headers) }
        // The worker of the portal serves pages outside /assets/.
        if asset.type.hasPrefix("text/javascript") { headers[.serviceWorkerAllowed] = "/" }
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: asset.bytes)))
    }
}

extension HTTPField.Name {
    static let serviceWorkerAllowed = HTTPField.Name("Service-Worker-Allowed")!
}
