import HTTPTypes
import Kernel
import Workflow

/// The OpenAPI 3.1 document, made of the descriptions that stand beside the routes.
public struct OpenAPIDocument: Sendable {
    public let operations: [Operation]
    public let text: String

    public init(_ routes: [any DescribedRoutes.Type]) {
        operations = routes.flatMap { $0.operations }
        text = Self.document(operations).text
    }

    private static func document(_ operations: [Operation]) -> JSON {
        var paths: [(String, [Operation])] = []
        for operation in operations {
            if let index = paths.firstIndex(where: { $0.0 == operation.path }) {
                paths[index].1.append(operation)
            } else {
                paths.append((operation.path, [operation]))
            }
        }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "虚拟养老院调度平台", "version": "1",
                "description": """
                    金额为整数分（`…_fen`），时刻为带时区偏移的 RFC 3339，月份为 `YYYY-MM`。错误一律为 `application/problem+json`（RFC 9457），\
                    `code` 稳定可编程，`detail` 说明怎么办，`errors[].pointer` 指向出错的字段。创建或变更的 POST 可带 `Idempotency-Key`：\
                    同键同文得到原答复（`Idempotency-Replayed: true`），同键异文 422，前一个还在处理 409；答复保留 24 小时，涉及资金的保留 30 天。\
                    每个答复带 `X-Request-Id`。超过频率限制答 429 和 `Retry-After`。
                    """,
            ],
            "servers": [["url": "/"]],
            "paths": .object(
                paths.map { path, operations in
                    JSON.Field(
                        name: path,
                        value: .object(operations.map { JSON.Field(name: $0.method.rawValue.lowercased(), value: operationJSON($0)) }))
                }),
            "components": [
                "securitySchemes": ["token": ["type": "http", "scheme": "bearer", "description": "vnh token create 或 POST /tokens 签发的令牌。"]],
                "schemas": .object(Shapes.all.map { JSON.Field(name: $0.name, value: $0.schema.adding(example: $0.schema.sample)) }),
            ],
            "x-error-codes": .array(
                ErrorCodes.all.flatMap(\.codes).map {
                    ["code": JSON($0), "status": JSON(ErrorCodes.status(of: $0)), "everywhere": JSON(ErrorCodes.everywhere.contains($0))]
                }),
        ]
    }

    private static func operationJSON(_ operation: Operation) -> JSON {
        var json: JSON = [
            "operationId": JSON(operationID(operation)), "summary": JSON(operation.summary),
            "tags": [JSON(operation.path.split(separator: "/").first { $0 != "api" && $0 != "v1" }.map(String.init) ?? "")],
        ]
        if !operation.refusals.isEmpty {
            json = json.adding(["description": JSON("专有的错误码：" + operation.refusals.map { "`\($0)`" }.joined(separator: "、") + "。")])
        }
        json = json.adding([
            "security": operation.roles.isEmpty ? [] : [["token": .array(operation.roles.map { JSON($0.rawValue) })]],
            "parameters": .array(parameters(operation)),
        ])
        if let body = operation.body {
            json = json.adding([
                "requestBody": ["required": JSON(!body.isEmptyObject), "content": ["application/json": ["schema": body.json, "example": body.sample]]]
            ])
        }
        if let upload = operation.upload {
            let content = JSON.object([.init(name: upload, value: ["schema": ["type": "string"], "example": ""])])
            json = json.adding(["requestBody": ["required": true, "content": content]])
        }
        return json.adding(["responses": .object(responses(operation))])
    }

    private static func operationID(_ operation: Operation) -> String {
        let words = operation.path.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.drop { $0 == "api" || $0 == "v1" }
        return ([Substring(operation.method.rawValue.lowercased())] + words).joined(separator: "_")
    }

    private static func parameters(_ operation: Operation) -> [JSON] {
        func parameter(_ place: String, _ name: String, _ schema: Schema, _ text: String?, isRequired: Bool) -> JSON {
            var json: JSON = ["name": JSON(name), "in": JSON(place), "required": JSON(isRequired), "schema": schema.json, "example": schema.sample]
            if let text { json = json.adding(["description": JSON(text)]) }
            return json
        }
        var found = operation.pathParameters.map { parameter("path", $0, $0 == "month" ? .month : .id, nil, isRequired: true) }
        found += operation.query.map { parameter("query", $0.name, $0.schema, $0.text, isRequired: $0.isRequired) }
        found += operation.headers.map { parameter("header", $0.name, $0.schema, $0.text, isRequired: $0.isRequired) }
        if operation.isIdempotent {
            found.append(
                parameter(
                    "header", "Idempotency-Key", .matching("^[!-~]{1,255}$", sample: "till-7/2026-03-02/0042"), "同一次操作重发时使用同一个键。",
                    isRequired: false))
        }
        if operation.answer.isConditional {
            found.append(
                parameter("header", "If-None-Match", .text(sample: "\"7\""), "上次答复的 ETag；没有变化时答 304。", isRequired: false))
        }
        return found
    }

    private static func responses(_ operation: Operation) -> [JSON.Field] {
        let answer = operation.answer
        var success: JSON = ["description": "成功"]
        var headers: [JSON.Field] = [.init(name: "X-Request-Id", value: ["schema": ["type": "string"]])]
        headers += answer.headers.map { .init(name: $0, value: ["schema": ["type": "string"]]) }
        if operation.isIdempotent { headers.append(.init(name: "Idempotency-Replayed", value: ["schema": ["type": "string"]])) }
        success = success.adding(["headers": .object(headers)])
        if let type = answer.type, let schema = answer.schema {
            success = success.adding(["content": .object([.init(name: type, value: ["schema": schema.json, "example": schema.sample])])])
        }
        var found = [JSON.Field(name: "\(answer.status)", value: success)]
        if answer.isConditional { found.append(.init(name: "304", value: ["description": "没有变化"])) }
        let own = Dictionary(grouping: operation.refusals) { ErrorCodes.status(of: $0) }
        for status in statuses(operation).union(own.keys.compactMap(\.self)).sorted() {
            found.append(.init(name: "\(status)", value: problem(status, own: own[status] ?? [])))
        }
        return found
    }

    /// What every operation of its kind may answer besides success.
    private static func statuses(_ operation: Operation) -> Set<Int> {
        var found: Set<Int> = [400, 405, 503]
        if !operation.roles.isEmpty { found.formUnion([401, 403, 429]) }
        if !operation.pathParameters.isEmpty { found.insert(404) }
        if operation.body != nil || operation.upload != nil { found.formUnion([404, 409, 413, 415, 422]) }
        if operation.headers.contains(where: { $0.name == "If-Match" }) { found.insert(412) }
        if !operation.query.isEmpty { found.formUnion([404, 422]) }
        return found
    }

    private static func problem(_ status: Int, own: [String]) -> JSON {
        let code = own.first ?? ErrorCodes.usual[status] ?? "request_invalid"
        var headers: [JSON.Field] = [.init(name: "X-Request-Id", value: ["schema": ["type": "string"]])]
        if status == 405 { headers.append(.init(name: "Allow", value: ["schema": ["type": "string"]])) }
        if status == 429 || status == 503 { headers.append(.init(name: "Retry-After", value: ["schema": ["type": "string"]])) }
        if status == 401 { headers.append(.init(name: "WWW-Authenticate", value: ["schema": ["type": "string"]])) }
        return [
            "description": JSON(own.isEmpty ? "见 x-error-codes" : own.joined(separator: "，")), "headers": .object(headers),
            "content": [
                "application/problem+json": [
                    "schema": Schema.of(Shapes.problem).json,
                    "example": [
                        "type": "about:blank", "title": "", "status": .integer(Int64(status)), "code": JSON(code), "detail": "……",
                        "request_id": "4f2a9c11",
                    ],
                ]
            ],
        ]
    }
}

extension Schema {
    func adding(example: JSON) -> JSON { json.adding(["example": example]) }
    /// Every field may be left out, and so may the whole body.
    var isEmptyObject: Bool { properties.allSatisfy(\.schema.isOptional) }
}
