import Kernel

/// Reads one row field by field and goes on after a fault, so that a row is sent back once with all of them.
struct ElderReader {
    let record: CSV.Record
    let columns: ElderRow.Columns
    let today: LocalDate
    let vocabulary: ElderRow.Vocabulary
    var faults: [RowFault] = []

    typealias Column = ElderRow.Column

    init(record: CSV.Record, columns: ElderRow.Columns, today: LocalDate, vocabulary: ElderRow.Vocabulary) {
        self.record = record
        self.columns = columns
        self.today = today
        self.vocabulary = vocabulary
    }

    /// Nil when there are faults. Pinyin is left empty.
    mutating func elder() -> Elder? {
        let number = self.number()
        let name = self.name()
        let idNumber = self.idNumber()
        let sex = self.sex(idNumber)
        let birthday = self.birthday(idNumber)
        let phones = self.phones()
        let address = self.address()
        let place = self.place()
        let classes = self.classes()
        let ability = self.ability()
        let livesAlone = self.flag(.livesAlone)
        let diet = self.diet()
        let alerts = Field.list(text(.alerts))
        let contacts = self.contacts()
        let preferred = self.provider(text(.preferredProvider), .preferredProvider)
        let status = self.status()
        let blocked = Field.list(text(.blockedProviders)).compactMap { provider($0, .blockedProviders) }
        let cadre = self.cadre()
        let since = self.optionalDate(.statusSince)
        let death = self.optionalDate(.deathDate)
        if let death, let birthday, death < birthday { fault(.deathDate, "bad_date", "死亡日期早于出生日期") }
        guard faults.isEmpty, let sex, let birthday else { return nil }
        return Elder(
            id: ElderID(number), number: number, name: name, pinyin: "", initials: "", sex: sex, birthday: birthday, idNumber: idNumber,
            phones: phones, address: address, place: place, classes: classes, abilityLevel: ability, livesAlone: livesAlone, status: status,
            statusSince: since, deathDate: death, diet: diet, alerts: alerts, contacts: contacts, preferredProvider: preferred,
            blockedProviders: blocked, cadre: cadre)
    }

    func text(_ column: Column) -> String {
        guard let position = columns.positions[column.rawValue], position < record.fields.count else { return "" }
        return Field.trimmed(Field.unguarded(record.fields[position]))
    }

    mutating func fault(_ column: Column, _ code: String, _ reason: String) {
        faults.append(RowFault(line: record.line, column: column.name, code: code, reason: reason))
    }

    // MARK: Who

    private mutating func number() -> String {
        let text = text(.number)
        if text.isEmpty {
            fault(.number, "missing", "缺少老人编号")
        } else if !Field.isCode(text, upTo: 20) {
            fault(.number, "bad_code", "老人编号只能用字母、数字和连字符，最多20位")
        }
        return text
    }

    private mutating func name() -> String {
        let text = text(.name)
        if text.isEmpty {
            fault(.name, "missing", "缺少姓名")
        } else if text.unicodeScalars.count > 40 {
            fault(.name, "too_long", "姓名超过40个字")
        } else if text.unicodeScalars.contains(where: { ("0"..."9").contains($0) }) || HiddenMarks.stand(in: text) {
            fault(.name, "bad_character", "姓名中有数字或看不见的控制字符")
        }
        return text
    }

    private mutating func idNumber() -> IDNumber? {
        let text = text(.idNumber)
        if text.isEmpty { return nil }
        do { return try IDNumber(text) } catch {
            fault(.idNumber, error == .checkDigit ? "check_digit" : "bad_id_number", error.reason)
            return nil
        }
    }

    private mutating func sex(_ idNumber: IDNumber?) -> Sex? {
        let text = text(.sex)
        if let sex = Field.sex(text) { return sex }
        if text.isEmpty, let idNumber { return idNumber.sex }
        // An unreadable identity number is told already; its missing answer is no second fault.
        if text.isEmpty, !self.text(.idNumber).isEmpty { return nil }
        fault(.sex, text.isEmpty ? "missing" : "bad_value", text.isEmpty ? "缺少性别" : "性别应为男或女")
        return nil
    }

    private mutating func birthday(_ idNumber: IDNumber?) -> LocalDate? {
        let text = text(.birthday)
        var birthday = text.isEmpty ? idNumber?.birthday : Field.date(text)
        if text.isEmpty, birthday == nil {
            if self.text(.idNumber).isEmpty { fault(.birthday, "missing", "缺少出生日期") }
        } else if let date = birthday {
            let column = text.isEmpty ? Column.idNumber : .birthday
            if date > today {
                fault(column, "bad_date", "出生日期在今天之后")
                birthday = nil
            } else if today.years(since: date) > Elder.oldest {
                fault(column, "bad_date", "出生日期距今超过\(Elder.oldest)年")
                birthday = nil
            }
        } else {
            fault(.birthday, "bad_date", "出生日期不存在，应写成1942-03-05")
        }
        return birthday
    }

    // MARK: Standing

    private mutating func classes() -> [ClassSpan] {
        var spans: [ClassSpan] = []
        for entry in Field.list(text(.classes)) {
            let (code, dates) = Field.pair(entry, separator: 0x40)
            guard let dates, let span = Field.span(dates) else {
                fault(.classes, "bad_span", "类别“\(entry)”应写成 类别@起始日期..截止日期")
                continue
            }
            if let known = vocabulary.classes, !known.contains(code) {
                fault(.classes, "unknown_class", "没有类别“\(code)”")
            } else if spans.contains(where: { $0.classCode == code && $0.span.overlaps(span) }) {
                fault(.classes, "overlapping_class", "类别“\(code)”的日期重叠")
            }
            spans.append(ClassSpan(classCode: code, span: span))
        }
        return spans
    }

    private mutating func ability() -> Int {
        let text = text(.ability)
        if text.isEmpty { return 0 }
        guard let level = Int(text), (0...4).contains(level) else {
            fault(.ability, "bad_value", "能力等级应为0至4")
            return 0
        }
        return level
    }

    private mutating func status() -> ElderStatus {
        let text = text(.status)
        if text.isEmpty { return .active }
        guard let status = ElderStatus(rawValue: text) ?? ElderStatus.allCases.first(where: { $0.term == text }) else {
            fault(.status, "bad_value", "没有状态“\(text)”")
            return .active
        }
        return status
    }

    private mutating func cadre() -> CadreKind? {
        let text = text(.cadre)
        if text.isEmpty { return nil }
        guard let kind = CadreKind(rawValue: text) ?? CadreKind.allCases.first(where: { $0.term == text }) else {
            fault(.cadre, "bad_value", "没有干部类别“\(text)”")
            return nil
        }
        return kind
    }

    private mutating func diet() -> Set<Diet> {
        var diet: Set<Diet> = []
        for word in Field.list(text(.diet)) {
            guard let kind = Diet(rawValue: word) ?? Diet.allCases.first(where: { $0.term == word }) else {
                fault(.diet, "bad_value", "没有饮食要求“\(word)”")
                continue
            }
            diet.insert(kind)
        }
        return diet
    }

    private mutating func flag(_ column: Column) -> Bool {
        guard let flag = Field.flag(text(column)) else {
            fault(column, "bad_value", "应填是或否")
            return false
        }
        return flag
    }

    private mutating func optionalDate(_ column: Column) -> LocalDate? {
        let text = text(column)
        if text.isEmpty { return nil }
        guard let date = Field.date(text), date <= today else {
            fault(column, "bad_date", "日期不存在或在今天之后")
            return nil
        }
        return date
    }

    private mutating func provider(_ text: String, _ column: Column) -> ProviderID? {
        if text.isEmpty { return nil }
        let id = ProviderID(text)
        if let known = vocabulary.providers, !known.contains(id) {
            fault(column, "unknown_provider", "没有服务商“\(text)”")
            return nil
        }
        return id
    }
}
