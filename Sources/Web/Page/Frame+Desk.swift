import Hummingbird
import Workflow

extension Frame {
    /// The frame of the desk's people, on their own pages and where they review a month: what is here opens to every one of them.
    public static func desk(_ title: String, _ request: Request, _ caller: Caller) -> Frame {
        let path = request.uri.path
        let places = [
            ("工作台", "/console"), ("待办", "/console/duties"), ("派单台", "/console/orders"), ("回访", "/console/callbacks"),
            ("投诉", "/console/complaints"), ("知识库", "/console/knowledge"), ("找老人", "/console/elders"), ("月结", "/finance"), ("大屏", "/board"),
        ]
        let links = places.map { Frame.Link($0.0, to: $0.1, isCurrent: path == $0.1) }
        let calls = Calls(events: "/console/events", desk: "/console")
        return Frame(title: title, caller: caller.name, links: links, calls: path == calls.desk ? nil : calls, language: request.language)
    }
}
