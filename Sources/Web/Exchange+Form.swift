import Crypto
import Hummingbird
import Kernel
import Store
import Workflow

extension Exchange {
    /// Does what a form asks, once per form: sent twice (a double click, a lost answer), it is done once and leads to the same place.
    ///
    /// - Parameter intention: From the fields to a step that returns the address to go to afterwards.
    public func formOnce<T: Decodable & Sendable>(
        _ type: T.Type, _ request: Request, _ context: RoleContext<some Admission>, keeping kept: Span = IdempotencyKey.usual,
        _ intention: (T) async throws -> @Sendable (any Transaction) throws -> String
    ) async throws -> Response {
        let form = try await sent(type, request, context, keeping: kept)
        return Pages.redirect(to: try await once(form, try await intention(form.fields)).answer)
    }

    /// The same for a form whose page is shown again, with what was typed, when it cannot be done.
    ///
    /// - Parameter shown: gets the form and why; throws again what its page does not know.
    public func formOnce<T: Decodable & Sendable>(
        _ type: T.Type, _ request: Request, _ context: RoleContext<some Admission>,
        _ intention: (T) async throws -> @Sendable (any Transaction) throws -> String,
        orShow shown: (T, any Rejecting) async throws -> Response
    ) async throws -> Response {
        let form = try await sent(type, request, context)
        do {
            return Pages.redirect(to: try await once(form, try await intention(form.fields)).answer)
        } catch let error as any Rejecting where error.rejection.kind != .unavailable {
            return try await shown(form.fields, error)
        }
    }

    /// The same for what takes many transactions.
    ///
    /// - Parameter work: Finds done what was done before it was interrupted; returns the address to go to afterwards.
    public func formOnce<T: Decodable & Sendable>(
        _ type: T.Type, _ request: Request, _ context: RoleContext<some Admission>, keeping kept: Span = IdempotencyKey.usual,
        inParts work: (T) async throws -> String
    ) async throws -> Response {
        let form = try await sent(type, request, context, keeping: kept)
        return Pages.redirect(to: try await once(form, inParts: { try await work(form.fields) }).answer)
    }

    /// The fields of a form, and the key under which it is done once; see ``once(_:_:)``.
    public struct SentForm<Fields: Sendable>: Sendable {
        public let fields: Fields
        fileprivate let key: IdempotencyKey?
    }

    /// A form as it was sent, for pages that answer with more than an address.
    public func sent<T: Decodable & Sendable>(
        _ type: T.Type, _ request: Request, _ context: RoleContext<some Admission>, keeping kept: Span = IdempotencyKey.usual
    ) async throws -> SentForm<T> {
        let text = String(decoding: try await Self.bytes(request, context), as: UTF8.self)
        let fields = FormFields(text)
        // The same page may hold several forms, and may be sent again with other words after going back. The secret of the session is not
        // among them: after another login it is still the same form. Nor are passwords, of which nothing is kept that could be guessed at.
        let whole = Array(([request.uri.path] + fields.kept.flatMap { [$0.name, $0.value] }).joined(separator: "\0").utf8)
        let key = try fields["once"].flatMap { $0.isEmpty ? nil : $0 }.map {
            try IdempotencyKey(context.caller, key: "form-\($0.prefix(100))-\(SHA256.hash(data: whole).prefix(12).hex)", request: whole, kept: kept)
        }
        return SentForm(fields: try URLEncodedFormDecoder().decode(type, from: text), key: key)
    }

    /// - Returns: what the step returned when it was done, and whether that was before.
    public func once<T>(
        _ form: SentForm<T>, _ step: @escaping @Sendable (any Transaction) throws -> String
    ) async throws -> (answer: String, isReplayed: Bool) {
        try await alone(form.key) {
            let (answer, isReplayed) = try await office.perform(once: form.key) { tx in Answer(status: 303, body: try step(tx)) }
            return (answer.body, isReplayed)
        }
    }

    /// The same for what takes many transactions, each of which finds done what was done before.
    public func once<T>(_ form: SentForm<T>, inParts work: () async throws -> String) async throws -> (answer: String, isReplayed: Bool) {
        try await alone(form.key) {
            let (answer, isReplayed) = try await office.perform(once: form.key, inParts: { Answer(status: 303, body: try await work()) })
            return (answer.body, isReplayed)
        }
    }

    /// The second of two clicks waits for the first and hears its answer.
    private func alone<T>(_ key: IdempotencyKey?, _ body: () async throws -> T) async throws -> T {
        guard let key else { return try await body() }
        while !running.begin(key) { try await Task.sleep(for: .milliseconds(30)) }
        defer { running.end(key) }
        return try await body()
    }

    /// What a new form carries as its hidden `once`.
    public var newFormKey: String { String(office.random(), radix: 36) + String(office.random(), radix: 36) }
}
