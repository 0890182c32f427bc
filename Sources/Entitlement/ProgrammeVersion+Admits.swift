import Kernel

extension ProgrammeVersion {
    /// Whether someone may draw on a day; the reason does not matter here.
    public func admits(_ who: Beneficiary, on date: LocalDate) -> Bool { eligibility.refusal(seen(who, on: date)) == nil }

    /// The person as this version sees them: by its rule on changes of class, with the classes of the day or of the month's first.
    func seen(_ who: Beneficiary, on date: LocalDate) -> Beneficiary { classChange == .nextMonth ? who.on(date.month.first) : who }
}
