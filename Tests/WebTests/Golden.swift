import Foundation
import Kernel
import Testing
import Web

/// Pages as they were looked at and found right: drawn from the models by the templates, and compared with `Golden/NAME.html`.
///
/// A test of a face makes a small model, out of values or out of a ``World`` brought to some state, and hands it over here:
/// `try Golden.page("orders", model)`. `VNH_GOLDEN=update` writes the files anew; whoever does so reads the difference before committing it.
enum Golden {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden")
    static let pages = Result { try PageLibrary(["Web", "ConsoleWeb", "PortalWeb", "FinanceWeb"].map { try ResourceFolder(of: $0) }) }
    static let secret = "SECRET"

    /// Somebody at a page of some face.
    static let frame = Frame(title: "页面", caller: "张三", csrf: secret, links: [.init("工作台", to: "/console", isCurrent: true)])

    /// A page. What surrounds it is the same everywhere and stands once, in `layout.html`.
    ///
    /// - Parameter name: of the file, where one template is drawn in several states.
    static func page<Model: Sendable>(
        _ template: String, as name: String? = nil, _ model: Model, in language: Language = .chinese, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let html = try pages.get().html(template, Page(frame, model), language)
        let start = try #require(html.range(of: "<main"), sourceLocation: sourceLocation)
        try compare(String(html[start.lowerBound...]), with: name ?? template, sourceLocation)
    }

    /// A piece of a page that a script puts in its place.
    static func piece<Model: Sendable>(
        _ template: String, as name: String? = nil, _ model: Model, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        try compare(try pages.get().html(template, model), with: name ?? template, sourceLocation)
    }

    static func compare(_ html: String, with name: String, _ sourceLocation: SourceLocation) throws {
        let file = folder.appendingPathComponent("\(name).html")
        guard ProcessInfo.processInfo.environment["VNH_GOLDEN"] != "update" else { return try Data(html.utf8).write(to: file) }
        let golden = try String(contentsOf: file, encoding: .utf8)
        let (was, now) = (golden.split(separator: "\n", omittingEmptySubsequences: false), html.split(separator: "\n", omittingEmptySubsequences: false))
        let first = zip(was, now).first { $0 != $1 }
        #expect(
            html == golden, "\(name): first difference: \(first.map { "\($0.0) → \($0.1)" } ?? "one is longer")", sourceLocation: sourceLocation)
        // Every form that changes something carries the secret of the session; at the login there is none yet.
        let forms = html.components(separatedBy: "<form").dropFirst().filter { form in
            let tag = form.prefix { $0 != ">" }
            return tag.contains("method=\"post\"") && !tag.contains("action=\"/login")
        }
        #expect(
            forms.allSatisfy { $0.components(separatedBy: "</form>")[0].contains("value=\"\(secret)\"") }, "\(name): a form without the secret",
            sourceLocation: sourceLocation)
    }
}
