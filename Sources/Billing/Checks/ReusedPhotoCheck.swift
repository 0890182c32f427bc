import Kernel

/// A photograph of a visit that stands under one of another month too.
public struct PhotoReuse: Hashable, Sendable {
    /// The order whose visit is judged.
    public let subject: String
    /// SHA-256 of the photograph, in hexadecimal digits.
    public let photo: String
    /// The other order, and when its service was.
    public let number: String
    public let date: LocalDate

    public init(subject: String, photo: String, number: String, date: LocalDate) {
        (self.subject, self.photo, self.number, self.date) = (subject, photo, number, date)
    }
}

/// R19: the photograph stands under a visit of a month before. That one is settled; this one is held.
struct ReusedPhotoCheck: LineCheck {
    let rule = Rule("R19", .hold, "服务照片与以前月份的重复")

    func finding(_ line: Candidate, _ terms: Terms) -> Finding? {
        terms.reusedPhotos[line.subject].map { Finding("R19", .hold, "照片与 \($0.date) 的工单 \($0.number) 相同") }
    }
}
