import HTTPTypes
import Hummingbird
import Kernel

/// The frame of every page, and escaping. Content is built by the faces from escaped pieces.
public enum HTML {
    public static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.append(character)
            }
        }
        return result
    }

    /// A table with a caption; every cell is escaped.
    public static func table(_ caption: String, header: [String], rows: [[String]], numeric: Set<Int> = []) -> String {
        let head = header.map { "<th scope=\"col\">\(escaped($0))</th>" }.joined()
        let body = rows.map { row in
            "<tr>"
                + row.enumerated().map { "<td\(numeric.contains($0.offset) ? " class=\"n\"" : "")>\(escaped($0.element))</td>" }.joined()
                + "</tr>"
        }.joined(separator: "\n")
        return "<table><caption>\(escaped(caption))</caption><thead><tr>\(head)</tr></thead><tbody>\(body)</tbody></table>"
    }

    /// - Parameter body: HTML that is already safe.
    public static func page(
        _ title: String, status: HTTPResponse.Status = .ok, caller: String? = nil, refresh: Int? = nil, _ body: String
    ) -> Response {
        let bar = caller.map {
            "<header><strong>虚拟养老院调度平台</strong><span>\(escaped($0))</span><form method=\"post\" action=\"/logout\"><button>退出</button></form></header>"
        } ?? ""
        let text = """
            <!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>\(escaped(title))</title>
            <meta name="viewport" content="width=device-width, initial-scale=1">\(refresh.map { "<meta http-equiv=\"refresh\" content=\"\($0)\">" } ?? "")
            <style>\(style)</style></head><body>\(bar)<main>\(body)</main></body></html>
            """
        return Response(
            status: status,
            headers: [
                .contentType: "text/html; charset=utf-8", .cacheControl: "no-store", .xContentTypeOptions: "nosniff",
                .contentSecurityPolicy: "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
            ], body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    private static let style = """
        :root{color-scheme:light dark;font:16px/1.6 system-ui,"Noto Sans CJK SC",sans-serif}body{margin:0}main{padding:1rem;max-width:90rem;margin:auto}\
        header{display:flex;gap:1rem;align-items:center;padding:.5rem 1rem;border-bottom:2px solid #0a6}header form{margin-left:auto}\
        table{border-collapse:collapse;width:100%;margin:1rem 0}caption{text-align:left;font-weight:600;padding:.3rem 0}\
        th,td{border-bottom:1px solid #8888;padding:.35rem .6rem;text-align:left;white-space:nowrap}td.n{text-align:right;font-variant-numeric:tabular-nums}\
        button,input{font:inherit;padding:.4rem .8rem;min-height:2.5rem}.login{display:grid;gap:1rem;max-width:22rem;margin:10vh auto}\
        .login label{display:grid}.fault{color:#b00020}a{color:inherit}nav a{margin-right:1rem}
        """
}

extension HTTPField.Name {
    static let xContentTypeOptions = HTTPField.Name("X-Content-Type-Options")!
}
