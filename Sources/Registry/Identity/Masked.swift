/// Names as lists, logs and exports show them (脱敏).
public enum Masked {
    /// The surname, stars, and for three or more characters the last one: 王*国, 王*, 欧阳*, 欧阳*华.
    ///
    /// Never more than two stars, so that the length of a long name does not give it away.
    public static func name(_ name: String) -> String {
        let characters = Array(name)
        guard characters.count > 1 else { return characters.isEmpty ? "" : "*" }
        let isCompound = characters.count > 2 && compoundSurnames.contains(String(characters[0..<2]))
        let shown = isCompound ? 2 : 1
        let rest = characters.count - shown
        guard rest > 1 else { return String(characters[0..<shown]) + "*" }
        return String(characters[0..<shown]) + String(repeating: "*", count: min(2, rest - 1)) + String(characters[characters.count - 1])
    }

    /// Surnames of two characters that are alive today.
    private static let compoundSurnames: Set<String> = [
        "欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "司空", "夏侯", "长孙", "宇文", "轩辕", "端木",
        "独孤", "南宫", "西门", "东郭", "呼延", "闻人", "澹台", "公冶", "宗政", "濮阳", "太叔", "申屠", "仲孙", "钟离", "鲜于", "闾丘", "万俟",
        "赫连", "拓跋", "完颜", "纳兰", "第五", "百里",
    ]
}
