import Kernel

/// A telephone of an elder, and whose it really is (本人, 女儿, 邻居 …).
public struct Phone: Hashable, Sendable, Codable {
    public var number: NormalisedPhone
    public var label: String
    /// Marked by an operator after reaching someone else; kept, because it will be dialled from again.
    public var isWrong: Bool

    public init(number: NormalisedPhone, label: String = "本人", isWrong: Bool = false) {
        self.number = number
        self.label = label
        self.isWrong = isWrong
    }
}

/// A person to be called about an elder (联系人).
public struct Contact: Hashable, Sendable, Codable {
    public var name: String
    public var relation: String
    public var phone: NormalisedPhone?
    /// 1 is called first.
    public var order: Int

    /// `女儿 王芳`; once where a caller who gave no name was written down by the relation.
    public func told(as shown: String? = nil) -> String { name == relation ? relation : "\(relation) \(shown ?? name)" }

    public init(name: String, relation: String, phone: NormalisedPhone?, order: Int) {
        self.name = name
        self.relation = relation
        self.phone = phone
        self.order = order
    }
}
