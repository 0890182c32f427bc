import HTTPTypes
import Hummingbird
import Kernel
import Workflow

extension Request {
    /// Path and query of the page of ours from which the request comes; the browser names it to nobody else.
    fileprivate var referringPath: String? {
        guard let referrer = headers[.referer], let host = head.authority, let scheme = referrer.firstRange(of: "://") else { return nil }
        let rest = referrer[scheme.upperBound...]
        return rest.hasPrefix(host) ? String(rest.dropFirst(host.count)) : nil
    }
}

/// The pages of whoever is not (any more) in: the login, the code of the second factor, and a form that has to be sent once more.
public struct Entrance: Sendable {
    private let pages: PageLibrary
    public init(_ pages: PageLibrary) { self.pages = pages }

    /// Where somebody was going when the session was over, and the form that was sent then.
    struct Way: Sendable {
        let next: String?
        let kept: String?
        /// The place once more, for a link to the same page.
        let onward: String

        /// Only a place on this site: never the address of another, however it is written.
        init(next: String?, kept: String? = nil) {
            let isOurs = next.map { $0.hasPrefix("/") && !$0.dropFirst().hasPrefix("/") && !$0.contains("\\") && $0.allSatisfy { !$0.isNewline } }
            self.next = isOurs == true ? next : nil
            self.kept = kept
            onward = self.next.map { "&next=\(FormFields.encoded($0))" } ?? ""
        }
    }

    /// Why the last try failed: one of the sentences of the catalogue, or the rejection's own.
    struct Fault: Sendable {
        let isFailed: Bool
        let isLocked: Bool
        let isCode: Bool
        let isLapsed: Bool
        let isExpired: Bool
        let message: String?

        init(_ code: String, _ sentence: String?, _ language: Language) {
            isFailed = code == "login_failed"
            // The Chinese sentence says until when.
            isLocked = code == "login_locked" && language != .chinese
            isCode = code == "factor_code_wrong"
            isLapsed = code == "challenge_unknown"
            isExpired = code == Self.expired
            message = isFailed || isLocked || isCode || isLapsed || isExpired ? nil : sentence
        }

        init(_ rejection: Rejection, _ language: Language) { self.init(rejection.code, rejection.message, language) }

        fileprivate static let expired = "session_expired"
    }

    struct LoginModel: Sendable {
        let way: Way
        var name = ""
        var hasName = false
        var fault: Fault?
    }

    func login(_ request: Request, _ way: Way, name: String = "", fault: Rejection? = nil) throws -> Response {
        let language = request.language
        return try login(language, LoginModel(way: way, name: name, hasName: !name.isEmpty, fault: fault.map { Fault($0, language) }))
    }

    private func login(_ language: Language, _ model: LoginModel) throws -> Response {
        try page("login", language, model, status: model.fault == nil ? .ok : .unauthorized)
    }

    struct CodeModel: Sendable {
        let way: Way
        let challenge: String
        let fault: Fault?
    }

    func code(_ request: Request, _ challenge: String, _ way: Way, fault: Rejection? = nil) throws -> Response {
        let language = request.language
        let model = CodeModel(way: way, challenge: challenge, fault: fault.map { Fault($0, language) })
        return try page("login-code", language, model, status: fault == nil ? .ok : .unauthorized)
    }

    struct AgainModel: Sendable {
        struct Field: Sendable {
            let name: String
            let value: String
        }

        let address: String
        let fields: [Field]
        /// What is worth looking over, under the labels it was typed at: what is long is cut.
        let shown: [Fact]
        let button: String?
        let hasShown: Bool

        init(_ path: String, _ form: FormFields, _ labels: FormLabels, _ language: Language) {
            address = Way(next: path).next ?? "/"
            fields = form.kept.map { Field(name: $0.name, value: $0.value) }
            let typed = labels.typed(form.kept, at: address, in: language)
            button = typed.button
            shown = typed.facts.map { Fact(name: $0.name, value: String($0.value.prefix(500))) }
            hasShown = !shown.isEmpty || button != nil
        }
    }

    /// What was typed, and one button that sends it (again) to the same place with the secret of this session.
    func again(_ request: Request, _ path: String, _ fields: FormFields, status: HTTPResponse.Status = .ok) throws -> Response {
        try page("again", request.language, AgainModel(path, fields, pages.labels, request.language), status: status)
    }

    struct UndoneModel: Sendable {
        let message: String
        /// The page of ours on which the form stands; nil when nothing was sent.
        let back: String?
    }

    /// 没有完成: what a person sees where a machine gets problem+json.
    func undone(_ request: Request, _ rejection: Rejection, caller: Caller?) throws -> Response {
        let frame = Frame(title: "没有完成", caller: caller?.name ?? "", language: request.language)
        let back = request.isSafe ? nil : Way(next: request.referringPath).next
        return try pages.page("undone", frame, UndoneModel(message: rejection.message, back: back), status: Problem.status(rejection))
    }

    /// The largest form that is kept for somebody who has to log in first.
    private static let keptLimit = 256 * 1024

    /// The way in, with where the person was going; a form that was sent from one of our pages is kept until the session is there again.
    func askToLogIn(_ request: Request) async throws -> Response {
        // A page's live events without a session: nothing to send, and no form that a script would have to understand.
        if request.headers[.accept] == "text/event-stream" { return Response(status: .noContent) }
        guard !request.isSafe else {
            let path = request.uri.string
            return Pages.redirect(to: path.isEmpty || path == "/" ? "/login" : "/login?next=\(FormFields.encoded(path))")
        }
        guard request.isSameOrigin, request.isForm, let form = try? await request.body.collect(upTo: Self.keptLimit) else {
            return Pages.redirect(to: "/login")
        }
        let language = request.language
        return try login(
            language, LoginModel(way: Way(next: request.uri.path, kept: String(buffer: form)), fault: Fault(Fault.expired, nil, language)))
    }

    private func page(_ template: String, _ language: Language, _ model: some Sendable, status: HTTPResponse.Status) throws -> Response {
        // The title stands in the template.
        try pages.page(template, Frame(title: "", caller: "", language: language), model, status: status)
    }
}
