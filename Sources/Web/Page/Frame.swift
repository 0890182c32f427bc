import Hummingbird
import Kernel
import Workflow

/// What surrounds every page: title, who is logged in, where else one can go. Templates reach it as `frame`.
public struct Frame: Sendable {
    public struct Link: Sendable {
        public let label: String
        public let address: String
        public let isCurrent: Bool

        public init(_ label: String, to address: String, isCurrent: Bool = false) {
            (self.label, self.address, self.isCurrent) = (label, address, isCurrent)
        }
    }

    /// Where calls are heard of, and the desk that takes them: for pages that are not the desk.
    public struct Calls: Sendable {
        public let events: String
        public let desk: String

        public init(events: String, desk: String) { (self.events, self.desk) = (events, desk) }
    }

    public let title: String
    public let lang: String
    public let caller: String
    /// The login, by which a script knows after a new login whether it is the same person.
    public let login: String
    /// Sent back by every form and script that changes something.
    public let csrf: String
    public let links: [Link]
    public let calls: Calls?
    public let language: Language

    public init(
        title: String, caller: String, csrf: String = FormSecret.current, links: [Link] = [], calls: Calls? = nil, language: Language = .chinese
    ) {
        self.title = title
        lang = language.rawValue
        self.caller = caller
        self.csrf = csrf
        login = FormSecret.login
        self.links = links
        self.calls = calls
        self.language = language
    }
}

/// A page: its frame and its model.
public struct Page<Model: Sendable>: Sendable {
    public let frame: Frame
    public let model: Model

    public init(_ frame: Frame, _ model: Model) {
        self.frame = frame
        self.model = model
    }
}

extension PageLibrary {
    public func page<Model: Sendable>(
        _ template: String, _ frame: Frame, _ model: Model, status: HTTPResponse.Status = .ok
    ) throws -> Response {
        try response(template, Page(worded(frame), model), frame.language, status: status)
    }

    /// The frame in its language: titles and places are written in Chinese, and stand in the catalogue under `place.` and what is written.
    func worded(_ frame: Frame) -> Frame {
        guard frame.language != .chinese else { return frame }
        /// `结算单 2026-01`, `2026-01 月结`: what is no word of ours is a name, a number or a day.
        func worded(_ text: String) -> String {
            text.split(separator: " ").map { messages["place.\($0)", frame.language] ?? localized(term: String($0)) }.joined(separator: " ")
        }
        return Frame(
            title: worded(frame.title), caller: frame.caller, csrf: frame.csrf,
            links: frame.links.map { Frame.Link(worded($0.label), to: $0.address, isCurrent: $0.isCurrent) }, calls: frame.calls,
            language: frame.language)
    }
}

extension Request {
    /// Chosen by `?lang=`, at the login and on one's account for all pages; Chinese otherwise.
    public var language: Language { (query("lang") ?? cookies["lang"]?.value).flatMap(Language.init(rawValue:)) ?? .chinese }

    /// The same answer with what `?lang=` chooses remembered by the browser.
    func keepingLanguage(in response: Response) -> Response {
        guard let language = query("lang").flatMap(Language.init(rawValue:)) else { return response }
        var response = response
        response.setCookie(Cookie(name: "lang", value: language.rawValue, maxAge: 365 * 86_400, path: "/", httpOnly: true, sameSite: .lax))
        return response
    }
}
