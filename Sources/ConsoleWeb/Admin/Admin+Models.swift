import Catalog
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
        var due: [(LocalDate, Paper)] = []
        func add(_ credential: Credential, _ holder: String, _ provider: Provider) {
            guard let until = credential.span.until, today.days(to: until) <= 60 else { return }
            let left = today.days(to: until)
            due.append(
                (
                    until,
                    Paper(
                        until: until.description, left: left < 0 ? "已过期 \(-left) 天" : "还有 \(left) 天", urgency: left < 0 ? "late" : "near",
                        name: reference.catalogue.credentialTypes.first { $0.code.text == credential.type }?.name ?? credential.type,
                        holder: holder, provider: "\(provider.id) \(provider.name)")
                ))
        }
        for provider in franchise.providers {
            for credential in provider.credentials { add(credential, "本单位", provider) }
            for worker in franchise.workers(of: provider.id) { for credential in worker.credentials { add(credential, worker.name, provider) } }
            for car in franchise.vehicles(of: provider.id) { for credential in car.credentials { add(credential, car.plate, provider) } }
        }
        papers = due.sorted { ($0.0, $0.1.provider, $0.1.holder) < ($1.0, $1.1.provider, $1.1.holder) }.map(\.1)
        isEmpty = papers.isEmpty
        providers = franchise.providers.count
        states = FranchiseState.allCases.map { state in Count(name: state.term, count: franchise.providers.count { $0.state == state }) }
            .filter { $0.count > 0 }
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

    init(_ latest: [AccessLogRepository.Entry], unexplained: [AccessLogRepository.Entry]) {
        rows = latest.map(Self.row)
        self.unexplained = unexplained.map(Self.row)
        isClean = unexplained.isEmpty
    }

    static let screens: [AccessLogRepository.Screen: String] = [
        .call: "来电", .desk: "工作台查找", .order: "工单", .registry: "档案", .reveal: "显示全部",
    ]

    private static func row(_ entry: AccessLogRepository.Entry) -> Row {
        Row(at: entry.at.shown, actor: entry.actor, elder: entry.elder.text, screen: screens[entry.screen] ?? "", reason: entry.reason)
    }
}

/// One elder's file as the register holds it: masked until somebody says why.
struct FileModel: Sendable {
    struct Fact: Sendable {
        let name: String
        let value: String
    }

    struct Group: Sendable {
        let name: String
        let facts: [Fact]
    }

    let id: String
    let title: String
    let groups: [Group]
    let isMasked: Bool
    let history: [AccessModel.Row]

    init(_ elder: Elder, isMasked: Bool, history: [AccessLogRepository.Entry], words: Words, today: LocalDate) {
        id = elder.id.text
        self.isMasked = isMasked
        title = "\(isMasked ? Masked.name(elder.name) : elder.name) \(elder.number)"
        let phones = elder.phones.map { "\($0.label) \(isMasked ? $0.number.masked : $0.number.text)" }.joined(separator: "；")
        let contacts = elder.contacts.map {
            "\($0.relation) \(isMasked ? Masked.name($0.name) : $0.name) \((isMasked ? $0.phone?.masked : $0.phone?.text) ?? "")"
        }
        let classes = elder.classes.map { span in
            "\(words.elderClass(span.classCode))（\(span.span.from) 起\(span.span.until.map { "，至 \($0)" } ?? "")）"
        }
        groups = [
            Group(name: "基本", facts: [
                Fact(name: "性别", value: elder.sex == .male ? "男" : "女"), Fact(name: "年龄", value: "\(elder.age(on: today))"),
                Fact(name: "出生日期", value: isMasked ? "\(elder.birthday.year) 年" : elder.birthday.description),
                Fact(name: "证件号", value: elder.idNumber.map { isMasked ? $0.masked : $0.text } ?? "未登记"),
                Fact(name: "状态", value: elder.status.term),
            ]),
            Group(name: "生活状况", facts: [
                Fact(name: "住址", value: isMasked ? elder.address.masked : elder.address.line),
                Fact(name: "居住", value: elder.livesAlone ? "独居" : "与人同住"),
                Fact(name: "饮食", value: elder.diet.map(\.rawValue).sorted().joined(separator: "、")), Fact(name: "电话", value: phones),
            ]),
            Group(name: "家庭情况", facts: [Fact(name: "联系人", value: contacts.joined(separator: "；"))]),
            Group(name: "身体状况", facts: [
                Fact(name: "能力等级", value: "\(elder.abilityLevel)"), Fact(name: "提醒", value: elder.alerts.joined(separator: "、")),
            ]),
            Group(name: "身份与待遇", facts: [
                Fact(name: "类别", value: classes.joined(separator: "；")),
                Fact(name: "指定服务商", value: words.provider(elder.preferredProvider?.text)),
                Fact(name: "不要的服务商", value: elder.blockedProviders.map { words.provider($0.text) }.joined(separator: "、")),
            ]),
        ]
        self.history = AccessModel(history, unexplained: []).rows
    }
}

struct UsersModel: Sendable {
    struct Row: Sendable {
        let name: String
        let role: String
        let provider: String
        let state: String
    }

    let rows: [Row]
    let roles: [String]
    let fault: String?
    let done: String?
}

struct ReferenceModel: Sendable {
    struct File: Sendable {
        let name: String
        let isCurrent: Bool
    }

    let files: [File]
    let name: String
    let text: String
    let faults: [String]
    let added: [String]
    let removed: [String]
    let isPreview: Bool
    let mayPublish: Bool
    let done: String?
}
