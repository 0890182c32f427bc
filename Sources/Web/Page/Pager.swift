/// The way on through a list that has more rows than a page, drawn by `pager.mustache`.
public struct Pager: Sendable {
    /// The address of the first page; nil on the first page.
    let first: String?
    /// The address of the next page; nil on the last page.
    let next: String?

    public init(first: String?, next: String?) { (self.first, self.next) = (first, next) }
}
