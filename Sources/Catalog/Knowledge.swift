import Kernel
import Pinyin

/// 知识库: what to say and what the rules are, in articles short enough to be read with somebody on the line.
public struct Knowledge: Sendable {
    public static let fileName = "knowledge.csv"
    static let header = ["code", "kind", "title", "keywords", "text"]
    /// Nobody reads more than this while an elder waits.
    static let textLimit = 600

    public struct Article: Hashable, Sendable {
        public let code: String
        /// 话术, 政策, 办法 or 电话.
        public let kind: String
        public let title: String
        public let keywords: [String]
        public let text: String
    }

    public let articles: [Article]
    private let readings: [[String]]

    public static let none = Knowledge([], pinyin: PinyinReader())

    init(_ articles: [Article], pinyin: PinyinReader) {
        self.articles = articles
        readings = articles.map { article in
            ([article.title] + article.keywords).flatMap { name in
                let reading = pinyin.reading(name)
                return [name.lowercased(), reading.initials, reading.full]
            }
        }
    }

    /// Reads `knowledge.csv`.
    ///
    /// - Throws: everything that is wrong with it: a column missing, a code twice, an article too long to be read out.
    public init(csv bytes: [UInt8], pinyin: PinyinReader) throws(CatalogueFaults) {
        var faults: [CatalogueFault] = []
        func fault(_ line: Int, _ message: String) { faults.append(CatalogueFault(file: Self.fileName, line: line, message: message)) }
        let records: [CSV.Record]
        do { records = try CSV.records(bytes) } catch {
            throw CatalogueFaults([CatalogueFault(file: Self.fileName, line: error.line, message: error.reason)])
        }
        if records.first?.fields != Self.header { fault(1, "表头应为 \(Self.header.joined(separator: ","))") }
        var codes: Set<String> = []
        var articles: [Article] = []
        for record in records.dropFirst() {
            let row = record.fields
            guard row.count == Self.header.count, !row[0].isEmpty, !row[2].isEmpty, !row[4].isEmpty else {
                fault(record.line, "应有五列，编码、标题、正文都不能为空")
                continue
            }
            if !codes.insert(row[0]).inserted { fault(record.line, "编码 \(row[0]) 重复") }
            if row[4].count > Self.textLimit { fault(record.line, "\(row[0]) 正文超过 \(Self.textLimit) 字，接电话时读不完") }
            articles.append(
                Article(code: row[0], kind: row[1], title: row[2], keywords: row[3].split(separator: " ").map(String.init), text: row[4]))
        }
        guard faults.isEmpty else { throw CatalogueFaults(faults) }
        self.init(articles, pinyin: pinyin)
    }

    public func article(_ code: String) -> Article? { articles.first { $0.code == code } }

    /// Articles by title, keyword, pinyin, initials or code, those that begin with the query first; at last those whose text holds it.
    public func search(_ text: String, limit: Int) -> [Article] {
        let query = text.lowercased().filter { !$0.isWhitespace }
        guard !query.isEmpty, query.utf8.count <= 96 else { return [] }
        let ranked = articles.indices.compactMap { index -> (Int, Int)? in
            if articles[index].code.lowercased() == query { return (0, index) }
            if readings[index].contains(where: { $0.hasPrefix(query) }) { return (1, index) }
            if readings[index].contains(where: { $0.contains(query) }) { return (2, index) }
            return query.count > 1 && articles[index].text.lowercased().contains(query) ? (3, index) : nil
        }
        return ranked.sorted { $0 < $1 }.prefix(max(0, limit)).map { articles[$0.1] }
    }
}
