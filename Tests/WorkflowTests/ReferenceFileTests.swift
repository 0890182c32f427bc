import Billing
import Foundation
import Kernel
import TestSupport
import Testing
import Workflow

/// Whoever publishes a file of the district reads these sentences; a parser's English is none of them.
@Suite struct `A broken file of the district` {
    static func isOurs(_ message: String) -> Bool {
        let english = ["line ", "error", "Error", "expected", "Cannot", "found", "Codable", "codingPath", "debugDescription", "Swift", "Yams"]
        return !english.contains(where: message.contains)
    }

    @Test(arguments: [
        ("value: 5000", "value: 15000", #"programmes.yaml:(\d+)：CARE 第 1 版：比例不能超过 10000"#),
        ("value: 5000", "value: many", #"programmes.yaml:(\d+)：CARE：versions.\[1\].benefit.value：值的类型不对"#),
        ("- code: CARE", "- code: CARE\n  code: CARE", #"programmes.yaml:\d+：同一项里字段写了两次：code"#),
        ("- code: CARE", "- code: \"CARE", #"programmes.yaml:\d+：不是有效的 YAML：请核对"#),
        ("- code: CARE", "- code: [CARE", #"programmes.yaml:\d+：不是有效的 YAML：请核对"#),
        ("- code: CARE", "- cod: CARE", #"programmes.yaml:\d+：第 \d+ 项：未知字段 cod"#),
        ("- code: CARE", "\u{7}- code: CARE", #"programmes.yaml：不是有效的 YAML：含有不能使用的字符"#),
    ])
    func `is told in one sentence with file and line`(part: String, slip: String, pattern: String) async throws {
        let bytes = try #require(try Shipped.files()["catalog/programmes.yaml"])
        let text = String(decoding: bytes, as: UTF8.self)
        let at = try #require(text.range(of: part))
        let message = try #require(await refusal { try Reference.programmes(Array(text.replacingCharacters(in: at, with: slip).utf8)) }?.message)
        #expect(try Regex("^\(pattern)").firstMatch(in: message) != nil && Self.isOurs(message), "\(message)")
    }

    /// The line is that of the version at fault, where an editor jumps to.
    @Test func `names the line of the version`() async throws {
        let text = """
            - code: A
              name: 甲
              fund: voucher
              versions:
                - {version: 1, from: 2026-01-01, until: 2026-01-31, sample: true, source: x, benefit: {kind: share, value: 1}}
                - {version: 2, from: 2026-02-01, sample: true, source: x, eligibility: {min_age: -5}, benefit: {kind: share, value: 1}}
            """
        let message = await refusal { try Reference.programmes(Array(text.utf8)) }?.message
        #expect(message == "programmes.yaml:6：A 第 2 版：年龄应为 0 到 130 岁的整数")
    }

    @Test(arguments: [("", "应为补贴项目的列表"), ("code: A\n", "应为补贴项目的列表")])
    func `says what a list of programmes is`(text: String, words: String) async throws {
        let message = try #require(await refusal { try Reference.programmes(Array(text.utf8)) }?.message)
        #expect(message.contains(words) && Self.isOurs(message))
    }

    @Test func `in another encoding is told how to save it`() async throws {
        let message = await refusal { try Reference.programmes([0xC0, 0xCF]) }?.message
        #expect(message == "programmes.yaml：不是 UTF-8 文字，请用 UTF-8 编码另存")
    }

    @Test(arguments: [
        ("rules: 3\n", "messages.yaml：缺少字段 signature"), ("signature: x\nrules: 3\n", "messages.yaml：rules：值的类型不对"),
        ("signature: x\nrules: [{name: a, event: order.placed, to: nobody, text: t}]\n", "messages.yaml：rules.[1].to：值无法识别"),
        ("signature: x\nrules: []\n", "短信方案有误：rules 应有 1 到 50 条。"), ("signature: [\n", "messages.yaml:2：不是有效的 YAML"),
    ])
    func `of text messages is told the same way`(text: String, words: String) async throws {
        let message = try #require(await refusal { try Reference.messages(["catalog/messages.yaml": Array(text.utf8)]) }?.message)
        #expect(message.hasPrefix(words) && Self.isOurs(message), "\(message)")
    }
}

@Suite struct `A bank's file as it was saved` {
    static let rows = "付款编号,金额,状态,说明\r\n2026-05-P001-1,1.00,失败,户名不符\r\n"

    /// GB 18030 of the same text, written out: what a spreadsheet in China saves as "CSV".
    static let gbk: [UInt8] =
        [0xB8, 0xB6, 0xBF, 0xEE, 0xB1, 0xE0, 0xBA, 0xC5, 0x2C, 0xBD, 0xF0, 0xB6, 0xEE, 0x2C, 0xD7, 0xB4, 0xCC, 0xAC, 0x2C, 0xCB, 0xB5, 0xC3, 0xF7, 0x0D, 0x0A]
        + Array("2026-05-P001-1,1.00,".utf8)
        + [0xCA, 0xA7, 0xB0, 0xDC, 0x2C, 0xBB, 0xA7, 0xC3, 0xFB, 0xB2, 0xBB, 0xB7, 0xFB, 0x0D, 0x0A]

    @Test func `is read in UTF-8 and in GBK`() throws {
        let read = try BankLine.read(saved: Array(Self.rows.utf8))
        #expect(read.map(\.note) == ["户名不符"])
        #expect(try BankLine.read(saved: Self.gbk) == read)
    }

    @Test func `in neither is told how to save it`() async {
        let refused = await refusal { try BankLine.read(saved: [0xFF, 0xFE] + Array(Self.rows.utf16).flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }) }
        #expect(refused?.code == "bank_file_invalid")
        #expect(refused?.message.contains("另存为“CSV UTF-8（逗号分隔）”。整个文件未入账。") == true, "\(refused?.message ?? "")")
    }
}
