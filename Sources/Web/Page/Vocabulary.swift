/// Words for the codes of the log and the files, as the pages show them: `order.offered` is 已派单.
///
/// They stand in `codes.messages.csv` under `TABLE.CODE`; a test holds them to the codes there are.
public struct Vocabulary: Sendable {
    public enum Table: String, CaseIterable, Sendable {
        /// A kind of event in the log.
        case event
        /// Why a provider has declined, or why a check has neither place nor code.
        case reason
        /// How somebody checked in or out.
        case method
        /// How a till knew who eats, and why a meal is looked at.
        case entry
        case doubt
        /// Where a funding leg stands.
        case leg
        /// What a posting does.
        case posting
        /// Where an order stands.
        case state
        /// Days and spans as they are told to somebody under way.
        case time
        /// Why a person is not sent.
        case obstacle
        /// Who has answered, confirmed or acted.
        case who
    }

    let messages: Messages
    let language: Language

    /// The word; the code itself where people may write what they like.
    public func callAsFunction(_ table: Table, _ code: String) -> String { messages["\(table.rawValue).\(code)", language] ?? code }

    /// The same for what may be missing.
    public func callAsFunction(_ table: Table, _ code: String?) -> String { code.map { self(table, $0) } ?? "" }
}

extension PageLibrary {
    public func vocabulary(_ language: Language) -> Vocabulary { Vocabulary(messages: messages, language: language) }
}
