/// The way on through a list that has more rows than a page, drawn by `pager.mustache`.
public struct Pager: Sendable {
    /// The address of the first page; nil on the first page.
    let first: String?
    /// The address of the next page; nil on the last page.
    let next: String?
    /// There is more than one page.
    let isNeeded: Bool

    public init(first: String?, next: String?) { (self.first, self.next, isNeeded) = (first, next, first != nil || next != nil) }

    /// Of a list that goes on by ``Cursor``.
    ///
    /// - Parameters:
    ///   - list: its address with its filters.
    ///   - isLater: others stand before this page.
    ///   - key: of the last row shown; nil on the last page.
    public init(of list: String, isLater: Bool, after key: String?) {
        self.init(
            first: isLater ? list : nil,
            next: key.map { "\(list)\(list.contains("?") ? "&" : "?")after=\(Cursor.text(after: $0, in: list))" })
    }
}
