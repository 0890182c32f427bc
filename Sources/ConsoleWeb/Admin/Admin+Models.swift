import Catalog
import Foundation
import Kernel
import Registry
import Store
import Web
import Workflow

/// 管理首页: what will lapse, and where every provider stands.
struct AdminModel: Sendable {
    struct Paper: Sendable {
        let until: String
        let left: String
        let urgency: String
        let name: String
        let holder: String
        let provider: String
        let id: String
    }

    struct Count: Sendable {
        let name: String
        let count: Int
    }

    let papers: [Paper]
    let states: [Count]
    let providers: Int
    let isEmpty: Bool

    init(_ reference: Reference, today: LocalDate) {
        let franchise = reference.franchise
        papers = franchise.providers.flatMap { Self.papers(of: $0, reference, today: today, within: 60) }
            .sorted { ($0.until, $0.paper.provider, $0.paper.holder) < ($1.until, $1.paper.provider, $1.paper.holder) }.map(\.paper)
        isEmpty = papers.isEmpty
        providers = franchise.providers.count
        states = FranchiseState.allCases.map { state in Count(name: localized(term: state.term), count: franchise.providers.count { $0.state == state }) }
            .filter { $0.count > 0 }
    }

    /// The credentials of a provider, its workers and vehicles that have an end, by holder.
    ///
    /// - Parameter days: only those that end within so many days, or have; nil for all.
    static func papers(of provider: Provider, _ reference: Reference, today: LocalDate, within days: Int?) -> [(until: LocalDate, paper: Paper)] {
        let franchise = reference.franchise
        let held: [(String, [Credential])] =
            [(localized("本单位"), provider.credentials)] + franchise.workers(of: provider.id).map { ($0.name, $0.credentials) }
            + franchise.vehicles(of: provider.id).map { ($0.plate, $0.credentials) }
        return held.flatMap { holder, credentials in credentials.map { (holder, $0) } }.compactMap { holder, credential in
            guard let until = credential.span.until else { return nil }
            let left = today.days(to: until)
            guard days.map({ left <= $0 }) ?? true else { return nil }
            let paper = Paper(
                until: until.description, left: left < 0 ? localized("已过期 \(-left) 天") : left <= 60 ? localized("还有 \(left) 天") : "",
                urgency: left < 0 ? "late" : left <= 60 ? "near" : "",
                name: reference.catalogue.credentialTypes.first { $0.code.text == credential.type }?.name ?? credential.type,
                holder: holder, provider: "\(provider.id) \(provider.name)", id: provider.id.text)
            return (until, paper)
        }
    }
}

/// 查阅记录
struct AccessModel: Sendable {
    struct Row: Sendable {
        let at: String
        let actor: String
        let elder: String
        let screen: String
        let reason: String
    }

    let rows: [Row]
    let unexplained: [Row]
    let isClean: Bool
    let pager: Pager
    let unexplainedPager: Pager

    /// - Parameters:
    ///   - isLater: newer ones stand before this page.
    ///   - isLaterUnexplained: the same of those that nothing explains.
    init(
        _ latest: AccessLogRepository.Page, isLater: Bool = false, unexplained: AccessLogRepository.Page, isLaterUnexplained: Bool = false,
        elders: [ElderID: Elder]
    ) {
        func pager(_ page: AccessLogRepository.Page, _ name: String, isLater: Bool) -> Pager {
            let older = page.older?.text.addingPercentEncoding(withAllowedCharacters: .alphanumerics)
            return Pager(first: isLater ? "/admin/access" : nil, next: older.map { "/admin/access?\(name)=\($0)" })
        }
        rows = latest.looks.map { Self.row($0, elders) }
        self.unexplained = unexplained.looks.map { Self.row($0, elders) }
        isClean = unexplained.looks.isEmpty
        self.pager = pager(latest, "before", isLater: isLater)
        unexplainedPager = pager(unexplained, "unexplained_before", isLater: isLaterUnexplained)
    }

    static let screens: [AccessLogRepository.Screen: String] = [
        .call: "来电", .desk: "工作台查找", .order: "工单", .registry: "档案", .reveal: "显示全部",
    ]

    /// Number and masked name: the auditor follows who was looked at without becoming one who looks. No elder's file opens to this role, so
    /// there is no link.
    static func row(_ entry: AccessLogRepository.Entry, _ elders: [ElderID: Elder]) -> Row {
        Row(
            at: entry.at.shown, actor: entry.actor, elder: elders[entry.elder].map { "\($0.number) \(Masked.name($0.name))" } ?? entry.elder.text,
            screen: localized(term: screens[entry.screen] ?? ""), reason: entry.reason)
    }
}

/// One elder's file as the register holds it: masked until somebody says why.
struct FileModel: Sendable {
    struct Group: Sendable {
        let name: String
        let facts: [Fact]

        /// Every fact has its line, known or not.
        init(_ name: String, _ facts: KeyValuePairs<String, String>) {
            self.name = localized(term: name)
            self.facts = facts.map { Fact(name: localized(term: $0), value: $1) }
        }
    }

    let id: String
    let title: String
    /// One of the 27 items: its value, or only whether there is one.
    struct Item: Sendable {
        let code: String
        let name: String
        let value: String
        let since: String
        let isChosen: Bool
    }

    struct ItemGroup: Sendable {
        let name: String
        let items: [Item]
    }

    struct Change: Sendable {
        let at: String
        let actor: String
        let name: String
        let value: String
    }

    let groups: [Group]
    let items: [ItemGroup]
    let changes: [Change]
    let hasNoChanges: Bool
    /// How many entries the editor has seen; see ``KeepRegister``.
    let seen: Int
    let typed: String
    let fault: String?
    let isMasked: Bool
    let history: [AccessModel.Row]
    let once: String

    init(
        _ elder: Elder, isMasked: Bool, register: [RegisterRepository.Entry], typed: AdminPages.ItemForm?, fault: String?,
        history: [AccessLogRepository.Entry], words: Words, once: String, today: LocalDate
    ) {
        id = elder.id.text
        let latest = Dictionary(register.map { ($0.item, $0) }, uniquingKeysWith: { $1 })
        items = RegisterItem.Group.allCases.map { group in
            ItemGroup(
                name: localized(term: group.term),
                items: group.items.map { item in
                    let entry = latest[item].flatMap { $0.value.isEmpty ? nil : $0 }
                    return Item(
                        code: item.rawValue, name: localized(term: item.term), value: entry.map { isMasked ? localized("已登记") : $0.value } ?? localized("未登记"),
                        since: entry.map { "\($0.at.shown) \($0.by)" } ?? "", isChosen: typed?.item == item.rawValue)
                })
        }
        changes = isMasked ? [] : register.reversed().map {
            Change(at: $0.at.shown, actor: $0.by, name: localized(term: $0.item.term), value: $0.value.isEmpty ? localized("（清除）") : $0.value)
        }
        hasNoChanges = changes.isEmpty
        seen = register.last?.seq ?? 0
        self.typed = typed?.value ?? ""
        self.fault = fault
        self.isMasked = isMasked
        self.once = once
        title = "\(isMasked ? Masked.name(elder.name) : elder.name) \(elder.number)"
        let phones = elder.phones.map { "\($0.label) \(isMasked ? $0.number.masked : $0.number.text)" }.joined(separator: "；")
        let contacts = elder.contacts.map {
            "\($0.told(as: isMasked ? Masked.name($0.name) : nil)) \((isMasked ? $0.phone?.masked : $0.phone?.text) ?? "")"
        }
        let classes = elder.classes.map { span in
            span.span.until.map { localized("\(words.elderClass(span.classCode))（\(span.span.from) 起，至 \($0)）") }
                ?? localized("\(words.elderClass(span.classCode))（\(span.span.from) 起）")
        }
        groups = [
            Group("基本", [
                "性别": localized(term: elder.sex == .male ? "男" : "女"), "年龄": "\(elder.age(on: today))",
                "出生日期": isMasked ? localized("\(elder.birthday.year) 年") : elder.birthday.description,
                "证件号": elder.idNumber.map { isMasked ? $0.masked : $0.text } ?? localized("未登记"), "状态": localized(term: elder.status.term),
            ]),
            Group("生活状况", [
                "住址": isMasked ? elder.address.masked : elder.address.line, "居住": localized(term: elder.livesAlone ? "独居" : "与人同住"),
                "饮食": elder.diet.map { localized(term: $0.term) }.sorted().joined(separator: localized("、")), "电话": phones,
            ]),
            Group("家庭情况", ["联系人": contacts.joined(separator: localized("；"))]),
            Group("身体状况", ["能力等级": "\(elder.abilityLevel)", "提醒": elder.alerts.joined(separator: localized("、"))]),
            Group("身份与待遇", [
                "类别": classes.joined(separator: localized("；")), "指定服务商": words.provider(elder.preferredProvider?.text),
                "不要的服务商": elder.blockedProviders.map { words.provider($0.text) }.joined(separator: localized("、")),
            ]),
        ]
        self.history = history.map { AccessModel.row($0, [elder.id: elder]) }
    }
}

struct ReferenceModel: Sendable {
    struct File: Sendable {
        let name: String
        let term: String
        let isCurrent: Bool
    }

    /// What each file holds; one that is not named here stands under its own name.
    private static let terms = [
        "catalog/calendar.csv": "日历", "catalog/categories.csv": "服务大类", "catalog/classes.csv": "老人类别",
        "catalog/credentials.csv": "证照种类", "catalog/items.csv": "服务项目", "catalog/kinds.csv": "服务商类型",
        "catalog/knowledge.csv": "知识库", "catalog/match-policy.yaml": "派单策略", "catalog/messages.yaml": "短信模板",
        "catalog/parameters.csv": "参数", "catalog/pinyin.csv": "拼音", "catalog/prices.csv": "价格",
        "catalog/programmes.yaml": "补贴项目", "catalog/regions.csv": "街道", "providers/credentials.csv": "服务商证照",
        "providers/hours.csv": "营业时间", "providers/offers.csv": "承接项目和价格", "providers/providers.csv": "服务商名录",
        "providers/vehicles.csv": "车辆", "providers/workers.csv": "服务人员",
    ]

    let files: [File]
    let name: String
    let text: String
    let faults: [String]
    let added: [String]
    let removed: [String]
    let isPreview: Bool
    let mayPublish: Bool
    let done: String?
    let once: String

    /// Lines of a change that are shown.
    private static let shown = 200

    init(_ files: [String], _ name: String, _ text: String, _ preview: ReviseReference.Preview?, done: String?, once: String) {
        self.files = files.map { File(name: $0, term: localized(term: Self.terms[$0] ?? $0), isCurrent: $0 == name) }
        self.name = name
        self.text = text
        faults = preview?.faults ?? []
        added = Array((preview?.added ?? []).prefix(Self.shown))
        removed = Array((preview?.removed ?? []).prefix(Self.shown))
        isPreview = preview != nil
        mayPublish = preview.map { $0.faults.isEmpty && !($0.added.isEmpty && $0.removed.isEmpty) } ?? false
        self.done = done
        self.once = once
    }
}
