import Workflow

/// What all pages work with.
public struct Site: Sendable {
    public let exchange: Exchange
    public let pages: PageLibrary

    public init(_ exchange: Exchange, _ pages: PageLibrary) { (self.exchange, self.pages) = (exchange, pages) }

    public var office: Office { exchange.office }
}

/// Pages of one face that belong together, with their routes.
public protocol PageGroup: Sendable {
    var site: Site { get }
}

extension PageGroup {
    public var exchange: Exchange { site.exchange }
    public var pages: PageLibrary { site.pages }
    public var office: Office { site.office }
}
