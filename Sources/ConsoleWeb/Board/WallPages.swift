import Hummingbird
import Kernel
import Store
import Web
import Workflow

/// 指挥大屏: names never appear on it; every figure opens its definition and its rows.
///
/// | path | what |
/// |---|---|
/// | GET /board | the whole screen, 1920 or 3840 wide |
/// | GET /board/pieces/wall | the same without the frame, every few seconds |
/// | GET /board/figures/{code} | what it means and what it counts |
public struct WallPages: PageGroup {
    public let site: Site
    let read: ReadWall

    public init(_ site: Site) {
        self.site = site
        read = ReadWall(site.office)
    }

    public func add(to group: RouterGroup<StaffContext>) {
        group.get("", use: wall)
        group.get("pieces/wall", use: piece)
        group.get("figures/:code", use: figure)
    }

    private func model(_ request: Request) async throws -> WallModel {
        WallModel(try await read(), words: words, messages: pages.messages, language: request.language)
    }

    private func frame(_ title: String, _ request: Request, _ context: StaffContext) -> Frame {
        Frame(title: title, caller: context.caller.name, links: [.init("大屏", to: "/board", isCurrent: true)], language: request.language)
    }

    @Sendable func wall(_ request: Request, _ context: StaffContext) async throws -> Response {
        try pages.page("wall-page", frame("指挥大屏", request, context), try await model(request))
    }

    @Sendable func piece(_ request: Request, _ context: StaffContext) async throws -> Response {
        try pages.response("wall", try await model(request), request.language)
    }

    @Sendable func figure(_ request: Request, _ context: StaffContext) async throws -> Response {
        guard let figure = BoardFigure(rawValue: try context.parameters.require("code")) else {
            throw Rejection(.missing, "figure_unknown", "大屏上没有这个指标。")
        }
        let (count, rows) = try await read.rows(figure)
        return try pages.page(
            "figure", frame("指标", request, context),
            FigureModel(figure, count: count, rows, words: words, messages: pages.messages, language: request.language))
    }
}
