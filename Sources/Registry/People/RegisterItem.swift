/// 档案项目: what the register holds of an elder's life besides identity, class and address, in four groups (生活、家庭、学习、身体).
///
/// The seed names the four groups and the number 27; which they are follows the district's proposal.
public enum RegisterItem: String, Hashable, Sendable, CaseIterable {
    case dwelling, housing, floor, hazards, income, selfCare, diet, entry
    case marriage, spouse, children, childrenPlace, contacts, carer, survivors
    case education, formerWork, skills, interests, party
    case ability, chronic, medication, disability, insurance, hospital, aids

    public enum Group: String, Hashable, Sendable, CaseIterable {
        case living, family, study, health

        public var term: String {
            switch self {
            case .living: "生活状况"
            case .family: "家庭情况"
            case .study: "学习情况"
            case .health: "身体状况"
            }
        }

        public var items: [RegisterItem] { RegisterItem.allCases.filter { $0.group == self } }
    }

    public var group: Group {
        switch self {
        case .dwelling, .housing, .floor, .hazards, .income, .selfCare, .diet, .entry: .living
        case .marriage, .spouse, .children, .childrenPlace, .contacts, .carer, .survivors: .family
        case .education, .formerWork, .skills, .interests, .party: .study
        case .ability, .chronic, .medication, .disability, .insurance, .hospital, .aids: .health
        }
    }

    /// The word on screen.
    public var term: String {
        switch self {
        case .dwelling: "居住方式"
        case .housing: "住房性质"
        case .floor: "楼层与电梯"
        case .hazards: "采暖、厨卫与安全隐患"
        case .income: "主要生活来源与收入档"
        case .selfCare: "生活自理情况"
        case .diet: "饮食禁忌与民族习惯"
        case .entry: "紧急入户方式"
        case .marriage: "婚姻"
        case .spouse: "配偶情况"
        case .children: "子女人数与姓名"
        case .childrenPlace: "子女居住地"
        case .contacts: "联系人与关系"
        case .carer: "主要照护人"
        case .survivors: "遗属与抚养情况"
        case .education: "文化程度"
        case .formerWork: "原单位与职务"
        case .skills: "特长"
        case .interests: "爱好与参加的班级"
        case .party: "党组织关系"
        case .ability: "能力等级"
        case .chronic: "慢病"
        case .medication: "用药与过敏"
        case .disability: "残疾证与等级"
        case .insurance: "医保与家庭医生"
        case .hospital: "近期住院与手术"
        case .aids: "辅具与设备"
        }
    }
}
